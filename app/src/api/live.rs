//! A run that is on, as its page shows it: words and marks instead of the parts that the timeline
//! keeps, so that the browser needs none of the timeline's types.

use crate::model::run::Phase;
use crate::model::stream::Bin;
#[cfg(feature = "ssr")]
use crate::model::stream::{LiveBody, LiveItem};
use crate::model::time::{At, Micros};
use crate::model::timeline::TaskState;
#[cfg(feature = "ssr")]
use crate::model::timeline::{Event, Source, TaskRef, What, short};
use serde::{Deserialize, Serialize};

/// A run while it is on: everything so far; the rest comes as a stream of [`Told`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveView {
    /// What was planned, for the axis: seconds of baseline.
    pub baseline: f64,
    /// Seconds of observation.
    pub observe: f64,
    /// The probes' names in order.
    pub probes: Vec<String>,
    /// The faults in order, for people.
    pub faults: Vec<String>,
    /// When the lab's clock said it was, at the moment of answering.
    pub now: At,
    /// Everything so far, in order.
    pub items: Vec<Told>,
}

/// One item of a live stream, numbered as in the run's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its number.
    pub seq: u64,
    /// What it tells.
    pub news: News,
}

/// What an item tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// Something happened.
    Line(Line),
    /// What a probe's second was like.
    Second(Bin),
}

/// Something that happened: a line of the log, and what it means for the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: At,
    /// Plus or minus.
    pub resolution: Micros,
    /// Who saw it.
    pub source: String,
    /// What.
    pub text: String,
    /// Whether it is one of those that one looks for.
    pub matters: bool,
    /// What it changes in the picture.
    pub mark: Option<Mark>,
}

/// What changes in the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    /// The run entered a phase.
    Phase(Phase),
    /// The fault at a position was sent to a target.
    Sent(usize),
    /// It was shown to have taken effect.
    Proven(usize),
    /// It could not be shown.
    NotProven(usize),
    /// Something was put back.
    Undone,
    /// Tasks that run, and tasks wanted.
    Strength(u64, u64),
    /// A task was seen in a state.
    Task(TaskMark),
}

/// A task seen in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskMark {
    /// The task, by the first characters of its id.
    pub task: String,
    /// Its lane: "slot 1", or "node 8hx2k…" for a global service.
    pub lane: String,
    /// Its state.
    pub state: TaskState,
    /// Swarm's own error text, uncut.
    pub error: Option<String>,
}

#[cfg(feature = "ssr")]
impl From<&LiveItem> for Told {
    fn from(item: &LiveItem) -> Self {
        let news = match &item.body {
            LiveBody::Event(event) => News::Line(Line::from(event)),
            LiveBody::Bin(bin) => News::Second(bin.clone()),
        };
        Self {
            seq: item.seq,
            news,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<&Event> for Line {
    fn from(event: &Event) -> Self {
        let source = match &event.source {
            Source::Lab => "lab".to_owned(),
            Source::Engine => "engine".to_owned(),
            Source::Swarm => "Swarm".to_owned(),
            Source::Probe(name) => format!("probe {name}"),
        };
        Self {
            at: event.at,
            resolution: event.resolution,
            source,
            text: event.what.text(),
            matters: matters(&event.what),
            mark: mark(&event.what),
        }
    }
}

/// Whether one looks for it in a log.
#[cfg(feature = "ssr")]
fn matters(what: &What) -> bool {
    matches!(
        what,
        What::FaultSent { .. }
            | What::FaultNotProven { .. }
            | What::ContainerDied { .. }
            | What::ContainerOom { .. }
            | What::ProbeFailing { .. }
            | What::ProbeAnswering { .. }
            | What::GuardTripped { .. }
            | What::Aborted { .. }
            | What::Gap { .. }
    )
}

#[cfg(feature = "ssr")]
fn mark(what: &What) -> Option<Mark> {
    Some(match what {
        What::Phase { phase } => Mark::Phase(*phase),
        What::FaultSent { fault, .. } => Mark::Sent(*fault),
        What::FaultProven { fault, .. } => Mark::Proven(*fault),
        What::FaultNotProven { fault, .. } => Mark::NotProven(*fault),
        What::Undo { .. } => Mark::Undone,
        What::Strength { running, desired } => Mark::Strength(*running, *desired),
        What::TaskCreated { task } => Mark::Task(seen(task, TaskState::New, None)),
        What::TaskState {
            task, state, error, ..
        } => Mark::Task(seen(task, *state, error.clone())),
        _ => return None,
    })
}

#[cfg(feature = "ssr")]
fn seen(task: &TaskRef, state: TaskState, error: Option<String>) -> TaskMark {
    let lane = match task.slot {
        Some(slot) => format!("slot {slot}"),
        None => format!("node {}", short(&task.node)),
    };
    TaskMark {
        task: short(&task.task).to_owned(),
        lane,
        state,
        error,
    }
}
