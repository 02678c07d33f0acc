//! The lanes of a live run: what each fault and each task has been doing.

use crate::model::time::At;
use crate::model::timeline::TaskState;

/// How far a fault has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effect {
    /// Nothing was sent yet.
    #[default]
    Planned,
    /// Sent, not shown to have taken effect.
    Sent,
    /// Shown to have taken effect.
    Proven,
    /// Could not be shown.
    NotProven,
}

/// A fault's lane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaultLane {
    /// For people.
    pub text: String,
    /// How far it has come.
    pub effect: Effect,
    /// When it was sent, once per target.
    pub sent: Vec<At>,
    /// When its effect was shown.
    pub proven: Vec<At>,
}

/// One task over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLane {
    /// The first characters of its id.
    pub task: String,
    /// When it entered each state; a task never moves back.
    pub states: Vec<(At, TaskState)>,
    /// What Swarm last said was wrong with it.
    pub error: Option<String>,
}

impl TaskLane {
    /// A task first seen at a moment.
    pub fn new(task: String, at: At, state: TaskState) -> Self {
        Self {
            task,
            states: vec![(at, state)],
            error: None,
        }
    }

    /// It was seen in a state. What is older than what is known changes nothing.
    pub fn enter(&mut self, at: At, state: TaskState) {
        let known = self.states.last().copied();
        if known.is_none_or(|(last, old)| at >= last && state > old) {
            self.states.push((at, state));
        }
    }

    /// Whether it has ended for good.
    pub fn is_over(&self) -> bool {
        self.states.last().is_some_and(|(_, state)| state.is_over())
    }

    /// Whether it did nothing but run.
    pub fn is_calm(&self) -> bool {
        self.states
            .iter()
            .all(|(_, state)| *state == TaskState::Running)
    }
}

/// A slot, or a node of a global service, with its tasks in order of appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotLane {
    /// "slot 1", or "node 8hx2k…".
    pub name: String,
    /// Its tasks.
    pub tasks: Vec<TaskLane>,
}

impl SlotLane {
    /// What it did at a moment: the state of the newest task that is known of then.
    pub fn word(&self, moment: At) -> Option<&'static str> {
        let states = self.tasks.iter().flat_map(|task| &task.states);
        let known = states.filter(|(at, _)| *at <= moment);
        known
            .max_by_key(|(at, _)| *at)
            .map(|(_, state)| state.word())
    }

    /// Whether nothing happened in it.
    pub fn is_calm(&self) -> bool {
        self.tasks.len() < 2 && self.tasks.iter().all(TaskLane::is_calm)
    }
}
