//! What is not back in place, and what was put back.
//!
//! Guarantee: nothing is said to be back while an entry of the undo journal is open.

use super::text::count;
use super::words::Words;
use app::model::record::Record;
use app::model::undo::{Undo, UndoEntry, UndoState};

/// Something that is not back in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What, and what to do.
    pub text: String,
    /// The command that puts it back by hand, where the text does not hold it.
    pub command: Option<String>,
}

/// What is not back in place.
pub fn left_behind(record: &Record) -> Vec<Left> {
    let said = record
        .run
        .outcome
        .as_ref()
        .map_or(&[][..], |o| &o.left_behind);
    let open = record.undo.iter().filter(|entry| !entry.state.is_settled());
    if said.is_empty() {
        return open.filter(|e| !is_nothing(e)).map(left).collect();
    }
    let commands = open.filter_map(|entry| entry.undo.by_hand());
    let mut commands = commands.filter(|c| !said.iter().any(|text| text.contains(c)));
    said.iter()
        .map(|text| Left {
            text: text.clone(),
            command: commands.next(),
        })
        .collect()
}

fn is_nothing(entry: &UndoEntry) -> bool {
    matches!(entry.undo, Undo::Nothing { .. })
}

fn left(entry: &UndoEntry) -> Left {
    let why = match &entry.state {
        UndoState::Failed { why } => format!(" ({why})"),
        _ => String::new(),
    };
    Left {
        text: format!("{}: {}{why}", entry.state.word(), entry.undo.text()),
        command: entry.undo.by_hand(),
    }
}

/// What is left, or what was put back, in a sentence.
pub fn words(record: &Record) -> Words {
    let left = left_behind(record);
    if left.is_empty() {
        return nothing_left(record);
    }
    left.into_iter().fold(Words::new(), |words, left| {
        let words = words.join("; ", Words::new().strong(left.text));
        match left.command {
            Some(command) => words.plain(". By hand: ").code(command),
            None => words,
        }
    })
}

fn nothing_left(record: &Record) -> Words {
    let real = record.undo.iter().filter(|entry| !is_nothing(entry));
    let (mut back, mut others) = (0, Vec::new());
    for entry in real {
        match &entry.state {
            UndoState::LeftToOther { found } => others.push(format!(
                "{} was not done: somebody else changed it meanwhile, found {found}",
                entry.undo.text()
            )),
            UndoState::Reverted => back += 1,
            _ => {}
        }
    }
    let nothing = match back {
        0 => "nothing: no undo was open".to_owned(),
        n => format!("nothing: {} put back", count(n, "change", "changes")),
    };
    others
        .into_iter()
        .fold(nothing.into(), |words: Words, other| {
            words.plain(format!(". {other}"))
        })
}
