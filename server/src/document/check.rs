//! Compares a document with the shape of an experiment, so that several mistakes show at once.
//!
//! It explains; it does not judge. The reader decides whether a text is an experiment, and asks
//! here only once it has refused: what is said here is never the only reason for a refusal.

use super::path::Path;
use super::quote;
use super::shape::{self, Field, Form, Kind, Shape};
use super::tree::{Node, Style, Tree};
use app::api::views::ProblemAt;
use app::model::units::{Percent, Span};
use std::rc::Rc;

/// How many problems are worth showing at once.
const MOST: usize = 50;

/// Everything whose shape is wrong.
pub(super) fn problems(text: &str, tree: &Tree) -> Vec<ProblemAt> {
    let mut check = Check {
        text,
        found: Vec::new(),
    };
    check.node(&tree.root, shape::experiment(), &Path::default());
    check.found.truncate(MOST);
    check.found
}

struct Check<'a> {
    text: &'a str,
    found: Vec<ProblemAt>,
}

impl Check<'_> {
    fn say(&mut self, node: &Node, path: &Path, message: String) {
        self.found.push(ProblemAt {
            path: path.to_string(),
            message,
            line: Some(node.line),
            column: Some(node.column),
        });
    }

    fn node(&mut self, node: &Rc<Node>, shape: &Shape, path: &Path) {
        if self.found.len() >= MOST {
            return;
        }
        match shape {
            Shape::Text(form) => self.text(node, form, path),
            Shape::Number(least, most) => self.number(node, (*least, *most), path),
            Shape::Bool => self.bool(node, path),
            Shape::List(items) => self.list(node, items, path),
            Shape::Fields(fields) => self.map(node, fields, None, path),
            Shape::Kinds(tag, kinds) => self.kinds(node, tag, kinds, path),
        }
    }

    /// The text of a node that should be one value; says so when it is none.
    fn value<'n>(&mut self, node: &'n Node, path: &Path) -> Option<&'n str> {
        match node.text() {
            Some("") if node.is_null() => {
                self.say(node, path, "a value is missing here".to_owned());
                None
            }
            Some(text) => Some(text),
            None => {
                let is = called(node);
                self.say(node, path, format!("this must be one value, not {is}"));
                None
            }
        }
    }

    fn text(&mut self, node: &Node, form: &Form, path: &Path) {
        let Some(text) = self.value(node, path) else {
            return;
        };
        let wrong = match form {
            Form::Free => None,
            Form::Span => text.parse::<Span>().err().map(|bad| bad.0),
            Form::Percent => text.parse::<Percent>().err().map(|bad| bad.0),
            Form::Choice(choices) if choices.iter().any(|one| one == text) => None,
            Form::Choice(choices) => Some(not_one_of(text, choices)),
        };
        if let Some(message) = wrong {
            self.say(node, path, message);
        }
    }

    fn number(&mut self, node: &Node, bounds: (i64, i64), path: &Path) {
        let Some(text) = self.value(node, path) else {
            return;
        };
        let number: Result<i64, _> = serde_saphyr::from_str(self.source(node));
        let message = match number {
            Ok(number) if (bounds.0..=bounds.1).contains(&number) => return,
            Ok(number) => out_of_bounds(number, bounds),
            Err(_) => format!("\"{text}\" is no whole number: write digits only"),
        };
        self.say(node, path, message);
    }

    fn bool(&mut self, node: &Node, path: &Path) {
        let Some(text) = self.value(node, path) else {
            return;
        };
        if serde_saphyr::from_str::<bool>(self.source(node)).is_err() {
            let message = format!("\"{text}\" is neither true nor false: write one of them");
            self.say(node, path, message);
        }
    }

    fn source(&self, node: &Node) -> &str {
        let node = node.real();
        self.text.get(node.start..node.end).unwrap_or_default()
    }

    fn list(&mut self, node: &Rc<Node>, shape: &Shape, path: &Path) {
        let Some(items) = node.items() else {
            let is = called(node);
            let message = format!("this must be a list, not {is}: begin each entry with \"- \"");
            return self.say(node, path, message);
        };
        for (i, item) in items.iter().enumerate() {
            self.node(item, shape, &path.index(i));
        }
    }

    /// Fields; `tag` names one more that is allowed and looked at elsewhere.
    fn map(&mut self, node: &Rc<Node>, fields: &[Field], tag: Option<&str>, path: &Path) {
        let Some(entries) = node.entries() else {
            let message = format!(
                "this must be fields, not {}: {}",
                called(node),
                one_of("write", fields.iter().map(|f| f.name.as_str()))
            );
            return self.say(node, path, message);
        };
        let mut seen: Vec<&str> = Vec::new();
        for entry in entries {
            let name = entry.key.text().unwrap_or_default();
            let here = path.key(name);
            if seen.contains(&name) {
                let message = format!("\"{name}\" stands here twice: remove one of the two");
                self.say(&entry.key, &here, message);
                continue;
            }
            seen.push(name);
            match fields.iter().find(|field| field.name == name) {
                Some(field) if field.optional() && entry.value.is_null() => {}
                Some(field) => self.field(&entry.key, &entry.value, field, tag, &here),
                None if name == "<<" || tag == Some(name) => {}
                None => self.say(&entry.key, &here, unknown(name, fields, tag)),
            }
        }
        self.missing(node, fields, path);
    }

    fn field(
        &mut self,
        key: &Node,
        node: &Rc<Node>,
        field: &Field,
        tag: Option<&str>,
        path: &Path,
    ) {
        // The fields of a kind are read before the kind is known, so a bare number stays one.
        let bare = tag.is_some() && field.shape == Shape::Text(Form::Free);
        let text = node.text().unwrap_or_default();
        if bare && !node.is_null() && is_plain(node) && !quote::is_text(text) {
            let message =
                format!("{text} is not a text as it stands: put it in quotes, \"{text}\"");
            return self.say(node, path, message);
        }
        // An empty value has no characters to point at: point at its key.
        let before = self.found.len();
        self.node(node, &field.shape, path);
        if node.is_null() {
            for problem in self.found.iter_mut().skip(before) {
                problem.line = Some(key.line);
                problem.column = Some(key.column);
            }
        }
    }

    fn missing(&mut self, node: &Rc<Node>, fields: &[Field], path: &Path) {
        for field in fields.iter().filter(|field| field.required) {
            if node.get(&field.name).is_none() {
                let (here, name) = (path.key(&field.name), &field.name);
                let example = match &field.default_or_example() {
                    Some(example) => format!(", for example {name}: {example}"),
                    None => String::new(),
                };
                self.say(
                    node,
                    &here,
                    format!("\"{name}\" is missing: add it{example}"),
                );
            }
        }
    }

    fn kinds(&mut self, node: &Rc<Node>, tag: &str, kinds: &[Kind], path: &Path) {
        let names: Vec<_> = kinds.iter().map(|kind| kind.name.clone()).collect();
        let here = path.key(tag);
        if node.entries().is_none() {
            let first = names.first().map_or("", String::as_str);
            let message = format!("this must say what it is: write for example {tag}: {first}");
            return self.say(node, path, message);
        }
        let Some(told) = node.get(tag) else {
            let message = format!("\"{tag}\" is missing: {}", one_of("write", names.iter()));
            return self.say(node, &here, message);
        };
        let Some(name) = self.value(told, &here) else {
            return;
        };
        if let Some(kind) = kinds.iter().find(|kind| kind.name == name) {
            return self.map(node, &kind.fields, Some(tag), path);
        }
        let message = format!("this version knows no {tag} {}", not_one_of(name, &names));
        self.say(told, &here, message);
    }
}

impl Field {
    /// Whether `null` counts as not given.
    fn optional(&self) -> bool {
        !self.required && self.default.is_none()
    }

    fn default_or_example(&self) -> Option<String> {
        match &self.shape {
            Shape::Text(Form::Span) => Some("15s".to_owned()),
            Shape::Text(Form::Percent) => Some("80%".to_owned()),
            Shape::Text(Form::Choice(choices)) => choices.first().cloned(),
            _ => self.default.clone(),
        }
    }
}

fn is_plain(node: &Node) -> bool {
    matches!(
        &node.real().kind,
        super::tree::Kind::Scalar(_, Style::Plain)
    )
}

/// What a node is, for people.
fn called(node: &Node) -> &'static str {
    if node.items().is_some() {
        "a list"
    } else if node.entries().is_some() {
        "fields"
    } else if node.is_null() {
        "nothing"
    } else {
        "a single value"
    }
}

/// What is wrong with a number, and which ones can be written.
fn out_of_bounds(number: i64, (least, most): (i64, i64)) -> String {
    let wrong = match number {
        _ if number > most => "too large",
        ..0 if least <= 1 => "no count",
        _ => "too small",
    };
    let write = if most < i64::from(u32::MAX) {
        format!("{least} to {most}")
    } else if number > most {
        format!("at most {most}")
    } else {
        format!("{least} or more")
    };
    format!("{number} is {wrong}: write {write}")
}

/// "`name` is not a field here" and what to write instead.
pub(super) fn unknown(name: &str, fields: &[Field], tag: Option<&str>) -> String {
    let known = || fields.iter().map(|field| field.name.as_str()).chain(tag);
    let help = match nearest(name, known()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if fields.is_empty() => "remove it".to_owned(),
        None => format!("{}, or remove it", one_of("write", known())),
    };
    format!("\"{name}\" is not a field here: {help}")
}

fn not_one_of(text: &str, choices: &[String]) -> String {
    match nearest(text, choices.iter().map(String::as_str)) {
        Some(near) => format!("\"{text}\": did you mean \"{near}\"?"),
        None => format!("\"{text}\": {}", one_of("write", choices.iter())),
    }
}

/// "write one of a, b"; "write a" when there is only one.
fn one_of<T: AsRef<str>>(verb: &str, names: impl Iterator<Item = T>) -> String {
    let names: Vec<_> = names.map(|name| name.as_ref().to_owned()).collect();
    let of = if names.len() > 1 { "one of " } else { "" };
    format!("{verb} {of}{}", names.join(", "))
}

/// The name that was most likely meant; none when nothing is near.
fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(typed);
    let far = wanted.chars().count().max(3) / 3;
    let near = names.map(|name| (distance(&wanted, &plain(name)), name));
    near.filter(|(d, _)| *d <= far).min().map(|(_, name)| name)
}

/// How many letters must be added, removed or changed to make one text from the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(60).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(60).enumerate() {
        let mut diagonal = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
