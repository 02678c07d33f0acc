//! One file per fault: what it would do, doing it, proving it, undoing it.
//!
//! Guarantee: planning does no I/O and fixes the inverse of every step before any of them is
//! applied, so that the undo journal can be written first.

mod container_kill;
mod pick;
mod service_label;

pub use pick::pick;

use crate::swarm::{Swarm, SwarmError};
use app::model::experiment::{Fault, Signal};
use app::model::facts::Snapshot;
use app::model::record::Picked;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, TaskRef};
use app::model::undo::{Undo, UndoState};

/// One thing done to one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The fault's position in the method, from 0.
    pub fault: usize,
    /// For people: "container-kill SIGKILL to container 32fb59f8".
    pub text: String,
    /// How to revert it; to be written into the undo journal first.
    pub undo: Undo,
    /// The task hit, where one is.
    pub task: Option<TaskRef>,
    /// The container hit, where one is.
    pub container: Option<String>,
    /// What is done.
    pub act: Act,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Sends a signal to a container's main process.
    Kill {
        /// The container's full id.
        container: String,
        /// Which signal.
        signal: Signal,
        /// How soon it must have died to have died of this.
        within: Micros,
    },
    /// Sets a label of a service.
    SetLabel {
        /// The service's id.
        service_id: String,
        /// The service's name, for people.
        service: String,
        /// The label's name.
        label: String,
        /// Its value when the step was planned; anything else stops it.
        before: Option<String>,
        /// The value to set.
        value: String,
    },
}

/// Why a fault is not planned, or did not go through. Nothing is half done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The swarm did not do it.
    #[error(transparent)]
    Swarm(#[from] SwarmError),
    /// There are not enough tasks for what the experiment asks.
    #[error(
        "The experiment asks for {wanted}, but {running} of the service's tasks run. Nothing was \
         changed. Ask for fewer under target.tasks, or give the service more replicas first."
    )]
    TooFew {
        /// What was asked, for people: "3 tasks".
        wanted: String,
        /// How many run.
        running: usize,
    },
    /// Some of the tasks are on nodes that the lab cannot reach.
    #[error(
        "The experiment would hit {wanted} of {running} running tasks, but only {reachable} of them \
         are on the node that the lab speaks to. Nothing was changed. Ask for at most {reachable} \
         under target.tasks."
    )]
    OutOfReach {
        /// How many would be hit.
        wanted: usize,
        /// How many run.
        running: usize,
        /// How many of these can be reached.
        reachable: usize,
    },
    /// A label that must not be touched, or is none.
    #[error("The label \"{label}\" cannot be used for a fault: {why}. Nothing was changed.")]
    BadLabel {
        /// The label.
        label: String,
        /// Why, and what to write instead.
        why: &'static str,
    },
    /// The label has the fault's value already, so no effect could be shown.
    #[error(
        "The label \"{label}\" of the service already is \"{value}\", so setting it would show \
         nothing. Nothing was changed. Choose another value."
    )]
    SameAlready {
        /// The label.
        label: String,
        /// Its value.
        value: String,
    },
    /// Somebody changed the label after the step was planned.
    #[error(
        "Somebody else changed the label \"{label}\" of {service} just before the fault. It was \
         left as it is. Look at who deploys this service, and launch again."
    )]
    ChangedMeanwhile {
        /// The label.
        label: String,
        /// The service's name.
        service: String,
    },
}

impl FaultError {
    /// Whether it may have been done all the same.
    pub fn leaves_open(&self) -> bool {
        matches!(self, Self::Swarm(error) if error.leaves_open())
    }
}

/// What a fault would do to the service as it was before, one step per target. Errors: it must
/// not or cannot be done.
pub fn plan(
    index: usize,
    fault: &Fault,
    before: &Snapshot,
    picked: &[Picked],
) -> Result<Vec<Step>, FaultError> {
    match fault {
        Fault::ContainerKill { signal } => Ok(container_kill::plan(
            index,
            *signal,
            &before.service,
            picked,
        )),
        Fault::ServiceLabel { label, value } => {
            service_label::plan(index, &before.service, label, value).map(|step| vec![step])
        }
    }
}

/// Whether it hits tasks that are picked.
pub fn hits_tasks(fault: &Fault) -> bool {
    match fault {
        Fault::ContainerKill { .. } => true,
        Fault::ServiceLabel { .. } => false,
    }
}

/// Whether it changes the service's definition, as a deploy does.
pub fn updates_the_service(fault: &Fault) -> bool {
    match fault {
        Fault::ContainerKill { .. } => false,
        Fault::ServiceLabel { .. } => true,
    }
}

/// Does it. Its undo entry must be durable before this is called.
pub async fn apply(step: &Step, swarm: &Swarm) -> Result<(), FaultError> {
    match &step.act {
        Act::Kill {
            container, signal, ..
        } => Ok(swarm.kill(container, *signal).await?),
        Act::SetLabel { .. } => service_label::apply(&step.act, swarm).await,
    }
}

/// What shows that a step took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// For people: "container 32fb59f8 died with exit code 137".
    pub text: String,
    /// When that happened; none where it was only seen that it had.
    pub at: Option<At>,
}

/// What shows that the step took effect (promise 3): an event after `since`, the moment before it
/// was sent, or a value read back. None: nothing yet; ask again until patience runs out. Only
/// steps that are proved by reading back ask the swarm anything.
pub async fn prove(
    step: &Step,
    since: At,
    events: &[Event],
    swarm: &Swarm,
) -> Result<Option<Proof>, FaultError> {
    match &step.act {
        Act::Kill {
            container, within, ..
        } => Ok(container_kill::proof(container, *within, since, events)),
        Act::SetLabel { .. } => service_label::read_back(&step.act, swarm).await,
    }
}

/// Puts back what the fault moved, and only that (promise 2). Needs nothing but the journal's
/// entry and the swarm, and may be repeated. `in_doubt`: nobody knows whether it was applied, and
/// the engine may have the request still before it.
pub async fn revert(undo: &Undo, swarm: &Swarm, in_doubt: bool) -> UndoState {
    match undo {
        Undo::Nothing { why } => UndoState::NotNeeded { why: why.clone() },
        Undo::ServiceLabel { .. } => service_label::revert(undo, swarm, in_doubt).await,
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Snapshots for this room's tests.

    use app::model::facts::{EngineFacts, ServiceFacts, Snapshot, TaskFacts};
    use app::model::time::At;
    use app::model::timeline::{TaskRef, TaskState};

    /// A service whose tasks are on the given nodes, started one after the other.
    pub(crate) fn snapshot(nodes: &[&str]) -> Snapshot {
        let tasks = nodes.iter().enumerate().map(|(i, node)| task(i, node));
        Snapshot {
            at: At(1_000),
            service: ServiceFacts {
                id: "s1".to_owned(),
                name: "api".to_owned(),
                ..ServiceFacts::default()
            },
            desired: nodes.len() as u64,
            tasks: tasks.collect(),
            containers: Vec::new(),
            nodes: Vec::new(),
            engine: EngineFacts::default(),
        }
    }

    fn task(i: usize, node: &str) -> TaskFacts {
        TaskFacts {
            task: TaskRef {
                task: format!("task{i}"),
                slot: Some(i as u64 + 1),
                node: node.to_owned(),
            },
            service: "s1".to_owned(),
            state: TaskState::Running,
            desired: TaskState::Running,
            created: At(0),
            since: At(i64::try_from(i).unwrap_or_default()),
            container: Some(format!("container{i}")),
            exit_code: None,
            error: None,
        }
    }
}
