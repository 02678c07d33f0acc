//! What two looks at a service's tasks tell apart, as events.
//!
//! Pure. Swarm keeps only the newest state of a task, so a state that came and went between two
//! looks is not seen; but the stamp of a state that is seen is exact, whenever the look was.

use super::events::STAMP;
use super::facts;
use app::model::facts::TaskFacts;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, TaskState, What};
use std::collections::BTreeMap;

/// How long before it could first be seen a change may have been: Swarm passes on what nodes tell
/// it in well under a second.
const OFF: Micros = Micros(1_000_000);

/// How long after it was seen a change may seem to have been: by as much the lab's reading of the
/// engine's clock may be off.
const AHEAD: Micros = Micros(10_000);

/// When a look was made, and how long after the one before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Polled {
    /// On the engine's clock.
    pub(super) at: At,
    /// Since the look before.
    pub(super) since_last: Micros,
}

/// A service's tasks as last seen.
#[derive(Debug, Default)]
pub(super) struct Looks {
    tasks: BTreeMap<String, TaskFacts>,
    replicas: Option<u64>,
    strength: Option<(u64, u64)>,
}

/// A task's move from one look to the next.
struct Step {
    at: At,
    resolution: Micros,
    what: What,
    /// The task as it is after this step.
    task: TaskFacts,
}

impl Looks {
    /// The tasks as last seen.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &TaskFacts> {
        self.tasks.values()
    }

    /// What happened since the look before, in the order of its stamps. At the first look nothing
    /// has happened yet, but how many run is worth knowing.
    pub(super) fn look(
        &mut self,
        tasks: Vec<TaskFacts>,
        replicas: Option<u64>,
        polled: Polled,
    ) -> Vec<Event> {
        let mut events = match self.strength {
            Some(_) => self.moves(&tasks, polled),
            None => Vec::new(),
        };
        // What fell out of Swarm's history, and a changed number of replicas, have no stamp.
        self.tasks = tasks
            .into_iter()
            .map(|t| (t.task.task.clone(), t))
            .collect();
        self.replicas = replicas;
        events.extend(self.count(polled.at, polled.since_last));
        events
    }

    fn moves(&mut self, tasks: &[TaskFacts], polled: Polled) -> Vec<Event> {
        let mut steps: Vec<Step> = tasks.iter().flat_map(|t| self.steps(t, polled)).collect();
        for step in &mut steps {
            step.settle(polled);
        }
        steps.sort_by_key(|s| s.at);
        let mut events = Vec::new();
        for step in steps {
            self.tasks.insert(step.task.task.task.clone(), step.task);
            events.push(event(step.at, step.resolution, step.what));
            events.extend(self.count(step.at, step.resolution));
        }
        events
    }

    fn steps(&self, now: &TaskFacts, polled: Polled) -> Vec<Step> {
        let before = self.tasks.get(&now.task.task);
        let mut steps = Vec::new();
        if before.is_none() {
            steps.push(created(now));
        }
        let moved = before.map_or(now.state > TaskState::New, |b| {
            b.state != now.state || (b.error != now.error && now.error.is_some())
        });
        let desired_before = before.map_or(now.desired, |b| b.desired);
        if moved {
            steps.push(Step {
                at: now.since,
                resolution: STAMP,
                what: state(now),
                task: TaskFacts {
                    desired: desired_before,
                    ..now.clone()
                },
            });
        }
        if desired_before != now.desired {
            steps.push(Step {
                at: polled.at,
                resolution: polled.since_last,
                what: What::DesiredState {
                    task: now.task.clone(),
                    desired: now.desired,
                },
                task: now.clone(),
            });
        }
        steps
    }

    /// An event if the strength is another than before.
    fn count(&mut self, at: At, resolution: Micros) -> Option<Event> {
        let (running, desired) = facts::strength(self.replicas, self.tasks.values());
        if self.strength.replace((running, desired)) == Some((running, desired)) {
            return None;
        }
        Some(event(at, resolution, What::Strength { running, desired }))
    }
}

impl Step {
    /// Swarm's stamps are those of the nodes. What is seen now was not so at the look before, so a
    /// stamp that is far from there is of a clock that is off, and the look is what can be said.
    fn settle(&mut self, polled: Polled) {
        let from = At(polled.at.0.saturating_sub(polled.since_last.0));
        let late = self.at.0.saturating_sub(polled.at.0);
        let early = from.0.saturating_sub(self.at.0);
        if late > AHEAD.0 || early > OFF.0 {
            self.at = self.at.clamp(from, polled.at);
            self.resolution = polled.since_last;
        }
    }
}

fn created(now: &TaskFacts) -> Step {
    Step {
        at: now.created,
        resolution: STAMP,
        what: What::TaskCreated {
            task: now.task.clone(),
        },
        task: TaskFacts {
            state: TaskState::New,
            ..now.clone()
        },
    }
}

fn state(now: &TaskFacts) -> What {
    What::TaskState {
        task: now.task.clone(),
        state: now.state,
        desired: now.desired,
        error: now.error.clone(),
        container: now.container.clone(),
    }
}

pub(super) fn event(at: At, resolution: Micros, what: What) -> Event {
    Event {
        seq: 0,
        at,
        resolution,
        source: Source::Swarm,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::timeline::TaskRef;
    use proptest::prelude::*;

    fn task(id: &str, state: TaskState, desired: TaskState, since: i64) -> TaskFacts {
        TaskFacts {
            task: TaskRef {
                task: id.to_owned(),
                slot: Some(1),
                node: "n".to_owned(),
            },
            service: "s".to_owned(),
            state,
            desired,
            created: At(since.min(100)),
            since: At(since),
            container: None,
            exit_code: None,
            error: None,
        }
    }

    fn polled(at: i64) -> Polled {
        Polled {
            at: At(at),
            since_last: Micros(50),
        }
    }

    fn told(events: &[Event]) -> Vec<(i64, i64, String)> {
        let line = |e: &Event| (e.at.0, e.resolution.0, e.what.text());
        events.iter().map(line).collect()
    }

    use TaskState::{Failed, Ready, Running, Shutdown, Starting};

    #[test]
    fn a_kill_is_told_with_swarms_own_stamps() {
        let mut looks = Looks::default();
        let first = looks.look(
            vec![task("old", Running, Running, 10)],
            Some(1),
            polled(100),
        );
        assert_eq!(told(&first), [(100, 50, "1 of 1 tasks run".to_owned())]);

        let mut failed = task("old", Failed, Shutdown, 120);
        failed.error = Some("task: non-zero exit (137)".to_owned());
        let new = TaskFacts {
            created: At(130),
            ..task("new", Ready, Ready, 140)
        };
        let second = looks.look(vec![failed.clone(), new], Some(1), polled(150));
        assert_eq!(
            told(&second),
            [
                (
                    120,
                    1_000,
                    "task old failed: task: non-zero exit (137)".to_owned()
                ),
                (120, 1_000, "0 of 1 tasks run".to_owned()),
                (130, 1_000, "new task new".to_owned()),
                (140, 1_000, "task new ready".to_owned()),
                (150, 50, "Swarm wants task old shutdown".to_owned()),
            ]
        );

        let run = vec![failed, task("new", Running, Running, 190)];
        let third = looks.look(run, Some(1), polled(200));
        // The task ran from 190 on; that Swarm meant it to is only known since the look at 200.
        assert_eq!(
            told(&third),
            [
                (190, 1_000, "task new running".to_owned()),
                (190, 1_000, "1 of 1 tasks run".to_owned()),
                (200, 50, "Swarm wants task new running".to_owned()),
            ]
        );
    }

    #[test]
    fn a_global_service_wants_as_many_while_a_task_of_it_is_replaced() {
        let on = |node: &str, task: TaskFacts| TaskFacts {
            task: TaskRef {
                slot: None,
                node: node.to_owned(),
                ..task.task
            },
            ..task
        };
        let mut looks = Looks::default();
        let other = || on("b", task("b", Running, Running, 10));
        let begin = vec![on("a", task("old", Running, Running, 10)), other()];
        looks.look(begin, None, polled(100));
        let old = on("a", task("old", Failed, Shutdown, 120));
        let new = TaskFacts {
            created: At(130),
            ..on("a", task("new", Ready, Ready, 140))
        };
        let events = looks.look(vec![old, new, other()], None, polled(150));
        let strengths = told(&events).into_iter().filter(|t| t.2.contains(" of "));
        let strengths: Vec<_> = strengths.map(|t| t.2).collect();
        assert_eq!(strengths, ["1 of 2 tasks run"]);
    }

    #[test]
    fn a_stamp_of_a_clock_that_is_off_is_put_where_the_change_was_seen() {
        let mut looks = Looks::default();
        let at = |at: i64| Polled {
            at: At(at),
            since_last: Micros(50_000),
        };
        let first = task("old", Running, Running, 10);
        looks.look(vec![first], Some(1), at(10_000_000));
        let failed = task("old", Failed, Running, 6_000_000);
        let events = looks.look(vec![failed], Some(1), at(10_050_000));
        let line = (10_000_000, 50_000, "task old failed".to_owned());
        assert_eq!(told(&events)[0], line);
        // What is seen cannot be still to come.
        let new = task("new", Running, Running, 10_300_000);
        let events = looks.look(vec![new], Some(1), at(10_100_000));
        let line = (10_100_000, 50_000, "task new running".to_owned());
        assert!(told(&events).contains(&line), "{:?}", told(&events));
    }

    #[test]
    fn nothing_new_is_no_event() {
        let mut looks = Looks::default();
        let same = || {
            vec![
                task("a", Running, Running, 10),
                task("b", Starting, Running, 11),
            ]
        };
        looks.look(same(), Some(2), polled(100));
        assert_eq!(looks.look(same(), Some(2), polled(150)), []);
        // A task of the past that falls out of the history says nothing either.
        let gone = vec![task("a", Running, Running, 10)];
        assert_eq!(looks.look(gone, Some(2), polled(200)), []);
    }

    #[test]
    fn another_number_of_replicas_shows_in_the_strength() {
        let mut looks = Looks::default();
        let tasks = || vec![task("a", Running, Running, 10)];
        looks.look(tasks(), Some(1), polled(100));
        let scaled = looks.look(tasks(), Some(3), polled(150));
        assert_eq!(told(&scaled), [(150, 50, "1 of 3 tasks run".to_owned())]);
    }

    fn any_task() -> impl Strategy<Value = TaskFacts> {
        let states = prop::sample::select(vec![Ready, Starting, Running, Failed, Shutdown]);
        (
            0..4_u8,
            states,
            prop::sample::select(vec![Ready, Running, Shutdown]),
            0..1_000_i64,
        )
            .prop_map(|(id, state, desired, since)| task(&id.to_string(), state, desired, since))
    }

    proptest! {
        #[test]
        fn the_last_strength_told_is_the_true_one(
            lists in proptest::collection::vec(proptest::collection::vec(any_task(), 0..5), 1..6),
        ) {
            let mut looks = Looks::default();
            let mut last = None;
            for tasks in lists {
                let by_id: BTreeMap<_, _> =
                    tasks.into_iter().map(|t| (t.task.task.clone(), t)).collect();
                let truth = facts::strength(Some(2), by_id.values());
                let tasks = by_id.into_values().collect();
                let polled = polled(2_000);
                let events = looks.look(tasks, Some(2), polled);
                for event in events {
                    if let What::Strength { running, desired } = event.what {
                        prop_assert_ne!(last, Some((running, desired)), "told twice");
                        last = Some((running, desired));
                    }
                }
                prop_assert_eq!(last, Some(truth));
            }
        }
    }
}
