//! Where the time went: restart delay, health check, the application itself; and latency after.

use super::super::definition::interval;
use super::super::probes::{between, window};
use super::super::split::{DEFAULT_DELAY, restart_delay};
use super::super::study::Study;
use super::super::words::{about, figure};
use super::super::{Bearing, Evidence, Finding, Moment, Part};
use super::finding;
use app::model::record::ProbeSeries;
use app::model::time::{Measured, Micros, as_set, latency};

/// A part below this share of the recovery is not worth a word.
const WORTH: f64 = 0.2;
/// Answers needed in a window before its 99th percentile means anything.
const ENOUGH: u64 = 100;

/// From ready to running.
pub(super) fn ready_to_running(study: &Study) -> Option<Finding> {
    let (ready, running) = (
        study.recovery.ready.as_ref()?,
        study.recovery.running.as_ref()?,
    );
    finding(
        "ready-to-running",
        Bearing::Neutral,
        format!(
            "The new task went from ready to running in {}",
            figure(ready.until(running))
        ),
        "",
        ready.proofs(running),
    )
}

fn measured(part: &Part) -> Measured {
    Measured {
        span: part.length(),
        resolution: part.resolution,
    }
}

fn share(part: &Part, full: &Moment) -> f64 {
    part.length().0 as f64 / full.after.span.0.max(1) as f64
}

/// The restart delay as a share of the recovery.
pub(in crate::analysis) fn restart_delay_share<'s>(study: &'s Study) -> Option<(&'s Part, f64)> {
    let full = study.recovery.full_strength.as_ref()?;
    let part = study
        .part("wait")
        .filter(|p| p.name.contains("restart delay"))?;
    Some((part, share(part, full)))
}

/// Much of the recovery is Swarm's restart delay.
pub(super) fn restart_delay_wait(study: &Study) -> Option<Finding> {
    let (part, share) = restart_delay_share(study)?;
    if share < WORTH {
        return None;
    }
    let delay = restart_delay(&study.case);
    let default = if delay == DEFAULT_DELAY {
        ", the default"
    } else {
        ""
    };
    let evidence = [&study.recovery.ready, &study.recovery.starting]
        .into_iter()
        .flatten()
        .fold(Evidence::other("service definition"), |all, m| {
            all.and(&m.evidence)
        });
    finding(
        "restart-delay",
        Bearing::Weakness,
        format!(
            "{} of the time to recovery is the restart delay",
            about(share)
        ),
        format!(
            "{}; the delay is {}{default}.",
            of_all(part, study),
            as_set(delay)
        ),
        evidence,
    )
}

/// "4.8 of 10.7 s".
fn of_all(part: &Part, study: &Study) -> String {
    let took = figure(measured(part));
    let full = study.recovery.full_strength.as_ref();
    full.map_or(took.clone(), |full| {
        format!("{} of {}", took.trim_end_matches(" s"), figure(full.after))
    })
}

/// From the first answer to running: Swarm learns late that users are served.
pub(super) fn health_wait(study: &Study) -> Option<Finding> {
    let r = &study.recovery;
    let (answer, running) = (r.first_success.as_ref()?, r.running.as_ref()?);
    let started = r.started.as_ref()?;
    let late = answer.until(running);
    let full = r.full_strength.as_ref()?;
    let worth = late.span.0 as f64 >= WORTH * full.after.span.0 as f64;
    if study.case.health().is_none() || answer.after.span < started.after.span || !worth {
        return None;
    }
    let healthy = r.healthy.as_ref().map(|m| &m.evidence);
    let evidence = answer.proofs(running);
    finding(
        "health-wait",
        Bearing::Weakness,
        format!(
            "Swarm learns of the recovery {} after users are served",
            figure(late)
        ),
        format!("Health is checked every {}.", as_set(interval(study))),
        healthy.map_or(evidence.clone(), |more| evidence.and(more)),
    )
}

/// What the application itself needed.
pub(super) fn application_start(study: &Study) -> Option<Finding> {
    let r = &study.recovery;
    let (started, answer) = (r.started.as_ref()?, r.first_success.as_ref()?);
    let took = started.until(answer);
    if took.span.0 <= 0 {
        return None;
    }
    finding(
        "application-start",
        Bearing::Neutral,
        format!("The application needed {} to answer", figure(took)),
        "From its container's start to the first of five answers in a row.",
        started.proofs(answer),
    )
}

/// Answers are slower after the recovery than before the fault.
pub(super) fn slower_after(study: &Study) -> Option<Finding> {
    let full = study.recovery.full_strength.as_ref()?;
    let worst = study
        .case
        .record
        .probes
        .iter()
        .filter_map(|series| slower(study, series, full))
        .max_by_key(|(_, was, is)| is.0 - was.0)?;
    let (name, was, is) = worst;
    let what = if full.after.span.0 > 0 {
        "recovery"
    } else {
        "fault"
    };
    finding(
        "slower-after",
        Bearing::Weakness,
        format!("Answers are slower after the {what} than before"),
        format!(
            "99 of 100 came within {} before, within {} after (probe {name}).",
            latency(was),
            latency(is)
        ),
        Evidence::probe(name).and(&full.evidence),
    )
}

/// At least twice as slow, and by more than 5 ms, with enough answers on both sides, and a prober
/// that was punctual itself.
fn slower<'s>(
    study: &Study,
    series: &'s ProbeSeries,
    full: &Moment,
) -> Option<(&'s str, Micros, Micros)> {
    let zero = study.case.zero()?;
    let stats = study.probes.iter().find(|p| p.name == series.name)?;
    let settled = between(&series.samples, zero + full.after.span, study.case.end);
    let after = window(settled.iter());
    let (was, is) = (stats.before.p99?, after.p99?);
    let enough = stats.before.ok >= ENOUGH && after.ok >= ENOUGH;
    let enough = enough && stats.lag_p99 <= super::evidence::LATE;
    let slower = is.0 >= was.0.saturating_mul(2) && is.0 - was.0 > 5_000;
    (enough && slower).then_some((series.name.as_str(), was, is))
}
