//! A kill, from the signal to full strength.

use super::place::{ENGINE, EVERY, Service, first, pick_one, place, until, watch};
use app::model::experiment::{Fault, Signal};
use app::model::timeline::{Event, TaskState, What};
use hivequake::faults;
use hivequake::swarm::SwarmError;
use hivequake::timeline::{Clock, Timeline};

#[tokio::test]
async fn a_kill_is_seen_from_the_signal_to_full_strength() {
    let Some(place) = place("a kill") else { return };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-kill", 2).await;
    let swarm = &service.swarm;
    let before = service.steady(2).await;
    let (watcher, cancel) = watch(swarm).await;
    let mut follow = watcher.follow(&service.id, EVERY);
    let mut timeline = Timeline::default();
    until(&mut follow, &mut timeline, |w| {
        *w == What::Strength {
            running: 2,
            desired: 2,
        }
    })
    .await;

    let picked = pick_one(&before);
    let fault = Fault::ContainerKill {
        signal: Signal::SigKill,
    };
    let steps = faults::plan(0, &fault, &before, &picked).unwrap();
    let [step] = steps.as_slice() else {
        panic!("one task, one step")
    };
    let since = Clock::new(swarm.clock().await.unwrap()).now();
    assert_eq!(
        faults::prove(step, since, timeline.events(), swarm).await,
        Ok(None)
    );
    faults::apply(step, swarm).await.unwrap();

    let container = step.container.clone().unwrap();
    let old = picked[0].task.task.clone();
    let full = |w: &What| {
        *w == What::Strength {
            running: 2,
            desired: 2,
        }
    };
    until(&mut follow, &mut timeline, full).await;
    let events = timeline.events();
    let proof = faults::prove(step, since, events, swarm)
        .await
        .unwrap()
        .unwrap();
    assert!(proof.text.ends_with("died with exit code 137"), "{proof:?}");

    let fresh = check_story(events, &container, &old);
    let killed = first(events, |w| matches!(w, What::ContainerKilled { .. }));
    assert!(since <= killed.at, "one clock");
    assert!(follow.worst_poll().0 > 0);

    let after = service.steady(2).await;
    let renewed = after.containers.iter().find(|c| c.task == fresh).unwrap();
    let gone = before.containers.iter().find(|c| c.task == old).unwrap();
    assert_eq!(
        gone.config, renewed.config,
        "an unchanged service's containers are alike"
    );
    assert!(gone.config.contains_key("HostConfig.Memory"));
    assert!(!format!("{before:?}").contains("hunter2"));
    let again = swarm.kill(&container, Signal::SigKill).await.unwrap_err();
    assert!(
        matches!(again, SwarmError::ContainerNotRunning(_)),
        "{again}"
    );
    cancel.cancel();
    while follow.next().await.is_some() {}
    service.remove().await;
}

/// That the events tell the whole way from the signal to full strength, in order; the new task.
fn check_story(events: &[Event], container: &str, old: &str) -> String {
    let killed = first(
        events,
        |w| matches!(w, What::ContainerKilled { container: c, signal: 9, .. } if c == container),
    );
    let died = first(
        events,
        |w| matches!(w, What::ContainerDied { container: c, .. } if c == container),
    );
    let failed = first(
        events,
        |w| matches!(w, What::TaskState { task, state: TaskState::Failed, error: Some(_), .. } if task.task == old),
    );
    let weak = first(events, |w| {
        *w == What::Strength {
            running: 1,
            desired: 2,
        }
    });
    let new = first(events, |w| matches!(w, What::TaskCreated { .. }));
    let fresh = new.what.task_id().unwrap();
    let made = first(
        events,
        |w| matches!(w, What::ContainerCreated { task, .. } if task == fresh),
    );
    let ready = first(
        events,
        |w| matches!(w, What::TaskState { task, state: TaskState::Ready, .. } if task.task == fresh),
    );
    let started = first(
        events,
        |w| matches!(w, What::ContainerStarted { task, .. } if task == fresh),
    );
    let running = first(
        events,
        |w| matches!(w, What::TaskState { task, state: TaskState::Running, .. } if task.task == fresh),
    );
    let strong = events
        .iter()
        .rfind(|e| matches!(e.what, What::Strength { running: 2, .. }))
        .unwrap();
    let order = [killed, died, failed, new, made, ready, started, running];
    for pair in order.windows(2) {
        assert!(
            pair[0].at <= pair[1].at,
            "{} came after {}",
            pair[0].what.text(),
            pair[1].what.text()
        );
    }
    assert_eq!(
        failed.at, weak.at,
        "strength goes with the state that made it so"
    );
    assert_eq!(
        running.at, strong.at,
        "strength goes with the state that made it so"
    );
    fresh.to_owned()
}
