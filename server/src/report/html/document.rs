//! The report as one file.
//!
//! Guarantee: it opens from a disk without a network, runs nothing, and prints with its run's
//! number on every page.

use super::writer::{Html, el};
use super::{Open, article};
use crate::analysis::Analysis;
use app::model::record::Record;

const TOKENS: &str = include_str!("../../../../style/00-tokens.css");
const REPORT: &str = include_str!("../../../../style/60-report.css");

/// The file; with [`Open::All`] everything that folds is open, for print.
pub fn document(record: &Record, analysis: &Analysis, open: Open) -> String {
    let title = format!(
        "{}: {}",
        record.run.experiment.title,
        analysis.verdict.word()
    );
    let head = el("head")
        .with(el("meta").attr("charset", "utf-8"))
        .with(
            el("meta")
                .attr("name", "viewport")
                .attr("content", "width=device-width,initial-scale=1"),
        )
        .with(
            el("meta")
                .attr("http-equiv", "Content-Security-Policy")
                .attr("content", "default-src 'none'; style-src 'unsafe-inline'"),
        )
        .with(el("title").with(title))
        .with(style(record));
    let main = el("main").with(article(record, analysis, open));
    let page = el("html")
        .attr("lang", "en")
        .with(head)
        .with(el("body").class("alone").with(main));
    Html::literal("<!doctype html>\n").with(page).into_string()
}

/// A run's id is hexadecimal digits and dashes: it cannot leave the quotes.
fn style(record: &Record) -> Html {
    let foot = Html::literal("@page{@bottom-left{content:\"Hivequake · run ")
        .with(record.run.id.to_string())
        .with(Html::literal(
            "\";font:9px system-ui,sans-serif;color:#59636e}}",
        ));
    el("style")
        .with(Html::literal(TOKENS))
        .with(Html::literal(REPORT))
        .with(foot)
        .into()
}
