//! How far the evidence carries.

use super::super::hits::first_unproven;
use super::super::removal::removed;
use super::super::study::Study;
use super::super::verdict;
use super::super::words::{count, list, percent, sentence};
use super::super::{Bearing, Evidence, Finding, ProbeStats};
use super::{finding, judged};
use app::model::time::{Micros, latency};

/// A prober later than this says more about itself than about the target.
pub(super) const LATE: Micros = Micros(5_000);
/// Fewer probes than this prove little, even if all are answered.
const FEW: u64 = 20;

/// A fault could not be shown to have taken effect.
pub(super) fn not_proven(study: &Study) -> Option<Finding> {
    let (why, evidence) = first_unproven(&study.case, &study.hits)?;
    finding(
        "fault-not-proven",
        Bearing::Neutral,
        "The fault could not be shown to have taken effect",
        format!("{}.", why.trim_end_matches('.')),
        evidence,
    )
}

/// The evidence has a gap.
pub(super) fn gap(study: &Study) -> Option<Finding> {
    let (text, evidence) = verdict::gap(&study.case)?;
    finding(
        "evidence-gap",
        Bearing::Neutral,
        "The evidence has a gap",
        format!("{text}."),
        evidence,
    )
}

/// The service itself was removed meanwhile.
pub(super) fn service_removed(study: &Study) -> Option<Finding> {
    removed(&study.case)?;
    let evidence = study.case.all().find(|e| e.is_removal());
    finding(
        "service-removed",
        Bearing::Neutral,
        "The service was removed during the run",
        "What was seen after that is not counted.",
        Evidence::event(evidence?),
    )
}

/// Somebody scaled the service meanwhile.
pub(super) fn service_scaled(study: &Study) -> Option<Finding> {
    let scaled = study.case.scaled()?;
    let text = scaled.text();
    finding(
        "service-scaled",
        Bearing::Neutral,
        format!("{} during the run", sentence(&text)),
        "What was seen after that is not counted.",
        Evidence::events([scaled.event]),
    )
}

/// Somebody else changed the service meanwhile.
pub(super) fn foreign_update(study: &Study) -> Option<Finding> {
    let event = verdict::foreign_change(&study.case)?;
    finding(
        "foreign-update",
        Bearing::Neutral,
        "Somebody else updated the service during the run",
        "What was seen may come from that update.",
        Evidence::event(event),
    )
}

/// Probes failed before anything was done.
pub(super) fn failing_before(study: &Study) -> Option<Finding> {
    let failing: Vec<&ProbeStats> = study
        .probes
        .iter()
        .filter(|p| p.before.failed() > 0)
        .collect();
    if failing.is_empty() {
        return None;
    }
    let each: Vec<String> = failing
        .iter()
        .map(|p| {
            let share = p.before.failed() as f64 / p.before.sent.max(1) as f64;
            format!(
                "probe {}: {} of {} ({})",
                p.name,
                p.before.failed(),
                p.before.sent,
                percent(share)
            )
        })
        .collect();
    finding(
        "failing-before",
        Bearing::Weakness,
        "Probes failed already before the fault",
        format!("{}.", list(&each)),
        names(&failing),
    )
}

fn names(probes: &[&ProbeStats]) -> Evidence {
    Evidence {
        probes: probes.iter().map(|p| p.name.clone()).collect(),
        ..Evidence::default()
    }
}

/// The prober itself was late.
pub(super) fn prober_late(study: &Study) -> Option<Finding> {
    let late: Vec<&ProbeStats> = study.probes.iter().filter(|p| p.lag_p99 > LATE).collect();
    let worst = late.iter().map(|p| p.lag_p99).max()?;
    finding(
        "prober-late",
        Bearing::Neutral,
        "The prober was late itself",
        format!(
            "99 of 100 probes left within {} of their time; more than {} means that latencies \
             say something about the lab, too.",
            latency(worst),
            latency(LATE)
        ),
        names(&late),
    )
}

/// Too few probes to prove much.
pub(super) fn few_samples(study: &Study) -> Option<Finding> {
    let few: Vec<&ProbeStats> = study
        .probes
        .iter()
        .filter(|p| p.after.sent > 0 && p.after.sent < FEW)
        .collect();
    let least = few.iter().map(|p| p.after.sent).min()?;
    finding(
        "few-samples",
        Bearing::Neutral,
        "Few probes: the shares are rough",
        format!(
            "{} after the fault. Even where {FEW} of {FEW} are answered, the true share may be as low as \
             84 %.",
            count(least, "probe")
        ),
        names(&few),
    )
}

/// One run is one sample: said where it is one, and where there is a recovery that may scatter.
pub(super) fn single_run(study: &Study) -> Option<Finding> {
    if !judged(study) || study.slots.is_empty() {
        return None;
    }
    let run = &study.case.record.run;
    let of = run.experiment.repeat;
    let statement = if of > 1 {
        format!("Run {} of {of}: on its own it says little", run.repeat)
    } else {
        "One run says little about the next".to_owned()
    };
    finding(
        "single-run",
        Bearing::Neutral,
        statement,
        "",
        Evidence::other("this run alone"),
    )
}
