//! How bad an outage was, and for whom: the lead and the findings say it alike.
//!
//! Guarantee: "without service" is said only where next to nothing was answered, by no probe.

use super::super::probes::too_late_to_judge;
use super::super::study::Study;
use super::super::words::{about, figure};
use super::super::{Outage, ProbeStats};
use app::model::time::{Measured, Micros};
use app::model::timeline::{Event, What};

/// What a watch may lack, in microseconds, without being cut short.
const NEARLY: i64 = 500_000;

/// Whether next to nothing was answered in an outage.
pub(in crate::analysis) fn silent(probe: &ProbeStats, outage: &Outage) -> bool {
    let failed = i64::try_from(outage.failed).unwrap_or(i64::MAX);
    // The last answer is late by as long as it took: those sent meanwhile did not fail.
    failed.saturating_mul(10) >= sent(probe, outage).saturating_mul(7)
}

/// Probes sent within an outage.
fn sent(probe: &ProbeStats, outage: &Outage) -> i64 {
    (outage.length.span.0 / probe.every.0.max(1)).max(1)
}

/// Whether the service was gone in an outage of one of its probes: next to nothing was answered,
/// neither to this probe nor to another. Otherwise it was failing in part.
pub fn is_without_service(probes: &[ProbeStats], probe: &ProbeStats, outage: &Outage) -> bool {
    silent(probe, outage) && whole(probes, outage)
}

/// Whether no probe was served meanwhile: an outage of the service, not of one way to it.
pub(in crate::analysis) fn whole(probes: &[ProbeStats], outage: &Outage) -> bool {
    let mut watched = probes.iter().filter(|p| p.after.sent > 0);
    watched.all(|p| p.outages.iter().any(|o| silent(p, o) && covers(o, outage)))
}

/// Whether one outage takes up most of another.
fn covers(one: &Outage, other: &Outage) -> bool {
    let shared = end(one).min(end(other)) - one.from.max(other.from).0;
    shared.saturating_mul(10) >= other.length.span.0.saturating_mul(7)
}

fn end(outage: &Outage) -> i64 {
    outage.from.0 + outage.length.span.0
}

/// The longest outage that was not over when the observation ended, leaving out what is too short
/// to be told from a single lost answer.
pub(in crate::analysis) fn open_outage<'s>(
    study: &'s Study,
) -> Option<(&'s ProbeStats, &'s Outage)> {
    let open = |p: &'s ProbeStats| open_of(study, p).map(|o| (p, o));
    let all = study.probes.iter().filter_map(open);
    all.max_by_key(|(_, o)| o.length.span)
}

/// The outage of one probe that was not over when the observation ended.
pub(in crate::analysis) fn open_of<'p>(study: &Study, probe: &'p ProbeStats) -> Option<&'p Outage> {
    let last = probe.outages.last().filter(|o| o.to.is_none())?;
    (!too_late_to_judge(&study.case, probe, last)).then_some(last)
}

/// "33 %": the share of probes that failed within an outage.
pub(in crate::analysis) fn share_lost(probe: &ProbeStats, outage: &Outage) -> String {
    about((outage.failed as f64 / sent(probe, outage) as f64).min(1.0))
}

/// When an outage began, as far as the probe can tell: "4.0 s", or "the fault".
pub(in crate::analysis) fn began(probe: &ProbeStats, outage: &Outage) -> String {
    if outage.from < probe.every {
        return "the fault".to_owned();
    }
    figure(Measured {
        span: outage.from,
        resolution: probe.every,
    })
}

/// " to probe api", where there are several to choose from.
pub(in crate::analysis) fn to_probe(study: &Study, probe: &ProbeStats) -> String {
    if study.probes.len() > 1 {
        format!(" to probe {}", probe.name)
    } else {
        String::new()
    }
}

/// ", over 1.0 s", " in 2 outages, the longest 1.0 s": the outages of all probes, those at the
/// same time taken together.
pub(super) fn stretches(study: &Study) -> String {
    let Some((_, longest)) = study.longest_outage() else {
        return String::new();
    };
    let length = figure(longest.length);
    let all = || study.probes.iter().flat_map(|p| &p.outages);
    let open = all().any(|o| o.to.is_none());
    match (apart(all()), open) {
        (0 | 1, false) => format!(", over {length}"),
        (0 | 1, true) => format!(", over {length} and not over at the end"),
        (n, false) => format!(" in {n} outages, the longest {length}"),
        (n, true) => format!(" in {n} outages, the longest {length}, the last not over at the end"),
    }
}

/// How many stretches of time some outages make up.
fn apart<'o>(outages: impl Iterator<Item = &'o Outage>) -> usize {
    let mut spans: Vec<(i64, i64)> = outages.map(|o| (o.from.0, end(o))).collect();
    spans.sort_unstable();
    let mut until = i64::MIN;
    let mut number = 0;
    for (from, to) in spans {
        number += usize::from(from > until);
        until = until.max(to);
    }
    number
}

/// Whether the watch was cut short: less was seen than the document asks for.
pub(in crate::analysis) fn cut_short(study: &Study, watched: Micros) -> bool {
    let wanted = study.case.record.run.experiment.timing.observe.micros();
    watched.0 + NEARLY < wanted
}

/// Whether an event says that a task or its container ended, or that one is missing.
pub(in crate::analysis) fn takes_a_task(event: &Event) -> bool {
    match &event.what {
        What::ContainerDied { .. } => true,
        What::TaskState { state, .. } => state.is_over(),
        What::Strength { running, desired } => running < desired,
        _ => false,
    }
}
