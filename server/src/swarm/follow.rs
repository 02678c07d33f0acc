//! Following one service while somebody wants to know: its tasks are looked at again and again,
//! one look at a time.

use super::clock::micros;
use super::container::Inspected;
use super::events::STAMP;
use super::poll::{Looks, Polled, event};
use super::watch::{Shared, lock};
use super::{SwarmError, facts};
use app::model::facts::TaskFacts;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, SERVICE_REMOVED, Source, What};
use bollard::models::ServiceSpec;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// A look that takes longer is given up; the next one is due.
const GIVE_UP: Duration = Duration::from_secs(5);
/// Without news of the service its definition is looked at this often.
const DEFINITION: Duration = Duration::from_secs(1);
/// The fastest that tasks are looked at.
const FASTEST: Duration = Duration::from_millis(10);

/// A service being followed. Dropping it ends the looking.
pub struct Follow {
    heard: UnboundedReceiver<Event>,
    state: Arc<State>,
    poller: AbortHandle,
}

/// The watcher's end of a [`Follow`].
pub(super) struct Follower {
    pub(super) service: String,
    out: UnboundedSender<Event>,
    state: Arc<State>,
}

struct State {
    /// The service was said to have changed, at this time.
    changed: Mutex<Option<At>>,
    /// How often events may have been missed; containers must be looked at after each.
    gaps: AtomicU32,
    looks: Mutex<Pace>,
}

struct Pace {
    last: Instant,
    worst: Duration,
}

impl Follow {
    /// The next event, on the engine's clock, with `seq` 0; none once the watcher has ended.
    pub async fn next(&mut self) -> Option<Event> {
        self.heard.recv().await
    }

    /// How long ago the last successful look at the tasks was.
    pub fn unseen_for(&self) -> Micros {
        micros(lock(&self.state.looks).last.elapsed())
    }

    /// The longest time between two successful looks at the tasks so far.
    pub fn worst_poll(&self) -> Micros {
        let pace = lock(&self.state.looks);
        micros(pace.worst.max(pace.last.elapsed()))
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.poller.abort();
    }
}

impl Follower {
    pub(super) fn is_there(&self) -> bool {
        !self.out.is_closed()
    }

    pub(super) fn send(&self, event: Option<Event>) {
        if let Some(event) = event {
            // Nobody there any more: dropped with the next look at the list.
            let _ = self.out.send(event);
        }
    }

    pub(super) fn nudge(&self, at: At) {
        *lock(&self.state.changed) = Some(at);
    }

    pub(super) fn relist(&self) {
        self.state.gaps.fetch_add(1, Ordering::AcqRel);
    }
}

pub(super) fn begin(
    shared: &Arc<Shared>,
    service: &str,
    every: Duration,
    out: UnboundedSender<Event>,
    heard: UnboundedReceiver<Event>,
) -> (Follow, Follower) {
    let state = Arc::new(State {
        changed: Mutex::default(),
        gaps: AtomicU32::new(0),
        looks: Mutex::new(Pace {
            last: Instant::now(),
            worst: Duration::ZERO,
        }),
    });
    let poller = Poller {
        shared: Arc::clone(shared),
        service: service.to_owned(),
        out: out.clone(),
        state: Arc::clone(&state),
        looks: Looks::default(),
        definition: None,
        listed: 0,
        begun: shared.now(),
    };
    let task = tokio::spawn(poller.run(every.max(FASTEST)));
    let follow = Follow {
        heard,
        state: Arc::clone(&state),
        poller: task.abort_handle(),
    };
    let service = service.to_owned();
    (
        follow,
        Follower {
            service,
            out,
            state,
        },
    )
}

struct Poller {
    shared: Arc<Shared>,
    service: String,
    out: UnboundedSender<Event>,
    state: Arc<State>,
    looks: Looks,
    definition: Option<Definition>,
    /// After how many gaps the containers were looked at.
    listed: u32,
    begun: At,
}

/// The service's definition as last seen; without a spec the service is gone.
struct Definition {
    spec: Option<ServiceSpec>,
    replicas: Option<u64>,
    seen: Instant,
}

impl Poller {
    async fn run(mut self, every: Duration) {
        let cancel = self.shared.cancel.clone();
        let mut tick = interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = tick.tick() => {}
            }
            match timeout(GIVE_UP, self.look()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a look at the tasks failed"),
                Err(_) => tracing::debug!("a look at the tasks took too long"),
            }
        }
    }

    async fn look(&mut self) -> Result<(), SwarmError> {
        self.look_at_definition().await?;
        let tasks = match self.shared.swarm.tasks(&self.service).await {
            Err(SwarmError::NoSuchService(_)) => Vec::new(),
            answer => answer?,
        };
        let polled = Polled {
            since_last: self.looked(),
            at: self.shared.now(),
        };
        let replicas = self.definition.as_ref().and_then(|d| d.replicas);
        let events = self.looks.look(tasks, replicas, polled);
        self.tell(events);
        self.look_at_containers().await
    }

    /// Notes a successful look; how long after the one before.
    fn looked(&self) -> Micros {
        let mut pace = lock(&self.state.looks);
        let since = pace.last.elapsed();
        pace.worst = pace.worst.max(since);
        pace.last = Instant::now();
        micros(since)
    }

    fn tell(&self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            // An error means that the follower went away; this task is aborted with it.
            let _ = self.out.send(event);
        }
    }

    async fn look_at_definition(&mut self) -> Result<(), SwarmError> {
        let news = *lock(&self.state.changed);
        let age = self.definition.as_ref().map(|d| d.seen.elapsed());
        if news.is_none() && age.is_some_and(|age| age < DEFINITION) {
            return Ok(());
        }
        let service = match self.shared.swarm.service(&self.service).await {
            Err(SwarmError::NoSuchService(_)) => None,
            answer => Some(answer?),
        };
        *lock(&self.state.changed) = None;
        let (at, resolution) = match (news, age) {
            (Some(at), _) => (at, STAMP),
            (None, age) => (self.shared.now(), micros(age.unwrap_or_default())),
        };
        let version = service
            .as_ref()
            .and_then(facts::version)
            .unwrap_or_default();
        let now = Definition {
            replicas: match &service {
                Some(service) => facts::service(service).replicas,
                None => Some(0),
            },
            spec: service.and_then(|s| s.spec),
            seen: Instant::now(),
        };
        let by_lab = self.shared.swarm.wrote(version).await;
        let before = self.definition.as_ref();
        let what = before.and_then(|b| changed(b, &now, version, by_lab));
        self.tell(what.map(|what| event(at, resolution, what)));
        self.definition = Some(now);
        Ok(())
    }

    /// After a gap, what the containers themselves say stands in for events that were missed;
    /// those that were not are the same, and a timeline drops them.
    async fn look_at_containers(&mut self) -> Result<(), SwarmError> {
        let gaps = self.state.gaps.load(Ordering::Acquire);
        if gaps == self.listed {
            return Ok(());
        }
        let tasks: Vec<TaskFacts> = self.looks.tasks().cloned().collect();
        for task in tasks {
            let Some(id) = &task.container else { continue };
            if let Some(seen) = self.shared.swarm.inspect(id).await? {
                self.tell(self.told_by(id, &task, &seen));
            }
        }
        self.listed = gaps;
        Ok(())
    }

    fn told_by(&self, id: &str, task: &TaskFacts, seen: &Inspected) -> Vec<Event> {
        let (container, task) = (id.to_owned(), task.task.task.clone());
        let made = What::ContainerCreated {
            container: container.clone(),
            task: task.clone(),
        };
        let started = What::ContainerStarted {
            container: container.clone(),
            task: task.clone(),
        };
        let died = What::ContainerDied {
            container,
            task,
            exit_code: seen.exit_code,
        };
        let facts = &seen.facts;
        [
            (facts.created, made),
            (facts.started, started),
            (facts.finished, died),
        ]
        .into_iter()
        .filter_map(|(at, what)| at.filter(|at| *at >= self.begun).map(|at| (at, what)))
        .map(|(at, what)| Event {
            source: Source::Engine,
            ..event(at, STAMP, what)
        })
        .collect()
    }
}

/// What a new look at the definition says, if anything. The version alone says nothing: Swarm
/// raises it also to note how an update is going.
fn changed(before: &Definition, now: &Definition, version: u64, by_lab: bool) -> Option<What> {
    match (&before.spec, &now.spec) {
        (before, now) if before == now => None,
        (Some(_), None) => Some(What::Note {
            text: SERVICE_REMOVED.to_owned(),
        }),
        _ => Some(What::ServiceUpdated { version, by_lab }),
    }
}
