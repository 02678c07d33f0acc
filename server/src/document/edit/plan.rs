//! What a change in the form comes to: a few steps on the document.
//!
//! Everything that is known of the fields here comes from the shape of an experiment.

use super::{Change, EditError};
use crate::document::path::{Path, Step};
use crate::document::shape::{self, Field, Form, Shape};
use crate::document::tree::{Node, Tree};
use crate::document::value::Value;
use app::api::views::FormEdit;
use std::rc::Rc;

/// The steps of an edit, each to be applied to the outcome of the one before.
pub(super) fn changes(tree: &Tree, edit: &FormEdit) -> Result<Vec<Change>, EditError> {
    match edit {
        FormEdit::Set { path, value } if path == "target.tasks.by" => tasks_by(tree, value),
        FormEdit::Set { path, value } if path == "target.tasks.number" => tasks_number(tree, value),
        FormEdit::Set { path, value } => set(tree, path, value),
        FormEdit::AddProbe { kind } => Ok(vec![add_probe(tree, kind)?]),
        FormEdit::AddFault { kind } => Ok(vec![add_fault(kind)?]),
        FormEdit::AddGuard => Ok(vec![add_guard()]),
        FormEdit::Remove { path } => {
            let there = known(path)?;
            let found = there.find(&tree.root);
            found.ok_or_else(|| EditError::Missing(path.clone()))?;
            Ok(vec![Change::Remove(there)])
        }
    }
}

fn known(path: &str) -> Result<Path, EditError> {
    let parsed = Path::parse(path).filter(|path| !path.0.is_empty());
    parsed.ok_or_else(|| EditError::Refused(format!("\"{path}\" is no path to a field")))
}

fn at(path: &str) -> Path {
    Path::parse(path).unwrap_or_default()
}

fn set(tree: &Tree, path: &str, value: &str) -> Result<Vec<Change>, EditError> {
    let there = known(path)?;
    let written = there.find(&tree.root);
    let field = shape::field(&there);
    if let Some(items) = list_too_short(tree, &there) {
        return Err(EditError::Missing(items));
    }
    if field.is_none() && written.is_none() {
        return Err(EditError::Refused(format!(
            "an experiment has no field {path}"
        )));
    }
    if written.is_some_and(|found| found.node.text().is_none()) {
        let why = format!("{path} is not one value: change what it holds");
        return Err(EditError::Refused(why));
    }
    let required = field.is_some_and(|field| field.required);
    Ok(match (value, written) {
        ("", None) => Vec::new(),
        ("", Some(_)) if !required => vec![Change::Remove(there)],
        _ => vec![Change::Put(there, written_as(field, value))],
    })
}

/// The list item on the way of a path that is not there.
fn list_too_short(tree: &Tree, path: &Path) -> Option<String> {
    let lists = (1..=path.0.len()).map(|n| Path(path.0.iter().take(n).cloned().collect()));
    lists
        .filter(|way| matches!(way.0.last(), Some(Step::Index(_))))
        .find(|way| way.find(&tree.root).is_none())
        .map(|way| way.to_string())
}

/// What people typed, as a number where a number belongs and it is one, else as a text.
fn written_as(field: Option<&Field>, typed: &str) -> Value {
    let number = typed.parse::<i64>().is_ok_and(|n| n.to_string() == typed);
    let bare = match field.map(|field| &field.shape) {
        Some(Shape::Number(..)) => number,
        Some(Shape::Bool) => typed == "true" || typed == "false",
        _ => false,
    };
    if bare {
        Value::Bare(typed.to_owned())
    } else {
        Value::Text(typed.to_owned())
    }
}

/// The ways to say which tasks, in the order in which they win, and what each begins with.
const WAYS: [(&str, &str); 3] = [("all", "true"), ("percent", "50"), ("count", "1")];

/// The ways that a text gives, in that order.
fn ways(tree: &Tree) -> Vec<&'static str> {
    let tasks = at("target.tasks").find(&tree.root);
    let given = |name: &str| tasks.is_some_and(|tasks| tasks.node.entry(name).is_some());
    WAYS.iter()
        .map(|way| way.0)
        .filter(|name| given(name))
        .collect()
}

fn tasks_by(tree: &Tree, wanted: &str) -> Result<Vec<Change>, EditError> {
    let Some((wanted, first)) = WAYS.iter().find(|way| way.0 == wanted) else {
        let why = format!("tasks are chosen by count, percent or all, not by \"{wanted}\"");
        return Err(EditError::Refused(why));
    };
    let tasks = at("target.tasks");
    let given = ways(tree);
    let kept = given
        .iter()
        .find(|way| *way == wanted)
        .or(given.first())
        .copied();
    let others = given.iter().filter(|way| Some(**way) != kept);
    let mut changes: Vec<_> = others.map(|way| Change::Remove(tasks.key(way))).collect();
    if let Some(kept) = kept.filter(|kept| kept != wanted) {
        changes.push(Change::Rename(tasks.key(kept), (*wanted).to_owned()));
    }
    if kept != Some(*wanted) {
        changes.push(Change::Put(
            tasks.key(wanted),
            Value::Bare((*first).to_owned()),
        ));
    }
    Ok(changes)
}

fn tasks_number(tree: &Tree, value: &str) -> Result<Vec<Change>, EditError> {
    match ways(tree).first().copied().unwrap_or("count") {
        "all" => Err(EditError::Refused(
            "every task is chosen: choose by count or percent first".to_owned(),
        )),
        way => set(tree, &format!("target.tasks.{way}"), value),
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn map(fields: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::Map(fields.into_iter().collect())
}

fn add_probe(tree: &Tree, kind: &str) -> Result<Change, EditError> {
    let (field, address) = match kind {
        "http" => ("url", "http://127.0.0.1:8080/"),
        "tcp" => ("address", "127.0.0.1:5432"),
        _ => {
            let why = format!("a probe is http or tcp, not \"{kind}\"");
            return Err(EditError::Refused(why));
        }
    };
    let probes = at("hypothesis.probes");
    let there = probes.find(&tree.root).and_then(|found| found.node.items());
    let name = free_name(kind, there.unwrap_or_default());
    let probe = map([
        ("name".to_owned(), text(&name)),
        (kind.to_owned(), map([(field.to_owned(), text(address))])),
    ]);
    Ok(Change::Append(probes, probe))
}

/// "http", or "http-2" and so on when that is taken.
fn free_name(kind: &str, probes: &[Rc<Node>]) -> String {
    let taken = |name: &str| {
        let names = probes.iter().filter_map(|probe| probe.get("name")?.text());
        names.into_iter().any(|one| one == name)
    };
    let numbered = (2..).map(|n| format!("{kind}-{n}"));
    let mut names = std::iter::once(kind.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// A fault of a kind with all that it must have, and what may be chosen shown.
fn add_fault(kind: &str) -> Result<Change, EditError> {
    let (tag, kinds) = shape::faults();
    let Some(found) = kinds.iter().find(|one| one.name == kind) else {
        let why = format!("this version knows no fault \"{kind}\"");
        return Err(EditError::Refused(why));
    };
    let first = (tag.to_owned(), text(kind));
    let fields = found
        .fields
        .iter()
        .map(|field| (field.name.clone(), beginning(field)));
    Ok(Change::Append(
        at("method"),
        map(std::iter::once(first).chain(fields)),
    ))
}

/// What a field holds in a new fault: what would hold anyway, else something to write over.
fn beginning(field: &Field) -> Value {
    let example = match &field.shape {
        Shape::Number(least, _) => (*least).max(1).to_string(),
        Shape::Bool => "true".to_owned(),
        Shape::Text(Form::Span) => "10s".to_owned(),
        Shape::Text(Form::Percent) => "50%".to_owned(),
        Shape::Text(Form::Choice(choices)) => choices.first().cloned().unwrap_or_default(),
        _ => "change-me".to_owned(),
    };
    written_as(Some(field), &field.default.clone().unwrap_or(example))
}

fn add_guard() -> Change {
    let condition = map([
        ("availability_below".to_owned(), text("5%")),
        ("for".to_owned(), text("60s")),
    ]);
    Change::Append(at("guards"), map([("abort_when".to_owned(), condition)]))
}
