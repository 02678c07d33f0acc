//! Which tasks are hit. The same snapshot, document and seed always give the same answer, on any
//! machine.

use super::FaultError;
use app::model::experiment::{Pick, Tasks};
use app::model::facts::{Snapshot, TaskFacts};
use app::model::record::Picked;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cmp::Reverse;

/// Picks among the running tasks whose containers the engine asked can reach (those on
/// `reachable_node`). Counts and shares are of all running tasks. Errors: there are not enough,
/// or not enough within reach.
pub fn pick(
    tasks: &Tasks,
    before: &Snapshot,
    reachable_node: &str,
    seed: u64,
) -> Result<Vec<Picked>, FaultError> {
    let running = before.running().count();
    let wanted = tasks.how_many(running).ok_or_else(|| FaultError::TooFew {
        wanted: asked(tasks),
        running,
    })?;
    let mut near: Vec<(&TaskFacts, &String)> = before
        .running()
        .filter(|t| t.task.node == reachable_node)
        .filter_map(|t| t.container.as_ref().map(|c| (t, c)))
        .collect();
    let reachable = near.len();
    if wanted > reachable {
        return Err(FaultError::OutOfReach {
            wanted,
            running,
            reachable,
        });
    }
    arrange(&mut near, tasks, wanted, seed);
    let why = why(tasks, wanted, running, reachable, seed);
    let picked = |(task, container): &(&TaskFacts, &String)| Picked {
        task: task.task.clone(),
        container: (*container).clone(),
        why: why.clone(),
    };
    Ok(near.iter().take(wanted).map(picked).collect())
}

fn asked(tasks: &Tasks) -> String {
    match (tasks.count, tasks.percent, tasks.all) {
        (_, _, Some(true)) => "all tasks".to_owned(),
        (_, Some(percent), _) => format!("{percent} % of the tasks"),
        (None | Some(1), _, _) => "1 task".to_owned(),
        (Some(count), _, _) => format!("{count} tasks"),
    }
}

/// Brings those that are hit to the front.
fn arrange(near: &mut [(&TaskFacts, &String)], tasks: &Tasks, wanted: usize, seed: u64) {
    near.sort_by(|(a, _), (b, _)| {
        let key = |t: &TaskFacts| (t.task.slot, t.task.node.clone(), t.task.task.clone());
        key(a).cmp(&key(b))
    });
    match tasks.pick() {
        _ if tasks.all == Some(true) => {}
        Pick::Newest => near.sort_by_key(|(t, _)| Reverse(t.since)),
        Pick::Oldest => near.sort_by_key(|(t, _)| t.since),
        Pick::Random => draw(near, wanted, seed),
    }
}

/// Fisher and Yates, with 32-bit draws: written out, so that no library's next version picks
/// another task for an old seed.
fn draw<T>(items: &mut [T], wanted: usize, seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for i in 0..wanted.min(items.len()) {
        let left = (items.len() - i) as u64;
        let step = (u64::from(random.next_u32()) * left) >> 32;
        items.swap(i, i + usize::try_from(step).unwrap_or_default());
    }
}

fn why(tasks: &Tasks, wanted: usize, running: usize, reachable: usize, seed: u64) -> String {
    let how = match tasks.pick() {
        _ if tasks.all == Some(true) => return format!("all {running}"),
        Pick::Random => "random pick",
        Pick::Newest => "newest first",
        Pick::Oldest => "oldest first",
    };
    let among = if reachable < running {
        format!(", among the {reachable} on the node that the lab speaks to")
    } else {
        String::new()
    };
    let seed = match tasks.pick() {
        Pick::Random => format!(", seed {seed}"),
        Pick::Newest | Pick::Oldest => String::new(),
    };
    format!("{how}, {wanted} of {running}{among}{seed}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::samples::snapshot;
    use super::*;
    use app::model::timeline::TaskState;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn count(count: u32, pick: Pick) -> Tasks {
        Tasks {
            count: Some(count),
            pick: Some(pick),
            ..Tasks::default()
        }
    }

    fn names(picked: &[Picked]) -> Vec<&str> {
        picked.iter().map(|p| p.task.task.as_str()).collect()
    }

    #[test]
    fn a_recorded_seed_picks_the_same_task_for_ever() {
        let three = snapshot(&["here"; 3]);
        let picked = |seed| pick(&count(1, Pick::Random), &three, "here", seed).unwrap();
        assert_eq!(picked(7_341)[0].why, "random pick, 1 of 3, seed 7341");
        let drawn: Vec<String> = (0..12).map(|s| picked(s)[0].task.task.clone()).collect();
        assert_eq!(drawn.join(" "), DRAWN);
    }

    /// What the first twelve seeds draw; a change here changes what stored runs say.
    const DRAWN: &str = "task1 task1 task0 task0 task2 task0 task0 task0 task0 task1 task1 task0";

    #[test]
    fn newest_and_oldest_go_by_their_start() {
        let three = snapshot(&["here"; 3]);
        let by = |pick| {
            let picked = super::pick(&count(2, pick), &three, "here", 0).unwrap();
            names(&picked).join(" ")
        };
        assert_eq!(by(Pick::Newest), "task2 task1");
        assert_eq!(by(Pick::Oldest), "task0 task1");
    }

    #[test]
    fn a_share_is_of_all_and_taken_from_those_within_reach() {
        let before = snapshot(&["here", "there", "here", "there"]);
        let half = Tasks {
            percent: Some(50),
            ..Tasks::default()
        };
        let picked = pick(&half, &before, "here", 7).unwrap();
        assert_eq!(names(&picked).into_iter().collect::<BTreeSet<_>>().len(), 2);
        assert_eq!(
            picked[0].why,
            "random pick, 2 of 4, among the 2 on the node that the lab speaks to, seed 7"
        );
        let all = Tasks {
            all: Some(true),
            ..Tasks::default()
        };
        let error = pick(&all, &before, "here", 7).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The experiment would hit 4 of 4 running tasks, but only 2 of them are on the node that \
             the lab speaks to. Nothing was changed. Ask for at most 2 under target.tasks."
        );
    }

    #[test]
    fn what_does_not_run_is_not_picked() {
        let mut before = snapshot(&["here", "here"]);
        before.tasks[0].state = TaskState::Failed;
        before.tasks[1].desired = TaskState::Shutdown;
        let error = pick(&Tasks::default(), &before, "here", 1).unwrap_err();
        assert!(
            error.to_string().contains("asks for 1 task, but 0 of"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn as_many_as_asked_each_once_and_all_within_reach(
            here in 0..12_usize, there in 0..4_usize, wanted in 1..14_u32, seed: u64,
            how in prop::sample::select(vec![Pick::Random, Pick::Newest, Pick::Oldest]),
        ) {
            let nodes: Vec<&str> = [vec!["here"; here], vec!["there"; there]].concat();
            let before = snapshot(&nodes);
            match pick(&count(wanted, how), &before, "here", seed) {
                Ok(picked) => {
                    prop_assert_eq!(picked.len(), wanted as usize);
                    prop_assert!(picked.iter().all(|p| p.task.node == "here"));
                    let different: BTreeSet<_> = picked.iter().map(|p| &p.container).collect();
                    prop_assert_eq!(different.len(), picked.len());
                }
                Err(_) => prop_assert!(wanted as usize > here),
            }
        }

        #[test]
        fn chance_is_fair_enough(first in 0..1_000_u64) {
            let mut hits = [0_u32; 3];
            for seed in first * 300..(first + 1) * 300 {
                let mut items = [0_usize, 1, 2];
                draw(&mut items, 1, seed);
                hits[items[0]] += 1;
            }
            prop_assert!(hits.iter().all(|h| (50..=150).contains(h)), "{:?}", hits);
        }
    }
}
