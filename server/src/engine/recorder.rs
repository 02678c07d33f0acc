//! What a run writes down while it is on.
//!
//! Guarantee: items are numbered without a gap and in the order of recording, and what could not
//! be written stays here and is tried again at the next [`Recorder::flush`].

use crate::store::{Store, Stored};
use crate::timeline::{Clock, Timeline};
use app::model::record::Sample;
use app::model::run::RunId;
use app::model::stream::{Bin, LiveBody, LiveItem};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use std::sync::Arc;

/// What the lab's own moments are blurred by beside the clock's exactness: reading the clock and
/// writing it down.
const LAB_RESOLUTION: Micros = Micros(1_000);

/// How many items are read back at once when a run is taken up again.
const PAGE: u32 = 5_000;

/// The pen of one run.
pub struct Recorder {
    store: Arc<dyn Store>,
    run: RunId,
    timeline: Timeline,
    resolution: Micros,
    last_item: u64,
    items: Vec<LiveItem>,
    samples: Vec<Vec<Sample>>,
}

impl Recorder {
    /// For a run with nothing recorded yet, which goes by `clock`.
    pub fn new(store: Arc<dyn Store>, run: RunId, clock: &Clock, probes: usize) -> Self {
        Self {
            store,
            run,
            timeline: Timeline::default(),
            resolution: LAB_RESOLUTION + clock.offset().resolution,
            last_item: 0,
            items: Vec::new(),
            samples: vec![Vec::new(); probes],
        }
    }

    /// For a run that another process left unfinished: goes on where that one stopped.
    pub async fn resume(store: Arc<dyn Store>, run: RunId, clock: &Clock) -> Stored<Self> {
        let mut recorder = Self::new(store, run, clock, 0);
        loop {
            let items = recorder
                .store
                .items_after(run, recorder.last_item, PAGE)
                .await?;
            let Some(last) = items.last() else {
                return Ok(recorder);
            };
            recorder.last_item = last.seq;
            for item in items {
                if let LiveBody::Event(event) = item.body {
                    recorder.timeline.add(event);
                }
            }
        }
    }

    /// Everything on the timeline so far.
    pub fn events(&self) -> &[Event] {
        self.timeline.events()
    }

    /// Adds an event of any source, unless it is there already.
    pub fn event(&mut self, event: Event) {
        if let Some(numbered) = self.timeline.add(event) {
            self.push(LiveBody::Event(numbered));
        }
    }

    /// Adds an event of the lab's own.
    pub fn lab(&mut self, at: At, what: What) {
        self.event(Event {
            seq: 0,
            at,
            resolution: self.resolution,
            source: Source::Lab,
            what,
        });
    }

    /// Adds what a probe's second was like, for the live view.
    pub fn bin(&mut self, bin: Bin) {
        self.push(LiveBody::Bin(bin));
    }

    /// Adds a sample of the probe at a position.
    pub fn sample(&mut self, probe: usize, sample: Sample) {
        if let Some(series) = self.samples.get_mut(probe) {
            series.push(sample);
        }
    }

    fn push(&mut self, body: LiveBody) {
        self.last_item += 1;
        self.items.push(LiveItem {
            seq: self.last_item,
            body,
        });
    }

    /// Writes what is waiting.
    pub async fn flush(&mut self) -> Stored<()> {
        if !self.items.is_empty() {
            self.store.append(self.run, &self.items).await?;
            self.items.clear();
        }
        for (probe, samples) in self.samples.iter_mut().enumerate() {
            if !samples.is_empty() {
                self.store.add_samples(self.run, probe, samples).await?;
                samples.clear();
            }
        }
        Ok(())
    }
}
