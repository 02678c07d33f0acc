//! What one probe's samples add up to: counts, latencies, seconds, and changes for the timeline.
//!
//! Guarantee: the result depends only on which samples came, not on the order in which they
//! settled; every sample is counted exactly once.

use super::second::Second;
use super::streak::Streak;
use app::model::experiment::Probe;
use app::model::record::{ProbeOutcome, Sample};
use app::model::stream::Bin;
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// How long after its timeout a sample is waited for before the seconds go on without it. It is
/// late only when this machine was: it is still counted, but its second has been told already.
const GRACE: Micros = Micros(1_000_000);

/// Longest latency that the histogram tells apart: an hour, in microseconds.
const HIGHEST: u64 = 3_600_000_000;

/// What became final since one last asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settled {
    /// Changes of the probe, in the order of intended sends; their `seq` is 0.
    pub events: Vec<Event>,
    /// Seconds, in order; each is given once. Whole seconds of the engine's clock, so that the
    /// seconds of several probes lie beside one another.
    pub bins: Vec<Bin>,
}

/// Follows one probe over a run.
#[derive(Debug)]
pub struct Meter {
    position: usize,
    name: String,
    start: At,
    every: i64,
    timeout: Micros,
    /// Samples that settled before one that was meant to be sent earlier, by number of send.
    early: BTreeMap<i64, Sample>,
    /// The send that everything before is settled of.
    next: i64,
    streak: Streak,
    second: Option<Second>,
    settled: Settled,
    counts: [u64; ProbeOutcome::ALL.len()],
    latency: Histogram<u32>,
    lag: Histogram<u32>,
}

impl Meter {
    /// For the probe at a position of the document whose first send is meant for `start`
    /// ([`ProbeStream::start`](super::ProbeStream::start)).
    pub fn new(position: usize, probe: &Probe, start: At) -> Self {
        Self {
            position,
            name: probe.name.clone(),
            start,
            every: probe.every().micros().max(1_000),
            timeout: Micros(probe.timeout().micros()),
            early: BTreeMap::new(),
            next: 0,
            streak: Streak::default(),
            second: None,
            settled: Settled::default(),
            counts: [0; ProbeOutcome::ALL.len()],
            latency: histogram(),
            lag: histogram(),
        }
    }

    /// Takes a sample, in any order.
    pub fn add(&mut self, sample: Sample) {
        self.count(&sample);
        let send = (sample.intended - self.start).0 / self.every;
        if send >= self.next {
            self.early.insert(send, sample);
        }
    }

    /// What became final by `now` (on the engine's clock).
    pub fn settle(&mut self, now: At) -> Settled {
        loop {
            if let Some(sample) = self.early.remove(&self.next) {
                self.follow(sample);
            } else if self.settled_until() + self.timeout + GRACE > now {
                break;
            }
            self.next += 1;
        }
        if self
            .second
            .as_ref()
            .is_some_and(|s| s.ends() <= self.settled_until())
        {
            self.close_second();
        }
        std::mem::take(&mut self.settled)
    }

    /// The rest, when no more samples will come.
    pub fn finish(&mut self) -> Settled {
        for sample in std::mem::take(&mut self.early).into_values() {
            self.follow(sample);
        }
        self.close_second();
        std::mem::take(&mut self.settled)
    }

    /// Sends meant for before this moment have all settled, or been given up.
    pub fn settled_until(&self) -> At {
        self.start + Micros(self.next * self.every)
    }

    /// The probe's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many samples ended like this.
    pub fn count_of(&self, outcome: ProbeOutcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// How many really were sent.
    pub fn sent(&self) -> u64 {
        self.counts.iter().sum::<u64>() - self.count_of(ProbeOutcome::NotSent)
    }

    /// Outcomes that occur, with their counts.
    pub fn outcomes(&self) -> Vec<(ProbeOutcome, u64)> {
        ProbeOutcome::ALL
            .into_iter()
            .map(|outcome| (outcome, self.count_of(outcome)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Latency from the intended send that a share (0 to 1) of the probes stayed within; none
    /// when there is nothing to judge. Counts what the target let wait: answers, right or wrong,
    /// and timeouts (with the time waited, a lower bound). A refused connection has no latency.
    pub fn latency(&self, share: f64) -> Option<Micros> {
        quantile(&self.latency, share)
    }

    /// How much later than intended sends really went out, likewise. Above 5 ms at 0.99 the
    /// prober's machine was too busy to trust its latencies.
    pub fn lag(&self, share: f64) -> Option<Micros> {
        quantile(&self.lag, share)
    }

    /// All latencies, in microseconds with three digits; see [`Meter::latency`].
    pub fn histogram(&self) -> &Histogram<u32> {
        &self.latency
    }

    fn count(&mut self, sample: &Sample) {
        self.counts[sample.outcome as usize] += 1;
        self.lag.saturating_record(unsigned(sample.lag));
        let waited = matches!(
            sample.outcome,
            ProbeOutcome::Ok | ProbeOutcome::WrongStatus | ProbeOutcome::Timeout
        );
        if waited {
            self.latency.saturating_record(unsigned(sample.latency));
        }
    }

    /// Takes a sample in the order of intended sends. One that was not sent changes nothing: it
    /// neither begins nor ends an outage, and no second has it.
    fn follow(&mut self, sample: Sample) {
        if !sample.outcome.was_sent() {
            return;
        }
        if let Some((at, what)) = self.streak.take(sample) {
            let event = self.event(at, what);
            self.settled.events.push(event);
        }
        if self
            .second
            .as_ref()
            .is_some_and(|second| !second.holds(&sample))
        {
            self.close_second();
        }
        self.second
            .get_or_insert_with(|| Second::of(&sample))
            .add(sample);
    }

    fn event(&self, at: At, what: What) -> Event {
        Event {
            seq: 0,
            at,
            // Whatever changed, changed between two sends.
            resolution: Micros(self.every),
            source: Source::Probe(self.name.clone()),
            what,
        }
    }

    fn close_second(&mut self) {
        let bin = self
            .second
            .take()
            .map(|second| second.into_bin(self.position));
        self.settled.bins.extend(bin);
    }
}

/// The moment before which every probe's sends have settled: what a guard can judge by `now`.
pub fn settled_until(meters: &[Meter], now: At) -> At {
    meters.iter().map(Meter::settled_until).fold(now, At::min)
}

fn histogram() -> Histogram<u32> {
    // The bounds are constants that the crate accepts; a test makes one.
    Histogram::new_with_bounds(1, HIGHEST, 3).unwrap_or_else(|_| unreachable!("valid bounds"))
}

fn quantile(histogram: &Histogram<u32>, share: f64) -> Option<Micros> {
    let value = histogram.value_at_quantile(share).min(histogram.max());
    (!histogram.is_empty()).then(|| Micros(i64::try_from(value).unwrap_or(i64::MAX)))
}

fn unsigned(micros: Micros) -> u64 {
    u64::try_from(micros.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::peers::http_probe;
    use super::*;
    use app::model::units::Span;
    use proptest::prelude::*;

    const START: At = At(1_700_000_000_250_000);
    const EVERY: i64 = 100_000;

    fn meter() -> Meter {
        let mut probe = http_probe("http://x/");
        probe.http.as_mut().unwrap().timeout = Span::secs(1);
        Meter::new(3, &probe, START)
    }

    fn sample(send: i64, outcome: ProbeOutcome, latency: i64) -> Sample {
        Sample {
            intended: START + Micros(send * EVERY),
            latency: Micros(latency),
            lag: Micros(send % 7),
            outcome,
        }
    }

    /// Adds samples in order and settles them at the end of time.
    fn all(samples: &[Sample]) -> (Meter, Settled) {
        let mut meter = meter();
        for sample in samples {
            meter.add(*sample);
        }
        let settled = meter.finish();
        (meter, settled)
    }

    #[test]
    fn a_second_is_told_once_all_of_it_has_settled() {
        let mut meter = meter();
        // The first second of the engine's clock holds sends 0 to 7.
        for send in [1, 2, 3, 4, 5, 6, 7, 8] {
            meter.add(sample(send, ProbeOutcome::Ok, send));
        }
        assert_eq!(meter.settle(START), Settled::default());
        meter.add(sample(0, ProbeOutcome::Timeout, 1_000_000));
        let settled = meter.settle(START);
        let bin = Bin {
            at: At(1_700_000_000_000_000),
            probe: 3,
            sent: 8,
            ok: 7,
            median_us: 4,
            max_us: 1_000_000,
        };
        assert_eq!(settled.bins, [bin]);
        assert_eq!(meter.settle(START).bins, []);
        assert_eq!(meter.finish().bins.len(), 1);
    }

    #[test]
    fn a_sample_that_never_comes_holds_up_nothing_for_long() {
        let mut meter = meter();
        for send in 1..8 {
            meter.add(sample(send, ProbeOutcome::Ok, 5));
        }
        assert_eq!(meter.settle(START + Micros(1_999_999)).bins, []);
        let settled = meter.settle(START + Micros(2_000_000));
        assert_eq!(
            settled.bins.iter().map(|bin| bin.sent).collect::<Vec<_>>(),
            [7]
        );
        meter.add(sample(0, ProbeOutcome::Ok, 5));
        assert_eq!((meter.sent(), meter.finish().bins.len()), (8, 0));
    }

    #[test]
    fn changes_come_in_the_order_of_sends() {
        let answered = (6..20).map(|send| sample(send, ProbeOutcome::Ok, 900));
        let failed = (2..6).map(|send| sample(send, ProbeOutcome::Refused, 50));
        let before = (0..2).map(|send| sample(send, ProbeOutcome::Ok, 900));
        let (_, settled) = all(&answered.chain(failed).chain(before).collect::<Vec<_>>());
        let told = settled
            .events
            .iter()
            .map(|event| (event.at, event.what.text()));
        let (failing, answering) = (START + Micros(2 * EVERY), START + Micros(6 * EVERY + 900));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (failing, "no answer: refused".to_owned()),
                (answering, "answers again".to_owned())
            ]
        );
        assert!(
            settled
                .events
                .iter()
                .all(|event| event.resolution == Micros(EVERY))
        );
        assert_eq!(settled.events[0].source, Source::Probe("probe".into()));
    }

    #[test]
    fn refused_connections_have_no_latency_but_timeouts_do() {
        let (meter, _) = all(&[
            sample(0, ProbeOutcome::Refused, 3),
            sample(1, ProbeOutcome::Timeout, 1_000_400),
            sample(2, ProbeOutcome::WrongStatus, 700),
            sample(3, ProbeOutcome::Ok, 500),
        ]);
        assert_eq!(meter.histogram().len(), 3);
        assert_eq!(meter.latency(0.3), Some(Micros(500)));
        assert!(meter.latency(1.0).unwrap() >= Micros(1_000_000));
        let nothing = all(&[sample(0, ProbeOutcome::Dns, 3)]).0;
        assert_eq!(
            (nothing.latency(0.5), nothing.lag(0.5)),
            (None, Some(Micros(0)))
        );
    }

    #[test]
    fn what_was_not_sent_is_counted_but_is_no_failure() {
        use ProbeOutcome::{NotSent, Ok, Refused};
        let outcomes = [Ok, NotSent, Refused, NotSent, Ok, Ok, NotSent, Ok, Ok, Ok];
        let samples: Vec<_> = (0..)
            .zip(outcomes)
            .map(|(send, outcome)| sample(send, outcome, 900))
            .collect();
        let (meter, settled) = all(&samples);
        assert_eq!((meter.sent(), meter.count_of(NotSent)), (7, 3));
        let told: Vec<_> = settled
            .events
            .iter()
            .map(|e| (e.at, e.what.text()))
            .collect();
        let answering = START + Micros(4 * EVERY + 900);
        assert_eq!(
            told,
            [
                (START + Micros(2 * EVERY), "no answer: refused".to_owned()),
                (answering, "answers again".to_owned())
            ],
            "the five answers count as in a row"
        );
        let in_bins: u32 = settled.bins.iter().map(|bin| bin.sent).sum();
        assert_eq!(in_bins, 7);
        let (_, nothing) = all(&[sample(0, NotSent, 900), sample(1, NotSent, 900)]);
        assert_eq!(nothing, Settled::default());
    }

    fn samples() -> impl Strategy<Value = Vec<Sample>> {
        let outcome = prop_oneof![
            3 => Just(ProbeOutcome::Ok),
            1 => prop::sample::select(&ProbeOutcome::ALL),
        ];
        prop::collection::vec((outcome, 0_i64..1_100_000), 0..80).prop_map(|drawn| {
            let numbered = (0..).zip(drawn);
            numbered
                .map(|(send, (outcome, latency))| sample(send, outcome, latency))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_of_settling_changes_nothing(
            (ordered, shuffled) in samples().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
            breaks in prop::collection::vec(0_i64..8_000_000, 0..6),
        ) {
            let (expected, told) = all(&ordered);
            let mut meter = meter();
            let mut piecewise = Settled::default();
            let mut gather = |more: Settled| {
                piecewise.events.extend(more.events);
                piecewise.bins.extend(more.bins);
            };
            let chunk = ordered.len() / (breaks.len() + 1) + 1;
            for part in shuffled.chunks(chunk) {
                for sample in part {
                    meter.add(*sample);
                }
                // Before any timeout: nothing is given up.
                gather(meter.settle(START));
            }
            gather(meter.finish());
            prop_assert_eq!(piecewise, told);
            prop_assert_eq!(meter.outcomes(), expected.outcomes());
            prop_assert_eq!(meter.histogram(), expected.histogram());
        }

        #[test]
        fn everything_adds_up(samples in samples()) {
            let (meter, settled) = all(&samples);
            let in_bins: u64 = settled.bins.iter().map(|bin| u64::from(bin.sent)).sum();
            let ok_in_bins: u64 = settled.bins.iter().map(|bin| u64::from(bin.ok)).sum();
            let unsent = meter.count_of(ProbeOutcome::NotSent);
            prop_assert_eq!(meter.sent() + unsent, samples.len() as u64);
            prop_assert_eq!(in_bins, meter.sent());
            prop_assert_eq!(ok_in_bins, meter.count_of(ProbeOutcome::Ok));
            let failing = settled.events.iter().filter(|e| matches!(e.what, What::ProbeFailing { .. }));
            let (failing, events) = (failing.count(), settled.events.len());
            prop_assert!(failing == events.div_ceil(2), "failing and answering take turns");
        }
    }
}
