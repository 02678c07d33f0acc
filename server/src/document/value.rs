//! A document without its looks: what a change does to it, and how new parts of it are written.
//!
//! Two texts mean the same exactly when their values are equal, the order of keys included.

use super::path::Step;
use super::quote;
use super::tree::{Kind, Node, Style};
use std::rc::Rc;

/// What a node means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// Something written bare that is no text: a number, `true`, nothing at all.
    Bare(String),
    /// A list.
    List(Vec<Value>),
    /// Fields in order.
    Map(Vec<(String, Value)>),
}

/// How new parts are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// JSON: everything in quotes.
    pub json: bool,
    /// Spaces per level.
    pub step: usize,
    /// Spaces from a key to the dashes of its list.
    pub dash: usize,
    /// What ends a line.
    pub eol: &'static str,
}

/// Fields that read better on one line when they hold single values only.
const ON_ONE_LINE: [&str; 5] = ["tasks", "http", "tcp", "abort_when", "timing"];

impl Value {
    /// What a node means, aliases followed.
    pub fn of(node: &Node) -> Self {
        match &node.real().kind {
            Kind::Scalar(text, Style::Plain) if !quote::is_text(text) => Self::Bare(text.clone()),
            Kind::Scalar(text, _) => Self::Text(text.clone()),
            Kind::List(items, _) => Self::List(items.iter().map(|item| Self::of(item)).collect()),
            Kind::Map(entries, _) => Self::Map(
                entries
                    .iter()
                    .map(|entry| {
                        (
                            entry.key.text().unwrap_or_default().to_owned(),
                            Self::of(&entry.value),
                        )
                    })
                    .collect(),
            ),
            Kind::Alias(target) => Self::of(target),
        }
    }

    /// The value one step further; none when it is not there.
    fn step(&mut self, step: &Step) -> Option<&mut Self> {
        match (self, step) {
            (Self::List(items), Step::Index(i)) => items.get_mut(*i),
            (Self::Map(fields), Step::Key(name)) => {
                let found = fields.iter_mut().find(|(key, _)| key == name);
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Puts a value at a path, making the fields on the way there; none when something else is
    /// in the way.
    pub fn put(&mut self, path: &[Step], value: Self) -> Option<()> {
        let Some((first, rest)) = path.split_first() else {
            *self = value;
            return Some(());
        };
        if matches!(self, Self::Bare(text) if is_nothing(text)) {
            *self = Self::Map(Vec::new());
        }
        if let (Self::Map(fields), Step::Key(name)) = (&mut *self, first)
            && !fields.iter().any(|(key, _)| key == name)
        {
            fields.push((name.clone(), Self::Map(Vec::new())));
        }
        self.step(first)?.put(rest, value)
    }

    /// Adds an item to the list at a path, making the list where there is none.
    pub fn append(&mut self, path: &[Step], item: Self) -> Option<()> {
        match self.at(path) {
            Some(Self::List(items)) => items.push(item),
            Some(Self::Bare(text)) if is_nothing(text) => self.put(path, Self::List(vec![item]))?,
            None => self.put(path, Self::List(vec![item]))?,
            Some(_) => return None,
        }
        Some(())
    }

    /// Takes away what is at a path.
    pub fn remove(&mut self, path: &[Step]) -> Option<()> {
        let (last, above) = path.split_last()?;
        match (self.at(above)?, last) {
            (Self::List(items), Step::Index(i)) if *i < items.len() => {
                items.remove(*i);
            }
            (Self::Map(fields), Step::Key(name)) => {
                let place = fields.iter().position(|(key, _)| key == name)?;
                fields.remove(place);
            }
            _ => return None,
        }
        Some(())
    }

    /// Gives the field at a path another name.
    pub fn rename(&mut self, path: &[Step], name: &str) -> Option<()> {
        let (Step::Key(old), above) = path.split_last()? else {
            return None;
        };
        let Self::Map(fields) = self.at(above)? else {
            return None;
        };
        let field = fields.iter_mut().find(|(key, _)| key == old)?;
        name.clone_into(&mut field.0);
        Some(())
    }

    fn at(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter().try_fold(self, |value, step| value.step(step))
    }

    /// On one line, within `{}` or as a single value.
    pub fn flow(&self, look: Look) -> String {
        match self {
            Self::Text(text) if look.json => quote::double(text),
            Self::Text(text) => quote::yaml(text, true, None),
            Self::Bare(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.flow(look)).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Map(fields) => {
                let field = |(key, value): &(String, Self)| {
                    format!("{}: {}", look.key(key), value.flow(look))
                };
                let fields: Vec<_> = fields.iter().map(field).collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    /// Below or beside a key that stands at `indent`: everything after the `:`.
    pub fn after_key(&self, key: &str, indent: usize, look: Look) -> String {
        match self {
            Self::Text(text) => format!(" {}", quote::yaml(text, false, None)),
            Self::Bare(text) => format!(" {text}"),
            Self::List(items) if !items.is_empty() => {
                let dash = indent + look.dash;
                let lines = items.iter().map(|item| item.item(dash, look));
                lines.fold(String::new(), |out, line| out + look.eol + &line)
            }
            Self::Map(fields) if !self.fits_one_line(key) => {
                let below = indent + look.step;
                let pad = " ".repeat(below);
                let line = |(name, value): &(String, Self)| {
                    format!("{}{pad}{}", look.eol, value.field(name, below, look))
                };
                fields.iter().map(line).collect()
            }
            _ => format!(" {}", self.flow(look)),
        }
    }

    /// `key: value`, for a key that stands at `indent`.
    pub fn field(&self, key: &str, indent: usize, look: Look) -> String {
        format!("{}:{}", look.key(key), self.after_key(key, indent, look))
    }

    /// `- item` with its dash at `indent`, first line indented too.
    pub fn item(&self, indent: usize, look: Look) -> String {
        let pad = " ".repeat(indent);
        let Self::Map(fields) = self else {
            return format!("{pad}- {}", self.flow(look));
        };
        let below = format!("{}{pad}  ", look.eol);
        let fields = fields
            .iter()
            .map(|(key, value)| value.field(key, indent + 2, look));
        format!("{pad}- {}", fields.collect::<Vec<_>>().join(&below))
    }

    fn fits_one_line(&self, key: &str) -> bool {
        let single = |value: &Self| matches!(value, Self::Text(_) | Self::Bare(_));
        match self {
            Self::Map(fields) if fields.is_empty() => true,
            Self::Map(fields) => {
                ON_ONE_LINE.contains(&key) && fields.iter().all(|(_, value)| single(value))
            }
            _ => false,
        }
    }
}

impl Look {
    /// A key as this text writes keys.
    pub fn key(self, name: &str) -> String {
        if self.json {
            quote::double(name)
        } else {
            quote::yaml(name, true, None)
        }
    }

    /// How a text is written already, for what is added to it.
    pub fn of(text: &str, root: &Rc<Node>) -> Self {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        let mut look = Self {
            json,
            step: 2,
            dash: 2,
            eol: if text.contains("\r\n") { "\r\n" } else { "\n" },
        };
        let top = root.entries().unwrap_or_default();
        if let Some(step) = top
            .iter()
            .find_map(|entry| indented(&entry.key, &entry.value))
        {
            look.step = step;
            look.dash = step;
        }
        let lists = top.iter().filter(|entry| entry.value.items().is_some());
        if let Some(dash) = lists.clone().find_map(|entry| dashed(text, entry)) {
            look.dash = dash;
        }
        look
    }
}

fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// By how much the fields below a key stand further in.
fn indented(key: &Node, value: &Node) -> Option<usize> {
    let first = value.entries()?.first()?;
    let below = first.key.line > key.line && first.key.column > key.column;
    below.then(|| (first.key.column - key.column) as usize)
}

/// By how much the dashes below a key stand further in.
fn dashed(text: &str, entry: &super::tree::Entry) -> Option<usize> {
    let first = entry.value.items()?.first()?;
    let line = text.get(..first.start)?.rsplit('\n').next()?;
    let spaces = line.len() - line.trim_start().len();
    let dash = (line.trim() == "-").then_some(spaces);
    dash?.checked_sub(entry.key.column as usize - 1)
}
