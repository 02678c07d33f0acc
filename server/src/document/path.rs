//! Paths such as `hypothesis.probes[0].http.url`, and the nodes they lead to.
//!
//! Printing what was parsed gives the same path again.

use super::tree::Node;
use std::fmt;
use std::rc::Rc;

/// A way from the outermost node to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Path(pub Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

impl Path {
    /// Reads a path; none when it is none. The empty path is the whole document.
    pub fn parse(text: &str) -> Option<Self> {
        let mut path = Self::default();
        if text.is_empty() {
            return Some(path);
        }
        for part in text.split('.') {
            let (name, indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
            if name.is_empty() {
                return None;
            }
            path.0.push(Step::Key(name.to_owned()));
            path.push_indexes(indexes)?;
        }
        Some(path)
    }

    fn push_indexes(&mut self, mut text: &str) -> Option<()> {
        while !text.is_empty() {
            let (index, rest) = text.strip_prefix('[')?.split_once(']')?;
            self.0.push(Step::Index(index.parse().ok()?));
            text = rest;
        }
        Some(())
    }

    /// This path with one more key.
    pub fn key(&self, name: &str) -> Self {
        let mut longer = self.clone();
        longer.0.push(Step::Key(name.to_owned()));
        longer
    }

    /// This path with one more index.
    pub fn index(&self, index: usize) -> Self {
        let mut longer = self.clone();
        longer.0.push(Step::Index(index));
        longer
    }

    /// The node it leads to, merged values included, with its key where it has one.
    pub fn find<'t>(&self, root: &'t Rc<Node>) -> Option<Found<'t>> {
        let mut found = Found {
            key: None,
            node: root,
        };
        for step in &self.0 {
            found = found.step(step)?;
        }
        Some(found)
    }

    /// The node it leads to, or else the nearest one above it.
    pub fn nearest<'t>(&self, root: &'t Rc<Node>) -> Found<'t> {
        let mut found = Found {
            key: None,
            node: root,
        };
        for step in &self.0 {
            match found.step(step) {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if i == 0 => out.write_str(name)?,
                Step::Key(name) => write!(out, ".{name}")?,
                Step::Index(index) => write!(out, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A node at the end of a path.
#[derive(Clone, Copy)]
pub(super) struct Found<'t> {
    /// Its key; none for list items and the whole document.
    pub key: Option<&'t Rc<Node>>,
    /// The node.
    pub node: &'t Rc<Node>,
}

impl Found<'_> {
    fn step(self, step: &Step) -> Option<Self> {
        match step {
            Step::Index(index) => Some(Self {
                key: None,
                node: self.node.items()?.get(*index)?,
            }),
            Step::Key(name) => Some(Self {
                key: self.node.entry(name).map(|entry| &entry.key),
                node: self.node.get(name)?,
            }),
        }
    }

    /// Where to point: at a written value, else at its key, else at the node.
    pub fn place(self) -> (u32, u32) {
        let written = self.node.text().is_some() && !self.node.is_null();
        let node = match self.key {
            Some(key) if !written => key,
            _ => self.node,
        };
        (node.line, node.column)
    }
}
