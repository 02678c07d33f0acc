//! The tables of a report.
//!
//! Guarantee: each event of the record is a row with the id `e<number>` exactly once, each probe
//! one with the id `probe-<place>`.

use super::Open;
use super::writer::{Html, Tag, el};
use crate::analysis::{Analysis, Hit, ProbeStats, Window};
use crate::report::chart::scrolling;
use crate::report::facts;
use crate::report::moments::{Zero, latency};
use crate::report::observations::{self, Observation};
use crate::report::phrases;
use crate::report::text::count;
use app::model::record::{ProbeOutcome, Record};
use app::model::time::Micros;
use app::model::timeline::Event;
use std::collections::BTreeSet;

/// A column: its head, and whether it holds numbers.
type Column = (&'static str, bool);

fn table(label: &str, columns: &[Column], rows: impl Iterator<Item = Tag>) -> Html {
    let head = columns.iter().map(|(name, number)| {
        let class = if *number { "n" } else { "" };
        el("th").attr("scope", "col").class(class).add(*name)
    });
    let table = el("table")
        .add(el("thead").add(el("tr").all(head)))
        .add(el("tbody").all(rows));
    scrolling(label, table)
}

fn cell(inner: impl Into<Html>) -> Tag {
    el("td").add(inner)
}

fn number(inner: impl Into<Html>) -> Tag {
    el("td").class("n").add(inner)
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
        .add(el("h3").add("Who was hit"))
        .add(table("Who was hit", &columns, rows))
}

fn hit_row(hit: &Hit, record: &Record, zero: Zero) -> Tag {
    let target = cell(&hit.slot).add(" ").add(el("code").add(&hit.task));
    let sent = hit.sent.map_or_else(
        || Html::literal("not sent"),
        |sent| zero.time(zero.at + sent, Micros(1_000)),
    );
    let proof = match &hit.proof {
        Some(proof) => cell(proof),
        None if hit.sent.is_some() => cell(el("b").add("not shown")),
        None => cell(Html::new()),
    };
    el("tr")
        .add(target)
        .add(cell(&hit.node))
        .add(cell(&hit.why))
        .add(number(sent))
        .add(proof)
        .add(number(recovered(hit, record)))
        .add(cell(hit.error.clone().unwrap_or_default()))
}

/// When its replacement ran, linked to the event that shows it.
fn recovered(hit: &Hit, record: &Record) -> Html {
    let Some(moment) = &hit.recovered else {
        return Html::literal(if hit.sent.is_some() { "not seen" } else { "" });
    };
    let text = moment.after.to_string();
    let shown = |seq: &&u32| record.events.iter().any(|event| event.seq == **seq);
    match moment.evidence.events.iter().find(shown) {
        Some(seq) => el("a").attr("href", format!("#e{seq}")).add(text).into(),
        None => text.into(),
    }
}

/// The facts at the head, name beside value.
pub fn facts(record: &Record, analysis: &Analysis) -> Html {
    let facts = facts::facts(record, analysis);
    let rows = facts.iter().map(|(name, words)| {
        el("tr")
            .add(el("th").attr("scope", "row").add(*name))
            .add(cell(words.html()))
    });
    el("table").class("facts").add(el("tbody").all(rows)).into()
}

/// What was seen after the fault.
pub fn observations(record: &Record, analysis: &Analysis, zero: Zero) -> Html {
    let (rows, more) = observations::observations(record, analysis);
    if rows.is_empty() {
        return Html::new();
    }
    let columns = [
        ("After the fault", true),
        ("What", false),
        ("Source", false),
    ];
    let table = table(
        "Observations",
        &columns,
        rows.iter().map(|row| observation(row, zero)),
    );
    if more == 0 {
        return table;
    }
    table.add(
        el("p")
            .class("muted")
            .add(format!("{more} more in the timeline below.")),
    )
}

fn observation(row: &Observation, zero: Zero) -> Tag {
    let what = if row.key {
        cell(el("b").add(&row.what))
    } else {
        cell(&row.what)
    };
    el("tr")
        .id(format!("e{}", row.seq))
        .add(number(zero.time_as(row.at, &row.after)))
        .add(what)
        .add(cell(&row.source))
}

/// Each probe before and after the fault.
pub fn probes(probes: &[ProbeStats]) -> Html {
    if probes.is_empty() {
        return Html::new();
    }
    let columns = [
        ("Probe", false),
        ("When", false),
        ("Sent", true),
        ("Answered", true),
        ("Not answered", false),
        ("Median", true),
        ("99 %", true),
        ("Longest", true),
    ];
    let rows = probes.iter().enumerate().flat_map(|(i, probe)| {
        [
            window("before", &probe.before, el("tr").add(name(i, probe))),
            window("after", &probe.after, el("tr")),
        ]
    });
    let outages = probes.iter().map(|probe| {
        el("p")
            .add("Probe ")
            .add(el("code").add(&probe.name))
            .add(format!(
                ", every {}: {} The prober sent 99 of 100 at most {} late.",
                crate::report::moments::about(probe.every),
                phrases::outages(&probe.outages),
                latency(probe.lag_p99)
            ))
    });
    table("Probes", &columns, rows).add(outages.collect::<Html>())
}

fn name(place: usize, probe: &ProbeStats) -> Tag {
    el("th")
        .id(format!("probe-{place}"))
        .attr("scope", "rowgroup")
        .attr("rowspan", 2)
        .add(&probe.name)
}

fn window(when: &'static str, window: &Window, row: Tag) -> Tag {
    let failed = window
        .outcomes
        .iter()
        .filter(|(outcome, _)| *outcome != ProbeOutcome::Ok);
    let failed = failed.map(|(outcome, n)| format!("{n} {}", outcome.word()));
    let shown = |span: Option<Micros>| number(span.map_or_else(String::new, latency));
    row.add(cell(when))
        .add(number(window.sent.to_string()))
        .add(number(window.ok.to_string()))
        .add(cell(failed.collect::<Vec<_>>().join(", ")))
        .add(shown(window.p50))
        .add(shown(window.p99))
        .add(shown(window.max))
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
    let mut events = record.events.iter().collect::<Vec<_>>();
    events.sort_by_key(|event| (event.at, event.seq));
    let rows = events
        .into_iter()
        .map(|event| entry(event, analysis, zero, !shown.contains(&event.seq)));
    let summary = format!("All {}", count(record.events.len(), "entry", "entries"));
    el("details")
        .flag("open", open == Open::All)
        .add(el("summary").add(summary))
        .add(table("Timeline", &columns, rows))
        .into()
}

/// `anchored` where the event has no row among the observations.
fn entry(event: &Event, analysis: &Analysis, zero: Zero, anchored: bool) -> Tag {
    let resolution = observations::resolution(event, analysis);
    let row = el("tr");
    let row = if anchored {
        row.id(format!("e{}", event.seq))
    } else {
        row
    };
    row.add(number(event.seq.to_string()))
        .add(number(zero.time(event.at, resolution)))
        .add(cell(event.what.text()))
        .add(cell(observations::source(&event.source, resolution)))
}
