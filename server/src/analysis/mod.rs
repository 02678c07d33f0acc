//! Pure functions: a run's record -> measurements -> findings -> recommendations.
//!
//! Guarantee: no I/O, no clock, no randomness; the same record and the same [`RULES`] always give
//! the same analysis, so a stored run can be analysed again at any time.

mod types;

#[cfg(test)]
mod testing;

pub use types::*;

/// The version of the rules; raise it when findings or recommendations change their meaning.
pub const RULES: u32 = 1;
