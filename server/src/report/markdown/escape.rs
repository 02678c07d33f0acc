//! Hostile text in Markdown: plain, bold, as code, as a block.
//!
//! Guarantee: whatever the text, it neither ends its place nor begins something else.

use crate::analysis::Line;
use crate::report::text::{clean, one_line};

/// A diff in a fence longer than any run of backticks in it.
pub fn fenced(change: &[Line]) -> String {
    let lines = change
        .iter()
        .map(|line| match line {
            Line::Same(text) => format!(" {}\n", clean(text).replace('\n', " ")),
            Line::Out(text) => format!("-{}\n", clean(text).replace('\n', " ")),
            Line::In(text) => format!("+{}\n", clean(text).replace('\n', " ")),
        })
        .collect::<String>();
    let fence = "`".repeat(longest_run(&lines).max(2) + 1);
    format!("{fence}diff\n{lines}{fence}\n")
}

/// Hostile text as plain text on one line; spaces at its ends stay.
pub fn inline(text: &str) -> String {
    let text = clean(text).replace(['\n', '\t'], " ");
    let letters = text.chars().collect::<Vec<_>>();
    let mut out = String::with_capacity(text.len() + 8);
    for (i, &c) in letters.iter().enumerate() {
        let word = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
        let within = i > 0 && word(letters.get(i - 1)) && word(letters.get(i + 1));
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if within => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            // Keeps renderers from making a link of an address that somebody planted.
            ':' if letters.get(i + 1) == Some(&'/') => out.push_str("\\:"),
            '+' | '-' | '=' if i == 0 => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Hostile text in bold.
pub fn strong(text: &str) -> String {
    let text = inline(text);
    if text.is_empty() {
        return text;
    }
    format!("**{text}**")
}

/// Hostile text as code, also within a table.
pub fn code(text: &str) -> String {
    let text = one_line(text).replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// How many backticks stand in a row at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            inline("a|b *c* [d](http://e)"),
            "a\\|b \\*c\\* \\[d\\](http\\://e)"
        );
        assert_eq!(inline("<script>\n# x"), "&lt;script&gt; \\# x");
        assert_eq!(
            inline("my_svc_name and _this_"),
            "my_svc_name and \\_this\\_"
        );
        assert_eq!(inline("- item"), "\\- item");
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(code("`"), "`` ` ``");
        let block = fenced(&[Line::In("```\n# not a heading".to_owned())]);
        assert!(block.starts_with("````diff\n+``` # not"), "{block}");
    }
}
