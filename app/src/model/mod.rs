//! Pure types, the project's words. No I/O, no clock, no randomness.

pub mod digest;
pub mod experiment;
pub mod facts;
mod problems;
pub mod record;
pub mod run;
pub mod stream;
pub mod time;
pub mod timeline;
pub mod undo;
pub mod units;

/// The service label that opts a service in as a target.
pub const ALLOW_LABEL: &str = "hivequake.allow";
/// The service label that shields a service; it always wins.
pub const PROTECT_LABEL: &str = "hivequake.protect";
