//! SQLite.

/// To come.
#[derive(Debug)]
pub struct SqliteStore;
