//! The style sheets, joined into one and made small.
//!
//! Guarantee: only comments and white space that mean nothing go; strings and `url(…)` are kept
//! to the letter.

use super::inputs::listing;
use super::trouble::{Trouble, at};
use std::fs;
use std::path::Path;

/// All `.css` files of a folder in name order, as one.
pub(crate) fn join(folder: &Path) -> Result<Vec<u8>, Trouble> {
    let files = listing(folder)?;
    let sheets = files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "css"))
        .map(|file| fs::read_to_string(file).map_err(at(file)))
        .collect::<Result<Vec<_>, _>>()?;
    if sheets.is_empty() {
        return Err(Trouble::NoStyle(folder.to_owned()));
    }
    Ok(minify(&sheets.join("\n")).into_bytes())
}

/// The icon, if the folder has one.
pub(crate) fn icon(folder: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    let file = folder.join("favicon.svg");
    file.exists()
        .then(|| fs::read(&file).map_err(at(&file)))
        .transpose()
}

/// Drops comments, and white space where it separates nothing.
fn minify(css: &str) -> String {
    let mut small = String::with_capacity(css.len());
    let mut rest = css;
    let mut gap = false;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("/*") => comment(rest),
            c if c.is_whitespace() => c.len_utf8(),
            _ => {
                let token = token(rest, &small);
                push(&mut small, &rest[..token], std::mem::take(&mut gap));
                rest = &rest[token..];
                continue;
            }
        };
        gap = true;
        rest = &rest[length..];
    }
    small
}

/// The length of a comment.
fn comment(rest: &str) -> usize {
    rest.find("*/").map_or(rest.len(), |end| end + 2)
}

/// The length of what must be kept together: a string, an address, else one character.
fn token(rest: &str, before: &str) -> usize {
    let first = rest.chars().next();
    match first {
        Some(quote @ ('"' | '\'')) => string(rest, quote),
        Some('(') if before.ends_with("url") => rest.find(')').map_or(rest.len(), |end| end + 1),
        Some('\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        other => other.map_or(0, char::len_utf8),
    }
}

fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

/// Adds a token, after the gap before it if that means something.
fn push(small: &mut String, token: &str, gap: bool) {
    let binds_before = small.ends_with(['{', '}', ';', ',', ':', '>', '(']);
    let binds_after = token.starts_with(['{', '}', ';', ',', '>', ')']);
    if gap && !small.is_empty() && !binds_before && !binds_after {
        small.push(' ');
    }
    if token == "}" && small.ends_with(';') {
        small.pop();
    }
    small.push_str(token);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_what_means_nothing_goes() {
        for (css, small) in [
            (
                "a {\n  color: red;\n  margin: 0 auto;\n}\n",
                "a{color:red;margin:0 auto}",
            ),
            ("/* x */ a /* y */ b { } ", "a b{}"),
            ("a > b , c :hover + d { }", "a>b,c :hover + d{}"),
            (
                "@media (width < 700px) and (hover) { }",
                "@media (width < 700px) and (hover){}",
            ),
            (
                "a { width: calc( 1px + 2px ); }",
                "a{width:calc(1px + 2px)}",
            ),
            (
                "a::before { content: \"a  /* b */ ; }\"; }",
                "a::before{content:\"a  /* b */ ; }\"}",
            ),
            (r#"a { content: "\"  x" }"#, r#"a{content:"\"  x"}"#),
            ("a { src: url( b  c ) }", "a{src:url( b  c )}"),
            ("a { color: red !important }", "a{color:red !important}"),
            (r".a\ b  c { }", r".a\ b c{}"),
            (":root { --x: 1px; --y: ; }", ":root{--x:1px;--y:}"),
            ("a { } /* never closed", "a{}"),
        ] {
            assert_eq!(minify(css), small);
        }
    }

    #[test]
    fn making_small_twice_changes_nothing() {
        let once = minify("a > b { color : red ; } @media print { p { margin : 0 } }");
        assert_eq!(minify(&once), once);
    }

    #[test]
    fn sheets_are_joined_in_name_order() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        assert!(matches!(join(folder.path()), Err(Trouble::NoStyle(_))));
        write("20-b.css", "b { }");
        write("10-a.css", "a { }");
        write("notes.txt", "c { }");
        assert_eq!(join(folder.path()).unwrap(), b"a{}b{}");
        assert_eq!(icon(folder.path()).unwrap(), None);
    }
}
