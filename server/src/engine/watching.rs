//! Watching a service while a run is on: its tasks and containers, its probes, the guards.
//!
//! Guarantee: nothing here waits for the application; a slow store or a silent swarm delays what is
//! written down, never what is measured.

use super::Shared;
use super::abort::Abort;
use super::early::Early;
use super::guard::Guards;
use super::preflight::Ready;
use super::recorder::Recorder;
use super::set_clock::SetClock;
use crate::probes::{self, Meter, Settled};
use crate::swarm::{Follow, Watcher};
use crate::timeline::Clock;
use app::model::record::{Quality, Sample};
use app::model::run::Run;
use app::model::time::{At, Micros};
use app::model::timeline::What;
use futures::stream::{BoxStream, SelectAll};
use futures::{FutureExt, StreamExt};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// Between two looks at the task list.
const POLL_EVERY: Duration = Duration::from_millis(50);

/// How often is written down what came in; guards are looked at as often.
const WRITE_EVERY: Duration = Duration::from_millis(200);

/// How long no look at the tasks may succeed at the end of a run before that is a gap.
const UNSEEN: Micros = Micros(5_000_000);

/// Eyes on one service.
pub struct Watching {
    watcher: Watcher,
    follow: Follow,
    samples: SelectAll<BoxStream<'static, (usize, Sample)>>,
    meters: Vec<Meter>,
    guards: Guards,
    probing: CancellationToken,
    clock: Clock,
    set_clock: SetClock,
}

impl Watching {
    /// Begins to watch; why not, for people, where a probe cannot even start.
    pub fn start(shared: &Shared, run: &Run, ready: &Ready) -> Result<Self, String> {
        let probing = CancellationToken::new();
        let probes = &run.experiment.hypothesis.probes;
        let clock = ready.clock;
        let streams = probes::start_all(probes, clock, &probing).map_err(|e| e.to_string())?;
        let mut samples = SelectAll::new();
        let mut meters = Vec::new();
        for (index, (probe, stream)) in probes.iter().zip(streams).enumerate() {
            meters.push(Meter::new(index, probe, stream.start()));
            samples.push(stream.map(move |sample| (index, sample)).boxed());
        }
        Ok(Self {
            watcher: shared.watcher.clone(),
            follow: shared.watcher.follow(&ready.before.service.id, POLL_EVERY),
            samples,
            meters,
            guards: Guards::new(&run.experiment),
            probing,
            set_clock: SetClock::new(clock.now(), clock.offset().resolution),
            clock,
        })
    }

    /// Watches until a moment, or until the run is to end.
    pub async fn until(
        &mut self,
        moment: Instant,
        pen: &mut Recorder,
        abort: &mut Abort,
    ) -> Result<(), Early> {
        let mut write = tokio::time::interval(WRITE_EVERY);
        write.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                why = abort.asked() => return Err(Early::Aborted(why)),
                () = tokio::time::sleep_until(moment) => return Ok(()),
                _ = write.tick() => self.write(pen).await?,
                Some(event) = self.follow.next() => pen.event(event),
                Some((probe, sample)) = self.samples.next() => self.sample(probe, sample, pen),
            }
        }
    }

    fn sample(&mut self, probe: usize, sample: Sample, pen: &mut Recorder) {
        pen.sample(probe, sample);
        self.guards.add(&sample);
        if let Some(meter) = self.meters.get_mut(probe) {
            meter.add(sample);
        }
    }

    /// What has come in by now is taken first: nothing that is only waiting to be read is late.
    async fn write(&mut self, pen: &mut Recorder) -> Result<(), Early> {
        let now = self.clock.now();
        if let Some(gap) = self
            .set_clock
            .compare(now, self.watcher.now(), self.clock.now())
        {
            pen.lab(now, gap);
        }
        while let Some(Some((probe, sample))) = self.samples.next().now_or_never() {
            self.sample(probe, sample, pen);
        }
        for meter in &mut self.meters {
            note(pen, meter.settle(now));
        }
        pen.flush().await?;
        if let Some(text) = self
            .guards
            .tripped(probes::settled_until(&self.meters, now))
        {
            pen.lab(now, What::GuardTripped { text: text.clone() });
            return Err(Early::Aborted(format!("a guard tripped: {text}")));
        }
        Ok(())
    }

    /// Stops sending probes and takes the answers that are still to come, for as long as `patience`
    /// lasts, or until the run is to end.
    pub async fn finish(&mut self, pen: &mut Recorder, patience: Duration, abort: &mut Abort) {
        self.probing.cancel();
        let last = tokio::time::sleep(patience);
        tokio::pin!(last);
        let ends_already = abort.asked().now_or_never().is_some();
        loop {
            tokio::select! {
                biased;
                _ = abort.asked(), if !ends_already => break,
                () = &mut last => break,
                next = self.samples.next() => match next {
                    Some((probe, sample)) => self.sample(probe, sample, pen),
                    None => break,
                },
            }
        }
        for meter in &mut self.meters {
            note(pen, meter.finish());
        }
        while let Some(Some(event)) = self.follow.next().now_or_never() {
            pen.event(event);
        }
        // A connection that is not back yet: nobody else will tell of it.
        if let Some(from) = self.watcher.lost_since() {
            let text = "the connection to the engine was lost and not back when the run ended";
            let (text, to) = (text.to_owned(), self.clock.now());
            pen.lab(to, What::Gap { text, from, to });
        }
        let unseen = self.follow.unseen_for();
        if unseen > UNSEEN {
            let text = "the swarm did not tell of its tasks any more when the run ended".to_owned();
            let to = self.clock.now();
            let from = At(to.0 - unseen.0);
            pen.lab(to, What::Gap { text, from, to });
        }
        if let Err(error) = pen.flush().await {
            tracing::warn!(%error, "the last of the evidence may be missing");
        }
    }

    /// How good the evidence is.
    pub fn quality(&self) -> Quality {
        let offset = self.clock.offset();
        Quality {
            task_poll: self.follow.worst_poll(),
            clock_offset: offset.offset,
            clock_resolution: offset.resolution,
        }
    }
}

fn note(pen: &mut Recorder, settled: Settled) {
    settled.bins.into_iter().for_each(|bin| pen.bin(bin));
    settled
        .events
        .into_iter()
        .for_each(|event| pen.event(event));
}
