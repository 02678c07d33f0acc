//! How Swarm answered: noticed, replaced, kept the count, the configuration and the history.

use super::super::study::Study;
use super::super::words::{count, cpus, figure, list, memory, sentence};
use super::super::{Bearing, Evidence, Finding, Hit, Moment, SNAPSHOTS};
use super::{NAMED, finding, first_few};
use app::model::facts::TaskFacts;
use app::model::time::Micros;
use app::model::timeline::{What, short};
use std::collections::BTreeSet;

/// Up to this a failure counts as noticed at once.
const AT_ONCE: Micros = Micros(1_000_000);

/// The fault took effect.
pub(super) fn took_effect(study: &Study) -> Option<Finding> {
    let proven = |e: &app::model::timeline::Event| matches!(e.what, What::FaultProven { .. });
    let proofs = proofs(study)?;
    let dead = study.slots.iter().filter_map(|s| s.dead.as_ref());
    let evidence = dead.fold(study.by_events(proven), |all, m| all.and(&m.evidence));
    finding(
        "took-effect",
        Bearing::Neutral,
        "The fault took effect",
        with_stop(&sentence(&joined(&proofs))),
        evidence,
    )
}

/// The first few proofs, and how many more there are.
fn joined(proofs: &[String]) -> String {
    let more = proofs.len().saturating_sub(NAMED);
    let first: Vec<&str> = proofs.iter().take(NAMED).map(String::as_str).collect();
    match more {
        0 => first.join("; "),
        more => format!("{} and {more} more", first.join("; ")),
    }
}

/// What proves each hit; where no task was hit, what proves each fault. None where one is not
/// proven.
fn proofs(study: &Study) -> Option<Vec<String>> {
    if study.hits.is_empty() {
        let texts = study.case.after().filter_map(|event| match &event.what {
            What::FaultProven { text, .. } => Some(text.clone()),
            _ => None,
        });
        return Some(texts.collect());
    }
    study.hits.iter().map(proof).collect()
}

fn proof(hit: &Hit) -> Option<String> {
    let proof = hit.proof.as_ref()?;
    Some(if proof.contains(&hit.container) {
        proof.clone()
    } else {
        format!("container {} {proof}", hit.container)
    })
}

/// As a sentence, where there is anything to say.
pub(super) fn with_stop(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}.")
    }
}

/// Detected at once, or late: from the container's death to the replacement task.
pub(super) fn detected(study: &Study) -> Option<Finding> {
    let (dead, new) = (study.recovery.dead.as_ref()?, first_replacement(study)?);
    let took = dead.until(new);
    let (id, bearing, statement) = if took.span <= AT_ONCE {
        (
            "detected-at-once",
            Bearing::Strength,
            "The failure was detected at once",
        )
    } else {
        (
            "detected-late",
            Bearing::Weakness,
            "The failure was detected late",
        )
    };
    finding(
        id,
        bearing,
        statement,
        format!(
            "A replacement existed {} after the container died, {} after the fault.",
            figure(took),
            figure(new.after)
        ),
        dead.proofs(new),
    )
}

/// The first replacement, of the slot that was last to get one.
fn first_replacement<'s>(study: &'s Study) -> Option<&'s Moment> {
    let all: Option<Vec<&Moment>> = study
        .slots
        .iter()
        .map(|s| s.attempts.first().and_then(|a| a.new_task.as_ref()))
        .collect();
    all?.into_iter().max_by_key(|m| m.after.span)
}

/// As many tasks as wanted run again.
pub(super) fn replicas_kept(study: &Study) -> Option<Finding> {
    let complete = study.tasks_complete.as_ref()?;
    let desired = study.desired()?;
    if study.slots.is_empty() {
        return None;
    }
    let full = study.recovery.full_strength.as_ref();
    let when = if full.is_some_and(|full| full.after == complete.after) {
        String::new()
    } else {
        format!(" after {}", figure(complete.after))
    };
    finding(
        "replicas-kept",
        Bearing::Strength,
        "Replica count kept",
        format!("{desired} wanted, {desired} running again{when}."),
        complete.evidence.clone(),
    )
}

/// Every field of the replacement's configuration equals the old one's.
pub(super) fn configuration_kept(study: &Study) -> Option<Finding> {
    let seen = study.comparison.as_ref()?;
    if !seen.differing.is_empty() {
        return None;
    }
    finding(
        "configuration-kept",
        Bearing::Strength,
        "Configuration kept",
        format!(
            "All {} that were compared are the same in the old container and the new one ({}).",
            count(seen.fields.len() as u64, "field"),
            list(&seen.pairs)
        ),
        snapshots(),
    )
}

/// Some fields differ.
pub(super) fn configuration_changed(study: &Study) -> Option<Finding> {
    let seen = study.comparison.as_ref()?;
    if seen.differing.is_empty() {
        return None;
    }
    let first: Vec<String> = seen
        .differing
        .iter()
        .take(5)
        .map(|(path, was, is)| format!("{path} (was {was}, is {is})"))
        .collect();
    let more = seen.differing.len().saturating_sub(first.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    finding(
        "configuration-changed",
        Bearing::Weakness,
        format!(
            "The new container is configured differently: {}",
            count(seen.differing.len() as u64, "field")
        ),
        format!("{}{more}.", list(&first)),
        snapshots(),
    )
}

/// The limits of the definition hold for the new container.
pub(super) fn limits_kept(study: &Study) -> Option<Finding> {
    let seen = study.comparison.as_ref()?;
    let cpu = seen.cpu_kept.map(|v| format!("CPU {}", cpus(v)));
    let memory = seen.memory_kept.map(|v| format!("memory {}", memory(v)));
    let limits: Vec<String> = cpu.into_iter().chain(memory).collect();
    if limits.is_empty() {
        return None;
    }
    finding(
        "limits-kept",
        Bearing::Strength,
        "Limits kept on the new container",
        format!("{}.", sentence(&list(&limits))),
        snapshots(),
    )
}

fn snapshots() -> Evidence {
    Evidence::other(SNAPSHOTS)
}

/// The failed task stays in Swarm's history with its error.
pub(super) fn failure_recorded(study: &Study) -> Option<Finding> {
    let kept = in_history(study)?;
    let errors: Vec<String> = kept
        .iter()
        .map(|t| t.and_then(|t| t.error.clone()))
        .collect::<Option<_>>()?;
    let different: BTreeSet<String> = errors.iter().map(|e| format!("\"{e}\"")).collect();
    let errors = different.into_iter().collect::<Vec<_>>();
    finding(
        "failure-recorded",
        Bearing::Strength,
        "The failure stays in the task history",
        format!("In Swarm's words: {}.", list(&errors)),
        Evidence::other("task list after"),
    )
}

/// The failed task is gone from Swarm's history.
pub(super) fn failure_not_recorded(study: &Study) -> Option<Finding> {
    let kept = in_history(study)?;
    let gone: Vec<String> = study
        .slots
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| kept.is_none())
        .map(|(slot, _)| short(&slot.target.task.task).to_owned())
        .collect();
    if gone.is_empty() {
        return None;
    }
    finding(
        "failure-not-recorded",
        Bearing::Neutral,
        "The failed task is no longer in the task history",
        format!("Task {}.", first_few(&gone)),
        Evidence::other("task list after"),
    )
}

/// Each task hit, as the history after the run has it. None where nothing was replaced.
fn in_history<'a>(study: &Study<'a>) -> Option<Vec<Option<&'a TaskFacts>>> {
    let after = study.case.record.after.as_ref()?;
    if !study.all_died() {
        return None;
    }
    let find = |id: &str| after.tasks.iter().find(|t| t.task.task == id);
    Some(
        study
            .slots
            .iter()
            .map(|s| find(&s.target.task.task))
            .collect(),
    )
}
