//! What else went wrong: replacements that die, signals that are ignored, memory, bystanders.

use super::super::slots::{Attempt, Slot};
use super::super::study::Study;
use super::super::verdict::gap;
use super::super::words::{count, nanos, sentence};
use super::super::{Bearing, Evidence, Finding, Moment};
use super::{finding, first_few};
use app::model::experiment::Signal;
use app::model::time::{Micros, about};
use app::model::timeline::{Event, What, short};

/// Swarm creates a replacement within moments; one that is not there after this will not come.
const NO_MORE: Micros = Micros(5_000_000);

/// Replacements that died too.
pub(super) fn crash_loop(study: &Study) -> Option<Finding> {
    let lost: Vec<&Attempt> = study.slots.iter().flat_map(Slot::lost).collect();
    let most = study.slots.iter().map(|s| s.lost().count()).max()?;
    let (id, statement) = match most {
        0 => return None,
        1 => ("replacement-died", "The replacement died too".to_owned()),
        n => (
            "crash-loop",
            format!("Crash loop: {n} replacements died one after the other"),
        ),
    };
    let ends: Vec<String> = lost.iter().map(|a| end_of(a)).collect();
    finding(
        id,
        Bearing::Weakness,
        statement,
        format!("{}.", sentence(&first_few(&ends))),
        proofs(lost.iter().filter_map(|a| a.ended.as_ref())),
    )
}

fn end_of(attempt: &Attempt) -> String {
    let task = short(attempt.task);
    let code = attempt.exit_code;
    code.map_or(format!("task {task} ended"), |code| {
        format!("task {task} with exit code {code}")
    })
}

fn proofs<'m>(moments: impl Iterator<Item = &'m Moment>) -> Evidence {
    moments.fold(Evidence::default(), |all, m| all.and(&m.evidence))
}

/// The kernel killed for want of memory.
pub(super) fn out_of_memory(study: &Study) -> Option<Finding> {
    let evidence = study.by_events(|e| matches!(e.what, What::ContainerOom { .. }));
    let times = evidence.events.len() as u64;
    if times == 0 {
        return None;
    }
    finding(
        "out-of-memory",
        Bearing::Weakness,
        "A container ran out of memory",
        format!("The kernel stepped in {}.", count(times, "time")),
        evidence,
    )
}

/// Swarm stopped trying.
pub(super) fn gave_up(study: &Study) -> Option<Finding> {
    let limit = study.service()?.restart_max_attempts.filter(|n| *n > 0)?;
    let gone = |s: &&Slot| s.stays().is_none() && s.lost().count() as u64 >= limit;
    let slot = study.slots.iter().find(gone)?;
    finding(
        "gave-up",
        Bearing::Weakness,
        format!("Swarm gave up after {}", count(limit, "attempt")),
        "The slot stays empty without any further event.",
        proofs(slot.lost().filter_map(|a| a.ended.as_ref()))
            .and(&Evidence::other("service definition")),
    )
}

/// Nothing came in the place of what died.
pub(super) fn not_restarted(study: &Study) -> Option<Finding> {
    let slot = empty_slot(study)?;
    let code = slot
        .exit_code
        .map(|code| format!(" with exit code {code}"))
        .unwrap_or_default();
    let condition = study
        .service()
        .and_then(|s| s.restart_condition.as_ref())
        .map(|c| format!("; the restart condition is \"{c}\""));
    let limit = attempts_used_up(study)
        .map(|n| format!("; max_attempts is {n}; earlier restarts of this slot count"));
    let why = limit.or(condition).unwrap_or_default();
    finding(
        "not-replaced",
        Bearing::Weakness,
        "Swarm created no replacement",
        format!("The container died{code}{why}."),
        slot.dead.as_ref()?.evidence.clone(),
    )
}

/// A slot that stayed empty for longer than Swarm takes to fill it.
fn empty_slot<'s, 'a>(study: &'s Study<'a>) -> Option<&'s Slot<'a>> {
    let waited = |dead: &Moment| study.case.observed().0 - dead.after.span.0 >= NO_MORE.0;
    let empty = |s: &&Slot| s.attempts.is_empty() && s.dead.as_ref().is_some_and(waited);
    study.slots.iter().find(empty)
}

/// The limit of restart attempts, where a slot stayed empty although the restart condition allows
/// a replacement: restarts from before the run used the attempts up.
pub(in crate::analysis) fn attempts_used_up(study: &Study) -> Option<u64> {
    let service = study.service()?;
    let limit = service.restart_max_attempts.filter(|n| *n > 0)?;
    let slot = empty_slot(study)?;
    let allowed = match service.restart_condition.as_deref() {
        Some("none") => false,
        Some("on-failure") => slot.exit_code.is_some_and(|code| code != 0),
        _ => true,
    };
    allowed.then_some(limit)
}

/// A polite signal, and the container lives on for longer than Swarm itself would wait.
pub(super) fn signal_ignored(study: &Study) -> Option<Finding> {
    let signal = study
        .signal()
        .filter(|s| matches!(s, Signal::SigTerm | Signal::SigInt))?;
    // Within a gap a death goes unseen.
    let gapless = gap(&study.case).is_none();
    let waited = |s: &Slot| study.case.end - s.target.event.at;
    let alive = |s: &&Slot| gapless && s.dead.is_none() && waited(s) >= grace(study);
    let slot = study.slots.iter().find(alive)?;
    let container = slot.target.container;
    let evidence = study.by_events(|e| {
        matches!(&e.what, What::ContainerKilled { container: of, signal: number, .. }
            if of == container && *number == signal.number())
    });
    let (long, name) = (about(waited(slot)), signal.name());
    finding(
        "signal-ignored",
        Bearing::Weakness,
        format!("The application had not ended {long} after {name}"),
        format!(
            "Container {} was sent it and was still there when the observation ended.",
            short(container)
        ),
        evidence,
    )
}

/// How long a container is given to end before it is killed. Swarm's default: 10 s.
fn grace(study: &Study) -> Micros {
    let said = study.service().and_then(|s| s.stop_grace);
    said.map_or(Micros(10_000_000), nanos)
}

/// Containers died that no fault hit.
pub(super) fn others_died(study: &Study) -> Option<Finding> {
    let ours = |task: &str| {
        study
            .slots
            .iter()
            .any(|s| s.target.task.task == task || s.attempts.iter().any(|a| a.task == task))
    };
    let other = |e: &Event| match &e.what {
        What::ContainerDied { task, .. } => !ours(task),
        _ => false,
    };
    let evidence = study.by_events(other);
    let number = evidence.events.len() as u64;
    if number == 0 || study.slots.is_empty() {
        return None;
    }
    finding(
        "others-died",
        Bearing::Weakness,
        "Containers died that were not hit",
        format!("{} of the same service.", count(number, "container")),
        evidence,
    )
}

/// A replacement called unhealthy before it was ever healthy.
pub(super) fn killed_while_starting(study: &Study) -> Option<Finding> {
    let attempt = study
        .slots
        .iter()
        .flat_map(|s| &s.attempts)
        .find(|a| early(a).is_some())?;
    let moment = early(attempt)?;
    finding(
        "killed-while-starting",
        Bearing::Weakness,
        "A replacement was called unhealthy while it was still starting",
        format!(
            "Task {}: its health check gave up before it had passed once.",
            short(attempt.task)
        ),
        moment.evidence.clone(),
    )
}

fn early<'m>(attempt: &'m Attempt) -> Option<&'m Moment> {
    let healthy = attempt.healthy.as_ref().map(|m| m.after.span);
    let unhealthy = attempt.unhealthy.as_ref()?;
    healthy
        .is_none_or(|healthy| healthy > unhealthy.after.span)
        .then_some(unhealthy)
}
