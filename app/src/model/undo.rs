//! The undo journal's entries: what must be reverted, known before anything is touched.

use super::run::RunId;
use super::time::At;
use serde::{Deserialize, Serialize};

/// How to revert one fault on one target. Self-contained: it needs nothing but the swarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Undo {
    /// The fault leaves nothing to put back.
    Nothing {
        /// Why, for people: "a killed container is replaced by Swarm".
        why: String,
    },
    /// Put a service's label back, if it still holds the fault's value.
    ServiceLabel {
        /// The service's id.
        service_id: String,
        /// The service's name, for people.
        service: String,
        /// The label's name.
        label: String,
        /// Its value before; none when it was not there.
        before: Option<String>,
        /// The value that the fault sets.
        during: String,
    },
}

/// Where an entry of the undo journal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum UndoState {
    /// Durable, and the fault may or may not have been applied.
    Intended,
    /// The fault was applied.
    Applied,
    /// Put back.
    Reverted,
    /// Nothing had to be put back: the target is gone, or the fault never took hold.
    NotNeeded {
        /// Why.
        why: String,
    },
    /// Left alone, because somebody else changed the same field meanwhile (promise 2).
    LeftToOther {
        /// What was found there.
        found: String,
    },
    /// Putting it back failed; it will be tried again.
    Failed {
        /// Why, and the command that puts it back by hand.
        why: String,
    },
}

impl UndoState {
    /// Whether nothing is left to do.
    pub const fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::Reverted | Self::NotNeeded { .. } | Self::LeftToOther { .. }
        )
    }

    /// The word in documents and pages.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Applied => "applied",
            Self::Reverted => "put back",
            Self::NotNeeded { .. } => "nothing to put back",
            Self::LeftToOther { .. } => "left as somebody else set it",
            Self::Failed { .. } => "not put back",
        }
    }
}

/// One entry of the undo journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoEntry {
    /// Its number in the journal.
    pub id: i64,
    /// The run it belongs to.
    pub run: RunId,
    /// The fault's position in the method, from 0.
    pub fault: usize,
    /// How to revert.
    pub undo: Undo,
    /// Where it stands.
    pub state: UndoState,
    /// When it last moved.
    pub changed: At,
}

impl Undo {
    /// What it puts back, for people.
    pub fn text(&self) -> String {
        match self {
            Self::Nothing { why } => format!("nothing to put back: {why}"),
            Self::ServiceLabel {
                service,
                label,
                before: Some(value),
                ..
            } => {
                format!("label {label} of {service} back to \"{value}\"")
            }
            Self::ServiceLabel {
                service,
                label,
                before: None,
                ..
            } => {
                format!("label {label} of {service} removed again")
            }
        }
    }

    /// The command that does it by hand, where there is anything to do.
    pub fn by_hand(&self) -> Option<String> {
        match self {
            Self::Nothing { .. } => None,
            Self::ServiceLabel {
                service,
                label,
                before: Some(value),
                ..
            } => Some(format!(
                "docker service update --label-add '{label}={value}' {service}"
            )),
            Self::ServiceLabel {
                service,
                label,
                before: None,
                ..
            } => Some(format!(
                "docker service update --label-rm '{label}' {service}"
            )),
        }
    }
}
