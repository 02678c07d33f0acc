//! Slots: the states of their tasks.

use super::axis::Axis;
use super::{BAR, ROW, TASKS};
use crate::components::live::lanes::{SlotLane, TaskLane};
use crate::components::svg::{Anchor, Area, Svg};
use crate::model::time::{At, Micros, seconds};
use crate::model::timeline::TaskState;

/// A slot: one row per task.
pub(super) fn slot(svg: &mut Svg, axis: &Axis, lane: &SlotLane, mut y: f64) -> f64 {
    let skip = lane.tasks.len().saturating_sub(TASKS);
    for (i, task) in lane.tasks.iter().skip(skip).enumerate() {
        let (class, name) = if i == 0 {
            ("lane", lane.name.as_str())
        } else {
            ("tick", "new task")
        };
        svg.text(class, Anchor::Start, 0.0, y + 12.0, name);
        states(svg, axis, task, y);
        y += ROW;
    }
    y + 4.0
}

/// A task's states side by side.
fn states(svg: &mut Svg, axis: &Axis, task: &TaskLane, y: f64) {
    for (i, (at, state)) in task.states.iter().enumerate() {
        let next = task.states.get(i + 1).map(|(at, _)| *at);
        let until = if state.is_over() {
            *at + Micros::from_millis(400)
        } else {
            next.unwrap_or(axis.now)
        };
        let area = bar(axis, *at, until, y);
        let hint = hint(task, *state, until - *at);
        svg.hinted(&format!("st {}", class_of(*state)), area, &hint);
        if area.w > 56.0 {
            let class = format!("stt {}", class_of(*state));
            svg.text(
                &class,
                Anchor::Start,
                area.x + 5.0,
                y + 12.0,
                words_of(*state),
            );
        }
    }
}

fn bar(axis: &Axis, from: At, until: At, y: f64) -> Area {
    let x = axis.x(from);
    Area {
        x,
        y,
        w: (axis.x(until) - x - 0.5).max(3.0),
        h: BAR,
    }
}

fn hint(task: &TaskLane, state: TaskState, lasted: Micros) -> String {
    let name = &task.task;
    match (&task.error, state.is_over()) {
        (Some(error), true) => format!("task {name} {}: {error}", state.word()),
        (None, true) => format!("task {name} {}", state.word()),
        _ => format!("task {name} {} for {}", state.word(), seconds(lasted)),
    }
}

const fn class_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Running => "run",
        TaskState::Starting => "start",
        TaskState::Ready => "wait",
        TaskState::Failed | TaskState::Rejected | TaskState::Orphaned => "fail",
        TaskState::Complete | TaskState::Shutdown | TaskState::Remove => "gone",
        _ => "prep",
    }
}

const fn words_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Ready => "ready, waits",
        other => other.word(),
    }
}
