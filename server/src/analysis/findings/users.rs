//! What users noticed: outages, lost answers, the time to full strength.

use super::super::recovery::failed_again as again;
use super::super::study::Study;
use super::super::words::{count, figure, list, percent};
use super::super::{Bearing, Evidence, Finding, ProbeStats};
use super::outage::{began, cut_short, open_of, share_lost, silent, stretches};
use super::{finding, judged};
use app::model::time::{Micros, about};
use app::model::timeline::What;

/// The service was not back when the observation ended.
pub(super) fn never_recovered(study: &Study) -> Option<Finding> {
    let watched = study.recovery.not_within?;
    let tasks = last_strength(study).map(|(text, _)| text);
    let detail: Vec<String> = tasks.into_iter().chain(unanswered(study)).collect();
    let failing: Vec<&ProbeStats> = study
        .probes
        .iter()
        .filter(|p| open_of(study, p).is_some())
        .collect();
    let deaths = study.slots.iter().filter_map(|s| s.dead.as_ref());
    let evidence = deaths.fold(probes_of(&failing), |all, m| all.and(&m.evidence));
    let strength = last_strength(study).map(|(_, evidence)| evidence);
    let (bearing, statement) = not_within(study, watched);
    finding(
        "never-recovered",
        bearing,
        statement,
        if detail.is_empty() {
            String::new()
        } else {
            format!("At the end: {}.", list(&detail))
        },
        strength.map_or(evidence.clone(), |more| evidence.and(&more)),
    )
}

/// Not being back within a watch that was cut short says little against it.
fn not_within(study: &Study, watched: Micros) -> (Bearing, String) {
    let long = about(watched);
    if cut_short(study, watched) {
        let text = format!("Only {long} were watched, and it had not recovered by then");
        (Bearing::Neutral, text)
    } else {
        let text = format!("It had not recovered after {long}");
        (Bearing::Weakness, text)
    }
}

/// "no answer to probe api", "33 % of the answers to probe web lost since 4.0 s".
fn unanswered(study: &Study) -> Vec<String> {
    let open = |p| open_of(study, p).map(|o| (p, o));
    let (none, some): (Vec<_>, Vec<_>) = study
        .probes
        .iter()
        .filter_map(open)
        .partition(|(p, o)| silent(p, o));
    let names: Vec<String> = none
        .iter()
        .map(|(p, _)| format!("probe {}", p.name))
        .collect();
    let none = (!names.is_empty()).then(|| format!("no answer to {}", list(&names)));
    let some = some.into_iter().map(|(p, o)| {
        let (share, since) = (share_lost(p, o), began(p, o));
        format!(
            "{share} of the answers to probe {} lost since {since}",
            p.name
        )
    });
    none.into_iter().chain(some).collect()
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
    // Where no task was hit, Swarm had nothing to call recovered.
    let hit = !study.slots.is_empty();
    let complete = study.tasks_complete.as_ref().filter(|_| hit)?;
    let (probe, outage) = again(&study.probes, complete)?;
    finding(
        "failed-again",
        Bearing::Weakness,
        "Answers failed again after all tasks were running",
        format!(
            "Probe {}: {} failed from {} after the fault on, when all tasks had been running since {}.",
            probe.name,
            outage.failed,
            began(probe, outage),
            figure(complete.after)
        ),
        Evidence::probe(&probe.name).and(&complete.evidence),
    )
}

/// Answers were lost although there are several replicas, or although no task was hit.
pub(super) fn answers_lost(study: &Study) -> Option<Finding> {
    let untouched = study.slots.is_empty();
    let desired = study.desired().filter(|d| *d > 1 || untouched)?;
    let failed = study.failed_after();
    if failed == 0 {
        return None;
    }
    let hit = study.tasks_hit() as u64;
    let left = desired.saturating_sub(hit);
    let statement = if untouched {
        "Answers were lost".to_owned()
    } else if left == 0 {
        "Answers were lost: every replica was hit".to_owned()
    } else {
        format!(
            "Answers were lost although {left} of {} were not hit",
            count(desired, "replica")
        )
    };
    let sent = study.sent_after();
    finding(
        "answers-lost",
        Bearing::Weakness,
        statement,
        format!(
            "{failed} of {} failed ({}){}.",
            count(sent, "probe"),
            percent(failed as f64 / sent.max(1) as f64),
            stretches(study)
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

/// Every probe was answered throughout. (Where a run was cut off, probes in flight are not in the
/// record, and just those might have been lost.)
pub(super) fn no_outage(study: &Study) -> Option<Finding> {
    let sent = study.sent_after();
    let took_effect = study.all_died() || study.slots.is_empty();
    if sent == 0 || study.failed_after() > 0 || !took_effect || !judged(study) {
        return None;
    }
    finding(
        "no-outage",
        Bearing::Strength,
        "No answer was lost",
        format!(
            "All {} after the fault were answered{}.",
            count(sent, "probe"),
            meanwhile(study)
        ),
        study.by_probes(),
    )
}

/// " while 1 of 3 replicas was being replaced"; "down" where one of them was not replaced.
fn meanwhile(study: &Study) -> String {
    let desired = study.desired().unwrap_or(1);
    let hit = study.tasks_hit() as u64;
    if hit == 0 || hit >= desired {
        return String::new();
    }
    let replaced = study.slots.iter().all(|s| !s.attempts.is_empty());
    format!(
        " while {hit} of {} {} {}",
        count(desired, "replica"),
        if hit == 1 { "was" } else { "were" },
        if replaced { "being replaced" } else { "down" }
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
        Some((_, None)) => (Bearing::Neutral, "The run judges no claim.".to_owned()),
        None => (Bearing::Neutral, "No limit is claimed.".to_owned()),
    };
    finding(
        "recovery-time",
        bearing,
        format!("Back at full strength after {}", figure(full.after)),
        detail,
        full.evidence.clone(),
    )
}
