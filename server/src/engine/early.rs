//! Why a run ends before its time.

use crate::store::StoreError;

/// Why a run ended before its time.
#[derive(Debug)]
pub enum Early {
    /// Somebody, a guard, or the lab going down.
    Aborted(String),
    /// A fault could not be applied or not be recorded: nothing can be concluded.
    Broken(String),
}

impl From<StoreError> for Early {
    fn from(error: StoreError) -> Self {
        Self::Aborted(format!("the run could not be written down ({error})"))
    }
}
