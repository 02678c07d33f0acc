//! The tables of a report.
//!
//! Guarantee: each event of the record has the anchor `e<recorded number>` exactly once, each probe
//! the anchor `probe-<place>`.

use super::Open;
use super::writer::{Html, Tag, el};
use crate::analysis::{Analysis, Hit, ProbeStats, Window};
use crate::report::chart::scrolling;
use crate::report::facts;
use crate::report::moments::{Zero, time_as};
use crate::report::observations::{self, Observation};
use crate::report::phrases;
use crate::report::rows::{Row, Rows};
use crate::report::text::count;
use app::model::record::{ProbeOutcome, Record};
use app::model::time::{Micros, as_set, latency};
use app::model::timeline::Event;
use std::collections::BTreeSet;

/// A column: its head, and whether it holds numbers.
type Column = (&'static str, bool);

fn table(label: &str, columns: &[Column], rows: impl Iterator<Item = Tag>) -> Html {
    let head = columns.iter().map(|(name, number)| {
        let class = if *number { "n" } else { "" };
        el("th").attr("scope", "col").class(class).with(*name)
    });
    let table = el("table")
        .with(el("thead").with(el("tr").all(head)))
        .with(el("tbody").all(rows));
    scrolling(label, table)
}

fn cell(inner: impl Into<Html>) -> Tag {
    el("td").with(inner)
}

fn number(inner: impl Into<Html>) -> Tag {
    el("td").class("n").with(inner)
}

/// Who was hit: the first thing everybody asks.
pub fn hits(record: &Record, analysis: &Analysis, zero: Zero) -> Html {
    if analysis.hits.is_empty() {
        return Html::new();
    }
    let columns = [
        ("Target", false),
        ("Node", false),
        ("Why", false),
        ("Sent", true),
        ("Proof", false),
        ("Recovered", true),
        ("Swarm's error", false),
    ];
    let rows = analysis.hits.iter().map(|hit| hit_row(hit, record, zero));
    Html::new()
        .with(el("h3").with("Who was hit"))
        .with(table("Who was hit", &columns, rows))
}

fn hit_row(hit: &Hit, record: &Record, zero: Zero) -> Tag {
    let target = cell(&hit.slot).with(" ").with(el("code").with(&hit.task));
    let sent = hit.sent.map_or_else(
        || Html::literal("not sent"),
        |sent| zero.time(zero.at + sent, Micros(1_000)),
    );
    let proof = match &hit.proof {
        Some(proof) => cell(proof),
        None if hit.sent.is_some() => cell(el("b").with("not shown")),
        None => cell(Html::new()),
    };
    el("tr")
        .with(target)
        .with(cell(&hit.node))
        .with(cell(&hit.why))
        .with(number(sent))
        .with(proof)
        .with(number(recovered(hit, record)))
        .with(cell(hit.error.clone().unwrap_or_default()))
}

/// When its replacement ran, linked to the event that shows it.
fn recovered(hit: &Hit, record: &Record) -> Html {
    let Some(moment) = &hit.recovered else {
        return Html::literal(if hit.sent.is_some() { "not seen" } else { "" });
    };
    let text = moment.after.to_string();
    let shown = |seq: &&u32| record.events.iter().any(|event| event.seq == **seq);
    match moment.evidence.events.iter().find(shown) {
        Some(seq) => el("a").attr("href", format!("#e{seq}")).with(text).into(),
        None => text.into(),
    }
}

/// The facts at the head, name beside value.
pub fn facts(record: &Record, analysis: &Analysis) -> Html {
    let facts = facts::facts(record, analysis);
    let rows = facts.iter().map(|(name, words)| {
        el("tr")
            .with(el("th").attr("scope", "row").with(*name))
            .with(cell(words.html()))
    });
    el("table")
        .class("facts")
        .with(el("tbody").all(rows))
        .into()
}

/// What was seen after the fault.
pub fn observations(record: &Record, analysis: &Analysis) -> Html {
    let (rows, more) = observations::observations(record, analysis);
    if rows.is_empty() {
        return Html::new();
    }
    let columns = [
        ("After the fault", true),
        ("What", false),
        ("Source", false),
    ];
    let table = table("Observations", &columns, rows.iter().map(observation));
    if more == 0 {
        return table;
    }
    table.with(
        el("p")
            .class("muted")
            .with(format!("{more} more in the timeline below.")),
    )
}

fn observation(row: &Observation) -> Tag {
    let what = if row.key {
        cell(el("b").with(&row.what))
    } else {
        cell(&row.what)
    };
    el("tr")
        .id(format!("e{}", row.seq))
        .with(number(time_as(row.at, &row.after)))
        .with(what)
        .with(cell(&row.source))
}

/// Each probe before and after the fault.
pub fn probes(analysis: &Analysis) -> Html {
    let probes = &analysis.probes;
    if probes.is_empty() {
        return Html::new();
    }
    let columns = [
        ("Probe", false),
        ("When", false),
        ("Sent", true),
        ("Answered", true),
        ("Not answered", false),
        ("Median answer", true),
        ("99 % of answers", true),
        ("Longest answer", true),
    ];
    let rows = probes.iter().enumerate().flat_map(|(i, probe)| {
        [
            window("before", &probe.before, el("tr").with(name(i, probe))),
            window("after", &probe.after, el("tr")),
        ]
    });
    let outages = probes.iter().map(|probe| {
        el("p")
            .with("Probe ")
            .with(el("code").with(&probe.name))
            .with(format!(
                ", every {}: {}{}",
                as_set(probe.every),
                match probe.after.sent {
                    0 => "none sent after the fault.".to_owned(),
                    _ => phrases::outages(&probe.outages),
                },
                punctual(probe, analysis)
            ))
    });
    table("Probes", &columns, rows).with(outages.collect::<Html>())
}

/// How late the prober was, where no finding says it.
fn punctual(probe: &ProbeStats, analysis: &Analysis) -> String {
    let mut late = analysis.findings.iter().filter(|f| f.id == "prober-late");
    if late.any(|f| f.evidence.probes.contains(&probe.name)) {
        return String::new();
    }
    format!(
        " The prober sent 99 of 100 at most {} late.",
        latency(probe.lag_p99)
    )
}

fn name(place: usize, probe: &ProbeStats) -> Tag {
    el("th")
        .id(format!("probe-{place}"))
        .attr("scope", "rowgroup")
        .attr("rowspan", 2)
        .with(&probe.name)
}

fn window(when: &'static str, window: &Window, row: Tag) -> Tag {
    let failed = window
        .outcomes
        .iter()
        .filter(|(outcome, _)| *outcome != ProbeOutcome::Ok);
    let failed = failed.map(|(outcome, n)| format!("{n} {}", outcome.word()));
    let shown = |span: Option<Micros>| number(span.map_or_else(String::new, latency));
    row.with(cell(when))
        .with(number(window.sent.to_string()))
        .with(number(window.ok.to_string()))
        .with(cell(failed.collect::<Vec<_>>().join(", ")))
        .with(shown(window.p50))
        .with(shown(window.p99))
        .with(shown(window.max))
}

/// Every event there is.
pub fn timeline(record: &Record, analysis: &Analysis, zero: Zero, open: Open) -> Html {
    if record.events.is_empty() {
        return Html::new();
    }
    let (shown, _) = observations::observations(record, analysis);
    let shown = shown
        .into_iter()
        .map(|row| row.seq)
        .collect::<BTreeSet<_>>();
    let columns = [
        ("Event", true),
        ("From zero", true),
        ("What", false),
        ("Source", false),
    ];
    let rows = Rows::of(record);
    let summary = match rows.count() {
        1 => "The only entry".to_owned(),
        n => format!("All {}", count(n, "entry", "entries")),
    };
    let rows = rows
        .iter()
        .map(|row| entry(row, analysis, zero, !shown.contains(&row.event.seq)));
    el("details")
        .flag("open", open == Open::All)
        .with(el("summary").with(summary))
        .with(table("Timeline", &columns, rows))
        .into()
}

/// What was compared of the containers before and after.
pub fn compared(analysis: &Analysis, open: Open) -> Html {
    let all = &analysis.compared;
    if all.is_empty() {
        return Html::new();
    }
    let summary = format!(
        "{} of the old container and the new one",
        count(all.len(), "field", "fields")
    );
    let rows = all.iter().map(|compared| {
        let came = if compared.same {
            "the same"
        } else {
            "different"
        };
        el("tr")
            .with(cell(el("code").with(&compared.field)))
            .with(cell(came))
    });
    el("details")
        .flag("open", open == Open::All)
        .id("compared")
        .with(el("summary").with(summary))
        .with(table(
            "Compared",
            &[("Field", false), ("After", false)],
            rows,
        ))
        .into()
}

/// `anchored` where the event has no row among the observations.
fn entry(row: &Row, analysis: &Analysis, zero: Zero, anchored: bool) -> Tag {
    let event = row.event;
    let resolution = observations::resolution(event, analysis);
    let tag = el("tr");
    let tag = if anchored { tag.id(anchor(event)) } else { tag };
    let when = if row.stood {
        Html::literal("before")
    } else {
        zero.time(event.at, resolution)
    };
    let others = row.more.iter().map(|event| el("span").id(anchor(event)));
    tag.with(number(row.number.to_string()).all(others))
        .with(number(when))
        .with(cell(row.text()))
        .with(cell(observations::source(&event.source, resolution)))
}

fn anchor(event: &Event) -> String {
    format!("e{}", event.seq)
}
