//! The text as a tree whose nodes know where they stand.
//!
//! Built from the parser's events without recursion; a text that is too long, nests too deeply or
//! grows out of bounds through aliases is refused, so whoever walks a [`Tree`] may recurse freely.

use super::{LONGEST, syntax};
use app::api::views::ProblemAt;
use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// How deeply collections may nest, aliases followed.
const DEEPEST: usize = 40;
/// How many nodes there may be once every alias is written out.
const HEAVIEST: usize = 40_000;

/// A readable document.
pub(super) struct Tree {
    /// The outermost node.
    pub root: Rc<Node>,
    /// Byte ranges of the comments, `#` included, in order.
    pub comments: Vec<Range<usize>>,
}

/// One node of the text.
#[derive(Debug)]
pub(super) struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where its own characters begin, in bytes. For an empty value: right after its `:` or `-`.
    pub start: usize,
    /// Where its last character ends, in bytes; trailing space and comments do not count.
    pub end: usize,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    size: Size,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// A value, with quotes and escapes resolved.
    Scalar(String, Style),
    /// A list.
    List(Vec<Rc<Node>>, Layout),
    /// Fields.
    Map(Vec<Entry>, Layout),
    /// `*name`: the same node again.
    Alias(Rc<Node>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key; a scalar in every document that is an experiment.
    pub key: Rc<Node>,
    /// The value.
    pub value: Rc<Node>,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Bare.
    Plain,
    /// Bare, with a tag such as `!!str` before it.
    Tagged,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// Below a `|` or `>`.
    Block,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One entry a line.
    Block,
    /// Within `{}` or `[]`.
    Flow,
}

/// What a node comes to with every alias written out.
#[derive(Debug, Clone, Copy)]
struct Size {
    nodes: usize,
    depth: usize,
}

impl Tree {
    /// Reads one document; the problem says what is wrong with the text as YAML, and where.
    pub fn parse(text: &str) -> Result<Self, ProblemAt> {
        if text.len() > LONGEST {
            return Err(syntax::too_long(text.len()));
        }
        let mut builder = Builder::new(text);
        let mut options = Options::default();
        options.block_nesting_limit = DEEPEST;
        options.flow_nesting_limit = DEEPEST;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| syntax::refused(text, &error))?;
            builder.take(event, span)?;
        }
        builder.root.map_or_else(
            || Err(syntax::empty()),
            |root| {
                Ok(Self {
                    root,
                    comments: builder.comments,
                })
            },
        )
    }
}

impl Node {
    /// The node itself, or the one that an alias stands for.
    pub fn real(&self) -> &Self {
        match &self.kind {
            Kind::Alias(node) => node.real(),
            _ => self,
        }
    }

    /// The text of a value; none for collections. Empty where nothing or `null` is written.
    pub fn text(&self) -> Option<&str> {
        match &self.real().kind {
            Kind::Scalar(..) if self.is_null() => Some(""),
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is written here, or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.real().kind, Kind::Scalar(text, Style::Plain)
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.real().kind {
            Kind::Map(entries, _) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> Option<&[Rc<Self>]> {
        match &self.real().kind {
            Kind::List(items, _) => Some(items),
            _ => None,
        }
    }

    /// The entry of a mapping that is written under this very key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?
            .iter()
            .find(|entry| entry.key.text() == Some(key))
    }

    /// The value in force under a key: its own, else one that `<<` merges in.
    pub fn get(&self, key: &str) -> Option<&Rc<Self>> {
        if let Some(entry) = self.entry(key) {
            return Some(&entry.value);
        }
        let merged = &self.entry("<<")?.value;
        match merged.items() {
            Some(items) => items.iter().find_map(|item| item.get(key)),
            None => merged.get(key),
        }
    }
}

/// A collection that is not finished.
struct Open {
    anchor: usize,
    span: Span,
    layout: Layout,
    map: bool,
    key: Option<Rc<Node>>,
    items: Vec<Rc<Node>>,
    entries: Vec<Entry>,
}

struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    comments: Vec<Range<usize>>,
    root: Option<Rc<Node>>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            open: Vec::new(),
            anchors: HashMap::new(),
            comments: Vec::new(),
            root: None,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), ProblemAt> {
        match event {
            Event::Comment(..) => self.comments.push(bytes(span)),
            Event::DocumentStart(..) if self.root.is_some() => {
                return Err(syntax::second_document(span));
            }
            Event::Scalar(value, style, anchor, tag) => {
                let node = self.scalar(&value, style, tag.is_some(), span);
                self.finish(node, anchor)?;
            }
            Event::Alias(id) => {
                let node = self.alias(id, span)?;
                self.finish(node, 0)?;
            }
            Event::SequenceStart(layout, anchor, _) => self.begin(span, anchor, layout, false),
            Event::MappingStart(layout, anchor, _) => self.begin(span, anchor, layout, true),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let anchor = open.anchor;
                    let node = close(open, span);
                    self.finish(node, anchor)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, span: Span, anchor: usize, layout: StructureStyle, map: bool) {
        self.open.push(Open {
            anchor,
            span,
            layout: match layout {
                StructureStyle::Block => Layout::Block,
                StructureStyle::Flow => Layout::Flow,
            },
            map,
            key: None,
            items: Vec::new(),
            entries: Vec::new(),
        });
    }

    fn scalar(&self, value: &str, style: ScalarStyle, tagged: bool, span: Span) -> Node {
        let style = match style {
            ScalarStyle::Plain if tagged => Style::Tagged,
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        let Range { mut start, mut end } = bytes(span);
        let empty = start == end && style == Style::Plain;
        if empty {
            start = self.after_colon().unwrap_or(start);
            end = start;
        }
        if style == Style::Block {
            let content = self.text.get(start..end).unwrap_or_default();
            end = start + content.trim_end().len();
        }
        let value = if empty { "" } else { value };
        node(
            Kind::Scalar(value.to_owned(), style),
            span,
            start..end,
            Size { nodes: 1, depth: 1 },
        )
    }

    /// The end of the `:` that follows the key whose value is being read.
    fn after_colon(&self) -> Option<usize> {
        let key = self.open.last()?.key.as_ref()?;
        let rest = self.text.get(key.end..)?;
        let gap = rest.len() - rest.trim_start().len();
        rest.get(gap..)?
            .starts_with(':')
            .then_some(key.end + gap + 1)
    }

    fn alias(&self, id: usize, span: Span) -> Result<Node, ProblemAt> {
        let target = self.anchors.get(&id).ok_or_else(|| syntax::within(span))?;
        let size = target.size;
        Ok(node(
            Kind::Alias(Rc::clone(target)),
            span,
            bytes(span),
            size,
        ))
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), ProblemAt> {
        if node.size.nodes > HEAVIEST || node.size.depth > DEEPEST {
            return Err(syntax::too_much(&node));
        }
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(open) if !open.map => open.items.push(node),
            Some(open) => match open.key.take() {
                None => open.key = Some(node),
                Some(key) => open.entries.push(Entry { key, value: node }),
            },
        }
        Ok(())
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn close(open: Open, last: Span) -> Node {
    let values = open.entries.iter().map(|entry| &entry.value);
    let children = || open.items.iter().chain(values.clone());
    let size = Size {
        nodes: children().fold(1, |sum, child| sum.saturating_add(child.size.nodes)),
        depth: 1 + children().map(|child| child.size.depth).max().unwrap_or(0),
    };
    let start = bytes(open.span).start;
    let end = match open.layout {
        Layout::Flow => bytes(last).end,
        Layout::Block => children().next_back().map_or(start, |child| child.end),
    };
    let kind = if open.map {
        Kind::Map(open.entries, open.layout)
    } else {
        Kind::List(open.items, open.layout)
    };
    node(kind, open.span, start..end, size)
}

fn node(kind: Kind, span: Span, bytes: Range<usize>, size: Size) -> Node {
    let (line, column) = syntax::place(span.start);
    Node {
        kind,
        start: bytes.start,
        end: bytes.end,
        line,
        column,
        size,
    }
}
