//! An engine that goes away in the middle and comes back.

use super::place::{ENGINE, EVERY, PATIENCE, Service, place, until, watch};
use app::model::timeline::{TaskState, What};
use hivequake::timeline::Timeline;
use std::time::Duration;

#[tokio::test]
async fn an_engine_that_restarts_leaves_a_gap_and_no_lie() {
    let Some(place) = place("an engine's restart") else {
        return;
    };
    let Ok(restart) = std::env::var("HIVEQUAKE_TEST_RESTART") else {
        eprintln!("SKIPPED an engine's restart: set HIVEQUAKE_TEST_RESTART to a shell command");
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-restart", 1).await;
    let before = service.steady(1).await;
    let (watcher, cancel) = watch(&service.swarm).await;
    let mut follow = watcher.follow(&service.id, EVERY);
    let mut timeline = Timeline::default();
    until(&mut follow, &mut timeline, |w| {
        matches!(w, What::Strength { .. })
    })
    .await;
    let command = ["-c", restart.as_str()];
    let mut restarting = tokio::process::Command::new("sh")
        .args(command)
        .spawn()
        .unwrap();
    let gap = until(&mut follow, &mut timeline, |w| {
        matches!(w, What::Gap { .. })
    })
    .await;
    assert!(matches!(gap.what, What::Gap { from, to, .. } if from < to && from > before.at));
    restarting.wait().await.unwrap();
    let after = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Ok(seen) = service.swarm.snapshot(&service.id).await
                && seen.running().count() == 1
            {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let after = after.await.expect("the service comes back");
    let new = after.running().next().unwrap().task.task.clone();
    let old = before.running().next().unwrap().task.task.clone();
    assert_ne!(new, old, "the restart ended the task");
    let last = |w: &What| matches!(w, What::TaskState { task, state: TaskState::Running, .. } if task.task == new);
    until(&mut follow, &mut timeline, last).await;
    let started = |w: &What| matches!(w, What::ContainerStarted { task, .. } if *task == new);
    if !timeline.events().iter().any(|e| started(&e.what)) {
        until(&mut follow, &mut timeline, started).await;
    }
    assert_eq!(watcher.trouble(), None);
    cancel.cancel();
    service.remove().await;
}
