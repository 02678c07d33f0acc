//! container-kill: a signal to the main process of each picked task's container.
//!
//! Needs no undo: Swarm replaces what died. Proven by the engine's own word that it died.

use super::{Act, Proof, Step};
use app::model::experiment::Signal;
use app::model::record::Picked;
use app::model::time::At;
use app::model::timeline::{Event, What, short};
use app::model::undo::Undo;

pub(super) fn plan(index: usize, signal: Signal, picked: &[Picked]) -> Vec<Step> {
    picked.iter().map(|p| step(index, signal, p)).collect()
}

fn step(index: usize, signal: Signal, picked: &Picked) -> Step {
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
        },
    }
}

/// Any death of that container after `since` counts, whatever its exit code: a process may catch
/// a signal and leave in its own way.
pub(super) fn proof(container: &str, since: At, events: &[Event]) -> Option<Proof> {
    events.iter().find_map(|event| match &event.what {
        What::ContainerDied {
            container: dead,
            exit_code,
            ..
        } if dead == container && event.at + event.resolution >= since => Some(Proof {
            text: format!(
                "container {} died with exit code {exit_code}",
                short(container)
            ),
            at: Some(event.at),
        }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{pick, plan, samples::snapshot};
    use super::*;
    use app::model::experiment::{Fault, Tasks};
    use app::model::time::Micros;
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

    #[test]
    fn only_the_death_of_that_container_after_the_signal_proves_it() {
        let since = At(10_000);
        let container = "32fb59f8aaaa";
        assert_eq!(proof(container, since, &[]), None);
        assert_eq!(
            proof(container, since, &[died("another", 20_000, 137)]),
            None
        );
        assert_eq!(
            proof(container, since, &[died(container, 5_000, 137)]),
            None
        );
        assert_eq!(
            proof(
                container,
                since,
                &[died("another", 1, 1), died(container, 20_000, 137)]
            ),
            Some(Proof {
                text: "container 32fb59f8 died with exit code 137".to_owned(),
                at: Some(At(20_000)),
            })
        );
    }
}
