//! container-kill: a signal to the main process of each picked task's container.
//!
//! Needs no undo: Swarm replaces what died. Proven by the engine's own word that it died, soon
//! and of nothing else.

use super::{Act, Proof, Step};
use app::model::experiment::Signal;
use app::model::facts::ServiceFacts;
use app::model::record::Picked;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, What, short};
use app::model::undo::Undo;

/// How long Swarm lets a container end by itself where the service does not say.
const GRACE: Micros = Micros(10_000_000);

pub(super) fn plan(
    index: usize,
    signal: Signal,
    service: &ServiceFacts,
    picked: &[Picked],
) -> Vec<Step> {
    let within = service
        .stop_grace
        .map_or(GRACE, |nanos| Micros(nanos / 1_000));
    picked
        .iter()
        .map(|p| step(index, signal, within, p))
        .collect()
}

fn step(index: usize, signal: Signal, within: Micros, picked: &Picked) -> Step {
    Step {
        fault: index,
        text: format!(
            "container-kill {} to container {}",
            signal.name(),
            short(&picked.container)
        ),
        undo: Undo::Nothing {
            why: "a killed container is replaced by Swarm".to_owned(),
        },
        task: Some(picked.task.clone()),
        container: Some(picked.container.clone()),
        act: Act::Kill {
            container: picked.container.clone(),
            signal,
            within,
        },
    }
}

/// A death of that container after `since` counts, whatever its exit code: a process may catch a
/// signal and leave in its own way. It does not count when it came later than Swarm itself would
/// wait, or when something else that kills came before it: another signal, or want of memory. Then
/// the signal may as well have been ignored.
pub(super) fn proof(container: &str, within: Micros, since: At, events: &[Event]) -> Option<Proof> {
    let (died, exit_code) = events.iter().find_map(|event| match &event.what {
        What::ContainerDied {
            container: dead,
            exit_code,
            ..
        } if dead == container && event.at + event.resolution >= since => Some((event, exit_code)),
        _ => None,
    })?;
    let before = |e: &&Event| e.at + e.resolution >= since && e.at <= died.at;
    let deadly = events.iter().filter(before).map(|event| match &event.what {
        What::ContainerKilled { container: hit, .. } if hit == container => 1,
        // More than any one signal.
        What::ContainerOom { container: hit, .. } if hit == container => 2,
        _ => 0,
    });
    if deadly.sum::<u32>() > 1 || died.at > since + within {
        return None;
    }
    Some(Proof {
        text: format!(
            "container {} died with exit code {exit_code}",
            short(container)
        ),
        at: Some(died.at),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{pick, plan, samples::snapshot};
    use super::*;
    use app::model::experiment::{Fault, Tasks};
    use app::model::timeline::Source;

    fn died(container: &str, at: i64, exit_code: i64) -> Event {
        Event {
            seq: 1,
            at: At(at),
            resolution: Micros(1_000),
            source: Source::Engine,
            what: What::ContainerDied {
                container: container.to_owned(),
                task: "t".to_owned(),
                exit_code,
            },
        }
    }

    #[test]
    fn one_step_for_each_picked_task_and_nothing_to_undo() {
        let before = snapshot(&["here", "here", "here"]);
        let two = Tasks {
            count: Some(2),
            ..Tasks::default()
        };
        let picked = pick(&two, &before, "here", 1).unwrap();
        let fault = Fault::ContainerKill {
            signal: Signal::SigTerm,
        };
        let steps = plan(3, &fault, &before, &picked).unwrap();
        assert_eq!(steps.len(), 2);
        for (step, picked) in steps.iter().zip(&picked) {
            assert_eq!((step.fault, &step.task), (3, &Some(picked.task.clone())));
            assert_eq!(step.container.as_deref(), Some(picked.container.as_str()));
            assert_eq!(step.text, "container-kill SIGTERM to container containe");
            assert_eq!(step.undo.by_hand(), None);
        }
    }

    fn signalled(at: i64, signal: Signal) -> Event {
        Event {
            what: What::ContainerKilled {
                container: CONTAINER.to_owned(),
                task: "t".to_owned(),
                signal: signal.number(),
            },
            ..died(CONTAINER, at, 0)
        }
    }

    const CONTAINER: &str = "32fb59f8aaaa";
    const SENT: At = At(10_000);

    /// When the death that proves a signal was, in microseconds.
    fn proven(events: &[Event]) -> Option<i64> {
        proof(CONTAINER, Micros(1_000_000), SENT, events).and_then(|p| p.at.map(|at| at.0))
    }

    #[test]
    fn only_the_death_of_that_container_after_the_signal_proves_it() {
        assert_eq!(proven(&[]), None);
        assert_eq!(proven(&[died("another", 20_000, 137)]), None);
        assert_eq!(proven(&[died(CONTAINER, 5_000, 137)]), None);
        let events = [
            died("another", 1, 1),
            signalled(12_000, Signal::SigKill),
            died(CONTAINER, 20_000, 137),
        ];
        assert_eq!(
            proof(CONTAINER, Micros(1_000_000), SENT, &events),
            Some(Proof {
                text: "container 32fb59f8 died with exit code 137".to_owned(),
                at: Some(At(20_000)),
            })
        );
    }

    #[test]
    fn a_death_of_something_else_is_no_proof() {
        let ours = signalled(12_000, Signal::SigTerm);
        let dead = |at| died(CONTAINER, at, 0);
        assert_eq!(proven(&[ours.clone(), dead(900_000)]), Some(900_000));
        // Swarm stops the container meanwhile, with a signal of its own.
        let by_swarm = signalled(500_000, Signal::SigTerm);
        assert_eq!(proven(&[ours.clone(), by_swarm, dead(900_000)]), None);
        let oom = Event {
            what: What::ContainerOom {
                container: CONTAINER.to_owned(),
                task: "t".to_owned(),
            },
            ..dead(500_000)
        };
        assert_eq!(proven(&[ours.clone(), oom, dead(900_000)]), None);
        // It lives on for longer than Swarm would have waited.
        assert_eq!(proven(&[ours.clone(), dead(1_200_000)]), None);
        // What comes after its death, or hit it before, has nothing to do with it.
        let (early, late) = (
            signalled(1_000, Signal::SigInt),
            signalled(950_000, Signal::SigKill),
        );
        assert_eq!(proven(&[early, ours, dead(900_000), late]), Some(900_000));
    }
}
