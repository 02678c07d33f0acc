//! What is marked on the time axis: faults, the limit, full strength, endings, outages.
//!
//! Guarantee: nothing outside the axis is marked, and an outage that several probes saw is marked
//! once.

use super::axis::Axis;
use super::notes::Note;
use crate::analysis::Analysis;
use crate::analysis::is_without_service;
use crate::report::moments::Zero;
use app::model::record::Record;
use app::model::time::{At, Micros, as_set};
use app::model::timeline::{Event, What};
use app::model::undo::{UndoEntry, UndoState};

#[derive(Clone, Copy, PartialEq, Eq)]
/// What kind of mark it is.
pub enum Kind {
    /// A fault was sent.
    Fault,
    /// Something was reached.
    Moment,
    /// A limit of the hypothesis.
    Limit,
}

/// Stretches without service, or failing in part: from, to, and how to say it.
pub fn outages(analysis: &Analysis, axis: &Axis) -> Vec<(f64, f64, String)> {
    let mut all = analysis
        .probes
        .iter()
        .flat_map(|probe| probe.outages.iter().map(move |outage| (probe, outage)))
        .map(|(probe, outage)| {
            let from = outage.from.as_secs_f64();
            let to = outage.to.map_or(axis.to, Micros::as_secs_f64);
            let how = if is_without_service(&analysis.probes, probe, outage) {
                "without service"
            } else {
                "failing in part"
            };
            (from, to, format!("{how} {}", outage.length.length()))
        })
        .collect::<Vec<_>>();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    // Two probes usually lose the same stretch: what lies within a longer one is not said twice.
    let mut end = f64::NEG_INFINITY;
    all.retain(|(_, to, _)| {
        let new = *to > end;
        end = end.max(*to);
        new
    });
    all
}

/// The marks in their order: kind, seconds from zero, note.
pub fn moments(
    record: &Record,
    analysis: &Analysis,
    zero: Zero,
    axis: &Axis,
) -> Vec<(Kind, f64, Note)> {
    let mut out = faults(record, zero);
    out.extend(endings(record, zero));
    let full = analysis.recovery.full_strength.as_ref();
    if let Some(full) = full.filter(|full| full.after.span.0 > 0) {
        let text = format!("full strength {}", full.after.length());
        out.push((Kind::Moment, full.after.span.as_secs_f64(), text, false));
    }
    if let Some(limit) = record.run.experiment.hypothesis.recovers_within
        && zero.is_fault
    {
        let text = format!("limit {}", as_set(Micros(limit.micros())));
        out.push((Kind::Limit, limit.get().as_secs_f64(), text, false));
    }
    out.into_iter()
        .filter(|(_, at, _, _)| *at >= axis.from && *at <= axis.to)
        .map(|(kind, at, text, left)| {
            let x = axis.x(at);
            (kind, at, Note { x, text, left })
        })
        .collect()
}

/// One mark for each fault of the method that was sent, with a count where it hit several targets.
fn faults(record: &Record, zero: Zero) -> Vec<(Kind, f64, String, bool)> {
    let sent = |number: usize| {
        record.events.iter().filter(
            move |event| matches!(event.what, What::FaultSent { fault, .. } if fault == number),
        )
    };
    let methods = record.run.experiment.method.iter().enumerate();
    methods
        .filter_map(|(number, fault)| {
            let first = sent(number).next()?;
            let times = sent(number).count();
            let text = match times {
                1 => fault.summary(),
                n => format!("{} x{n}", fault.summary()),
            };
            Some((Kind::Fault, (first.at - zero.at).as_secs_f64(), text, true))
        })
        .collect()
}

/// When the last change was put back, where one was made and was.
pub fn put_back(record: &Record) -> Option<At> {
    let is_real =
        |entry: &UndoEntry| entry.state == UndoState::Reverted && entry.undo.by_hand().is_some();
    let undone = |event: &&Event| matches!(event.what, What::Undo { .. });
    let last = record.events.iter().filter(undone).map(|event| event.at);
    last.max().filter(|_| record.undo.iter().any(is_real))
}

fn endings(record: &Record, zero: Zero) -> Vec<(Kind, f64, String, bool)> {
    let back = put_back(record).map(|at| {
        let after = (at - zero.at).as_secs_f64();
        (Kind::Moment, after, "put back".to_owned(), true)
    });
    record
        .events
        .iter()
        .filter_map(|event| {
            let text = match event.what {
                What::Aborted { .. } => "aborted",
                What::GuardTripped { .. } => "guard tripped",
                _ => return None,
            };
            Some((
                Kind::Moment,
                (event.at - zero.at).as_secs_f64(),
                text.to_owned(),
                false,
            ))
        })
        .chain(back)
        .collect()
}
