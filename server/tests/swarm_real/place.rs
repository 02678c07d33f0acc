//! Where the tests run and what they share: the engine, a service of a test's own, a watcher on it.
//! Guarantee: one test at a time uses the engine.

use app::model::experiment::{Pick, Tasks};
use app::model::facts::Snapshot;
use app::model::record::Picked;
use app::model::timeline::{Event, What};
use bollard::Docker;
use hivequake::faults;
use hivequake::swarm::{Follow, Swarm, Watcher};
use hivequake::timeline::Timeline;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub(super) const EVERY: Duration = Duration::from_millis(50);
/// Generous: it bounds a hang, it measures nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

/// One engine, one test at a time.
pub(super) static ENGINE: Mutex<()> = Mutex::const_new(());

pub(super) struct Place {
    pub(super) host: String,
    image: String,
}

/// None, loudly, where there is no engine to try it on.
pub(super) fn place(test: &str) -> Option<Place> {
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
pub(super) struct Service {
    pub(super) docker: Docker,
    pub(super) swarm: Swarm,
    pub(super) id: String,
}

impl Service {
    pub(super) async fn make(place: &Place, name: &str, replicas: u64) -> Self {
        let docker = Docker::connect_with_host(&place.host).unwrap();
        let _ = docker.delete_service(name).await;
        let spec = json!({
            "Name": name,
            "Labels": { "kept": "as it is", "hivequake.allow": "true" },
            "Mode": { "Replicated": { "Replicas": replicas } },
            "TaskTemplate": {
                "ContainerSpec": {
                    "Image": place.image, "Env": ["SECRET=hunter2"],
                    "HealthCheck": { "Test": ["CMD", "/sample", "health"], "Interval": 5_000_000_000_i64 },
                },
                "Resources": { "Limits": { "MemoryBytes": 50_000_000 } },
                "RestartPolicy": { "Condition": "any", "Delay": 1_000_000_000 },
            },
        });
        let made = docker.create_service(serde_json::from_value(spec).unwrap(), None);
        let id = made.await.unwrap().id.unwrap();
        let swarm = Swarm::connect(Some(&place.host), hivequake::swarm::PATIENCE).unwrap();
        let service = Self { docker, swarm, id };
        service.steady(replicas).await;
        service
    }

    pub(super) async fn steady(&self, running: u64) -> Snapshot {
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
    pub(super) async fn spec(&self) -> Value {
        let service = self.docker.inspect_service(&self.id, None).await.unwrap();
        serde_json::to_value(service.spec).unwrap()
    }

    pub(super) async fn remove(self) {
        self.docker.delete_service(&self.id).await.unwrap();
    }
}

/// Reads on until an event is as wanted.
pub(super) async fn until(
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

pub(super) fn first(events: &[Event], wanted: impl Fn(&What) -> bool) -> &Event {
    let found = events.iter().find(|e| wanted(&e.what));
    found.unwrap_or_else(|| panic!("not among {events:#?}"))
}

pub(super) fn pick_one(seen: &Snapshot) -> Vec<Picked> {
    let newest = Tasks {
        pick: Some(Pick::Newest),
        ..Tasks::default()
    };
    faults::pick(&newest, seen, &seen.engine.node, 1).unwrap()
}

pub(super) async fn watch(swarm: &Swarm) -> (Watcher, CancellationToken) {
    let cancel = CancellationToken::new();
    let watcher = Watcher::start(swarm.clone(), cancel.clone());
    watcher.settled().await;
    assert_eq!(watcher.trouble(), None);
    (watcher, cancel)
}
