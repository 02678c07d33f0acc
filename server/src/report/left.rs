//! What is not back in place, and what was put back.
//!
//! Guarantee: nothing is said to be back while an entry of the undo journal is open; where the
//! journal is there, it counts, and not what was said of it when the run ended.

use super::text::upper_first;
use super::words::Words;
use app::model::record::Record;
use app::model::undo::{RECOVER, Undo, UndoEntry, UndoState};

/// Something that is not back in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What, and why.
    pub text: String,
    /// The command that puts it back by hand, where the text does not hold it.
    pub command: Option<String>,
}

/// What is not back in place.
pub fn left_behind(record: &Record) -> Vec<Left> {
    if record.undo.is_empty() {
        return said_at_the_end(record);
    }
    record.undo.iter().filter_map(left).collect()
}

fn left(entry: &UndoEntry) -> Option<Left> {
    let (_, by_hand) = entry.commands()?;
    Some(Left {
        text: entry.told(),
        command: Some(by_hand),
    })
}

/// What the run itself said was left, where its journal could not be read.
fn said_at_the_end(record: &Record) -> Vec<Left> {
    let outcome = record.run.outcome.iter();
    let texts = outcome.flat_map(|outcome| outcome.left_behind.iter().cloned());
    texts
        .map(|text| Left {
            text,
            command: None,
        })
        .collect()
}

/// What is left, or what was put back, in a sentence.
pub fn words(record: &Record) -> Words {
    let left = left_behind(record);
    if left.is_empty() {
        let words = Words::from(nothing_left(record));
        if !rolls_back_elsewhere(record) {
            return words;
        }
        return words
            .plain(" From now on ")
            .code("docker service rollback")
            .plain(" goes back to the definition with the fault in it, not to your earlier one.");
    }
    left.into_iter().fold(Words::new(), |words, left| {
        let words = words.join("; ", Words::new().strong(left.text));
        match left.command {
            Some(command) => words
                .plain(". Run ")
                .code(RECOVER)
                .plain(", or by hand: ")
                .code(command),
            None => words,
        }
    })
}

/// "Nothing is left. One change was made and put back.", and what was not put back for a reason.
fn nothing_left(record: &Record) -> String {
    let real = record
        .undo
        .iter()
        .filter(|entry| entry.undo.by_hand().is_some());
    let others = real.filter(|entry| {
        matches!(
            entry.state,
            UndoState::NotNeeded { .. } | UndoState::LeftToOther { .. }
        )
    });
    let others = others.map(|entry| format!("{}.", upper_first(&entry.told())));
    let said = put_back(record).into_iter().chain(others);
    let said = said.collect::<Vec<_>>().join(" ");
    match (said.is_empty(), record.undo.is_empty()) {
        (true, true) => "Nothing.".to_owned(),
        (true, false) => "Nothing was changed that needs putting back.".to_owned(),
        (false, _) => format!("Nothing is left. {said}"),
    }
}

/// "One change was made and put back.", and whether only once the run was over.
fn put_back(record: &Record) -> Option<String> {
    let back = record
        .undo
        .iter()
        .filter(|entry| entry.state == UndoState::Reverted);
    let last = back.clone().map(|entry| entry.changed).max()?;
    let changes = match back.count() {
        1 => "One change was".to_owned(),
        n => format!("{n} changes were"),
    };
    let late = record.run.ended.is_some_and(|ended| last > ended);
    let when = if late { " after the run was over" } else { "" };
    Some(format!("{changes} made and put back{when}."))
}

/// What putting back cannot give back: Swarm keeps one earlier definition of a service.
fn rolls_back_elsewhere(record: &Record) -> bool {
    let updated = |entry: &UndoEntry| matches!(entry.undo, Undo::ServiceLabel { .. });
    let mut back = record
        .undo
        .iter()
        .filter(|e| e.state == UndoState::Reverted);
    back.any(updated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use app::model::time::Micros;

    fn with(state: UndoState) -> Record {
        let (mut record, _) = sample::not_restored();
        record.undo[0].state = state;
        record
    }

    fn said(record: &Record) -> String {
        words(record).markdown()
    }

    #[test]
    fn what_was_not_done_is_not_told_as_if_it_were() {
        let (record, _) = sample::not_restored();
        assert_eq!(
            said(&record),
            "**label hivequake-test of neotix_neotix-api-canary was NOT removed: the engine did not \
             answer for 30 s**. Run `hivequake recover`, or by hand: `docker service update \
             --label-rm 'hivequake-test' neotix_neotix-api-canary`"
        );
    }

    #[test]
    fn what_was_put_back_or_left_to_others_is_told_apart() {
        assert_eq!(
            said(&with(UndoState::Reverted)),
            "Nothing is left. One change was made and put back. From now on `docker service \
             rollback` goes back to the definition with the fault in it, not to your earlier one."
        );
        let found = "\"theirs\"".to_owned();
        assert_eq!(
            said(&with(UndoState::LeftToOther { found })),
            "Nothing is left. Label hivequake-test of neotix_neotix-api-canary was left as somebody \
             else set it: \"theirs\"."
        );
        let why = "the service is gone".to_owned();
        assert_eq!(
            said(&with(UndoState::NotNeeded { why })),
            "Nothing is left. Nothing to put back: the service is gone."
        );
    }

    #[test]
    fn a_kill_changes_nothing_that_needs_putting_back() {
        let (mut record, _) = sample::kill();
        assert_eq!(
            said(&record),
            "Nothing was changed that needs putting back."
        );
        record.undo.clear();
        assert_eq!(said(&record), "Nothing.");
    }

    #[test]
    fn several_changes_are_counted() {
        let mut record = with(UndoState::Reverted);
        record.undo.push(record.undo[0].clone());
        let begin = "Nothing is left. 2 changes were made and put back. From now on";
        assert!(said(&record).starts_with(begin), "{}", said(&record));
    }

    #[test]
    fn what_was_put_back_later_is_no_longer_left() {
        let mut record = with(UndoState::Reverted);
        if let Some(outcome) = &mut record.run.outcome {
            outcome.left_behind = vec!["Not put back yet: label x removed again".to_owned()];
        }
        record.undo[0].changed = record.run.ended.unwrap_or_default() + Micros(1);
        let begin = "Nothing is left. One change was made and put back after the run was over.";
        assert!(said(&record).starts_with(begin), "{}", said(&record));
        record.undo.clear();
        assert_eq!(said(&record), "**Not put back yet: label x removed again**");
    }
}
