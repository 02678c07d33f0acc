//! The swarm room against a real engine: what it reads, kills, hears, edits and puts back.
//!
//! Runs only where `HIVEQUAKE_TEST_HOST` names the engine of a throw-away swarm (a manager) and
//! `HIVEQUAKE_TEST_IMAGE` an image on it whose command stays up; it makes services of its own and
//! removes them. `HIVEQUAKE_TEST_RESTART`, a shell command that restarts that engine, adds the
//! test of an engine that goes away in the middle; `HIVEQUAKE_TEST_NO_SWARM_HOST`, an engine that
//! is in no swarm, the test of that.

#![allow(clippy::unwrap_used, reason = "tests")]

mod connections;
mod edits;
mod kill;
mod missing;
mod place;
mod restart;
mod way;
