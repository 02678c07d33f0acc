//! Many event sources merged onto one clock.
//!
//! Guarantee: events are numbered from 1 without gaps, in the order of recording, and what two
//! sources (or one source twice) report of the same happening is recorded once.

mod clock;

pub use clock::Clock;

use app::model::timeline::{Event, Source, What};
use std::collections::HashSet;

/// The events of one run.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    events: Vec<Event>,
    known: HashSet<Happening>,
    strength: Option<(u64, u64)>,
}

/// What makes two reports the same happening.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Happening {
    /// Happens once to a task or container, whenever it is said to have been.
    Once(&'static str, String),
    /// A task's state, with its error text.
    State(String, &'static str, Option<String>),
    /// May happen again, but not at the same microsecond.
    At(i64, String),
}

impl Timeline {
    /// Goes on with what was recorded before.
    pub fn resume(events: Vec<Event>) -> Self {
        let mut timeline = Self::default();
        for event in events {
            timeline.know(&event);
            timeline.events.push(event);
        }
        timeline
    }

    /// Numbers an event and records it; none when it is known already.
    pub fn add(&mut self, mut event: Event) -> Option<Event> {
        if !self.know(&event) {
            return None;
        }
        let last = self.events.last().map_or(0, |e| e.seq);
        event.seq = last + 1;
        self.events.push(event.clone());
        Some(event)
    }

    /// All events, in the order of recording.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many tasks run and how many are wanted, as last told.
    pub fn strength(&self) -> Option<(u64, u64)> {
        self.strength
    }

    /// Whether this is news.
    fn know(&mut self, event: &Event) -> bool {
        if let What::Strength { running, desired } = event.what {
            return self.strength.replace((running, desired)) != Some((running, desired));
        }
        happening(event).is_none_or(|happening| self.known.insert(happening))
    }
}

/// None for what the lab and the probes say: they say it once.
fn happening(event: &Event) -> Option<Happening> {
    let once = |kind, id: &str| Some(Happening::Once(kind, id.to_owned()));
    match &event.what {
        What::TaskCreated { task } => once("task", &task.task),
        What::TaskState {
            task, state, error, ..
        } => Some(Happening::State(
            task.task.clone(),
            state.word(),
            error.clone(),
        )),
        // Swarm never starts a container twice, so each of these happens once in its life.
        What::ContainerCreated { container, .. } => once("created", container),
        What::ContainerStarted { container, .. } => once("started", container),
        What::ContainerDied { container, .. } => once("died", container),
        What::ContainerRemoved { container, .. } => once("removed", container),
        What::ServiceUpdated { version, .. } => once("updated", &version.to_string()),
        what if matches!(event.source, Source::Engine | Source::Swarm) => {
            Some(Happening::At(event.at.0, format!("{what:?}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use app::model::time::{At, Micros};
    use app::model::timeline::{TaskRef, TaskState};
    use proptest::prelude::*;

    fn event(at: i64, source: Source, what: What) -> Event {
        Event {
            seq: 0,
            at: At(at),
            resolution: Micros(1_000),
            source,
            what,
        }
    }

    fn died(container: &str) -> What {
        What::ContainerDied {
            container: container.to_owned(),
            task: "t".to_owned(),
            exit_code: 137,
        }
    }

    fn state(task: &str, state: TaskState, error: Option<&str>) -> What {
        What::TaskState {
            task: TaskRef {
                task: task.to_owned(),
                slot: None,
                node: String::new(),
            },
            state,
            desired: TaskState::Running,
            error: error.map(str::to_owned),
            container: None,
        }
    }

    #[test]
    fn a_death_is_recorded_once_however_often_it_is_reported() {
        let mut timeline = Timeline::default();
        assert_eq!(
            timeline
                .add(event(5, Source::Engine, died("c")))
                .unwrap()
                .seq,
            1
        );
        assert_eq!(timeline.add(event(6, Source::Engine, died("c"))), None);
        assert_eq!(
            timeline
                .add(event(6, Source::Engine, died("d")))
                .unwrap()
                .seq,
            2
        );
    }

    #[test]
    fn a_state_with_another_error_is_news() {
        let mut timeline = Timeline::default();
        let mut add = |error| {
            let what = state("t", TaskState::Pending, error);
            timeline.add(event(5, Source::Swarm, what)).is_some()
        };
        assert!(add(None));
        assert!(add(Some("no suitable node")));
        assert!(!add(Some("no suitable node")));
    }

    #[test]
    fn only_a_change_of_strength_is_news() {
        let mut timeline = Timeline::default();
        let mut add = |running| {
            let what = What::Strength {
                running,
                desired: 3,
            };
            timeline.add(event(9, Source::Swarm, what)).is_some()
        };
        assert_eq!(
            [3, 3, 2, 2, 3].map(&mut add),
            [true, false, true, false, true]
        );
        assert_eq!(timeline.strength(), Some((3, 3)));
    }

    #[test]
    fn the_lab_may_say_the_same_twice() {
        let mut timeline = Timeline::default();
        let note = || {
            event(
                1,
                Source::Lab,
                What::Note {
                    text: "x".to_owned(),
                },
            )
        };
        assert!(timeline.add(note()).is_some() && timeline.add(note()).is_some());
    }

    fn any_event() -> impl Strategy<Value = Event> {
        let what = prop_oneof![
            "[a-c]".prop_map(|c| died(&c)),
            ("[a-b]", any::<bool>()).prop_map(|(t, up)| {
                state(
                    &t,
                    if up {
                        TaskState::Running
                    } else {
                        TaskState::Failed
                    },
                    None,
                )
            }),
            (0..3_u64).prop_map(|running| What::Strength {
                running,
                desired: 2
            }),
            "[a-b]".prop_map(|text| What::Note { text }),
        ];
        let source = prop::sample::select(vec![Source::Engine, Source::Swarm, Source::Lab]);
        (0..5_i64, source, what).prop_map(|(at, source, what)| event(at, source, what))
    }

    proptest! {
        #[test]
        fn numbers_have_no_gap_and_going_on_is_as_if_never_stopped(
            events in proptest::collection::vec(any_event(), 0..40),
            cut in 0..40_usize,
        ) {
            let mut whole = Timeline::default();
            let mut resumed = Timeline::default();
            for (i, event) in events.into_iter().enumerate() {
                if i == cut {
                    resumed = Timeline::resume(resumed.events().to_vec());
                }
                prop_assert_eq!(whole.add(event.clone()), resumed.add(event));
            }
            for (i, event) in whole.events().iter().enumerate() {
                prop_assert_eq!(event.seq as usize, i + 1);
            }
        }

        #[test]
        fn what_is_heard_again_changes_nothing(
            events in proptest::collection::vec(any_event(), 0..40),
        ) {
            let mut timeline = Timeline::default();
            for event in &events {
                let news = timeline.add(event.clone()).is_some();
                let again = timeline.add(event.clone()).is_some();
                let spoken = matches!(event.what, What::Note { .. }) && event.source == Source::Lab;
                prop_assert_eq!(again, spoken && news);
            }
        }
    }
}
