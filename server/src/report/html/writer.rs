//! A writer of HTML (and of SVG and XML) that cannot forget to escape.
//!
//! Guarantee: markup comes only from `&'static str` in the source; every other text is cleaned
//! and escaped on its way in. There is no function that takes a `String` as markup.

use crate::report::text::clean;
use std::fmt::Display;

/// A finished piece of markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(String);

/// An element being written: attributes and children in any order of calls.
#[derive(Debug, Clone)]
pub struct Tag {
    name: &'static str,
    attributes: String,
    inner: String,
}

/// Elements that close themselves when they have no children.
const CLOSE_THEMSELVES: [&str; 10] = [
    "br", "meta", "rect", "line", "circle", "path", "polyline", "polygon", "hr", "property",
];

/// Begins an element.
pub fn el(name: &'static str) -> Tag {
    Tag {
        name,
        attributes: String::new(),
        inner: String::new(),
    }
}

impl Html {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Markup from the source code itself.
    pub fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Goes on with another piece.
    #[must_use]
    pub fn with(mut self, part: impl Into<Self>) -> Self {
        self.push(part);
        self
    }

    /// Appends another piece.
    pub fn push(&mut self, part: impl Into<Self>) {
        self.0.push_str(&part.into().0);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Tag {
    /// Sets an attribute.
    #[must_use]
    pub fn attr(mut self, name: &'static str, value: impl Display) -> Self {
        debug_assert!(
            name != "style" && !name.starts_with("on"),
            "the page's security policy forbids the attribute {name}"
        );
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        escape_into(&mut self.attributes, &value.to_string());
        self.attributes.push('"');
        self
    }

    /// Sets the classes, if any.
    #[must_use]
    pub fn class(self, names: &'static str) -> Self {
        if names.is_empty() {
            return self;
        }
        self.attr("class", names)
    }

    /// Sets the id.
    #[must_use]
    pub fn id(self, id: impl Display) -> Self {
        self.attr("id", id)
    }

    /// Sets an attribute that has no value.
    #[must_use]
    pub fn flag(mut self, name: &'static str, on: bool) -> Self {
        if on {
            self.attributes.push(' ');
            self.attributes.push_str(name);
        }
        self
    }

    /// Adds a child: markup, or text that is escaped.
    #[must_use]
    pub fn with(mut self, child: impl Into<Html>) -> Self {
        self.inner.push_str(&child.into().0);
        self
    }

    /// Adds a child where there is one.
    #[must_use]
    pub fn maybe<T: Into<Html>>(self, child: Option<T>) -> Self {
        match child {
            Some(child) => self.with(child),
            None => self,
        }
    }

    /// Adds children.
    #[must_use]
    pub fn all<T: Into<Html>>(mut self, children: impl IntoIterator<Item = T>) -> Self {
        for child in children {
            self = self.with(child);
        }
        self
    }
}

impl From<Tag> for Html {
    fn from(tag: Tag) -> Self {
        let Tag {
            name,
            attributes,
            inner,
        } = tag;
        if inner.is_empty() && CLOSE_THEMSELVES.contains(&name) {
            return Self(format!("<{name}{attributes}/>"));
        }
        Self(format!("<{name}{attributes}>{inner}</{name}>"))
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        escape_into(&mut out, text);
        Self(out)
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl<T: Into<Self>> FromIterator<T> for Html {
    fn from_iter<I: IntoIterator<Item = T>>(parts: I) -> Self {
        parts.into_iter().fold(Self::new(), Self::with)
    }
}

fn escape_into(out: &mut String, text: &str) {
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let hostile = "<script>alert(\"1\")</script> & 'x'\u{202e}\u{0}";
        let html = el("p").attr("title", hostile).with(hostile);
        let html = Html::from(html).into_string();
        assert!(!html.contains("<script"));
        assert!(!html.contains('\u{202e}') && !html.contains('\u{0}'));
        assert_eq!(
            html.matches('"').count(),
            2,
            "only the attribute's own quotes: {html}"
        );
    }

    #[test]
    fn elements_nest_and_close() {
        let html = el("g").all([el("rect").attr("x", 1), el("text").with("a")]);
        assert_eq!(
            Html::from(html).as_str(),
            "<g><rect x=\"1\"/><text>a</text></g>"
        );
    }

    #[test]
    #[should_panic(expected = "security policy")]
    fn inline_styles_are_refused() {
        let _ = el("p").attr("style", "color:red");
    }
}
