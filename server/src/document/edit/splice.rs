//! Replacing stretches of a text by others.
//!
//! Whatever lies outside the stretches is copied as it is.

use std::ops::Range;

/// Stretches of a text and what to put there, in any order; they must not overlap.
#[derive(Debug, Default)]
pub(super) struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    /// One replacement.
    pub fn one(range: Range<usize>, by: impl Into<String>) -> Self {
        Self::default().and(range, by)
    }

    /// One insertion.
    pub fn insert(at: usize, what: impl Into<String>) -> Self {
        Self::one(at..at, what)
    }

    /// These and one more.
    #[must_use]
    pub fn and(mut self, range: Range<usize>, by: impl Into<String>) -> Self {
        self.0.push((range, by.into()));
        self
    }

    /// Whether a range of the old text is replaced by one of them.
    pub fn replace(&self, range: &Range<usize>) -> bool {
        let covers =
            |(old, _): &(Range<usize>, String)| old.start <= range.start && range.end <= old.end;
        self.0.iter().any(covers)
    }

    /// The text with all of them done; none when two overlap or one lies outside the text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut ordered: Vec<_> = self.0.iter().collect();
        ordered.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(text.len() + 64);
        let mut done = 0;
        for (range, by) in ordered {
            out.push_str(text.get(done..range.start)?);
            out.push_str(by);
            text.get(range.clone())?;
            done = range.end;
        }
        out.push_str(text.get(done..)?);
        Some(out)
    }
}

/// Where the line around a place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line around a place ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let end = if line.len() < rest.len() {
        line.strip_suffix('\r').unwrap_or(line).len()
    } else {
        line.len()
    };
    at + end
}

/// What stands before a place on its line.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(line_start(text, at)..at).unwrap_or_default()
}

/// The lines from one place to another, whole, with one of the line breaks around them.
pub(super) fn whole_lines(text: &str, from: usize, to: usize) -> Range<usize> {
    let (start, end) = (line_start(text, from), line_end(text, to));
    let rest = text.get(end..).unwrap_or_default();
    if let Some(newline) = rest.find('\n') {
        return start..end + newline + 1;
    }
    // The last line has no line break: take the one before, so that there is still none.
    let above = text.get(..start).unwrap_or_default();
    let above = above.strip_suffix('\n').unwrap_or(above);
    above.strip_suffix('\r').unwrap_or(above).len()..end
}
