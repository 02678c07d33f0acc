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
        /// Why.
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
    /// What it is to do, for people: "remove label mark of api".
    pub fn intent(&self) -> String {
        match self {
            Self::Nothing { .. } => "put nothing back".to_owned(),
            Self::ServiceLabel { before: None, .. } => format!("remove {}", self.subject()),
            Self::ServiceLabel {
                before: Some(value),
                ..
            } => format!("put {} back to \"{value}\"", self.subject()),
        }
    }

    /// That it was done, for people: "label mark of api removed again".
    fn done(&self) -> String {
        match self {
            Self::Nothing { why } => format!("nothing to put back: {why}"),
            Self::ServiceLabel { before: None, .. } => format!("{} removed again", self.subject()),
            Self::ServiceLabel {
                before: Some(value),
                ..
            } => format!("{} put back to \"{value}\"", self.subject()),
        }
    }

    /// That it was not done, for people: "label mark of api was NOT removed".
    fn not_done(&self) -> String {
        match self {
            Self::Nothing { why } => format!("nothing to put back: {why}"),
            Self::ServiceLabel { before: None, .. } => {
                format!("{} was NOT removed", self.subject())
            }
            Self::ServiceLabel {
                before: Some(value),
                ..
            } => format!("{} was NOT put back to \"{value}\"", self.subject()),
        }
    }

    /// What it is about: "label mark of api".
    fn subject(&self) -> String {
        match self {
            Self::Nothing { .. } => "nothing".to_owned(),
            Self::ServiceLabel { service, label, .. } => format!("label {label} of {service}"),
        }
    }

    /// The command that does it by hand, where there is anything to do.
    pub fn by_hand(&self) -> Option<String> {
        let Self::ServiceLabel {
            service,
            label,
            before,
            ..
        } = self
        else {
            return None;
        };
        let change = match before {
            Some(value) => format!("--label-add {}", quoted(&format!("{label}={value}"))),
            None => format!("--label-rm {}", quoted(label)),
        };
        Some(format!("docker service update {change} {service}"))
    }
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl UndoEntry {
    /// What became of it, for people, without a full stop: "label mark of api removed again".
    pub fn told(&self) -> String {
        match &self.state {
            UndoState::Reverted => self.undo.done(),
            UndoState::NotNeeded { why } => format!("nothing to put back: {why}"),
            UndoState::LeftToOther { found } => format!(
                "{} was left as somebody else set it: {found}",
                self.undo.subject()
            ),
            UndoState::Failed { why } => {
                format!("{}: {}", self.undo.not_done(), without_command(why))
            }
            UndoState::Intended | UndoState::Applied => {
                format!("still to do: {}", self.undo.intent())
            }
        }
    }

    /// What puts back what is still open: the lab's own command, then the one by hand. None where
    /// nothing is open.
    pub fn commands(&self) -> Option<(&'static str, String)> {
        let open = !self.state.is_settled();
        let by_hand = self.undo.by_hand().filter(|_| open)?;
        Some((RECOVER, by_hand))
    }
}

/// Puts back whatever is open in the undo journal.
pub const RECOVER: &str = "hivequake recover";

/// Entries of earlier versions end in the command by hand, which is told beside them.
fn without_command(why: &str) -> &str {
    let why = why.split(" By hand: ").next().unwrap_or(why);
    why.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn entry(before: Option<&str>, state: UndoState) -> UndoEntry {
        UndoEntry {
            id: 1,
            run: RunId(Uuid::nil()),
            fault: 0,
            undo: Undo::ServiceLabel {
                service_id: "s1".to_owned(),
                service: "api".to_owned(),
                label: "mark".to_owned(),
                before: before.map(str::to_owned),
                during: "on".to_owned(),
            },
            state,
            changed: At(0),
        }
    }

    fn failed(why: &str) -> UndoState {
        UndoState::Failed {
            why: why.to_owned(),
        }
    }

    #[test]
    fn what_was_done_and_what_was_not_is_told_apart() {
        let none = |state| entry(None, state).told();
        let was = |state| entry(Some("off"), state).told();
        assert_eq!(none(UndoState::Reverted), "label mark of api removed again");
        assert_eq!(
            was(UndoState::Reverted),
            "label mark of api put back to \"off\""
        );
        assert_eq!(
            none(failed("the engine did not answer.")),
            "label mark of api was NOT removed: the engine did not answer"
        );
        assert_eq!(
            was(failed("no answer")),
            "label mark of api was NOT put back to \"off\": no answer"
        );
        assert_eq!(
            none(UndoState::Applied),
            "still to do: remove label mark of api"
        );
        assert_eq!(
            was(UndoState::Intended),
            "still to do: put label mark of api back to \"off\""
        );
    }

    #[test]
    fn what_needed_no_undo_names_why() {
        let gone = UndoState::NotNeeded {
            why: "the service is gone".to_owned(),
        };
        let other = UndoState::LeftToOther {
            found: "\"theirs\"".to_owned(),
        };
        assert_eq!(
            entry(None, gone).told(),
            "nothing to put back: the service is gone"
        );
        assert_eq!(
            entry(None, other).told(),
            "label mark of api was left as somebody else set it: \"theirs\""
        );
    }

    #[test]
    fn the_command_is_told_once_and_only_while_something_is_open() {
        let by_hand = "docker service update --label-rm 'mark' api";
        let old = entry(None, failed(&format!("No answer. By hand: {by_hand}")));
        assert_eq!(old.told(), "label mark of api was NOT removed: No answer");
        assert_eq!(old.commands(), Some((RECOVER, by_hand.to_owned())));
        assert_eq!(entry(None, UndoState::Reverted).commands(), None);
    }

    #[test]
    fn a_value_from_outside_stays_one_word_of_the_command() {
        let was = entry(Some("o'f; f"), UndoState::Applied);
        assert_eq!(
            was.commands().map(|(_, by_hand)| by_hand).as_deref(),
            Some(r"docker service update --label-add 'mark=o'\''f; f' api")
        );
    }
}
