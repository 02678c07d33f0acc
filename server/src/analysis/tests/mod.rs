//! Whole records through the whole analysis.

mod advice;
mod calm;
mod odd;
mod properties;
mod runs;
mod told;
mod verdicts;

use super::testing::zero;
use super::{Analysis, Moment, analyse};
use app::model::record::Record;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};

/// A moment so many milliseconds from zero.
fn at(ms: i64) -> At {
    zero() + Micros::from_millis(ms)
}

/// Adds an event of the lab, numbered last.
fn add(record: &mut Record, ms: i64, what: What) {
    let last = record.events.iter().map(|e| e.seq).max().unwrap_or(0);
    record.events.push(Event {
        seq: last + 1,
        at: at(ms),
        resolution: Micros(200),
        source: Source::Lab,
        what,
    });
}

/// Drops the events that `unwanted` names.
fn without(mut record: Record, unwanted: impl Fn(&What) -> bool) -> Record {
    record.events.retain(|e| !unwanted(&e.what));
    record
}

fn finding_ids(analysis: &Analysis) -> Vec<&'static str> {
    analysis.findings.iter().map(|f| f.id).collect()
}

fn rule_ids(analysis: &Analysis) -> Vec<&'static str> {
    analysis.recommendations.iter().map(|r| r.id).collect()
}

fn detail(analysis: &Analysis, id: &str) -> String {
    let found = analysis.findings.iter().find(|f| f.id == id);
    found.map_or_else(
        || panic!("no finding {id} among {:?}", finding_ids(analysis)),
        |f| format!("{}: {}", f.statement, f.detail),
    )
}

/// Analyses a record whose service was changed first, before and after alike.
fn analyse_with(
    mut record: Record,
    edit: impl Fn(&mut app::model::facts::ServiceFacts),
) -> Analysis {
    for snapshot in [&mut record.before, &mut record.after]
        .into_iter()
        .flatten()
    {
        edit(&mut snapshot.service);
    }
    analyse(&record)
}

/// Whole milliseconds from zero.
fn ms(moment: Option<&Moment>) -> Option<i64> {
    moment.map(|m| m.after.span.0 / 1_000)
}
