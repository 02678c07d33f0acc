//! What the store answers when it cannot do as asked, and how that is said to people.
//!
//! Guarantee: no text of the database itself reaches people; it goes to the log with the error.

use app::api::{Refusal, RefusalKind};
use app::model::run::RunId;
use std::fmt;

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run, still on, has the same target service.
    #[error("run {0} is still on for this target")]
    TargetBusy(RunId),
    /// The design's newest text is not the one that was to be written over; its version.
    #[error("another text is stored as version {0}")]
    Outdated(u32),
    /// The database cannot be written: read-only or full. For people.
    #[error("{0}")]
    NotWritable(String),
    /// What is stored cannot be read back: a defect, or a file from a newer version.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

/// Short for results of the store.
pub type Stored<T> = Result<T, StoreError>;

impl StoreError {
    /// Says that stored data is not what it should be.
    pub(super) fn corrupt(what: impl fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    /// The same in a sentence or three: what is wrong, what is untouched, what to do.
    pub fn for_people(&self) -> String {
        match self {
            Self::TargetBusy(run) => format!(
                "Another run is still on for this service ({run}). Nothing was started. \
                 Wait until it is over, or abort it."
            ),
            Self::Outdated(version) => format!(
                "Somebody else, or another tab, has saved this experiment since you opened it; \
                 version {version} is theirs now. Nothing of yours was saved or launched. Look \
                 at theirs, then save yours in its place or drop yours."
            ),
            Self::NotWritable(sentence) => sentence.clone(),
            Self::Corrupt(what) => format!(
                "Something in the database cannot be read: {what}. Nothing was changed. \
                 If a newer version of Hivequake wrote it, use that one; else restore a backup."
            ),
            Self::Database(_) => "The database did not do as asked; the log has the cause. \
                 Nothing was stored. Try again; if it stays so, run `hivequake doctor`."
                .to_owned(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<&StoreError> for Refusal {
    fn from(error: &StoreError) -> Self {
        let kind = match error {
            StoreError::TargetBusy(_) => RefusalKind::Conflict,
            StoreError::Outdated(_) => RefusalKind::Outdated,
            StoreError::NotWritable(_) => RefusalKind::Unavailable,
            StoreError::Corrupt(_) | StoreError::Database(_) => RefusalKind::Internal,
        };
        Self::new(kind, error.for_people())
    }
}
