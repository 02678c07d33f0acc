//! The text side of the designer: a plain text area over its own painted copy.
//!
//! What stands in the text area is the document; the copy behind it only adds line numbers,
//! colours and the marks of bad lines.

use super::svg::escaped;
use crate::components::web::effect;
use leptos::{html, prelude::*};

/// A line's indentation and dash, its key, and the rest.
fn parts(line: &str) -> (&str, &str, &str) {
    let body = line.trim_start_matches([' ', '-']);
    let (lead, body) = line.split_at(line.len() - body.len());
    let key = body
        .find(": ")
        .or_else(|| body.strip_suffix(':').map(str::len));
    match key {
        Some(end) if !body.starts_with(['#', '"', '\'', '{', '[']) => {
            (lead, &body[..end], &body[end..])
        }
        _ => (lead, "", body),
    }
}

/// Where a comment begins in what follows a key.
fn comment(rest: &str) -> usize {
    if rest.starts_with('#') {
        return 0;
    }
    let quoted = rest.contains(['"', '\'']);
    rest.find(" #").filter(|_| !quoted).unwrap_or(rest.len())
}

/// The painted copy: one element per line, bad lines marked. `bad` counts from 1.
pub fn painted(text: &str, bad: &[u32]) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (number, line) in (1_u32..).zip(text.split('\n')) {
        let (lead, key, rest) = parts(line.trim_end_matches('\r'));
        let (value, comment) = rest.split_at(comment(rest));
        out.push_str(if bad.contains(&number) {
            "<li class=\"bad\">"
        } else {
            "<li>"
        });
        out.push_str(lead);
        span(&mut out, "k", key);
        out.push_str(&escaped(value));
        span(&mut out, "c", comment);
        out.push_str("\n</li>");
    }
    out
}

fn span(out: &mut String, class: &str, text: &str) {
    if !text.is_empty() {
        out.push_str("<span class=\"");
        out.push_str(class);
        out.push_str("\">");
        out.push_str(&escaped(text));
        out.push_str("</span>");
    }
}

/// Where a column of a line is, in UTF-16 units as browsers count. Lines and columns, in
/// characters, count from 1.
pub fn offset_of(text: &str, line: u32, column: u32) -> u32 {
    let mut lines = text.split_inclusive('\n');
    let units = |part: &str| part.replace('\r', "").encode_utf16().count();
    let whole = lines.by_ref().take(line.saturating_sub(1) as usize);
    let before: usize = whole.map(units).sum();
    let rest = lines.next().unwrap_or_default().chars();
    let within = rest.take(column.saturating_sub(1) as usize);
    let offset = before + within.map(char::len_utf16).sum::<usize>();
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// What was typed, with the document's own line ends.
pub fn with_line_ends_of(document: &str, typed: String) -> String {
    if document.contains("\r\n") {
        typed.replace('\n', "\r\n")
    } else {
        typed
    }
}

/// Where a caret belongs after a text changed under it: it stays with the characters around it.
fn caret_after(old: &str, new: &str, caret: u32) -> u32 {
    let same = old
        .encode_utf16()
        .zip(new.encode_utf16())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (old.encode_utf16().count(), new.encode_utf16().count());
    if caret as usize <= same {
        return caret;
    }
    u32::try_from((caret as usize + new).saturating_sub(old).max(same)).unwrap_or(caret)
}

/// Puts a text that came from the form into the area. The desk takes no such text while
/// something newer was typed, so that nothing typed is ever overwritten.
fn put(area: &web_sys::HtmlTextAreaElement, text: &str) {
    let (old, text) = (area.value(), text.replace("\r\n", "\n"));
    if old == text {
        return;
    }
    let caret = area.selection_start().ok().flatten();
    area.set_value(&text);
    if let Some(caret) = caret {
        let at = caret_after(&old, &text, caret);
        let _ = area.set_selection_range(at, at);
    }
}

/// The editor. `typed` hears every change made in it.
#[component]
pub fn Editor(
    /// The document.
    text: Signal<String>,
    /// Lines to mark, from 1.
    bad: Signal<Vec<u32>>,
    /// The text area, to jump to a line.
    area: NodeRef<html::Textarea>,
    /// Hears what is typed.
    typed: Callback<String>,
) -> impl IntoView {
    let awake = RwSignal::new(false);
    effect(move || awake.set(true));
    effect(move || {
        let text = text.get();
        if let Some(area) = area.get() {
            put(&area, &text);
        }
    });
    let first = text.get_untracked();
    view! {
        <div class="editor">
            <ol aria-hidden="true" inner_html=move || painted(&text.read(), &bad.read())></ol>
            <textarea
                id="yaml"
                name="text"
                aria-label="The experiment as YAML"
                aria-invalid=move || (!bad.read().is_empty()).then_some("true")
                aria-describedby="problems"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                wrap="off"
                readonly=move || !awake.get()
                node_ref=area
                on:input:target=move |event| {
                    let value = event.target().value();
                    let new = text.with_untracked(|old| with_line_ends_of(old, value));
                    typed.run(new);
                }
            >
                {first}
            </textarea>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_comments_and_bad_lines_are_painted() {
        let drawn = painted("# why\na: 1 # one\n  - b: \"x # y\"\nurl", &[2]);
        let lines: Vec<&str> = drawn.split("</li>").collect();
        assert_eq!(lines[0], "<li><span class=\"c\"># why</span>\n");
        assert_eq!(
            lines[1],
            "<li class=\"bad\"><span class=\"k\">a</span>: 1<span class=\"c\"> # one</span>\n"
        );
        assert_eq!(
            lines[2],
            "<li>  - <span class=\"k\">b</span>: &quot;x # y&quot;\n"
        );
        assert_eq!(lines[3], "<li>url\n");
    }

    #[test]
    fn markup_in_a_document_stays_text() {
        let drawn = painted("<b>: <script>\n\"</li>\": x", &[]);
        assert!(!drawn.contains("<b>") && !drawn.contains("<script>"));
        assert_eq!(drawn.matches("</li>").count(), 2);
    }

    #[test]
    fn a_line_is_found_as_browsers_count() {
        assert_eq!(offset_of("ab\ncd", 2, 2), 4);
        assert_eq!(offset_of("a\u{1F41D}\r\nx", 2, 1), 4);
        assert_eq!(offset_of("ab", 9, 1), 2);
        assert_eq!(offset_of("x\na\u{1F41D}\u{1F41D}b", 2, 4), 7);
        assert_eq!(offset_of("ab\n", 1, 9), 3);
    }

    #[test]
    fn the_caret_stays_with_its_neighbours() {
        assert_eq!(caret_after("abc", "abXc", 1), 1);
        assert_eq!(caret_after("abc", "abXc", 3), 4);
        assert_eq!(caret_after("abcdef", "af", 6), 2);
        assert_eq!(caret_after("abcdef", "af", 3), 1);
    }

    #[test]
    fn line_ends_survive_typing() {
        assert_eq!(
            with_line_ends_of("a\r\nb\r\n", "a\nbc\n".into()),
            "a\r\nbc\r\n"
        );
        assert_eq!(with_line_ends_of("a\nb", "a\nbc".into()), "a\nbc");
    }
}
