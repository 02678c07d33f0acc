//! Text that came from elsewhere, made harmless before any format sees it.
//!
//! Guarantee: what comes out has no character that hides, reorders or ends the text around it.

use app::model::units::grouped;

/// Replaces control characters and those that change the reading direction by U+FFFD; line ends
/// and tabs stay.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if is_tricky(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Like [`clean`], on one line.
pub fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The paragraphs of a text, each on one line; a blank line ends one.
pub fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(one_line).collect::<Vec<_>>();
    let parts = lines.split(String::is_empty);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| part.join(" "))
        .collect()
}

/// Drops what XML 1.0 cannot hold and what [`clean`] would replace; one line, for an attribute.
pub fn for_xml(text: &str) -> String {
    text.chars()
        .filter(|&c| !is_tricky(c) && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Control characters except line end and tab, and the Unicode marks that reorder text.
fn is_tricky(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// "One replica …" becomes "one replica …", "CPU …" and "Swarm …" stay.
pub fn lower_first(text: &str) -> String {
    if ["Swarm ", "Docker "]
        .iter()
        .any(|name| text.starts_with(name))
    {
        return text.to_owned();
    }
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() && second.is_alphabetic() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// "one replica …" becomes "One replica …".
pub fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// "1 task", "3 tasks".
pub fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", grouped(n as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_survives() {
        assert_eq!(
            clean("a\u{202e}b\u{7}c\nd\u{2066}"),
            "a\u{fffd}b\u{fffd}c\nd\u{fffd}"
        );
        assert_eq!(one_line(" a\n\n b\t"), "a b");
        assert_eq!(for_xml("a\u{0}\u{1b}[31m\u{ffff}b"), "a[31mb");
    }

    #[test]
    fn a_blank_line_ends_a_paragraph() {
        let text = "\n One\n sentence.\n \n\nAnother.\n";
        assert_eq!(paragraphs(text), ["One sentence.", "Another."]);
        assert!(paragraphs(" \n").is_empty());
    }

    #[test]
    fn a_sentence_goes_on_after_because() {
        assert_eq!(lower_first("One replica"), "one replica");
        assert_eq!(lower_first("CPU was short"), "CPU was short");
        assert_eq!(lower_first("Swarm waits"), "Swarm waits");
        assert_eq!(lower_first("4.8 s"), "4.8 s");
        assert_eq!(upper_first("label x"), "Label x");
        assert_eq!(upper_first(""), "");
    }

    #[test]
    fn counts_read_well() {
        assert_eq!(count(1, "task", "tasks"), "1 task");
        assert_eq!(count(0, "task", "tasks"), "0 tasks");
        assert_eq!(count(1_234_567, "probe", "probes"), "1,234,567 probes");
    }
}
