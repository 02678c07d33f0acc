//! One watcher per swarm: listens to the engine, for ever, and passes on what it hears.
//!
//! Guarantee: whoever follows a service hears each event of its containers once, and if anything
//! may have been missed hears that too, as [`What::Gap`].

use super::events::{self, Key, News, Recent, Told};
use super::follow::{self, Follow, Follower};
use super::{ClockOffset, Subject, Swarm, SwarmError, facts, lab_now, poll};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use bollard::models::EventMessage;
use futures::StreamExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// How often the engine's clock is measured anew.
const MEASURE_EVERY: Duration = Duration::from_mins(1);

/// A stream that says nothing for so long may have stalled; it is asked for again.
const SILENCE: Duration = Duration::from_secs(30);
/// After a break, how long the engine has to show that it still knows the last event heard.
const BRIDGE: Duration = Duration::from_secs(1);
/// The pauses between attempts grow from the first to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Watches a swarm in the background. Cloning shares the watch.
#[derive(Clone)]
pub struct Watcher {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) swarm: Swarm,
    pub(super) cancel: CancellationToken,
    link: watch::Sender<Link>,
    followers: Mutex<Vec<Follower>>,
    clock: Mutex<ClockOffset>,
    /// Set while something may have been missed since then.
    lost: Mutex<Option<At>>,
}

/// How the engine can be reached.
#[derive(Debug, Clone, PartialEq)]
enum Link {
    /// Not known yet.
    Trying,
    Up,
    Down(SwarmError),
}

impl Watcher {
    /// Begins to watch, until `cancel`. An engine that cannot be reached is tried again and again.
    pub fn start(swarm: Swarm, cancel: CancellationToken) -> Self {
        let shared = Arc::new(Shared {
            swarm,
            cancel,
            link: watch::Sender::new(Link::Trying),
            followers: Mutex::default(),
            clock: Mutex::default(),
            lost: Mutex::default(),
        });
        tokio::spawn(run(Arc::clone(&shared)));
        Self { shared }
    }

    /// Why the swarm cannot be watched now, for people; none when it can (or is not known yet).
    pub fn trouble(&self) -> Option<String> {
        match &*self.shared.link.borrow() {
            Link::Down(error) => Some(error.to_string()),
            Link::Trying | Link::Up => None,
        }
    }

    /// Waits until the first attempt to reach the swarm has succeeded or failed.
    pub async fn settled(&self) {
        let mut link = self.shared.link.subscribe();
        tokio::select! {
            () = self.shared.cancel.cancelled() => {}
            _ = link.wait_for(|l| *l != Link::Trying) => {}
        }
    }

    /// Since when something may have been missed that no [`What::Gap`] has told of yet.
    pub fn lost_since(&self) -> Option<At> {
        *lock(&self.shared.lost)
    }

    /// Now, on the engine's clock as last measured: unlike a [`Clock`](crate::timeline::Clock), it
    /// goes along when the lab's or the engine's is set.
    pub fn now(&self) -> At {
        self.shared.now()
    }

    /// The engine's clock against the lab's, as last measured.
    pub fn clock(&self) -> ClockOffset {
        *lock(&self.shared.clock)
    }

    /// Follows a service, by id, for as long as the answer is kept: what its containers do, as the
    /// engine tells it, and what becomes of its tasks, looked at `every` so often (at least 10 ms).
    pub fn follow(&self, service_id: &str, every: Duration) -> Follow {
        let (out, heard) = mpsc::unbounded_channel();
        let (follow, follower) = follow::begin(&self.shared, service_id, every, out, heard);
        let mut followers = lock(&self.shared.followers);
        followers.retain(Follower::is_there);
        if !self.shared.cancel.is_cancelled() {
            followers.push(follower);
        }
        drop(followers);
        follow
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Now, on the engine's clock.
    pub(super) fn now(&self) -> At {
        lock(&self.clock).engine(lab_now())
    }

    fn tell(&self, told: &Told) {
        let mut followers = lock(&self.followers);
        followers.retain(Follower::is_there);
        for follower in followers.iter().filter(|f| f.service == told.service) {
            match told.news {
                News::Service => follower.nudge(told.at()),
                _ => follower.send(told.event()),
            }
        }
    }

    fn tell_gap(&self, from: At, to: At) {
        let what = What::Gap {
            text: "the connection to the engine was lost; its events of this time may be \
                   missing, and the containers were looked at afresh afterwards"
                .to_owned(),
            from,
            to,
        };
        let gap = Event {
            source: Source::Engine,
            ..poll::event(to, Micros((to - from).0.max(0)), what)
        };
        for follower in lock(&self.followers).iter() {
            follower.send(Some(gap.clone()));
            follower.relist();
        }
    }

    fn down(&self, error: SwarmError) {
        if self.link.borrow().clone() != Link::Down(error.clone()) {
            tracing::warn!(%error, "the swarm cannot be watched");
            self.link.send_replace(Link::Down(error));
        }
    }

    fn up(&self) {
        if matches!(self.link.send_replace(Link::Up), Link::Down(_)) {
            tracing::info!("the swarm can be watched again");
        }
    }
}

/// What the listener remembers from one connection to the next.
#[derive(Default)]
struct Ear {
    recent: Recent,
    /// The last event heard, or where listening begins, by the engine's clock in nanoseconds.
    from_nanos: Option<i64>,
    last: Option<Key>,
    /// Set while something may have been missed since then.
    lost: Option<At>,
    /// Set while it is not known whether a silent stream kept something back.
    silence: Option<Silence>,
}

/// A stream's silence: nothing happened, or it had stalled.
struct Silence {
    /// When the stream was last known to be alive.
    since: At,
    until: At,
}

impl Ear {
    fn fell_silent(&mut self, alive: At, now: At) {
        let since = self.silence.take().map_or(alive, |s| s.since);
        self.silence = Some(Silence { since, until: now });
    }

    /// The engine still knows the last event heard, so nothing after it was missed.
    fn is_sure(&mut self) {
        self.lost = None;
        self.silence = None;
    }

    /// Something new, and the last event heard did not come before it: if it is of the time of a
    /// silence, the stream had stalled, and the engine may have forgotten more.
    fn doubts(&mut self, at: At) {
        if let Some(silence) = self.silence.take()
            && at < silence.until
        {
            self.lost.get_or_insert(silence.since);
        }
    }
}

/// Why listening ended.
enum Break {
    Silent(At),
    Lost(SwarmError),
}

async fn run(shared: Arc<Shared>) {
    tokio::select! {
        () = shared.cancel.cancelled() => {}
        () = listen_for_ever(&shared) => {}
        () = measure_for_ever(&shared) => {}
    }
    lock(&shared.followers).clear();
}

/// Two clocks drift apart while a stream stands for days.
async fn measure_for_ever(shared: &Shared) {
    loop {
        tokio::time::sleep(MEASURE_EVERY).await;
        if let Ok(measured) = shared.swarm.clock().await {
            *lock(&shared.clock) = measured;
        }
    }
}

async fn listen_for_ever(shared: &Shared) {
    let mut ear = Ear::default();
    let mut pause = PAUSES.0;
    loop {
        match listen(shared, &mut ear, &mut pause).await {
            Break::Silent(alive) => ear.fell_silent(alive, shared.now()),
            Break::Lost(error) => {
                let silence = ear.silence.take();
                let since = silence.map_or_else(|| shared.now(), |s| s.since);
                ear.lost.get_or_insert(since);
                *lock(&shared.lost) = ear.lost;
                shared.down(error);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// Connects and passes on what it hears until the stream breaks or falls silent.
async fn listen(shared: &Shared, ear: &mut Ear, pause: &mut Duration) -> Break {
    let docker = match connect(shared, ear).await {
        Ok(docker) => docker,
        Err(error) => return Break::Lost(error),
    };
    let options = events::subscription(ear.from_nanos.unwrap_or_default());
    let mut stream = std::pin::pin!(docker.events(Some(options)));
    let mut alive = shared.now();
    let bridge = Instant::now() + BRIDGE;
    loop {
        let deadline = ear
            .lost
            .map_or_else(|| Instant::now() + SILENCE, |_| bridge);
        match timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(message))) => {
                alive = shared.now();
                *pause = PAUSES.0;
                hear(shared, ear, message);
                *lock(&shared.lost) = ear.lost;
            }
            Ok(Some(Err(error))) => {
                return Break::Lost(shared.swarm.explain(error, Subject::Swarm));
            }
            Ok(None) => return Break::Lost(ended(shared)),
            Err(_) if ear.lost.is_some() => close_gap(shared, ear, shared.now()),
            Err(_) => return Break::Silent(alive),
        }
    }
}

/// Makes sure that there is a swarm manager and measures its clock.
async fn connect<'a>(shared: &'a Shared, ear: &mut Ear) -> Result<&'a bollard::Docker, SwarmError> {
    let info = shared.swarm.manager().await?;
    let measured = shared.swarm.clock().await?;
    *lock(&shared.clock) = measured;
    let engine = info.system_time.as_deref().and_then(facts::at);
    ear.from_nanos
        .get_or_insert(engine.unwrap_or_else(|| shared.now()).0 * 1_000);
    shared.up();
    shared.swarm.docker()
}

fn ended(shared: &Shared) -> SwarmError {
    let cut = super::error::Failure::Broken("the engine ended its event stream".to_owned());
    shared.swarm.explain(cut, Subject::Swarm)
}

fn hear(shared: &Shared, ear: &mut Ear, message: EventMessage) {
    let Some(told) = events::read(message) else {
        return;
    };
    if ear.last.as_ref() == Some(&told.key) {
        ear.is_sure();
    }
    // What was before the beginning is history, not news.
    let old = ear.last.is_none() && told.key.0 < ear.from_nanos.unwrap_or_default();
    if !ear.recent.is_new(&told.key) || old {
        return;
    }
    if told.local {
        ear.doubts(told.at());
        close_gap(shared, ear, told.at());
        ear.from_nanos = Some(told.key.0);
        ear.last = Some(told.key.clone());
    }
    shared.tell(&told);
}

fn close_gap(shared: &Shared, ear: &mut Ear, to: At) {
    if let Some(from) = ear.lost.take() {
        *lock(&shared.lost) = None;
        shared.tell_gap(from, to.max(from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_a_silence() -> Ear {
        let mut ear = Ear::default();
        ear.fell_silent(At(10), At(40));
        ear
    }

    #[test]
    fn something_new_from_a_silence_is_a_doubt_since_its_beginning() {
        let mut ear = after_a_silence();
        ear.doubts(At(39));
        assert_eq!(ear.lost, Some(At(10)));
    }

    #[test]
    fn a_silence_in_which_nothing_happened_is_none() {
        let mut ear = after_a_silence();
        ear.doubts(At(40));
        assert_eq!(ear.lost, None);
        ear.doubts(At(39));
        assert_eq!(ear.lost, None, "it is over");
    }

    #[test]
    fn the_last_event_heard_again_ends_all_doubt() {
        let mut ear = after_a_silence();
        ear.is_sure();
        ear.doubts(At(39));
        assert_eq!(ear.lost, None);
    }

    #[test]
    fn silences_in_a_row_are_one() {
        let mut ear = after_a_silence();
        ear.fell_silent(At(41), At(70));
        ear.doubts(At(69));
        assert_eq!(ear.lost, Some(At(10)));
    }
}
