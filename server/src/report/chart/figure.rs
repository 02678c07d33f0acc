//! A picture with its caption and its numbers.
//!
//! Guarantee: the numbers are a real table that a reader can open without a script.

use crate::report::html::{Html, Open, el};

/// The numbers of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// What the table holds.
    pub caption: String,
    /// Its columns; those after the first `words` hold numbers.
    pub columns: Vec<&'static str>,
    /// How many of the first columns hold words.
    pub words: usize,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// Puts a picture, its caption and its numbers together.
pub fn figure(picture: Html, label: &str, caption: &str, numbers: &[Numbers], open: Open) -> Html {
    let details = el("details")
        .flag("open", open == Open::All)
        .with(el("summary").with("Numbers"))
        .all(numbers.iter().filter(|n| !n.rows.is_empty()).map(table));
    el("figure")
        .class("fig")
        .with(scrolling(label, picture))
        .with(el("figcaption").with(caption))
        .with(details)
        .into()
}

/// A picture drawn twice: for screens with room for it, and for the others.
pub fn twice([full, slim]: [Html; 2]) -> Html {
    let one = |class, picture| el("div").class(class).with(picture);
    el("div")
        .with(one("full", full))
        .with(one("slim", slim))
        .into()
}

/// Something wide that scrolls inside itself, also by keyboard.
pub fn scrolling(label: &str, inner: impl Into<Html>) -> Html {
    el("div")
        .class("wide")
        .attr("role", "group")
        .attr("aria-label", label)
        .attr("tabindex", 0)
        .with(inner)
        .into()
}

fn table(numbers: &Numbers) -> Html {
    let class = |i: usize| if i < numbers.words { "" } else { "n" };
    let head = numbers
        .columns
        .iter()
        .enumerate()
        .map(|(i, name)| el("th").attr("scope", "col").class(class(i)).with(*name));
    let row = |row: &Vec<String>| {
        let cells = row.iter().enumerate();
        el("tr").all(cells.map(|(i, cell)| el("td").class(class(i)).with(cell)))
    };
    let table = el("table")
        .with(el("caption").with(&numbers.caption))
        .with(el("thead").with(el("tr").all(head)))
        .with(el("tbody").all(numbers.rows.iter().map(row)));
    scrolling(&numbers.caption, table)
}
