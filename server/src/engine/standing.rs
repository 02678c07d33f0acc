//! The tasks of a service as they stood when watching began.
//!
//! Guarantee: each is told at the moment since when it has been so, never later than the snapshot;
//! what was over by then is history and not told.

use app::model::facts::{Snapshot, TaskFacts};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};

/// How exactly Swarm's own stamps are known.
const STAMP: Micros = Micros(1_000);

/// An event for each task that was not over, by slot and node.
pub fn standing(before: &Snapshot) -> Vec<Event> {
    let mut tasks: Vec<&TaskFacts> = before.tasks.iter().filter(|t| !t.state.is_over()).collect();
    tasks.sort_by_key(|t| (t.task.slot, &t.task.node, t.created));
    tasks.into_iter().map(|t| stood(t, before.at)).collect()
}

fn stood(task: &TaskFacts, seen: At) -> Event {
    Event {
        seq: 0,
        at: task.since.min(seen),
        resolution: STAMP,
        source: Source::Swarm,
        what: What::TaskState {
            task: task.task.clone(),
            state: task.state,
            desired: task.desired,
            error: task.error.clone(),
            container: task.container.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::samples::snapshot;
    use crate::timeline::Timeline;
    use app::model::timeline::TaskState;

    #[test]
    fn each_task_is_told_since_when_it_has_been_so() {
        let mut before = snapshot(&["here", "there", "here"]);
        before.tasks.reverse();
        before.tasks[0].state = TaskState::Failed;
        before.tasks[1].state = TaskState::Starting;
        before.tasks[1].since = before.at + Micros(5);
        let told = standing(&before);
        let lines: Vec<_> = told.iter().map(|e| (e.at, e.what.text())).collect();
        assert_eq!(
            lines,
            [
                (At(0), "task task0 running".to_owned()),
                (before.at, "task task1 starting".to_owned()),
            ]
        );
    }

    #[test]
    fn what_stood_is_not_told_again_by_a_later_look() {
        let mut timeline = Timeline::default();
        let told = standing(&snapshot(&["here"]));
        assert!(told.iter().all(|e| timeline.add(e.clone()).is_some()));
        assert!(told.into_iter().all(|e| timeline.add(e).is_none()));
    }
}
