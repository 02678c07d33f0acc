//! The timeline: every event of a run on one clock, from lab, engine, Swarm and probes.

use super::experiment::Signal;
use super::run::Phase;
use super::time::{At, Micros};
use serde::{Deserialize, Serialize};

/// Who saw an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Hivequake itself.
    Lab,
    /// The container engine's event stream or an inspected container.
    Engine,
    /// The swarm's task list.
    Swarm,
    /// A probe, by name.
    Probe(String),
}

/// A Swarm task as people refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskRef {
    /// The task's full id.
    pub task: String,
    /// Its slot; none for a global service.
    pub slot: Option<u64>,
    /// The node it is on, by id; empty while unassigned.
    pub node: String,
}

/// The states of a Swarm task, in their order (a task never moves back).
/// Source: swarmkit `api/types.proto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "Swarm's own words")]
pub enum TaskState {
    New,
    Allocated,
    Pending,
    Assigned,
    Accepted,
    Preparing,
    Ready,
    Starting,
    Running,
    Complete,
    Shutdown,
    Failed,
    Rejected,
    Remove,
    Orphaned,
}

impl TaskState {
    /// Swarm's own word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Allocated => "allocated",
            Self::Pending => "pending",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Shutdown => "shutdown",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Remove => "remove",
            Self::Orphaned => "orphaned",
        }
    }

    /// Whether the task has ended for good.
    pub fn is_over(self) -> bool {
        self > Self::Running
    }
}

/// The swarm's note on a service that is gone; what it was hit by says nothing any more.
pub const SERVICE_REMOVED: &str = "the service was removed";

/// Something that happened, when, and how exactly that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the run, from 1, in the order of recording; evidence refers to it.
    pub seq: u32,
    /// When, on the engine's clock.
    pub at: At,
    /// Plus or minus.
    pub resolution: Micros,
    /// Who saw it.
    pub source: Source,
    /// What happened.
    pub what: What,
}

impl Event {
    /// Whether it is the swarm's word that the service is gone.
    pub fn is_removal(&self) -> bool {
        self.source == Source::Swarm
            && matches!(&self.what, What::Note { text } if text == SERVICE_REMOVED)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What {
    /// The run entered a phase.
    Phase {
        /// Which.
        phase: Phase,
    },
    /// The lab sent a fault to one target (`at` is the moment before the request left).
    FaultSent {
        /// Its position in the method, from 0.
        fault: usize,
        /// For people: "container-kill SIGKILL to container 32fb59f8".
        text: String,
        /// The task hit, where one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskRef>,
        /// The container hit, where one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<String>,
    },
    /// The effect of a fault was shown (promise 3), with what shows it.
    FaultProven {
        /// Its position in the method, from 0.
        fault: usize,
        /// For people: "container 32fb59f8 died with exit code 137".
        text: String,
    },
    /// A fault could not be shown to have taken effect, with why.
    FaultNotProven {
        /// Its position in the method, from 0.
        fault: usize,
        /// Why.
        text: String,
    },
    /// A container of the service was sent a signal.
    ContainerKilled {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
        /// The signal's number.
        signal: i64,
    },
    /// A container of the service died.
    ContainerDied {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
        /// Its exit code; 137 after a SIGKILL.
        exit_code: i64,
    },
    /// The kernel killed a process of a container for want of memory.
    ContainerOom {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
    },
    /// A container of the service was created.
    ContainerCreated {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
    },
    /// A container of the service started.
    ContainerStarted {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
    },
    /// A container of the service was removed, and with it its evidence: the engine removes only
    /// what is dead, and Swarm has that tidied away when a task leaves its history.
    ContainerRemoved {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
    },
    /// A health check changed a container's state.
    Health {
        /// The container's full id.
        container: String,
        /// Its task.
        task: String,
        /// "healthy", "unhealthy", "starting".
        status: String,
    },
    /// A new task appeared in the service's list (`at` is its creation time).
    TaskCreated {
        /// Which.
        task: TaskRef,
    },
    /// A task was seen in another state than before.
    TaskState {
        /// Which.
        task: TaskRef,
        /// Its state now.
        state: TaskState,
        /// What Swarm wants of it.
        desired: TaskState,
        /// Swarm's own error text, uncut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Its container, once there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<String>,
    },
    /// Swarm wants something else of a task than before (`at` is when the poll saw it).
    DesiredState {
        /// Which.
        task: TaskRef,
        /// What Swarm wants of it now.
        desired: TaskState,
    },
    /// As many tasks run as the service wants, or no longer.
    Strength {
        /// Tasks that run and are meant to.
        running: u64,
        /// Tasks that the service wants.
        desired: u64,
    },
    /// The service's definition changed (by the lab, or by somebody else).
    ServiceUpdated {
        /// The service's version index now.
        version: u64,
        /// Whether the lab made the change.
        by_lab: bool,
    },
    /// A probe that had answered no longer does (`at` is the intended send of the first failure).
    ProbeFailing {
        /// The class of the first failure: "refused", "timeout", ….
        outcome: String,
    },
    /// A probe answers again (`at` is when the answer came).
    ProbeAnswering {
        /// When that answer's request was meant to be sent.
        sent: At,
    },
    /// A guard's condition was met.
    GuardTripped {
        /// For people.
        text: String,
    },
    /// Somebody, or the lab itself, ended the run early.
    Aborted {
        /// Why, for people.
        text: String,
    },
    /// An undo entry moved on.
    Undo {
        /// For people: "label hivequake-test removed again".
        text: String,
    },
    /// A source went silent or was cut off; what happened meanwhile was listed afresh afterwards.
    Gap {
        /// Which source and why, for people.
        text: String,
        /// When it was last heard.
        from: At,
        /// When it was heard again.
        to: At,
    },
    /// Anything else worth a line in the log.
    Note {
        /// For people.
        text: String,
    },
}

impl What {
    /// The signal's name for a number, "signal 42" where it is none of ours.
    pub fn signal_name(number: i64) -> String {
        [
            Signal::SigKill,
            Signal::SigTerm,
            Signal::SigInt,
            Signal::SigAbrt,
            Signal::SigSegv,
        ]
        .into_iter()
        .find(|s| s.number() == number)
        .map_or_else(|| format!("signal {number}"), |s| s.name().to_owned())
    }

    /// One line for people, in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::Phase { phase } => format!("phase: {}", phase.word()),
            Self::FaultSent { text, .. } => format!("fault sent: {text}"),
            Self::FaultProven { text, .. } => format!("fault took effect: {text}"),
            Self::FaultNotProven { text, .. } => {
                format!("fault not shown to have taken effect: {text}")
            }
            Self::ContainerKilled {
                container, signal, ..
            } => {
                format!(
                    "container {} was sent {}",
                    short(container),
                    Self::signal_name(*signal)
                )
            }
            Self::ContainerDied {
                container,
                exit_code,
                ..
            } => {
                format!("container {} died, exit code {exit_code}", short(container))
            }
            Self::ContainerOom { container, .. } => {
                format!("container {} ran out of memory", short(container))
            }
            Self::ContainerCreated { container, .. } => {
                format!("container {} created", short(container))
            }
            Self::ContainerStarted { container, .. } => {
                format!("container {} started", short(container))
            }
            Self::ContainerRemoved { container, .. } => {
                format!("clean-up: dead container {} removed", short(container))
            }
            Self::Health {
                container, status, ..
            } => format!("container {} is {status}", short(container)),
            Self::TaskCreated { task } => format!("new task {}", short(&task.task)),
            Self::TaskState {
                task, state, error, ..
            } => {
                let error = error.as_ref().map(|e| format!(": {e}")).unwrap_or_default();
                format!("task {} {}{error}", short(&task.task), state.word())
            }
            Self::DesiredState { task, desired } => {
                format!("Swarm wants task {} {}", short(&task.task), desired.word())
            }
            Self::Strength { running, desired } => format!("{running} of {desired} tasks run"),
            Self::ServiceUpdated { by_lab: true, .. } => "service updated by the lab".to_owned(),
            Self::ServiceUpdated { by_lab: false, .. } => {
                "service updated by somebody else".to_owned()
            }
            Self::ProbeFailing { outcome } => format!("no answer: {outcome}"),
            Self::ProbeAnswering { .. } => "answers again".to_owned(),
            Self::GuardTripped { text } => format!("guard tripped: {text}"),
            Self::Aborted { text } => format!("aborted: {text}"),
            Self::Undo { text } | Self::Note { text } => text.clone(),
            Self::Gap { text, .. } => format!("evidence has a gap: {text}"),
        }
    }

    /// The task it is about, by id, where there is one.
    pub fn task_id(&self) -> Option<&str> {
        match self {
            Self::ContainerKilled { task, .. }
            | Self::ContainerDied { task, .. }
            | Self::ContainerOom { task, .. }
            | Self::ContainerCreated { task, .. }
            | Self::ContainerStarted { task, .. }
            | Self::ContainerRemoved { task, .. }
            | Self::Health { task, .. } => Some(task),
            Self::TaskCreated { task }
            | Self::TaskState { task, .. }
            | Self::DesiredState { task, .. } => Some(&task.task),
            Self::FaultSent { task, .. } => task.as_ref().map(|t| t.task.as_str()),
            _ => None,
        }
    }
}

/// The first eight characters of an id, as people refer to it.
pub fn short(id: &str) -> &str {
    id.char_indices().nth(8).map_or(id, |(end, _)| &id[..end])
}
