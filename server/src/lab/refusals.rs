//! What the rooms below answer when they cannot, as the sentence and the status a person gets.
//!
//! Guarantee: nothing internal leaves here; causes go to the log; what is quoted cannot turn round
//! the sentence that quotes it.

use crate::engine::LaunchError;
use crate::report::text::{clean, one_line};
use crate::store::StoreError;
use crate::swarm::SwarmError;
use app::api::{Refusal, RefusalKind};

/// A "no" that quotes what came from elsewhere.
pub fn no(kind: RefusalKind, message: impl AsRef<str>) -> Refusal {
    Refusal::new(kind, clean(message.as_ref()))
}

/// Most letters of what was given that a sentence shows.
const SHOWN: usize = 60;

/// What was given, as a sentence shows it: on one line, nothing hidden in it, cut.
pub fn quoted(given: &str) -> String {
    let line = one_line(given);
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What was given for something means nothing; `write` says what would.
pub fn meaningless(name: &str, given: &str, write: &str) -> Refusal {
    let given = quoted(given);
    no(
        RefusalKind::Invalid,
        format!("{name} is \"{given}\", which means nothing here. Write {write}."),
    )
}

/// A store's error.
pub fn store(error: &StoreError) -> Refusal {
    match error {
        StoreError::TargetBusy(_) | StoreError::Outdated(_) => tracing::info!(%error, "store"),
        _ => tracing::error!(%error, "store"),
    }
    Refusal::from(error)
}

/// A swarm's error.
pub fn swarm(error: &SwarmError) -> Refusal {
    tracing::warn!(%error, "swarm");
    let kind = match error {
        SwarmError::NoSuchService(_) | SwarmError::ContainerGone(_) => RefusalKind::NotFound,
        SwarmError::ContainerNotRunning(_)
        | SwarmError::OutOfStep(_)
        | SwarmError::NotASwarm { .. }
        | SwarmError::Worker { .. } => RefusalKind::Conflict,
        SwarmError::BadHost(_) | SwarmError::Unreachable { .. } | SwarmError::Other { .. } => {
            RefusalKind::Unavailable
        }
    };
    no(kind, error.to_string())
}

/// Why a launch did not happen.
pub fn launch(error: &LaunchError) -> Refusal {
    let kind = match error {
        LaunchError::Swarm(error) => return swarm(error),
        LaunchError::Store(error) => return store(error),
        LaunchError::NotAllowed(_) => RefusalKind::Forbidden,
        LaunchError::Preflight(_) | LaunchError::OnHold(_) | LaunchError::Busy(_) => {
            RefusalKind::Conflict
        }
        LaunchError::Fault(_) => RefusalKind::Invalid,
    };
    no(kind, error.to_string())
}

/// There is no such thing.
pub fn missing(what: &str, name: &str) -> Refusal {
    no(
        RefusalKind::NotFound,
        format!(
            "There is no {what} {name}. It may have been removed; go back to the list and choose another."
        ),
    )
}
