//! Runs to write up in tests: the founding kill as the field guide measured it, and runs that
//! went otherwise.
//!
//! Guarantee: the numbers of the record and of its analysis are the same ones.

mod kill;
mod others;
mod shown;

use crate::analysis::Analysis;
use app::model::record::Record;

pub use kill::{ZERO, kill};
pub use others::{hostile, invalid, not_restored, refused};

/// Every sample by name.
pub fn all() -> Vec<(&'static str, (Record, Analysis))> {
    vec![
        ("kill", kill()),
        ("refused", refused()),
        ("not-restored", not_restored()),
        ("invalid", invalid()),
        ("hostile", hostile()),
    ]
}
