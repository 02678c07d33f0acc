//! What the YAML parser refuses, in sentences for people.
//!
//! Every refusal names a line and a column, both from 1.

use super::LONGEST;
use super::tree::Node;
use app::api::views::ProblemAt;
use serde_saphyr::granit_parser::{ErrorKind, Marker, ScanError, Span};

/// Line and column of a mark, both from 1.
pub(super) fn place(mark: Marker) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
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

/// The parser's own refusal.
pub(super) fn refused(text: &str, error: &ScanError) -> ProblemAt {
    let found = at(place(*error.marker()), sentence(text, error));
    if error.marker().index() < text.chars().count() || text.is_empty() {
        return found;
    }
    // Where the text just stops, the last line that holds something is the one to look at.
    let (line, column) = last_character(text);
    ProblemAt {
        line: Some(line),
        column: Some(column),
        ..found
    }
}

fn last_character(text: &str) -> (u32, u32) {
    let text = text.trim_end();
    let line = text.rsplit('\n').next().unwrap_or_default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (
        number(text.matches('\n').count() + 1),
        number(line.chars().count().max(1)),
    )
}

fn sentence(text: &str, error: &ScanError) -> String {
    let json = text.trim_start().starts_with('{');
    let fixed = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "a tab cannot indent YAML: use spaces",
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
