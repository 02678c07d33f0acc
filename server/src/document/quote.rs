//! How a text must be written so that it reads back as itself.
//!
//! Whether quotes are needed is asked of the reader itself, so both can never disagree.

use super::tree::Style;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Whether a text, written bare as a value, reads back as that very text; `flow`: within `{}`.
pub(super) fn reads_back(text: &str, flow: bool) -> bool {
    if text.is_empty() || text.contains('\n') || text.chars().any(needs_escape) {
        return false;
    }
    // Older readers stumble over a colon in `{}`, and so do people.
    let fits = !flow || (!text.contains(':') && is_read_as(text, &format!("{{k: {text}, l: m}}")));
    fits && is_read_as(text, &format!("k: {text}\nl: m\n"))
}

/// Whether the value of `k` in a small document is this text, and the rest of it is unharmed.
fn is_read_as(text: &str, document: &str) -> bool {
    let read: Result<BTreeMap<String, Value>, _> = serde_saphyr::from_str(document);
    read.is_ok_and(|map| map.len() == 2 && map.get("k") == Some(&Value::String(text.to_owned())))
}

/// Whether what stands bare in a document is a text, not a number, `true`, `null` and the like.
pub(super) fn is_text(bare: &str) -> bool {
    // No word that means something else begins with a letter and is longer than "false".
    let word = bare.len() > 5 && bare.starts_with(|c: char| c.is_ascii_alphabetic());
    word || reads_back(bare, false)
}

/// A text as a YAML value: bare where that is safe, else in quotes; in the quotes of the value
/// that it replaces, if that had some.
pub(super) fn yaml(text: &str, flow: bool, before: Option<Style>) -> String {
    let single =
        before == Some(Style::Single) && !text.chars().any(|c| needs_escape(c) || c == '\n');
    if single {
        return format!("'{}'", text.replace('\'', "''"));
    }
    if before != Some(Style::Double) && reads_back(text, flow) {
        return text.to_owned();
    }
    double(text)
}

/// A text in double quotes, good for YAML and JSON alike.
pub(super) fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that must not stand bare: controls, line breaks of other kinds, the byte order mark.
/// All of them lie below U+10000.
fn needs_escape(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}
