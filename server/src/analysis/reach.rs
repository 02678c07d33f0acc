//! Whether the probes reach the service at all: an answer that comes while none of its containers
//! runs came from somewhere else.

use super::case::Case;
use app::model::record::{ProbeOutcome, ProbeSeries};
use app::model::time::{At, Micros};
use app::model::timeline::What;
use std::collections::BTreeSet;

/// So many answers in such a time are no coincidence of clocks.
const ENOUGH: usize = 5;

/// Left out at both ends of such a time: a connection accepted just before may still be served.
const MARGIN: Micros = Micros(200_000);

/// The first probe that was answered, always, while no container of the service ran: a sentence.
pub(super) fn misses_the_target(case: &Case) -> Option<String> {
    let service = &case.record.before.as_ref()?.service.name;
    let (probe, answers) = empty_times(case).into_iter().find_map(|time| {
        case.record
            .probes
            .iter()
            .find_map(|p| answered_all(p, time))
    })?;
    Some(format!(
        "probe {probe} was answered {answers} times while no container of {service} ran, so it does \
         not go through this service: point it at an address that only this service answers"
    ))
}

/// From when to when no container of the service ran.
fn empty_times(case: &Case) -> Vec<(At, At)> {
    let Some(before) = &case.record.before else {
        return Vec::new();
    };
    let running: Option<BTreeSet<&str>> =
        before.running().map(|t| t.container.as_deref()).collect();
    let Some(mut alive) = running.filter(|alive| !alive.is_empty()) else {
        return Vec::new();
    };
    let (mut empty_since, mut times) = (None, Vec::new());
    for event in case.all() {
        match &event.what {
            What::ContainerDied { container, .. } => {
                alive.remove(container.as_str());
            }
            What::ContainerStarted { container, .. } => {
                alive.insert(container);
            }
            _ => continue,
        }
        match (alive.is_empty(), empty_since) {
            (true, None) => empty_since = Some(event.at),
            (false, Some(from)) => {
                times.push((from, event.at));
                empty_since = None;
            }
            _ => {}
        }
    }
    times.extend(empty_since.map(|from| (from, case.end)));
    times
}

/// A probe that was answered every time that it was sent between two moments, and how often.
fn answered_all(probe: &ProbeSeries, (from, to): (At, At)) -> Option<(&str, usize)> {
    let within = |at: At| at.0 >= from.0 + MARGIN.0 && at.0 <= to.0 - MARGIN.0;
    let samples = probe
        .samples
        .iter()
        .filter(|s| s.outcome.was_sent())
        .filter(|s| within(s.intended) && within(s.intended + s.latency));
    let outcomes: Vec<ProbeOutcome> = samples.map(|s| s.outcome).collect();
    let all = outcomes.len() >= ENOUGH && outcomes.iter().all(|o| *o == ProbeOutcome::Ok);
    all.then_some((probe.name.as_str(), outcomes.len()))
}
