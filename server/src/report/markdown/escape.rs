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

/// Hostile text as plain text on one line; spaces at its ends stay. Addresses stand as code, where
/// no renderer makes links of them.
pub fn inline(text: &str) -> String {
    let text = clean(text).replace(['\n', '\t'], " ");
    let letters = text.chars().collect::<Vec<_>>();
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < letters.len() {
        let end = end_of_address(&letters, at);
        if end > at {
            out.push_str(&code(&letters[at..end].iter().collect::<String>()));
        }
        if let Some(c) = letters.get(end) {
            escape(&mut out, *c, &letters, end);
        }
        at = end + 1;
    }
    out
}

/// One character of plain text: only what Markdown would read as its own is escaped.
fn escape(out: &mut String, c: char, letters: &[char], at: usize) {
    let is_word = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(|c| c.is_alphanumeric())
    };
    let within = is_word(at.checked_sub(1)) && is_word(Some(at + 1));
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '_' if within => out.push('_'),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
        '+' | '-' | '=' | '#' if at == 0 => out.extend(['\\', c]),
        '.' | ')' if numbers_a_list(letters, at) => out.extend(['\\', c]),
        _ => out.push(c),
    }
}

/// Digits of a list's number at most: renderers take nine, and a bound keeps the work small.
const LONGEST_NUMBER: usize = 32;

/// "1. " at the beginning of a line opens a list.
fn numbers_a_list(letters: &[char], at: usize) -> bool {
    let ends = letters.get(at + 1).is_none_or(|c| *c == ' ');
    ends && (1..=LONGEST_NUMBER).contains(&at) && letters[..at].iter().all(char::is_ascii_digit)
}

/// Where an address that begins here ends; here, where none does. Each character is looked at
/// once over a whole text: only where a run of them begins is it read to its end.
fn end_of_address(letters: &[char], at: usize) -> usize {
    let begins = at == 0 || !letters.get(at - 1).is_some_and(|c| is_of_address(*c));
    if !begins {
        return at;
    }
    let run = letters[at..].iter().take_while(|c| is_of_address(**c));
    let word = run.collect::<String>();
    if !is_address(&word) {
        return at;
    }
    let stop = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?');
    at + word.trim_end_matches(stop).chars().count()
}

/// Whether a renderer may make a link of a word by itself: an address, or a name that is mailed to
/// or called upon.
fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let marks = ["://", "www.", "mailto:", "xmpp:", "@"];
    marks.iter().any(|mark| lower.contains(mark))
}

/// Whether a character may stand in an address.
fn is_of_address(c: char) -> bool {
    c.is_alphanumeric() || "-._~:/?#[]@!$&+,;=%".contains(c)
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
            "a\\|b \\*c\\* \\[d\\](`http://e`)"
        );
        assert_eq!(inline("<script>\n# x"), "&lt;script&gt; # x");
        assert_eq!(inline("![x](y)"), "!\\[x\\](y)");
        assert_eq!(
            inline("my_svc_name and _this_"),
            "my_svc_name and \\_this\\_"
        );
        assert_eq!(inline("- item"), "\\- item");
        assert_eq!(inline("# item"), "\\# item");
        assert_eq!(inline("12. item"), "12\\. item");
        assert_eq!(inline("3) item"), "3\\) item");
        assert_eq!(inline("6.3 s, at 12:30 #4"), "6.3 s, at 12:30 #4");
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(code("`"), "`` ` ``");
        let block = fenced(&[Line::In("```\n# not a heading".to_owned())]);
        assert!(block.starts_with("````diff\n+``` # not"), "{block}");
    }

    #[test]
    fn very_long_text_without_a_space_comes_to_an_end() {
        let long = "a.1/".repeat(250_000);
        assert_eq!(inline(&long), long);
        let address = format!("http://{long}");
        assert_eq!(inline(&address), format!("`{address}`"));
        let numbers = format!("{}{}", "1".repeat(500_000), ") ".repeat(250_000));
        assert_eq!(inline(&numbers), numbers);
    }

    #[test]
    fn addresses_stand_as_code_and_are_no_links() {
        assert_eq!(
            inline("only http://127.0.0.1:8089/a_b and HTTPS://x, was probed."),
            "only `http://127.0.0.1:8089/a_b` and `HTTPS://x`, was probed."
        );
        assert_eq!(inline("(www.evil.com)!"), "(`www.evil.com`)!");
        assert_eq!(inline("a@b.c, @ada"), "`a@b.c`, `@ada`");
        assert_eq!(inline("<http://e>"), "&lt;`http://e`&gt;");
        assert_eq!(inline("x`http://e`y"), "x\\``http://e`\\`y");
        assert_eq!(inline("http://[::1]:80/"), "`http://[::1]:80/`");
        assert_eq!(inline("ratio 3:4 and/or 1.2.3"), "ratio 3:4 and/or 1.2.3");
    }
}
