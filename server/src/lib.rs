//! Hivequake's server: everything that touches the world.
//!
//! Rooms in the order in which work flows through them, arrows one way only:
//!
//! | room | what it is for |
//! |---|---|
//! | `main`, [`config`] | command line, settings |
//! | [`web`] | axum: pages, REST, live events, share links |
//! | [`lab`] | the use cases, one method each |
//! | [`document`] | an experiment's text: read, checked, patched |
//! | [`engine`] | a run's state machine, guards, undo journal |
//! | [`faults`] | one file per fault |
//! | [`probes`] | open-loop probers and their histograms |
//! | [`timeline`] | many event sources merged onto one clock |
//! | [`swarm`] | bollard: snapshots, watching, compare-and-swap edits |
//! | [`analysis`] | a run's record -> measurements -> findings -> recommendations |
//! | [`report`] | Markdown, HTML, JSON, JUnit, charts |
//! | [`store`] | sqlx: what is remembered |

pub mod analysis;
pub mod document;
pub mod faults;
pub mod probes;
pub mod report;
pub mod store;
pub mod swarm;
pub mod timeline;
pub mod web;
