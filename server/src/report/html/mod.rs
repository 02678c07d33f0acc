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
        .add(story::story(record, analysis, open))
        .add(tables::hits(record, analysis, zero));
    let steps = procedure(record, analysis);
    let steps = el("ol").all(steps.iter().map(|step| el("li").add(step.html())));
    el("article")
        .class("report")
        .add(head::head(record, analysis))
        .add(section("What happened", happened))
        .add(section(
            "Recovery, taken apart",
            recovery::recovery(analysis, open),
        ))
        .add(section("The run", tables::facts(record, analysis)))
        .add(section("Procedure", steps.into()))
        .add(section(
            "Observations",
            tables::observations(record, analysis, zero),
        ))
        .add(section("Probes", tables::probes(&analysis.probes)))
        .add(section("Findings", advice::findings(record, analysis)))
        .add(section(
            "What to change",
            advice::recommendations(analysis, open),
        ))
        .add(section(
            "What this run does not show",
            advice::not_shown(&analysis.not_shown),
        ))
        .add(section(
            "Timeline",
            tables::timeline(record, analysis, zero, open),
        ))
        .add(head::foot(record, analysis))
        .into()
}

/// A part of the report; nothing where there is nothing in it.
fn section(title: &'static str, inner: Html) -> Html {
    if inner.is_empty() {
        return inner;
    }
    el("section").add(el("h2").add(title)).add(inner).into()
}

#[cfg(test)]
mod tests;
