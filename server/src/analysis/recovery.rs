//! The moments of a recovery, from the timeline and the probes.
//!
//! Guarantee: every moment cites what proves it, and full strength is never claimed while a task
//! is missing or a probe that had failed is still without five answers in a row.
//!
//! With several tasks hit, each moment is the one when the last of them got there. Where the
//! replacement died too, the moments are those of the last replacement; if that one ended as
//! well, it never counts as running.

use super::case::Case;
use super::probes::{IN_A_ROW, too_late_to_judge};
use super::slots::{Attempt, Slot};
use super::{Evidence, Moment, Outage, ProbeStats, Recovery};
use app::model::time::{Measured, Micros};
use app::model::timeline::{Source, What};

/// One of a replacement's moments.
type Pick = for<'m, 'a> fn(&'m Attempt<'a>) -> Option<&'m Moment>;

/// All moments of a run's recovery.
pub(super) fn recovery(case: &Case, slots: &[Slot], probes: &[ProbeStats]) -> Recovery {
    if case.sent.is_none() {
        return Recovery::default();
    }
    let of = |pick: Pick| last_of(slots.iter().map(|s| s.last().and_then(pick)));
    let running = |pick: Pick| last_of(slots.iter().map(|s| s.stays().and_then(pick)));
    let full_strength = full_strength(case, slots, probes);
    let lost = full_strength.is_none() && something_was_lost(case, slots, probes);
    Recovery {
        dead: last_of(slots.iter().map(|s| s.dead.as_ref())),
        old_failed: last_of(slots.iter().map(|s| s.old_failed.as_ref())),
        new_task: of(|a| a.new_task.as_ref()),
        assigned: of(|a| a.assigned.as_ref()),
        preparing: of(|a| a.preparing.as_ref()),
        created: of(|a| a.created.as_ref()),
        ready: of(|a| a.ready.as_ref()),
        starting: of(|a| a.starting.as_ref()),
        started: of(|a| a.started.as_ref()),
        healthy: running(|a| a.healthy.as_ref()),
        running: running(|a| a.running.as_ref()),
        first_success: first_success(case, slots, probes),
        full_strength,
        not_within: lost.then(|| watched(case)),
    }
}

/// When the last replacement's turn had come (desired state "running").
pub(super) fn go_ahead(slots: &[Slot]) -> Option<Moment> {
    last_of(
        slots
            .iter()
            .map(|s| s.last().and_then(|a| a.go_ahead.as_ref())),
    )
}

/// The latest of several moments; none when one of them is missing.
fn last_of<'m>(moments: impl Iterator<Item = Option<&'m Moment>>) -> Option<Moment> {
    let all: Option<Vec<&Moment>> = moments.collect();
    all?.into_iter().max_by_key(|m| m.after.span).cloned()
}

/// How long was watched: what the document says, where it was watched that long.
fn watched(case: &Case) -> Micros {
    let said = Micros(case.record.run.experiment.timing.observe.micros());
    said.min(case.observed())
}

fn something_was_lost(case: &Case, slots: &[Slot], probes: &[ProbeStats]) -> bool {
    slots.iter().any(|s| s.dead.is_some())
        || strengths(case).any(|(_, full)| !full)
        || probes.iter().any(|p| !p.outages.is_empty())
}

/// Every `Strength` event after the fault, with whether it says "full".
fn strengths<'c>(case: &'c Case) -> impl Iterator<Item = (Moment, bool)> + 'c {
    case.after().filter_map(|event| match event.what {
        What::Strength { running, desired } => Some((case.moment(event), running >= desired)),
        _ => None,
    })
}

/// Both: as many tasks running as wanted, and every probe that had failed answering.
fn full_strength(case: &Case, slots: &[Slot], probes: &[ProbeStats]) -> Option<Moment> {
    let tasks = tasks_complete(case, slots)?;
    match answering(case, probes, |_, _| true) {
        Answers::NoneFailed => Some(tasks),
        Answers::Again(answers) => Some(later(tasks, answers)),
        Answers::Missing => None,
    }
}

/// Whether every probe that had failed answers again.
enum Answers {
    /// None had failed.
    NoneFailed,
    /// All do, since then.
    Again(Moment),
    /// Not all do.
    Missing,
}

impl Answers {
    fn moment(self) -> Option<Moment> {
        match self {
            Self::Again(moment) => Some(moment),
            Self::NoneFailed | Self::Missing => None,
        }
    }
}

/// When as many tasks ran as wanted, for the rest of the observation.
pub(super) fn tasks_complete(case: &Case, slots: &[Slot]) -> Option<Moment> {
    let seen: Vec<_> = strengths(case).collect();
    let replaced = last_of(
        slots
            .iter()
            .map(|s| s.stays().and_then(|a| a.running.as_ref())),
    );
    let Some(last_short) = seen.iter().rposition(|(_, full)| !full) else {
        return replaced.or_else(|| untouched(case, slots));
    };
    let full = seen.get(last_short + 1).map(|(moment, _)| moment.clone())?;
    let full = with_evidence(full, &seen[last_short].0.evidence);
    Some(replaced.map_or(full.clone(), |replaced| later(full, replaced)))
}

/// A fault that costs no task leaves the service at full strength from the start.
fn untouched(case: &Case, slots: &[Slot]) -> Option<Moment> {
    let proof = case
        .after()
        .find(|e| matches!(e.what, What::FaultProven { .. }))?;
    let sent = case.sent?;
    slots.is_empty().then(|| Moment {
        after: Measured {
            span: Micros(0),
            resolution: sent.resolution,
        },
        evidence: Evidence::events([sent.seq, proof.seq]),
    })
}

/// When users were first answered again. An outage that began after the tasks were complete is
/// another one: its end says nothing about how long the replacements took.
fn first_success(case: &Case, slots: &[Slot], probes: &[ProbeStats]) -> Option<Moment> {
    let complete = tasks_complete(case, slots);
    let first = |probe: &ProbeStats, outage: &Outage| {
        let mut complete = complete.iter();
        !complete.any(|complete| begins_after(probe, outage, complete))
    };
    answering(case, probes, first).moment()
}

/// When every probe that had failed answered again, of the outages that count.
fn answering(
    case: &Case,
    probes: &[ProbeStats],
    counts: impl Fn(&ProbeStats, &Outage) -> bool,
) -> Answers {
    let last = |probe: &ProbeStats| {
        let mut judged = probe.outages.iter().rev();
        judged
            .find(|o| counts(probe, o) && !too_late_to_judge(case, probe, o))
            .cloned()
    };
    let ends: Option<Vec<Moment>> = probes
        .iter()
        .filter_map(|p| last(p).map(|outage| (p, outage)))
        .map(|(p, outage)| end_of(case, p, &outage))
        .collect();
    match ends.map(|ends| ends.into_iter().reduce(later)) {
        Some(Some(moment)) => Answers::Again(moment),
        Some(None) => Answers::NoneFailed,
        None => Answers::Missing,
    }
}

fn end_of(case: &Case, probe: &ProbeStats, outage: &Outage) -> Option<Moment> {
    let span = outage.to?;
    let event = case.after().find(|e| {
        matches!(&e.source, Source::Probe(name) if *name == probe.name)
            && matches!(e.what, What::ProbeAnswering { .. })
            && (case.moment(e).after.span.0 - span.0).abs() <= probe.every.0
    });
    let evidence = Evidence::probe(&probe.name);
    Some(Moment {
        after: Measured {
            span,
            resolution: outage.length.resolution,
        },
        evidence: event.map_or(evidence.clone(), |e| evidence.and(&Evidence::event(e))),
    })
}

/// The later of two moments, with the evidence of both.
fn later(one: Moment, other: Moment) -> Moment {
    let evidence = one.proofs(&other);
    let last = if other.after.span > one.after.span {
        other
    } else {
        one
    };
    with_evidence(last, &evidence)
}

fn with_evidence(moment: Moment, more: &Evidence) -> Moment {
    Moment {
        after: moment.after,
        evidence: moment.evidence.and(more),
    }
}

/// An outage that begins after Swarm had called the service recovered.
pub(super) fn failed_again<'p>(
    probes: &'p [ProbeStats],
    complete: &Moment,
) -> Option<(&'p ProbeStats, &'p Outage)> {
    probes
        .iter()
        .flat_map(|p| p.outages.iter().map(move |o| (p, o)))
        .find(|(p, o)| begins_after(p, o, complete))
}

fn begins_after(probe: &ProbeStats, outage: &Outage, complete: &Moment) -> bool {
    let settled = complete.after.span.0 + probe.every.0 * i64::from(IN_A_ROW);
    outage.from.0 > settled
}
