//! A change in the form becomes splices of the text.
//!
//! The guarantee: either exactly the intended value changed, and every comment is still there, or
//! the text is refused unchanged with a sentence that says where to edit by hand. This is not a
//! matter of care but checked after every change: the new text is read again and compared.

mod patch;
mod plan;
mod splice;

use super::path::Path;
use super::tree::Tree;
use super::value::{Look, Value};
use app::api::views::FormEdit;
use patch::Patch;
use splice::Splices;

/// Why a change in the form was not made. The text is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no YAML at the moment.
    #[error("the form cannot change a text that cannot be read, line {line}: {why}")]
    Unreadable {
        /// From 1.
        line: u32,
        /// What is wrong with the text.
        why: String,
    },
    /// The path leads nowhere.
    #[error("there is no {0} in the text: it may have been removed meanwhile")]
    Missing(String),
    /// The request itself makes no sense; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// It is written in a way that cannot be patched without touching something else.
    #[error(
        "edit this in the text: {path} (line {line}) is written in a way that the form cannot change without touching more than that"
    )]
    ByHand {
        /// Which field.
        path: String,
        /// Where it stands, or what it would stand in; from 1.
        line: u32,
    },
}

/// Applies a change made in the form to a text. An empty value removes an optional field and
/// leaves a required one empty, so that it keeps its place. Two paths exist for the form alone:
/// `target.tasks.by` ("count", "percent", "all") and `target.tasks.number`.
///
/// # Errors
/// See [`EditError`]; the text is then untouched.
pub fn edit(text: &str, edit: &FormEdit) -> Result<String, EditError> {
    let changes = plan::changes(&read(text)?, edit)?;
    let apply = |text: String, change: &Change| change.apply(&text);
    changes.iter().try_fold(text.to_owned(), apply)
}

/// One step of an edit.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    /// Sets what is at a path, making the fields on the way.
    Put(Path, Value),
    /// Adds to the list at a path.
    Append(Path, Value),
    /// Takes away what is at a path.
    Remove(Path),
    /// Gives the field at a path another name.
    Rename(Path, String),
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Self::Put(path, _)
            | Self::Append(path, _)
            | Self::Remove(path)
            | Self::Rename(path, _) => path,
        }
    }

    /// What it does to a document's meaning; none when it cannot be.
    fn mean(&self, on: &mut Value) -> Option<()> {
        match self.clone() {
            Self::Put(path, value) => on.put(&path.0, value),
            Self::Append(path, item) => on.append(&path.0, item),
            Self::Remove(path) => on.remove(&path.0),
            Self::Rename(path, name) => on.rename(&path.0, &name),
        }
    }

    fn apply(&self, text: &str) -> Result<String, EditError> {
        let tree = read(text)?;
        self.checked(text, &tree).ok_or_else(|| EditError::ByHand {
            path: self.path().to_string(),
            line: self.path().nearest(&tree.root).place().0,
        })
    }

    /// The new text, once it is sure that it means what was intended and nothing was lost.
    fn checked(&self, text: &str, tree: &Tree) -> Option<String> {
        let look = Look::of(text, &tree.root);
        let mut meant = Value::of(&tree.root);
        self.mean(&mut meant)?;
        let splices = Patch { text, tree, look }.splices(self)?;
        let after = splices.apply(text)?;
        let read = Tree::parse(&after).ok()?;
        let kept = self.comments_kept(&splices, (text, tree), (&after, &read));
        let same = Value::of(&read.root) == meant;
        let json = !look.json || serde_json::from_str::<serde::de::IgnoredAny>(&after).is_ok();
        (same && kept && json).then_some(after)
    }

    /// Whether every comment is still there, but those beside or within what was removed.
    fn comments_kept(&self, splices: &Splices, old: (&str, &Tree), new: (&str, &Tree)) -> bool {
        let removes = matches!(self, Self::Remove(_));
        let stays = old
            .1
            .comments
            .iter()
            .filter(|at| !(removes && splices.replace(at)));
        let stays = stays.map(|at| old.0.get(at.clone()));
        stays.eq(new.1.comments.iter().map(|at| new.0.get(at.clone())))
    }
}

fn read(text: &str) -> Result<Tree, EditError> {
    let tree = Tree::parse(text).map_err(|problem| EditError::Unreadable {
        line: problem.line.unwrap_or(1),
        why: problem.message,
    })?;
    if tree.root.entries().is_none() {
        return Err(EditError::Unreadable {
            line: tree.root.line,
            why: "an experiment is fields such as title: and target:".to_owned(),
        });
    }
    Ok(tree)
}
