//! The open loop: sends go out by the clock, never by the answers.
//!
//! Guarantee: send number i is meant for `start + i * every`; each becomes exactly one sample,
//! whether the one before has been answered or not.

use super::ProbeError;
use super::aim::Aim;
use super::lookups::Lookups;
use super::tls::system_trust;
use crate::swarm::micros;
use crate::timeline::Clock;
use app::model::experiment::{MOST_UNANSWERED, Probe};
use app::model::record::{ProbeOutcome, Sample};
use app::model::time::{At, Micros};
use futures::Stream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Unanswered probes that one prober keeps at a time; a send above is recorded as "not sent".
const MOST_OUTSTANDING: usize = MOST_UNANSWERED as usize + 1;

/// The shortest time between two sends.
const SHORTEST: Duration = Duration::from_millis(1);

/// A prober's samples, in the order in which they settle. Dropping it ends the prober.
#[derive(Debug)]
pub struct ProbeStream {
    start: At,
    every: Micros,
    samples: mpsc::UnboundedReceiver<Sample>,
}

impl ProbeStream {
    /// The first intended send.
    pub fn start(&self) -> At {
        self.start
    }

    /// Time between two intended sends.
    pub fn every(&self) -> Micros {
        self.every
    }

    /// The next sample that settled; none when the prober was cancelled and all have.
    pub async fn recv(&mut self) -> Option<Sample> {
        self.samples.recv().await
    }
}

impl Stream for ProbeStream {
    type Item = Sample;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Sample>> {
        self.samples.poll_recv(cx)
    }
}

/// Starts a prober on the current runtime; the first send is now. Once `cancel` is cancelled no
/// more are sent, those outstanding settle or time out, and the stream ends.
pub fn start(
    probe: &Probe,
    clock: Clock,
    cancel: CancellationToken,
) -> Result<ProbeStream, ProbeError> {
    let aim = Aim::new(probe, &system_trust)?;
    Ok(Prober::new(probe, aim, MOST_OUTSTANDING).start(clock, cancel))
}

/// Starts several, in order; none unless all can.
pub fn start_all(
    probes: &[Probe],
    clock: Clock,
    cancel: &CancellationToken,
) -> Result<Vec<ProbeStream>, ProbeError> {
    let ready = probes.iter().map(|probe| {
        Ok(Prober::new(
            probe,
            Aim::new(probe, &system_trust)?,
            MOST_OUTSTANDING,
        ))
    });
    let ready: Vec<_> = ready.collect::<Result<_, _>>()?;
    Ok(ready
        .into_iter()
        .map(|prober| prober.start(clock, cancel.clone()))
        .collect())
}

/// A prober before it starts.
pub(super) struct Prober {
    aim: Arc<Aim>,
    lookups: Lookups,
    every: Duration,
    timeout: Duration,
    most: usize,
}

impl Prober {
    pub(super) fn new(probe: &Probe, aim: Aim, most: usize) -> Self {
        // Whole microseconds, so that samples lie exactly on the grid that meters expect.
        let every = u64::try_from(probe.every().micros()).unwrap_or_default();
        Self {
            aim: Arc::new(aim),
            lookups: Lookups::system(),
            every: Duration::from_micros(every).max(SHORTEST),
            timeout: probe.timeout().get(),
            most,
        }
    }

    pub(super) fn start(self, clock: Clock, cancel: CancellationToken) -> ProbeStream {
        // Unbounded, so that a slow reader never delays a send; what can pile up is the number
        // of samples, 32 bytes each.
        let (sender, samples) = mpsc::unbounded_channel();
        let first = Instant::now();
        let stream = ProbeStream {
            start: clock.at(first.into_std()),
            every: micros(self.every),
            samples,
        };
        let schedule = Schedule {
            first,
            start: stream.start,
            places: Arc::new(Semaphore::new(self.most)),
            sender,
            prober: self,
        };
        tokio::spawn(schedule.keep(cancel));
        stream
    }
}

/// A prober at work.
struct Schedule {
    prober: Prober,
    first: Instant,
    start: At,
    places: Arc<Semaphore>,
    sender: mpsc::UnboundedSender<Sample>,
}

impl Schedule {
    async fn keep(self, cancel: CancellationToken) {
        let mut shot = Shot {
            due: self.first,
            intended: self.start,
        };
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => return,
                () = self.sender.closed() => return,
                () = sleep_until(shot.due) => self.send(shot),
            }
            shot.due += self.prober.every;
            shot.intended = shot.intended + micros(self.prober.every);
        }
    }

    fn send(&self, shot: Shot) {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => drop(tokio::spawn(self.settle(shot, place))),
            Err(_) => self.not_sent(shot),
        }
    }

    fn settle(
        &self,
        shot: Shot,
        place: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (aim, lookups) = (Arc::clone(&self.prober.aim), self.prober.lookups.clone());
        let deadline = shot.due + self.prober.timeout;
        let timeout = micros(self.prober.timeout);
        let sender = self.sender.clone();
        async move {
            let lag = shot.since();
            let outcome = if lag < timeout {
                aim.attempt(&lookups, deadline).await.outcome
            } else {
                // This machine slept or starved: no time is left that the target could have used.
                ProbeOutcome::NotSent
            };
            drop(place);
            // Fails only when nobody listens any more.
            let _ = sender.send(shot.sample(lag, outcome));
        }
    }

    fn not_sent(&self, shot: Shot) {
        let sample = shot.sample(shot.since(), ProbeOutcome::NotSent);
        let _ = self.sender.send(sample);
    }
}

/// One intended send, on both clocks.
#[derive(Clone, Copy)]
struct Shot {
    due: Instant,
    intended: At,
}

impl Shot {
    /// How long ago it was due.
    fn since(self) -> Micros {
        micros(self.due.elapsed())
    }

    fn sample(self, lag: Micros, outcome: ProbeOutcome) -> Sample {
        Sample {
            intended: self.intended,
            latency: self.since(),
            lag,
            outcome,
        }
    }
}
