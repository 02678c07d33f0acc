//! Running text with a little emphasis, written once and set in HTML or Markdown.
//!
//! Guarantee: both formats say the same, word for word.

use super::html::{Html, el};
use super::markdown;

/// A piece of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bit {
    Plain(String),
    Strong(String),
    Code(String),
}

/// Running text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<Bit>);

impl Words {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on in plain text.
    pub fn plain(mut self, text: impl Into<String>) -> Self {
        self.0.push(Bit::Plain(text.into()));
        self
    }

    /// Goes on in bold.
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Bit::Strong(text.into()));
        self
    }

    /// Goes on with a name or a command.
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Bit::Code(text.into()));
        self
    }

    /// Goes on with other words, after a separator where there are words already.
    pub fn join(mut self, separator: &str, other: Self) -> Self {
        if !self.0.is_empty() {
            self = self.plain(separator);
        }
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Set in HTML.
    pub fn html(&self) -> Html {
        self.0.iter().map(Bit::html).collect()
    }

    /// Set in Markdown, on one line.
    pub fn markdown(&self) -> String {
        self.0.iter().map(Bit::markdown).collect()
    }
}

impl Bit {
    fn html(&self) -> Html {
        match self {
            Self::Plain(text) => text.into(),
            Self::Strong(text) => el("b").with(text).into(),
            Self::Code(text) => el("code").with(text).into(),
        }
    }

    fn markdown(&self) -> String {
        match self {
            Self::Plain(text) => markdown::inline(text),
            Self::Strong(text) => markdown::strong(text),
            Self::Code(text) => markdown::code(text),
        }
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_same_in_both() {
        let words = Words::new().code("a|b").plain(" <is> ").strong("gone");
        assert_eq!(
            words.html().as_str(),
            "<code>a|b</code> &lt;is&gt; <b>gone</b>"
        );
        assert_eq!(words.markdown(), "`a\\|b` &lt;is&gt; **gone**");
    }
}
