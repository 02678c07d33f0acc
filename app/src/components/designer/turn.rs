//! Whose turn it is: text and form take turns with the server, one question at a time.
//!
//! It guarantees that nothing typed is lost: an answer to an older text is dropped, and a form
//! edit that it carried is made again on the newer one.

use crate::api::views::{DesignAsk, FormEdit};
use crate::model::run::DesignId;
use std::collections::VecDeque;

/// What is on the desk, and what is under way.
#[derive(Debug, Default)]
pub struct Turn {
    text: String,
    version: u64,
    edits: VecDeque<FormEdit>,
    unchecked: bool,
    asked: Option<Asked>,
}

/// A question under way.
#[derive(Debug)]
struct Asked {
    version: u64,
    edit: Option<FormEdit>,
}

/// What to do with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// Show it. The text it came with is the document now, if a form edit made it.
    Show {
        /// The new document.
        text: Option<String>,
    },
    /// Drop it: something newer was typed meanwhile.
    Drop,
}

impl Turn {
    /// With a document that the server has already looked at.
    pub fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Somebody typed: this is the document now.
    pub fn typed(&mut self, text: String) {
        self.text = text;
        self.version += 1;
        self.unchecked = true;
    }

    /// Somebody changed the form. A second change of the same field takes the place of the first,
    /// unless something was added or removed in between, which may have moved the field.
    pub fn edited(&mut self, edit: FormEdit) {
        if let FormEdit::Set { path, value } = &edit
            && let Some(old) = self.waiting(path)
        {
            old.clone_from(value);
        } else {
            self.edits.push_back(edit);
        }
    }

    /// The value that waits to be written to a path.
    fn waiting(&mut self, path: &str) -> Option<&mut String> {
        let mut newest_first = self.edits.iter_mut().rev();
        newest_first
            .by_ref()
            .map_while(|edit| match edit {
                FormEdit::Set { path, value } => Some((path, value)),
                _ => None,
            })
            .find_map(|(known, value)| (known == path).then_some(value))
    }

    /// What the server knows of the document has changed: it is asked again.
    pub fn again(&mut self) {
        self.unchecked = true;
    }

    /// The next question, if there is one and none is under way.
    pub fn next(&mut self, id: Option<DesignId>) -> Option<DesignAsk> {
        if self.asked.is_some() || !self.is_waiting() {
            return None;
        }
        let edit = self.edits.pop_front();
        self.unchecked = false;
        self.asked = Some(Asked {
            version: self.version,
            edit: edit.clone(),
        });
        Some(DesignAsk {
            text: self.text.clone(),
            edit,
            id,
        })
    }

    /// The answer to the question under way came, with the document as the server left it.
    pub fn answered(&mut self, text: &str) -> Use {
        let Some(Asked { version, edit }) = self.asked.take() else {
            return Use::Drop;
        };
        if version != self.version {
            if let Some(edit) = edit {
                self.edits.push_front(edit);
            }
            return Use::Drop;
        }
        let changed = edit.is_some().then(|| text.to_owned());
        if let Some(text) = &changed {
            self.text.clone_from(text);
        }
        Use::Show { text: changed }
    }

    /// No answer came. A form edit is kept to be made again when `keep`, or dropped.
    pub fn failed(&mut self, keep: bool) {
        if let Some(Asked {
            edit: Some(edit), ..
        }) = self.asked.take()
            && keep
        {
            self.edits.push_front(edit);
        }
        self.unchecked |= keep;
    }

    /// Whether something has not been asked yet.
    pub fn is_waiting(&self) -> bool {
        self.unchecked || !self.edits.is_empty()
    }

    /// Whether everything has been asked and answered.
    pub fn is_settled(&self) -> bool {
        self.asked.is_none() && !self.is_waiting()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(path: &str, value: &str) -> FormEdit {
        FormEdit::Set {
            path: path.into(),
            value: value.into(),
        }
    }

    #[test]
    fn typing_during_a_form_edit_keeps_both() {
        let mut turn = Turn::new("a".into());
        turn.edited(set("title", "t"));
        let first = turn.next(None).expect("a question");
        assert_eq!((first.text.as_str(), first.edit.is_some()), ("a", true));
        turn.typed("ab".into());
        assert_eq!(turn.next(None), None, "one question at a time");
        assert_eq!(
            turn.answered("a+t"),
            Use::Drop,
            "the answer knows nothing of b"
        );
        let second = turn.next(None).expect("the edit again");
        assert_eq!(
            (second.text.as_str(), second.edit),
            ("ab", Some(set("title", "t")))
        );
        assert_eq!(
            turn.answered("ab+t"),
            Use::Show {
                text: Some("ab+t".into())
            }
        );
        assert!(turn.is_settled());
    }

    #[test]
    fn an_edit_made_again_comes_before_later_ones() {
        let mut turn = Turn::new(String::new());
        turn.edited(set("a", "1"));
        turn.next(None).expect("a question");
        turn.edited(set("b", "2"));
        turn.edited(set("c", "3"));
        turn.typed("x".into());
        turn.answered("");
        let order: Vec<_> = std::iter::from_fn(|| {
            let ask = turn.next(None)?;
            turn.answered(&ask.text);
            ask.edit
        })
        .collect();
        assert_eq!(order, [set("a", "1"), set("b", "2"), set("c", "3")]);
    }

    #[test]
    fn a_check_never_replaces_the_text() {
        let mut turn = Turn::new("a".into());
        turn.typed("ab".into());
        turn.next(None).expect("a question");
        assert_eq!(turn.answered("something else"), Use::Show { text: None });
        assert_eq!(turn.text, "ab");
    }

    #[test]
    fn the_last_value_of_a_field_is_sent_once() {
        let mut turn = Turn::new(String::new());
        turn.edited(set("a", "1"));
        turn.edited(set("a", "12"));
        assert_eq!(
            turn.next(None).and_then(|ask| ask.edit),
            Some(set("a", "12"))
        );
        turn.answered("");
        assert_eq!(turn.next(None), None);
    }

    #[test]
    fn fields_written_in_turns_are_sent_once_each() {
        let mut turn = Turn::new(String::new());
        for n in ["1", "2", "3"] {
            turn.edited(set("a", n));
            turn.edited(set("b", n));
        }
        turn.edited(FormEdit::AddGuard);
        turn.edited(set("a", "4"));
        let sent: Vec<_> = std::iter::from_fn(|| {
            let ask = turn.next(None)?;
            turn.answered(&ask.text);
            ask.edit
        })
        .collect();
        let expected = [
            set("a", "3"),
            set("b", "3"),
            FormEdit::AddGuard,
            set("a", "4"),
        ];
        assert_eq!(sent, expected);
    }

    #[test]
    fn an_edit_survives_a_lab_that_is_away() {
        let mut turn = Turn::new(String::new());
        turn.edited(set("a", "1"));
        turn.next(None).expect("a question");
        turn.failed(true);
        assert!(turn.is_waiting());
        assert_eq!(
            turn.next(None).and_then(|ask| ask.edit),
            Some(set("a", "1"))
        );
        turn.failed(false);
        assert!(turn.is_settled());
    }
}
