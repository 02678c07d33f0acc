//! What became of each task that was hit: its death, and the replacements in its slot.
//!
//! Guarantee: a replacement is a task of the same slot (of the same node for a global service)
//! that appeared after the fault; the last one counts, those before it are failed attempts.

use super::Moment;
use super::case::{Case, Target};
use app::model::timeline::{Event, TaskRef, TaskState, What};

/// A target with its replacements, first to last.
pub(super) struct Slot<'a> {
    /// The task hit.
    pub target: Target<'a>,
    /// Its container died.
    pub dead: Option<Moment>,
    /// The exit code of that.
    pub exit_code: Option<i64>,
    /// It was seen ended.
    pub old_failed: Option<Moment>,
    /// Swarm's error text.
    pub error: Option<String>,
    /// The tasks that came in its place.
    pub attempts: Vec<Attempt<'a>>,
    /// The last of them was hit by a later fault: its end says nothing about this recovery.
    pub hit_again: bool,
}

/// One replacement.
pub(super) struct Attempt<'a> {
    /// Its task's id.
    pub task: &'a str,
    pub new_task: Option<Moment>,
    pub assigned: Option<Moment>,
    pub preparing: Option<Moment>,
    pub created: Option<Moment>,
    pub ready: Option<Moment>,
    /// Swarm wanted it running: its turn had come.
    pub go_ahead: Option<Moment>,
    pub starting: Option<Moment>,
    pub started: Option<Moment>,
    pub healthy: Option<Moment>,
    pub running: Option<Moment>,
    /// Its health check gave up on it.
    pub unhealthy: Option<Moment>,
    /// It ended before the end of observation.
    pub ended: Option<Moment>,
    /// With this exit code, where its container was seen dying.
    pub exit_code: Option<i64>,
    /// It ended because Swarm wanted it to: an update or a drain took it away, it did not crash.
    pub shut_down: bool,
}

impl<'a> Slot<'a> {
    pub fn of(case: &Case<'a>, target: Target<'a>, hit: &[&str]) -> Self {
        let dies = died(case, |container, task| {
            task == target.task.task
                || (!target.container.is_empty() && container == target.container)
        });
        let failed = case.after().find(|e| ends(&e.what, &target.task.task));
        let attempts = replacements(case, &target, hit);
        Self {
            target,
            dead: dies.map(|(event, _)| case.moment(event)),
            exit_code: dies.map(|(_, code)| code),
            old_failed: failed.map(|e| case.moment(e)),
            error: failed.and_then(error_of),
            hit_again: attempts.last().is_some_and(|task| hit.contains(task)),
            attempts: attempts
                .into_iter()
                .map(|task| Attempt::of(case, task))
                .collect(),
        }
    }

    /// The replacement that counts: the last one.
    pub fn last(&self) -> Option<&Attempt<'a>> {
        self.attempts.last()
    }

    /// The replacement that runs and stays.
    pub fn stays(&self) -> Option<&Attempt<'a>> {
        self.last().filter(|a| a.ended.is_none() || self.hit_again)
    }

    /// Replacements that ended without being hit.
    pub fn lost(&self) -> impl Iterator<Item = &Attempt<'a>> {
        let own = self.attempts.len() - usize::from(self.hit_again);
        let crashed = |a: &&Attempt| a.ended.is_some() && !a.shut_down;
        self.attempts.iter().take(own).filter(crashed)
    }

    /// How many replacements were there before the last one and did not stay.
    pub fn tried_before(&self) -> usize {
        let before = self.attempts.iter().rev().skip(1);
        before.filter(|a| !a.shut_down).count()
    }
}

impl<'a> Attempt<'a> {
    fn of(case: &Case<'a>, task: &'a str) -> Self {
        let state = |wanted: TaskState| {
            case.first(|what| {
                matches!(what, What::TaskState { task: of, state, .. }
                    if of.task == task && *state == wanted)
            })
        };
        let health = |wanted: &str| {
            case.first(|what| {
                matches!(what, What::Health { task: of, status, .. }
                    if of == task && status == wanted)
            })
        };
        let dies = died(case, |_, of| of == task);
        let ended = dies
            .map(|(event, _)| event)
            .or(case.after().find(|e| ends(&e.what, task)));
        Self {
            task,
            new_task: case
                .first(|w| matches!(w, What::TaskCreated { task: of } if of.task == task)),
            assigned: state(TaskState::Assigned),
            preparing: state(TaskState::Preparing),
            created: case
                .first(|w| matches!(w, What::ContainerCreated { task: of, .. } if of == task)),
            ready: state(TaskState::Ready),
            go_ahead: case.first(|w| {
                matches!(w, What::DesiredState { task: of, desired }
                    if of.task == task && *desired == TaskState::Running)
            }),
            starting: state(TaskState::Starting),
            started: case
                .first(|w| matches!(w, What::ContainerStarted { task: of, .. } if of == task)),
            healthy: health("healthy"),
            running: state(TaskState::Running),
            unhealthy: health("unhealthy"),
            ended: ended.map(|e| case.moment(e)),
            exit_code: dies.map(|(_, code)| code),
            shut_down: ended.is_some_and(|ended| shut_down(case, task, ended)),
        }
    }
}

/// Whether Swarm wanted a task down before it ended. Of one that crashed it wants that, too, but
/// only afterwards; and such a one is "failed" or "complete", never "shutdown".
fn shut_down(case: &Case, task: &str, ended: &Event) -> bool {
    case.after().any(|event| match &event.what {
        What::DesiredState { task: of, desired } => {
            of.task == task && desired.is_over() && event.at < ended.at
        }
        What::TaskState {
            task: of, state, ..
        } => of.task == task && *state == TaskState::Shutdown,
        _ => false,
    })
}

/// What became of every task that was hit, in the order of hitting.
pub(super) fn slots<'a>(case: &Case<'a>) -> Vec<Slot<'a>> {
    let targets = case.targets();
    let hit: Vec<&str> = targets.iter().map(|t| t.task.task.as_str()).collect();
    targets
        .into_iter()
        .map(|target| Slot::of(case, target, &hit))
        .collect()
}

/// Tasks that appeared in the target's place, up to the first that was hit itself.
fn replacements<'a>(case: &Case<'a>, target: &Target<'a>, hit: &[&str]) -> Vec<&'a str> {
    let since = target.event.at;
    let mut found: Vec<&'a str> = Vec::new();
    for event in case.after().filter(|e| e.at + e.resolution >= since) {
        let Some(task) = task_of(event) else { continue };
        let new = task.task != target.task.task && !found.contains(&task.task.as_str());
        if new && same_place(task, target.task) && !known_before(case, &task.task) {
            found.push(&task.task);
            if hit.contains(&task.task.as_str()) {
                break;
            }
        }
    }
    found
}

/// Swarm's history still holds older tasks of the slot; they replace nothing.
fn known_before(case: &Case, task: &str) -> bool {
    let before = case.record.before.as_ref();
    before.is_some_and(|s| s.tasks.iter().any(|t| t.task.task == task))
}

fn same_place(one: &TaskRef, other: &TaskRef) -> bool {
    match (one.slot, other.slot) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.node == other.node,
        _ => false,
    }
}

fn task_of(event: &Event) -> Option<&TaskRef> {
    match &event.what {
        What::TaskCreated { task } | What::TaskState { task, .. } => Some(task),
        _ => None,
    }
}

fn died<'a>(case: &Case<'a>, whose: impl Fn(&str, &str) -> bool) -> Option<(&'a Event, i64)> {
    case.after().find_map(|event| match &event.what {
        What::ContainerDied {
            container,
            task,
            exit_code,
        } if whose(container, task) => Some((event, *exit_code)),
        _ => None,
    })
}

/// Whether an event says that a task is over.
fn ends(what: &What, whose: &str) -> bool {
    matches!(what, What::TaskState { task, state, .. } if task.task == whose && state.is_over())
}

fn error_of(event: &Event) -> Option<String> {
    match &event.what {
        What::TaskState { error, .. } => error.clone().filter(|e| !e.is_empty()),
        _ => None,
    }
}
