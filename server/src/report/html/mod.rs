//! The report as HTML: as a body for pages, and as one file that needs nothing else.
//!
//! Guarantee: no script, no inline style, no outside resource; readable and printable as it is;
//! every finding, event and probe is an anchor, and every link to evidence has its target.

mod advice;
mod document;
mod evidence;
mod head;
mod tables;
mod writer;

pub use document::document;
pub use writer::{Html, Tag, el};

use super::chart::{recovery, story};
use super::moments::Zero;
use super::procedure::procedure;
use crate::analysis::Analysis;
use app::model::record::Record;

/// Whether what can be folded away is folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Open {
    /// Folded away until somebody opens it.
    #[default]
    Closed,
    /// Everything open, for print.
    All,
}

/// The report's inner HTML, for a page's `<main>`.
pub fn body(record: &Record, analysis: &Analysis) -> String {
    article(record, analysis, Open::Closed).into_string()
}

/// The report as an element.
fn article(record: &Record, analysis: &Analysis, open: Open) -> Html {
    let zero = Zero::of(record, analysis);
    let happened = Html::new()
        .with(story::story(record, analysis, open))
        .with(tables::hits(record, analysis, zero));
    let steps = procedure(record, analysis);
    let steps = el("ol").all(steps.iter().map(|step| el("li").with(step.html())));
    el("article")
        .class("report")
        .with(head::head(record, analysis))
        .with(section("What happened", happened))
        .with(section(
            "Recovery, taken apart",
            recovery::recovery(analysis, open),
        ))
        .with(section("The run", tables::facts(record, analysis)))
        .with(section("Procedure", steps.into()))
        .with(section(
            "Observations",
            tables::observations(record, analysis),
        ))
        .with(section("Probes", tables::probes(analysis)))
        .with(section("Findings", advice::findings(record, analysis)))
        .with(section(
            "What to change",
            advice::recommendations(analysis, open),
        ))
        .with(section(
            "What this run does not show",
            advice::not_shown(&analysis.not_shown),
        ))
        .with(section("Compared", tables::compared(analysis, open)))
        .with(section(
            "Timeline",
            tables::timeline(record, analysis, zero, open),
        ))
        .with(head::foot(record, analysis))
        .into()
}

/// A part of the report; nothing where there is nothing in it.
fn section(title: &'static str, inner: Html) -> Html {
    if inner.is_empty() {
        return inner;
    }
    el("section").with(el("h2").with(title)).with(inner).into()
}

#[cfg(test)]
mod tests;
