//! What users noticed: outages, lost answers, the time to full strength.

use super::super::recovery::failed_again as again;
use super::super::study::Study;
use super::super::words::{count, figure, list, percent};
use super::super::{Bearing, Evidence, Finding, ProbeStats};
use super::finding;
use app::model::time::about;
use app::model::timeline::What;

/// The service was not back when the observation ended.
pub(super) fn never_recovered(study: &Study) -> Option<Finding> {
    let watched = study.recovery.not_within?;
    let silent: Vec<&ProbeStats> = study
        .probes
        .iter()
        .filter(|p| p.outages.last().is_some_and(|o| o.to.is_none()))
        .collect();
    let names: Vec<String> = silent.iter().map(|p| format!("probe {}", p.name)).collect();
    let tasks = last_strength(study).map(|(text, _)| text);
    let silence = (!names.is_empty()).then(|| format!("no answer to {}", list(&names)));
    let detail: Vec<String> = tasks.into_iter().chain(silence).collect();
    let deaths = study.slots.iter().filter_map(|s| s.dead.as_ref());
    let evidence = deaths.fold(probes_of(&silent), |all, m| all.and(&m.evidence));
    let strength = last_strength(study).map(|(_, evidence)| evidence);
    finding(
        "never-recovered",
        Bearing::Weakness,
        format!("It had not recovered after {}", about(watched)),
        if detail.is_empty() {
            String::new()
        } else {
            format!("At the end: {}.", list(&detail))
        },
        strength.map_or(evidence.clone(), |more| evidence.and(&more)),
    )
}

fn probes_of(probes: &[&ProbeStats]) -> Evidence {
    Evidence {
        probes: probes.iter().map(|p| p.name.clone()).collect(),
        ..Evidence::default()
    }
}

/// "0 of 1 tasks running", as last seen.
fn last_strength(study: &Study) -> Option<(String, Evidence)> {
    let seen = study.case.after().filter_map(|event| match event.what {
        What::Strength { running, desired } => Some((
            format!("{running} of {desired} tasks running"),
            Evidence::event(event),
        )),
        _ => None,
    });
    seen.last()
}

/// One replica, and its failure was noticed.
pub(super) fn single_replica(study: &Study) -> Option<Finding> {
    let single = study.service()?.replicas == Some(1);
    if !single || !study.all_died() {
        return None;
    }
    let definition = Evidence::other("service definition");
    let (detail, evidence) = match study.longest_outage() {
        Some((probe, outage)) if outage.to.is_some() => (
            format!("{} this time.", figure(outage.length)),
            Evidence::probe(&probe.name),
        ),
        Some((probe, _)) => (
            "This time it lasted to the end of the observation.".to_owned(),
            Evidence::probe(&probe.name),
        ),
        None if study.probes.is_empty() => (
            "No probe was there to see how long.".to_owned(),
            study.recovery.dead.clone()?.evidence,
        ),
        None => return None,
    };
    finding(
        "single-replica",
        Bearing::Weakness,
        "One replica: every container failure is an outage",
        detail,
        evidence.and(&definition),
    )
}

/// It failed again after Swarm had called it recovered.
pub(super) fn failed_again(study: &Study) -> Option<Finding> {
    let complete = study.tasks_complete.as_ref()?;
    let (probe, outage) = again(&study.probes, complete)?;
    finding(
        "failed-again",
        Bearing::Weakness,
        "Answers failed again after all tasks were running",
        format!(
            "Probe {}: {} failed from {} after the fault on, when all tasks had been running since {}.",
            probe.name,
            outage.failed,
            figure(app::model::time::Measured {
                span: outage.from,
                resolution: probe.every,
            }),
            figure(complete.after)
        ),
        Evidence::probe(&probe.name).and(&complete.evidence),
    )
}

/// Answers were lost although there are several replicas.
pub(super) fn answers_lost(study: &Study) -> Option<Finding> {
    let desired = study.desired().filter(|d| *d > 1)?;
    let failed = study.failed_after();
    if failed == 0 {
        return None;
    }
    let hit = study.tasks_hit() as u64;
    let left = desired.saturating_sub(hit);
    let statement = if left == 0 {
        "Answers were lost: every replica was hit".to_owned()
    } else {
        format!(
            "Answers were lost although {left} of {} were not hit",
            count(desired, "replica")
        )
    };
    let sent = study.sent_after();
    let longest = study
        .longest_outage()
        .map(|(_, o)| format!(", over {}", figure(o.length)))
        .unwrap_or_default();
    finding(
        "answers-lost",
        Bearing::Weakness,
        statement,
        format!(
            "{failed} of {} failed ({}){longest}.",
            count(sent, "probe"),
            percent(failed as f64 / sent.max(1) as f64)
        ),
        failing_probes(study),
    )
}

fn failing_probes(study: &Study) -> Evidence {
    let failing: Vec<&ProbeStats> = study
        .probes
        .iter()
        .filter(|p| p.after.failed() > 0)
        .collect();
    probes_of(&failing)
}

/// Every probe was answered throughout.
pub(super) fn no_outage(study: &Study) -> Option<Finding> {
    let sent = study.sent_after();
    let took_effect = study.all_died() || study.slots.is_empty();
    if sent == 0 || study.failed_after() > 0 || !took_effect {
        return None;
    }
    let desired = study.desired().unwrap_or(1);
    let hit = study.tasks_hit() as u64;
    let others = desired.saturating_sub(hit);
    let why = if hit > 0 && others > 0 {
        format!(
            " while {hit} of {} was being replaced",
            count(desired, "replica")
        )
    } else {
        String::new()
    };
    finding(
        "no-outage",
        Bearing::Strength,
        "No answer was lost",
        format!(
            "All {} after the fault were answered{why}.",
            count(sent, "probe")
        ),
        study.by_probes(),
    )
}

/// Fewer answers than claimed.
pub(super) fn availability_missed(study: &Study) -> Option<Finding> {
    let claim = study
        .claims
        .iter()
        .find(|c| c.name.starts_with("availability") && c.held == Some(false))?;
    let statement = if claim.value > 0.0 {
        format!("Only {} of the probes were answered", claim.measured)
    } else {
        "No probe was answered".to_owned()
    };
    finding(
        "availability-missed",
        Bearing::Weakness,
        statement,
        format!(
            "At least {} are claimed; {} of {} failed after the fault.",
            claim.limit,
            study.failed_after(),
            count(study.sent_after(), "probe")
        ),
        failing_probes(study),
    )
}

/// The time to full strength, beside what is claimed.
pub(super) fn recovery_time(study: &Study) -> Option<Finding> {
    let full = study.recovery.full_strength.as_ref()?;
    if study.slots.is_empty() {
        return None;
    }
    let claim = study.claims.iter().find(|c| c.name == "recovers within");
    let (bearing, detail) = match claim.map(|c| (c, c.held)) {
        Some((claim, Some(true))) => (
            Bearing::Strength,
            format!("Within the {} that are claimed.", claim.limit),
        ),
        Some((claim, Some(false))) => (
            Bearing::Weakness,
            format!("Not within the {} that are claimed.", claim.limit),
        ),
        _ => (Bearing::Neutral, "No limit is claimed.".to_owned()),
    };
    finding(
        "recovery-time",
        bearing,
        format!("Back at full strength after {}", figure(full.after)),
        detail,
        full.evidence.clone(),
    )
}
