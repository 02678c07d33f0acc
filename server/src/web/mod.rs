//! axum: pages, REST, live events, share links, and the bundle's files.

pub mod site;
