//! Links from statements to what proves them.
//!
//! Guarantee: a link is made only where its target is on the page.

use super::writer::{Html, Tag, el};
use crate::analysis::{Analysis, Evidence, SNAPSHOTS};
use crate::report::moments::Zero;
use crate::report::observations::resolution;
use crate::report::rows::Rows;
use app::model::record::Record;
use app::model::time::offset;

/// Everything that proves a statement, linked where it is on the page.
pub fn evidence(evidence: &Evidence, record: &Record, analysis: &Analysis) -> Html {
    let mut parts = Vec::new();
    if !evidence.events.is_empty() {
        parts.push(events(&evidence.events, record, analysis));
    }
    parts.extend(evidence.probes.iter().map(|name| probe(name, analysis)));
    parts.extend(evidence.other.iter().map(|text| other(text, analysis)));
    if parts.is_empty() {
        return Html::new();
    }
    let parts = parts.into_iter().enumerate().map(|(i, part)| {
        let gap = Html::literal(if i == 0 { "" } else { " · " });
        gap.with(part)
    });
    el("span").class("proof").all(parts).into()
}

fn events(numbers: &[u32], record: &Record, analysis: &Analysis) -> Html {
    let rows = Rows::of(record).telling(numbers);
    let word = if rows.len() == 1 { "event " } else { "events " };
    let zero = Zero::of(record, analysis);
    let links = rows.into_iter().enumerate().map(|(i, (number, seq))| {
        let gap = Html::literal(if i == 0 { "" } else { ", " });
        gap.with(event(number, seq, (record, analysis), zero))
    });
    Html::literal(word).with(links.collect::<Html>())
}

/// The row's number, linked to the event's anchor.
fn event(number: usize, seq: u32, (record, analysis): (&Record, &Analysis), zero: Zero) -> Html {
    let event = record.events.iter().find(|event| event.seq == seq);
    let title = event.map(|event| {
        let when = offset(event.at - zero.at, resolution(event, analysis));
        format!("{when} {}", event.what.text())
    });
    el("a")
        .attr("href", format!("#e{seq}"))
        .attr("title", title.unwrap_or_default())
        .with(number.to_string())
        .into()
}

fn probe(name: &str, analysis: &Analysis) -> Html {
    let text = format!("probe {name}");
    match analysis.probes.iter().position(|probe| probe.name == name) {
        Some(i) => el("a")
            .attr("href", format!("#probe-{i}"))
            .with(text)
            .into(),
        None => text.into(),
    }
}

fn other(text: &str, analysis: &Analysis) -> Html {
    if text == SNAPSHOTS && !analysis.compared.is_empty() {
        return el("a").attr("href", "#compared").with(text).into();
    }
    text.into()
}

/// A link to a finding of this report, by its id: what it says stands there.
pub fn finding(id: &'static str, analysis: &Analysis) -> Option<Tag> {
    let finding = analysis.findings.iter().find(|f| f.id == id)?;
    let link = el("a")
        .attr("href", format!("#{id}"))
        .attr("title", &finding.statement);
    Some(link.with(id))
}
