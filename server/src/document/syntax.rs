//! What the YAML parser refuses, in sentences for people.
//!
//! Every refusal names a line and a column, both from 1.

use super::LONGEST;
use super::tree::Node;
use app::api::views::ProblemAt;
use serde_saphyr::granit_parser::{ErrorKind, Marker, ScanError, Span};

const TAB: &str = "a tab cannot indent YAML: use spaces";

/// Line and column of a mark, both from 1.
pub(super) fn place(mark: Marker) -> (u32, u32) {
    (number(mark.line().max(1)), number(mark.col() + 1))
}

fn at((line, column): (u32, u32), message: String) -> ProblemAt {
    ProblemAt {
        path: String::new(),
        message,
        line: Some(line),
        column: Some(column),
    }
}

/// The text is longer than [`LONGEST`].
pub(super) fn too_long(bytes: usize) -> ProblemAt {
    let (is, most) = (bytes.div_ceil(1024), LONGEST / 1024);
    at(
        (1, 1),
        format!("the text has {is} kB, more than the {most} kB that are read: shorten it"),
    )
}

/// There is nothing but space and comments.
pub(super) fn empty() -> ProblemAt {
    at(
        (1, 1),
        "the document is empty: begin with apiVersion: hivequake/v1".to_owned(),
    )
}

/// A second document follows after `---`.
pub(super) fn second_document(span: Span) -> ProblemAt {
    at(
        place(span.start),
        "a second document begins here: keep one experiment in one text".to_owned(),
    )
}

/// An alias stands within the very node that it names.
pub(super) fn within(span: Span) -> ProblemAt {
    at(
        place(span.start),
        "this alias stands within what it refers to: write the value out".to_owned(),
    )
}

/// Too deep, or too many nodes once aliases are written out.
pub(super) fn too_much(node: &Node) -> ProblemAt {
    at(
        (node.line, node.column),
        "this nests too deeply, or repeats too much through aliases: write it out plainly"
            .to_owned(),
    )
}

/// The parser's own refusal, at the place where one would look for its cause.
pub(super) fn refused(text: &str, error: &ScanError) -> ProblemAt {
    let mark = error.marker();
    if let Some(found) = late_quote(text, mark) {
        return found;
    }
    let about_lines = is_tab(error.kind()) || is_layout(error.kind());
    if let Some(tab) = tab_indent(text, mark.line()).filter(|_| about_lines) {
        return at(tab, TAB.to_owned());
    }
    let message = sentence(text, error);
    let ends = mark.index() >= text.chars().count();
    let quote = matches!(error.kind(), ErrorKind::UnclosedQuotedScalar);
    if ends && !quote && !text.is_empty() {
        // Where the text just stops, the last line that holds something is the one to look at.
        return at(last_character(text), message);
    }
    at(place(*mark), message)
}

/// A tab in the indentation of a line (from 1), or of the one before.
fn tab_indent(text: &str, line: usize) -> Option<(u32, u32)> {
    let near = text
        .lines()
        .enumerate()
        .skip(line.saturating_sub(2))
        .take(2);
    let mut tabs = near.filter_map(|(i, line)| {
        let indent = line.chars().take_while(|c| c.is_whitespace());
        let tab = indent.collect::<Vec<_>>().iter().position(|c| *c == '\t')?;
        Some((number(i + 1), number(tab + 1)))
    });
    tabs.next()
}

/// A quote that was meant to close but opened, lines before the parser noticed.
fn late_quote(text: &str, mark: &Marker) -> Option<ProblemAt> {
    let before = text.get(..mark.byte_offset()?)?;
    let quote = before
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''))?;
    let before = before.strip_suffix(quote)?;
    let (above, between) = before.rsplit_once(quote)?;
    between.contains('\n').then(|| {
        let line = number(mark.line());
        let message =
            format!("a quote opens here and closes only on line {line}: add the missing one");
        at(end_of(above), message)
    })
}

/// Line and column of what follows a text.
fn end_of(text: &str) -> (u32, u32) {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let lines = text.matches('\n').count();
    (number(lines + 1), number(line.chars().count() + 1))
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    )
}

fn last_character(text: &str) -> (u32, u32) {
    let (line, column) = end_of(text.trim_end());
    (line, column.saturating_sub(1).max(1))
}

fn sentence(text: &str, error: &ScanError) -> String {
    let json = text.trim_start().starts_with('{');
    let fixed = match error.kind() {
        kind if is_tab(kind) => TAB,
        ErrorKind::UnclosedQuotedScalar => "a quote opens here and never closes: add the other one",
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnclosedFlowCollection { open: '{' } => "a { is never closed: add the }",
        ErrorKind::UnexpectedEofFlowSequence | ErrorKind::UnclosedFlowCollection { .. } => {
            "a [ is never closed: add the ]"
        }
        ErrorKind::ExpectedFlowMappingSeparator => "a , or } is missing before this",
        ErrorKind::ExpectedFlowSequenceSeparator => "a , or ] is missing before this",
        ErrorKind::MisplacedFlowCollectionEnd => "this closes nothing that is open: remove it",
        ErrorKind::UnknownAnchor => {
            "no &anchor of this name stands before it: define it, or put the text in quotes"
        }
        ErrorKind::RecursionLimitExceeded => "this nests too deeply: write it out plainly",
        ErrorKind::UnknownQuotedScalarEscape => {
            "this escape is unknown in double quotes: write \\\\ for a backslash"
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            "this character cannot begin a value: put the value in quotes"
        }
        kind if is_layout(kind) && json => "a , or a closing bracket is missing near here",
        kind if is_layout(kind) => {
            "this line does not fit: check its indentation, and that it reads key: value"
        }
        other => return format!("this is no valid YAML: {other}"),
    };
    fixed.to_owned()
}

/// Whether it is about how lines stand to one another rather than about one character.
fn is_layout(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ExpectedNodeContent
            | ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::SimpleKeyExpected
            | ErrorKind::InvalidSimpleKey
            | ErrorKind::InvalidIndentation
            | ErrorKind::BlockEntryInFlowCollection
            | ErrorKind::BlockSequenceEntryNotAllowed
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::UnexpectedEndOfPlainScalar
            | ErrorKind::MappingKeyNotAllowed
            | ErrorKind::InvalidColonPlacement
            | ErrorKind::MappingValueNotAllowed
            | ErrorKind::ExpectedDocumentStart
            | ErrorKind::InvalidTrailingSingleQuotedScalar
            | ErrorKind::InvalidTrailingDoubleQuotedScalar
    )
}
