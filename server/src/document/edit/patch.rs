//! Where in the text a change goes, and what exactly to write there.
//!
//! Answers none wherever it is not sure; the caller checks the outcome anyway.

use super::Change;
use super::splice::{Splices, before, line_end, whole_lines};
use crate::document::path::{Path, Step};
use crate::document::quote;
use crate::document::tree::{Entry, Kind, Layout, Node, Style, Tree};
use crate::document::value::{Look, Value};
use std::ops::Range;
use std::rc::Rc;

/// A text about to be patched.
pub(super) struct Patch<'a> {
    pub text: &'a str,
    pub tree: &'a Tree,
    pub look: Look,
}

/// A node and how it is reached.
#[derive(Clone, Copy)]
struct Site<'a> {
    node: &'a Rc<Node>,
    /// Its key, when it stands in a mapping.
    key: Option<&'a Rc<Node>>,
    /// Whether it stands within `{}` or `[]`.
    in_flow: bool,
}

impl<'a> Patch<'a> {
    /// The splices that make a change.
    pub fn splices(&self, change: &Change) -> Option<Splices> {
        match change {
            Change::Put(path, value) => self.put(&path.0, value),
            Change::Append(path, item) => self.append(path, item),
            Change::Remove(path) => self.remove(&path.0),
            Change::Rename(path, name) => self.rename(&path.0, name),
        }
    }

    /// As far along a path as there are nodes, and how many steps that was.
    fn walk(&self, path: &[Step]) -> (Site<'a>, usize) {
        let mut site = Site {
            node: &self.tree.root,
            key: None,
            in_flow: false,
        };
        for (done, step) in path.iter().enumerate() {
            match site.step(step) {
                Some(next) => site = next,
                None => return (site, done),
            }
        }
        (site, path.len())
    }

    fn reach(&self, path: &[Step]) -> Option<Site<'a>> {
        let (site, done) = self.walk(path);
        (done == path.len()).then_some(site)
    }

    fn put(&self, path: &[Step], value: &Value) -> Option<Splices> {
        let (site, done) = self.walk(path);
        let Some((first, rest)) = path.get(done..)?.split_first() else {
            return self.replace(site, value);
        };
        let Step::Key(name) = first else {
            return None;
        };
        let value = nested(rest, value.clone())?;
        if site.node.is_null() {
            return self.fill(site, &Value::Map(vec![(name.clone(), value)]));
        }
        self.insert_field(site, name, &value)
    }

    /// Writes over a single value, or fills what is empty.
    fn replace(&self, site: Site<'a>, value: &Value) -> Option<Splices> {
        let node = site.node;
        let single = matches!(value, Value::Text(_) | Value::Bare(_));
        match &node.kind {
            Kind::Scalar(..) if node.start == node.end => self.fill(site, value),
            Kind::Scalar(_, Style::Block) if single => {
                let gap = self.text.get(site.key?.end..node.start)?;
                let header = site.key?.end + gap.find(['|', '>'])?;
                Some(Splices::one(
                    header..node.end,
                    self.scalar(value, false, None),
                ))
            }
            Kind::Scalar(_, style) if single => {
                let new = self.scalar(value, site.in_flow, Some(*style));
                Some(Splices::one(node.start..node.end, new))
            }
            Kind::Alias(_) if single => {
                let new = self.scalar(value, site.in_flow, None);
                Some(Splices::one(node.start..node.end, new))
            }
            Kind::List(items, _) if items.is_empty() => self.fill(site, value),
            Kind::Scalar(..) if node.is_null() => self.fill(site, value),
            _ => None,
        }
    }

    fn scalar(&self, value: &Value, in_flow: bool, before: Option<Style>) -> String {
        match value {
            Value::Text(text) if !self.look.json => quote::yaml(text, in_flow, before),
            value => value.flow(self.look),
        }
    }

    /// Writes a value behind a key that has none yet, or `null`, or an empty list.
    fn fill(&self, site: Site<'a>, value: &Value) -> Option<Splices> {
        let key = site.key?;
        let colon = self.after(key.end, ':')?;
        let hole = colon..site.node.end.max(colon);
        let gap = self.text.get(colon..site.node.start.max(colon))?;
        if !gap.chars().all(|c| c == ' ' || c == '\t') {
            return None;
        }
        if site.in_flow {
            return Some(Splices::one(hole, format!(" {}", value.flow(self.look))));
        }
        let name = key.text().unwrap_or_default();
        let new = value.after_key(name, key.column as usize - 1, self.look);
        if !new.contains('\n') {
            return Some(Splices::one(hole, new));
        }
        let end = line_end(self.text, hole.end);
        Some(Splices::one(hole, "").and(end..end, new))
    }

    fn insert_field(&self, site: Site<'a>, name: &str, value: &Value) -> Option<Splices> {
        let map = site.node.real();
        match &map.kind {
            Kind::Map(entries, Layout::Flow) => {
                let piece = format!("{}: {}", self.look.key(name), value.flow(self.look));
                self.insert_in_flow(map, &spans(entries), &piece)
            }
            Kind::Map(entries, Layout::Block) => {
                let indent = entries.first()?.key.column as usize - 1;
                let (eol, pad) = (self.look.eol, " ".repeat(indent));
                let line = format!("{eol}{pad}{}", value.field(name, indent, self.look));
                Some(Splices::insert(line_end(self.text, map.end), line))
            }
            _ => None,
        }
    }

    fn append(&self, path: &Path, item: &Value) -> Option<Splices> {
        let there = self.reach(&path.0).map(|site| site.node.real());
        let items = there.and_then(Node::items).unwrap_or_default();
        let (Some(list), Some(end)) = (there, items.last()) else {
            return self.put(&path.0, &Value::List(vec![item.clone()]));
        };
        if matches!(list.kind, Kind::List(_, Layout::Flow)) {
            let spans: Vec<_> = items.iter().map(|item| item.start..item.end).collect();
            return self.insert_in_flow(list, &spans, &item.flow(self.look));
        }
        let dash = before(self.text, self.dash(list, end)?);
        let lines = item.item(dash.chars().count(), self.look);
        let at = line_end(self.text, list.end);
        Some(Splices::insert(at, format!("{}{lines}", self.look.eol)))
    }

    /// Adds a piece behind the last one within `{}` or `[]`.
    fn insert_in_flow(&self, node: &Node, all: &[Range<usize>], piece: &str) -> Option<Splices> {
        let inside = node.start + 1..node.end.checked_sub(1)?;
        let Some(last) = all.last() else {
            let bare = self.text.get(inside.clone())?.trim().is_empty();
            let map = matches!(node.kind, Kind::Map(..)) && !self.look.json;
            let space = if map { " " } else { "" };
            return bare.then(|| Splices::one(inside, format!("{space}{piece}{space}")));
        };
        let comma = self.after(last.end, ',').filter(|end| *end <= inside.end);
        let pad = before(self.text, last.start);
        let own_line =
            pad.trim().is_empty() && self.text.get(node.start..last.start)?.contains('\n');
        let joint = if own_line {
            format!("{}{pad}", self.look.eol)
        } else {
            " ".to_owned()
        };
        let end = line_end(self.text, comma.unwrap_or(last.end));
        let behind_comment = own_line && end <= inside.end;
        Some(match (comma, behind_comment) {
            (Some(_), true) => Splices::insert(end, format!("{joint}{piece},")),
            (Some(comma), false) => Splices::insert(comma, format!("{joint}{piece},")),
            (None, true) => Splices::insert(last.end, ",").and(end..end, format!("{joint}{piece}")),
            (None, false) => Splices::insert(last.end, format!(",{joint}{piece}")),
        })
    }

    fn remove(&self, path: &[Step]) -> Option<Splices> {
        let (last, above) = path.split_last()?;
        let site = self.reach(above)?;
        let node = site.node.real();
        match (&node.kind, last) {
            (Kind::Map(entries, layout), Step::Key(name)) => {
                let i = entries.iter().position(|e| e.key.text() == Some(name))?;
                match layout {
                    Layout::Flow => self.remove_in_flow(&spans(entries), i),
                    Layout::Block => self.remove_field(site, entries, i),
                }
            }
            (Kind::List(items, Layout::Flow), Step::Index(i)) => {
                let spans: Vec<_> = items.iter().map(|item| item.start..item.end).collect();
                self.remove_in_flow(&spans, *i)
            }
            (Kind::List(items, Layout::Block), Step::Index(i)) => {
                let item = items.get(*i)?;
                let dash = self.dash(node, item)?;
                self.remove_lines(site, dash..item.end, items.len(), "[]")
            }
            _ => None,
        }
    }

    /// Removes one of several pieces within `{}` or `[]` with the comma that it no longer needs.
    fn remove_in_flow(&self, all: &[Range<usize>], i: usize) -> Option<Splices> {
        let gone = all.get(i)?.clone();
        let range = match (all.get(i + 1), i.checked_sub(1).and_then(|i| all.get(i))) {
            (Some(next), _) => gone.start..next.start,
            (None, Some(previous)) => previous.end..gone.end,
            (None, None) => gone.start..self.after(gone.end, ',').unwrap_or(gone.end),
        };
        Some(Splices::one(range, ""))
    }

    /// Where a sign ends that comes next after a place, space aside.
    fn after(&self, place: usize, sign: char) -> Option<usize> {
        let rest = self.text.get(place..)?;
        let gap = rest.len() - rest.trim_start().len();
        let found = rest.get(gap..)?.starts_with(sign);
        found.then_some(place + gap + sign.len_utf8())
    }

    fn remove_field(&self, site: Site<'a>, entries: &[Entry], i: usize) -> Option<Splices> {
        let entry = entries.get(i)?;
        let (start, end) = (entry.key.start, entry.value.end.max(entry.key.end));
        if before(self.text, start).trim().is_empty() {
            return self.remove_lines(site, start..end, entries.len(), "{}");
        }
        // It shares its line with the dash of the list item that it opens.
        let Some(next) = entries.get(i + 1) else {
            return Some(Splices::one(start..end, "{}"));
        };
        let own_line = |at: &&Range<usize>| before(self.text, at.start).trim().is_empty();
        let between = |at: &&Range<usize>| start <= at.start && at.end <= next.key.start;
        let mut comments = self.tree.comments.iter().filter(between);
        (!comments.any(|at| own_line(&at))).then(|| Splices::one(start..next.key.start, ""))
    }

    /// Removes the lines of one of `count` entries; where it was the only one, an empty
    /// collection is written behind the key.
    fn remove_lines(
        &self,
        site: Site<'a>,
        entry: Range<usize>,
        count: usize,
        empty: &str,
    ) -> Option<Splices> {
        if !before(self.text, entry.start).trim().is_empty() {
            return None;
        }
        let gone = Splices::one(whole_lines(self.text, entry.start, entry.end), "");
        if count > 1 {
            return Some(gone);
        }
        let colon = self.after(site.key?.end, ':')?;
        Some(gone.and(colon..colon, format!(" {empty}")))
    }

    /// Where the dash of a list item stands.
    fn dash(&self, list: &Node, item: &Node) -> Option<usize> {
        let bound = list
            .items()?
            .iter()
            .take_while(|one| one.start < item.start);
        let bound = bound.last().map_or(0, |one| one.end);
        let mut at = item.start;
        loop {
            let line = before(self.text, at);
            let start = at - line.len();
            let bare = line.trim_start();
            let dash = start + line.len() - bare.len();
            if bare == "-" || bare.starts_with("- ") || bare.starts_with("-\t") {
                return Some(dash);
            }
            at = start.checked_sub(1).filter(|at| *at >= bound)?;
        }
    }

    fn rename(&self, path: &[Step], name: &str) -> Option<Splices> {
        let key = self.reach(path)?.key?;
        let style = match &key.kind {
            Kind::Scalar(_, style) => Some(*style),
            _ => None,
        };
        let new = self.scalar(&Value::Text(name.to_owned()), true, style);
        Some(Splices::one(key.start..key.end, new))
    }
}

impl Site<'_> {
    /// One step further along what is written here; merged values do not count.
    fn step(self, step: &Step) -> Option<Self> {
        let (node, key) = match step {
            Step::Key(name) => {
                let entry = self.node.entry(name)?;
                (&entry.value, Some(&entry.key))
            }
            Step::Index(i) => (self.node.items()?.get(*i)?, None),
        };
        let flow = matches!(
            self.node.real().kind,
            Kind::Map(_, Layout::Flow) | Kind::List(_, Layout::Flow)
        );
        Some(Self {
            node,
            key,
            in_flow: self.in_flow || flow,
        })
    }
}

/// Fields within fields down to a value; none when the way leads into a list.
fn nested(path: &[Step], value: Value) -> Option<Value> {
    path.iter().rev().try_fold(value, |value, step| match step {
        Step::Key(name) => Some(Value::Map(vec![(name.clone(), value)])),
        Step::Index(_) => None,
    })
}

fn spans(entries: &[Entry]) -> Vec<Range<usize>> {
    let span = |entry: &Entry| entry.key.start..entry.value.end.max(entry.key.end);
    entries.iter().map(span).collect()
}
