//! The recovery taken apart: who took how long.
//!
//! Guarantee: the parts are in order, without gaps or overlaps, and together they are exactly the
//! time from zero to full strength. Empty when full strength was not seen, and where no task was
//! hit: then nothing was replaced, and there is nothing to take apart.
//!
//! A stage whose end was not seen is merged into the next one and named in it. A stage that took
//! no measurable time is left out. Where no probe failed (other replicas went on serving), nobody
//! can tell the application's start from its first health check: they are one part, up to running.
//! Without a health check nobody can tell the application's start at all: there is no such part.
//! Where replacements died too, the time until the last one was created is one part, "retry".

use super::case::Case;
use super::recovery::go_ahead;
use super::slots::Slot;
use super::words::{count, list};
use super::{Moment, Part, Recovery};
use app::model::time::Micros;

/// Swarm's restart delay where the definition names none.
pub(super) const DEFAULT_DELAY: Micros = Micros(5_000_000);
/// How much earlier than the delay the wait may seem to end.
const EARLY: i64 = 300_000;
/// How much longer than the delay a wait may be to count as the delay.
const LATE: i64 = 1_000_000;

/// A stage of the recovery: it lasts until `end`.
struct Stage {
    id: &'static str,
    name: String,
    source: String,
    end: Option<Moment>,
}

/// The parts of a recovery.
pub(super) fn split(case: &Case, slots: &[Slot], recovery: &Recovery) -> Vec<Part> {
    let hit = !slots.is_empty();
    let Some(full) = recovery.full_strength.as_ref().filter(|_| hit) else {
        return Vec::new();
    };
    let mut stages = first_stages(slots, recovery);
    stages.extend(middle_stages(case, slots, recovery));
    stages.extend(last_stages(case, recovery));
    close(cut(stages, full), full)
}

/// The service's restart delay.
pub(super) fn restart_delay(case: &Case) -> Micros {
    case.service()
        .and_then(|s| s.restart_delay)
        .map_or(DEFAULT_DELAY, super::words::nanos)
}

fn stage(id: &'static str, name: &str, source: &str, end: Option<&Moment>) -> Stage {
    Stage {
        id,
        name: name.to_owned(),
        source: source.to_owned(),
        end: end.cloned(),
    }
}

/// From the fault to the replacement task.
fn first_stages(slots: &[Slot], r: &Recovery) -> Vec<Stage> {
    let die = stage("die", "death", "engine", r.dead.as_ref());
    let lost = slots.iter().map(Slot::tried_before);
    if let Some(most) = lost.max().filter(|most| *most > 0) {
        let name = format!("{} that died", count(most as u64, "replacement"));
        return vec![die, stage("retry", &name, "Swarm", r.new_task.as_ref())];
    }
    // The manager's and the node's clock may disagree by a little: then both are one part.
    let old_failed = r.old_failed.as_ref().filter(|failed| {
        let new = r.new_task.as_ref();
        new.is_none_or(|new| failed.after.span <= new.after.span)
    });
    vec![
        die,
        stage("detect", "detect", "Swarm", old_failed),
        stage("decide", "decide", "Swarm", r.new_task.as_ref()),
    ]
}

/// From the replacement task to its container started.
fn middle_stages(case: &Case, slots: &[Slot], r: &Recovery) -> Vec<Stage> {
    let turn = r.starting.clone().or(go_ahead(slots));
    let wait = if waits_for_delay(case, r, turn.as_ref()) {
        "restart delay"
    } else {
        "wait"
    };
    vec![
        stage("prepare", "prepare", "Swarm", r.ready.as_ref()),
        stage("wait", wait, "Swarm", turn.as_ref()),
        stage("start", "start", "engine", r.started.as_ref()),
    ]
}

/// Whether the wait ended when the restart delay was over. Swarm counts the delay from about the
/// moment when it creates the replacement.
fn waits_for_delay(case: &Case, r: &Recovery, turn: Option<&Moment>) -> bool {
    let delay = restart_delay(case).0;
    let (Some(turn), Some(new)) = (turn, r.new_task.as_ref().or(r.ready.as_ref())) else {
        return false;
    };
    let waited = turn.after.span.0 - new.after.span.0;
    delay > 0 && (delay - EARLY..=delay + LATE).contains(&waited)
}

/// From the container started to full strength.
fn last_stages(case: &Case, r: &Recovery) -> Vec<Stage> {
    let checked = case.health().is_some() || r.healthy.is_some();
    let running = r.running.as_ref();
    let Some(answer) = &r.first_success else {
        return vec![if checked {
            stage(
                "health",
                "application and first health check",
                "Swarm",
                running,
            )
        } else {
            stage("serve", "until Swarm calls it running", "Swarm", running)
        }];
    };
    let source = probe_source(answer);
    let at = |moment: &Moment| moment.after.span;
    let started_later = r.started.as_ref().is_some_and(|s| at(s) >= at(answer));
    let running_first = running.is_some_and(|run| at(run) < at(answer));
    match (checked, running_first) {
        (true, true) => vec![
            stage("health", "first health check", "Swarm", running),
            stage("serve", "until answers came", &source, Some(answer)),
        ],
        (true, false) if started_later => vec![stage(
            "health",
            "application and first health check",
            "Swarm",
            running,
        )],
        (true, false) => vec![
            stage("application", "application", &source, Some(answer)),
            stage(
                "health",
                "first health check (users already served)",
                "Swarm",
                running,
            ),
        ],
        (false, _) => vec![
            stage("application", "application", &source, Some(answer)),
            stage("serve", "until Swarm calls it running", "Swarm", running),
        ],
    }
}

fn probe_source(answer: &Moment) -> String {
    format!("probe {}", list(&answer.evidence.probes))
}

/// Cuts the time up to full strength at the ends of the stages.
fn cut(stages: Vec<Stage>, full: &Moment) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut unseen: Vec<String> = Vec::new();
    let (mut from, mut from_resolution) = (Micros(0), Micros(0));
    for stage in stages {
        let Some(end) = stage.end else {
            unseen.push(stage.name);
            continue;
        };
        let to = end.after.span;
        if to <= from || to > full.after.span {
            continue;
        }
        unseen.push(stage.name);
        parts.push(Part {
            id: stage.id,
            name: list(&std::mem::take(&mut unseen)),
            from,
            to,
            resolution: end.after.resolution + from_resolution,
            known: (from_resolution, end.after.resolution),
            source: stage.source,
        });
        (from, from_resolution) = (to, end.after.resolution);
    }
    parts
}

/// What is left up to full strength: nothing that can be told apart, or a part of its own.
fn close(mut parts: Vec<Part>, full: &Moment) -> Vec<Part> {
    let end = full.after.span;
    let (from, known) = parts
        .last()
        .map_or((Micros(0), Micros(0)), |p| (p.to, p.known.1));
    let rest = end.0 - from.0;
    match parts.last_mut() {
        Some(last) if rest <= full.after.resolution.0 => last.to = end,
        _ if rest > 0 => parts.push(Part {
            id: "serve",
            name: "until full strength".to_owned(),
            from,
            to: end,
            resolution: full.after.resolution,
            known: (known, full.after.resolution),
            source: if full.evidence.probes.is_empty() {
                "Swarm".to_owned()
            } else {
                probe_source(full)
            },
        }),
        _ => {}
    }
    parts
}

impl Part {
    /// How long it took.
    pub fn length(&self) -> Micros {
        Micros(self.to.0 - self.from.0)
    }
}
