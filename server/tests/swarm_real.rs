//! The swarm room against a real engine: what it reads, kills, hears, edits and puts back.
//!
//! Runs only where `HIVEQUAKE_TEST_HOST` names the engine of a throw-away swarm (a manager) and
//! `HIVEQUAKE_TEST_IMAGE` an image on it whose command stays up; it makes services of its own and
//! removes them. `HIVEQUAKE_TEST_RESTART`, a shell command that restarts that engine, adds the
//! test of an engine that goes away in the middle; `HIVEQUAKE_TEST_NO_SWARM_HOST`, an engine that
//! is in no swarm, the test of that.

#![allow(clippy::unwrap_used, reason = "tests")]

use app::model::experiment::{Fault, Pick, Signal, Tasks};
use app::model::facts::Snapshot;
use app::model::record::Picked;
use app::model::timeline::{Event, TaskState, What};
use app::model::undo::UndoState;
use bollard::Docker;
use hivequake::faults;
use hivequake::swarm::{self, Edit, Edited, Follow, Swap, Swarm, SwarmError, Watcher};
use hivequake::timeline::{Clock, Timeline};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_millis(50);
/// Generous: it bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(90);

/// One engine, one test at a time.
static ENGINE: Mutex<()> = Mutex::const_new(());

struct Place {
    host: String,
    image: String,
}

/// None, loudly, where there is no engine to try it on.
fn place(test: &str) -> Option<Place> {
    let variable = |name| std::env::var(name).ok().filter(|v| !v.is_empty());
    let place = (
        variable("HIVEQUAKE_TEST_HOST"),
        variable("HIVEQUAKE_TEST_IMAGE"),
    );
    if let (Some(host), Some(image)) = place {
        return Some(Place { host, image });
    }
    eprintln!(
        "SKIPPED {test}: set HIVEQUAKE_TEST_HOST and HIVEQUAKE_TEST_IMAGE to a throw-away swarm"
    );
    None
}

/// A service of this test's own.
struct Service {
    docker: Docker,
    swarm: Swarm,
    id: String,
}

impl Service {
    async fn make(place: &Place, name: &str, replicas: u64) -> Self {
        let docker = Docker::connect_with_host(&place.host).unwrap();
        let _ = docker.delete_service(name).await;
        let spec = json!({
            "Name": name,
            "Labels": { "kept": "as it is", "hivequake.allow": "true" },
            "Mode": { "Replicated": { "Replicas": replicas } },
            "TaskTemplate": {
                "ContainerSpec": { "Image": place.image, "Env": ["SECRET=hunter2"] },
                "Resources": { "Limits": { "MemoryBytes": 50_000_000 } },
                "RestartPolicy": { "Condition": "any", "Delay": 1_000_000_000 },
            },
        });
        let made = docker.create_service(serde_json::from_value(spec).unwrap(), None);
        let id = made.await.unwrap().id.unwrap();
        let swarm = Swarm::connect(Some(&place.host), swarm::PATIENCE).unwrap();
        let service = Self { docker, swarm, id };
        service.steady(replicas).await;
        service
    }

    async fn steady(&self, running: u64) -> Snapshot {
        let wait = async {
            loop {
                let seen = self.swarm.snapshot(&self.id).await.unwrap();
                if seen.running().count() as u64 == running
                    && seen.containers.len() as u64 == running
                {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("the service becomes steady")
    }

    /// The definition as the engine has it, without the lab's code in between.
    async fn spec(&self) -> Value {
        let service = self.docker.inspect_service(&self.id, None).await.unwrap();
        serde_json::to_value(service.spec).unwrap()
    }

    async fn remove(self) {
        self.docker.delete_service(&self.id).await.unwrap();
    }
}

/// Reads on until an event is as wanted.
async fn until(
    follow: &mut Follow,
    timeline: &mut Timeline,
    wanted: impl Fn(&What) -> bool,
) -> Event {
    let wait = async {
        while let Some(event) = follow.next().await {
            if let Some(event) = timeline.add(event)
                && wanted(&event.what)
            {
                return event;
            }
        }
        panic!("the watcher ended");
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .unwrap_or_else(|_| {
            let told: Vec<String> = timeline.events().iter().map(|e| e.what.text()).collect();
            panic!("it never came; what came: {told:#?}")
        })
}

fn first(events: &[Event], wanted: impl Fn(&What) -> bool) -> &Event {
    let found = events.iter().find(|e| wanted(&e.what));
    found.unwrap_or_else(|| panic!("not among {events:#?}"))
}

fn pick_one(seen: &Snapshot) -> Vec<Picked> {
    let newest = Tasks {
        pick: Some(Pick::Newest),
        ..Tasks::default()
    };
    faults::pick(&newest, seen, &seen.engine.node, 1).unwrap()
}

async fn watch(swarm: &Swarm) -> (Watcher, CancellationToken) {
    let cancel = CancellationToken::new();
    let watcher = Watcher::start(swarm.clone(), cancel.clone());
    watcher.settled().await;
    assert_eq!(watcher.trouble(), None);
    (watcher, cancel)
}

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
    assert!(proof.ends_with("died with exit code 137"), "{proof}");

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

#[tokio::test]
async fn a_label_goes_there_and_back_and_nothing_else_moves() {
    let Some(place) = place("a label") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-label", 1).await;
    let swarm = &service.swarm;
    let before = service.steady(1).await;
    let spec = service.spec().await;
    let (watcher, cancel) = watch(swarm).await;
    let mut follow = watcher.follow(&service.id, EVERY);
    let mut timeline = Timeline::default();
    until(&mut follow, &mut timeline, |w| {
        matches!(w, What::Strength { .. })
    })
    .await;

    let fault = Fault::ServiceLabel {
        label: "mark".to_owned(),
        value: "on".to_owned(),
    };
    let step = faults::plan(0, &fault, &before, &[]).unwrap().remove(0);
    assert_eq!(faults::prove(&step, before.at, &[], swarm).await, Ok(None));
    faults::apply(&step, swarm).await.unwrap();
    let proof = faults::prove(&step, before.at, &[], swarm).await.unwrap();
    assert_eq!(proof.as_deref(), Some("label mark reads \"on\""));
    let updated = until(&mut follow, &mut timeline, |w| {
        matches!(w, What::ServiceUpdated { .. })
    })
    .await;
    assert!(matches!(
        updated.what,
        What::ServiceUpdated { by_lab: true, .. }
    ));
    let twice = faults::apply(&step, swarm).await.unwrap_err();
    assert!(
        matches!(twice, faults::FaultError::ChangedMeanwhile { .. }),
        "{twice}"
    );

    assert_eq!(faults::revert(&step.undo, swarm).await, UndoState::Reverted);
    assert!(matches!(
        faults::revert(&step.undo, swarm).await,
        UndoState::NotNeeded { .. }
    ));
    assert_eq!(service.spec().await, spec, "as if nothing had been");
    let after = service.steady(1).await;
    assert_eq!(
        before.running().next(),
        after.running().next(),
        "no task was replaced"
    );

    faults::apply(&step, swarm).await.unwrap();
    let theirs = swarm
        .swap_label(&service.id, "mark", Some("on"), Some("theirs"))
        .await
        .unwrap();
    assert!(matches!(theirs, Swap::Done { .. }));
    let left = UndoState::LeftToOther {
        found: "\"theirs\"".to_owned(),
    };
    assert_eq!(faults::revert(&step.undo, swarm).await, left);
    cancel.cancel();
    let (undo, swarm) = (step.undo, swarm.clone());
    service.remove().await;
    assert!(matches!(
        faults::revert(&undo, &swarm).await,
        UndoState::NotNeeded { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_somebody_makes_meanwhile_survives() {
    let Some(place) = place("a foreign change") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-meanwhile", 1).await;
    let (docker, id) = (service.docker.clone(), service.id.clone());
    let mut asked = 0;
    let edit = |spec: &mut swarm::Spec| {
        asked += 1;
        if asked == 1 {
            // Somebody deploys between the lab's look and its write.
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(foreign_label(&docker, &id));
            });
        }
        spec.set_label("mark", Some("on"));
        Edit::Write
    };
    let edited = tokio::select! {
        edited = service.swarm.edit_service(&service.id, edit) => edited.unwrap(),
        () = tokio::time::sleep(PATIENCE) => panic!("it never came to an end"),
    };
    assert!(matches!(edited, Edited::Written { .. }));
    assert_eq!(asked, 2, "the edit looked again before it wrote");
    let labels = &service.spec().await["Labels"];
    let expected = json!({
        "kept": "as it is", "hivequake.allow": "true", "foreign": "change", "mark": "on",
    });
    assert_eq!(*labels, expected);
    service.remove().await;
}

async fn foreign_label(docker: &Docker, id: &str) {
    let service = docker.inspect_service(id, None).await.unwrap();
    let mut spec = service.spec.unwrap();
    let labels = spec.labels.get_or_insert_default();
    labels.insert("foreign".to_owned(), "change".to_owned());
    let options = bollard::query_parameters::UpdateServiceOptions {
        version: i32::try_from(service.version.unwrap().index.unwrap()).unwrap(),
        ..Default::default()
    };
    docker
        .update_service(id, spec, options, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_said_as_such() {
    let Some(place) = place("what is not there") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let swarm = Swarm::connect(Some(&place.host), swarm::PATIENCE).unwrap();
    let engine = swarm.engine().await.unwrap();
    assert!(engine.manager && !engine.node.is_empty() && !engine.version.is_empty());
    let error = swarm.snapshot("no-such-service").await.unwrap_err();
    assert_eq!(
        error,
        SwarmError::NoSuchService("no-such-service".to_owned())
    );
    let error = swarm.tasks("no-such-service").await.unwrap_err();
    assert!(matches!(error, SwarmError::NoSuchService(_)), "{error}");
    assert_eq!(swarm.container("0123456789ab").await, Ok(None));
    let error = swarm
        .kill("0123456789ab", Signal::SigKill)
        .await
        .unwrap_err();
    assert!(matches!(error, SwarmError::ContainerGone(_)), "{error}");
    let gone = swarm
        .swap_label("no-such-service", "a", None, Some("b"))
        .await;
    assert_eq!(gone, Ok(Swap::Gone));
}

#[tokio::test]
async fn an_engine_in_no_swarm_is_said_to_be_in_none() {
    let Ok(host) = std::env::var("HIVEQUAKE_TEST_NO_SWARM_HOST") else {
        eprintln!("SKIPPED an engine in no swarm: set HIVEQUAKE_TEST_NO_SWARM_HOST");
        return;
    };
    let swarm = Swarm::connect(Some(&host), swarm::PATIENCE).unwrap();
    let engine = swarm.engine().await.unwrap();
    assert!(!engine.manager && engine.node.is_empty());
    let none = SwarmError::NotASwarm { host };
    assert_eq!(swarm.services().await, Err(none.clone()));
    assert_eq!(swarm.snapshot("api").await, Err(none.clone()));
    let gone = swarm.swap_label("api", "a", None, Some("b")).await;
    assert_eq!(gone, Err(none.clone()));
    let watcher = Watcher::start(swarm, CancellationToken::new());
    watcher.settled().await;
    assert_eq!(watcher.trouble(), Some(none.to_string()));
}

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

/// Stands between the lab and the engine; cuts and closes the way on demand.
struct Way {
    path: String,
    open: tokio::sync::watch::Sender<bool>,
}

impl Way {
    fn to(engine: &str, folder: &std::path::Path) -> Self {
        let engine = engine.trim_start_matches("unix://").to_owned();
        let path = folder.join("way.sock");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        let open = tokio::sync::watch::Sender::new(true);
        let seen = open.subscribe();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (engine, mut open) = (engine.clone(), seen.clone());
                tokio::spawn(async move {
                    if !*open.borrow_and_update() {
                        return;
                    }
                    let mut far = tokio::net::UnixStream::connect(engine).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = open.changed() => {}
                    }
                });
            }
        });
        let path = format!("unix://{}", path.display());
        Self { path, open }
    }
}

#[tokio::test]
async fn a_cut_connection_is_taken_up_again_and_nothing_is_missed_or_heard_twice() {
    let Some(place) = place("a cut connection") else {
        return;
    };
    if !place.host.starts_with("unix://") {
        eprintln!("SKIPPED a cut connection: HIVEQUAKE_TEST_HOST is no unix:// address");
        return;
    }
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-cut", 1).await;
    let before = service.steady(1).await;
    let folder = tempfile::tempdir().unwrap();
    let way = Way::to(&place.host, folder.path());
    let through = Swarm::connect(Some(&way.path), swarm::PATIENCE).unwrap();
    let (watcher, cancel) = watch(&through).await;
    let mut follow = watcher.follow(&service.id, EVERY);
    let mut all = Vec::new();
    let mut hear = async |all: &mut Vec<Event>, wanted: &str| {
        let wait = async {
            while let Some(event) = follow.next().await {
                let found = event.what.text().contains(wanted);
                all.push(event);
                if found {
                    return;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, wait).await;
        assert!(heard.is_ok(), "never heard {wanted}: {all:#?}");
    };
    hear(&mut all, "1 of 1 tasks run").await;
    kill_one(&service.swarm, &before).await;
    hear(&mut all, "died").await;
    hear(&mut all, "1 of 1 tasks run").await;

    way.open.send_replace(false);
    tokio::time::timeout(PATIENCE, async {
        while watcher.trouble().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the cut is noticed");
    let between = service.steady(1).await;
    kill_one(&service.swarm, &between).await;
    let unheard = between.containers[0].id.clone();
    way.open.send_replace(true);
    hear(&mut all, "died").await;
    hear(&mut all, "1 of 1 tasks run").await;
    assert_eq!(watcher.trouble(), None);
    assert!(
        !all.iter().any(|e| matches!(e.what, What::Gap { .. })),
        "{all:#?}"
    );
    let mut timeline = Timeline::default();
    let engine = |e: &&Event| e.source == app::model::timeline::Source::Engine;
    for event in all.iter().filter(engine) {
        assert!(
            timeline.add(event.clone()).is_some(),
            "heard twice: {event:?}"
        );
    }
    let dead: Vec<&str> = all.iter().filter_map(dead_container).collect();
    let first = before.containers[0].id.as_str();
    assert_eq!(dead, [first, unheard.as_str()]);
    cancel.cancel();
    service.remove().await;
}

async fn kill_one(swarm: &Swarm, seen: &Snapshot) {
    swarm
        .kill(&seen.containers[0].id, Signal::SigKill)
        .await
        .unwrap();
}

fn dead_container(event: &Event) -> Option<&str> {
    match &event.what {
        What::ContainerDied { container, .. } => Some(container),
        _ => None,
    }
}
