//! What the probes saw: windows before and after the fault, latencies, outages.
//!
//! Guarantee: counts are exact and every sample of a window is in them; latencies are from the
//! intended send, within 0.1 % (`HdrHistogram`, three significant figures).

use super::case::Case;
use super::{Outage, ProbeStats, Window};
use app::model::record::{ProbeOutcome, ProbeSeries, Sample};
use app::model::time::{At, Measured, Micros};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// So many answers in a row end an outage; fewer may be luck.
pub(super) const IN_A_ROW: u8 = 5;

/// Every probe over the run, in the order of the document.
pub(super) fn stats(case: &Case) -> Vec<ProbeStats> {
    case.record
        .probes
        .iter()
        .map(|series| stats_of(case, series))
        .collect()
}

fn stats_of(case: &Case, series: &ProbeSeries) -> ProbeStats {
    let samples = &series.samples;
    let zero = case.zero().unwrap_or(At(i64::MAX));
    let every = every(case, series);
    let after = between(samples, zero, case.end);
    ProbeStats {
        name: series.name.clone(),
        before: window(samples.iter().filter(|s| s.intended < zero)),
        after: window(after.iter()),
        outages: outages(&sent(after), zero, case.end, every),
        lag_p99: quantile(samples.iter().map(|s| s.lag), 0.99).unwrap_or_default(),
        every,
    }
}

/// Samples meant to be sent from one moment to another, both included.
pub(super) fn between(samples: &[Sample], from: At, to: At) -> &[Sample] {
    let start = samples.partition_point(|s| s.intended < from);
    let end = samples.partition_point(|s| s.intended <= to).max(start);
    &samples[start..end]
}

/// What the document says; for a series that it does not know, what the first two samples show.
fn every(case: &Case, series: &ProbeSeries) -> Micros {
    let probes = &case.record.run.experiment.hypothesis.probes;
    let said = probes.iter().find(|p| p.name == series.name);
    match (said, series.samples.as_slice()) {
        (Some(probe), _) => Micros(probe.every().micros()),
        (None, [first, second, ..]) => second.intended - first.intended,
        _ => Micros(0),
    }
}

/// Those that left the lab: the others neither begin an outage nor end one.
fn sent(samples: &[Sample]) -> Vec<Sample> {
    let sent = samples.iter().filter(|s| s.outcome.was_sent());
    sent.copied().collect()
}

/// Counts and latencies of some samples.
pub(super) fn window<'a>(samples: impl Iterator<Item = &'a Sample> + Clone) -> Window {
    let mut outcomes: BTreeMap<ProbeOutcome, u64> = BTreeMap::new();
    for sample in samples.clone() {
        *outcomes.entry(sample.outcome).or_default() += 1;
    }
    let answered = samples
        .clone()
        .filter(|s| s.outcome == ProbeOutcome::Ok)
        .map(|s| s.latency);
    Window {
        sent: samples.filter(|s| s.outcome.was_sent()).count() as u64,
        ok: outcomes.get(&ProbeOutcome::Ok).copied().unwrap_or(0),
        outcomes: outcomes.into_iter().collect(),
        p50: quantile(answered.clone(), 0.5),
        p99: quantile(answered.clone(), 0.99),
        max: answered.max(),
    }
}

fn quantile(values: impl Iterator<Item = Micros> + Clone, share: f64) -> Option<Micros> {
    let longest = values.clone().max()?;
    let mut histogram = Histogram::<u64>::new(3).ok()?;
    for value in values {
        histogram.record(u64::try_from(value.0).unwrap_or(0)).ok()?;
    }
    let found = i64::try_from(histogram.value_at_quantile(share)).unwrap_or(i64::MAX);
    Some(Micros(found).min(longest))
}

fn outages(samples: &[Sample], zero: At, end: At, every: Micros) -> Vec<Outage> {
    // Of what was in flight when a run was cut off nothing is known: it is no loss.
    let end = samples
        .last()
        .map_or(end, |last| end.min(last.intended + every));
    let mut found = Vec::new();
    let mut rest = samples;
    while let Some(start) = rest.iter().position(|s| s.outcome != ProbeOutcome::Ok) {
        let before = rest[..start].last().map_or(zero, |s| s.intended);
        let bad = &rest[start..];
        let back = bad
            .windows(usize::from(IN_A_ROW))
            .position(|row| row.iter().all(|s| s.outcome == ProbeOutcome::Ok));
        let resolution = every.max(apart(before, bad, back));
        found.push(outage(bad, back, zero, end, resolution));
        rest = back.map_or(&[], |back| &bad[back..]);
    }
    found
}

/// How far apart the sends are between which an outage began, and those between which it ended: more
/// than usual where some were not sent. `before` is the last send before it.
fn apart(before: At, bad: &[Sample], back: Option<usize>) -> Micros {
    let began = bad.first().map(|first| first.intended - before);
    let around = back.and_then(|back| bad.get(back.checked_sub(1)?..=back));
    let ended = around.map(|pair| pair[1].intended - pair[0].intended);
    began.max(ended).unwrap_or_default()
}

/// `bad` begins with the first failure; `back` is where five answers in a row begin.
fn outage(bad: &[Sample], back: Option<usize>, zero: At, end: At, resolution: Micros) -> Outage {
    let from = bad.first().map_or(zero, |s| s.intended);
    let to = back
        .and_then(|i| bad.get(i))
        .map(|s| s.intended + s.latency);
    let failed = bad[..back.unwrap_or(bad.len())]
        .iter()
        .filter(|s| s.outcome != ProbeOutcome::Ok);
    Outage {
        from: from - zero,
        to: to.map(|to| to - zero),
        length: Measured {
            span: to.unwrap_or(end).max(from) - from,
            resolution,
        },
        failed: failed.count() as u64,
    }
}

/// Whether an outage began so late that it cannot be told from a single lost answer: too few were
/// sent from then on to end it. The time left says nothing: late answers are waited for, and the
/// observation goes on meanwhile.
pub(super) fn too_late_to_judge(case: &Case, probe: &ProbeStats, outage: &Outage) -> bool {
    let series = case.record.probes.iter().find(|s| s.name == probe.name);
    let (Some(zero), Some(series), None) = (case.zero(), series, outage.to) else {
        return false;
    };
    let since = sent(between(&series.samples, zero + outage.from, case.end));
    since.len() <= usize::from(IN_A_ROW)
}

impl ProbeStats {
    /// Its longest outage.
    pub fn longest_outage(&self) -> Option<&Outage> {
        self.outages.iter().max_by_key(|o| o.length.span)
    }
}

impl Window {
    /// Failed, for whatever reason.
    pub fn failed(&self) -> u64 {
        self.sent - self.ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProbeOutcome::{NotSent, Ok as Up, Refused as Down};
    use proptest::prelude::*;

    const EVERY: i64 = 100_000;

    fn series(outcomes: &[ProbeOutcome]) -> Vec<Sample> {
        (0..)
            .zip(outcomes)
            .map(|(i, outcome)| Sample {
                intended: At(i * EVERY),
                latency: Micros(2_000),
                lag: Micros(0),
                outcome: *outcome,
            })
            .collect()
    }

    fn found(outcomes: &[ProbeOutcome]) -> Vec<Outage> {
        let samples = series(outcomes);
        let end = samples.last().map_or(At(0), |s| s.intended + Micros(EVERY));
        outages(&sent(&samples), At(0), end, Micros(EVERY))
    }

    #[test]
    fn fewer_than_five_answers_in_a_row_do_not_end_an_outage() {
        let flapping = [Up, Down, Up, Up, Up, Up, Down, Up, Up, Up, Up, Up];
        let outages = found(&flapping);
        assert_eq!(outages.len(), 1);
        assert_eq!(outages[0].from, Micros(100_000));
        assert_eq!(outages[0].to, Some(Micros(702_000)));
        assert_eq!(outages[0].failed, 2);
    }

    #[test]
    fn an_outage_without_five_answers_lasts_to_the_end() {
        let outages = found(&[Up, Down, Down, Up, Up, Up, Up]);
        assert_eq!(outages[0].to, None);
        assert_eq!(outages[0].length.span, Micros(600_000));
    }

    #[test]
    fn every_outage_is_found() {
        let twice = [Down, Up, Up, Up, Up, Up, Down, Up, Up, Up, Up, Up];
        let starts: Vec<_> = found(&twice).iter().map(|o| o.from.0).collect();
        assert_eq!(starts, [0, 600_000]);
    }

    #[test]
    fn what_was_not_sent_neither_begins_an_outage_nor_ends_one() {
        assert!(found(&[Up, NotSent, NotSent, Up]).is_empty());
        let outages = found(&[Up, NotSent, Down, Up, NotSent, Up, Up, Up, Up, NotSent]);
        assert_eq!(outages.len(), 1);
        assert_eq!(outages[0].from, Micros(200_000));
        assert_eq!(outages[0].to, Some(Micros(302_000)), "five in a row");
        assert_eq!(outages[0].failed, 1);
        let none_sent = found(&[Down, NotSent, NotSent, NotSent, NotSent, NotSent]);
        assert_eq!(none_sent[0].to, None);
    }

    #[test]
    fn an_outage_is_known_as_exactly_as_probes_were_sent_around_it() {
        let plain = [Up, Down, Down, Up, Up, Up, Up, Up];
        let resolution = |outcomes: &[_]| found(outcomes)[0].length.resolution;
        assert_eq!(resolution(&plain), Micros(100_000));
        let late = [Up, NotSent, NotSent, Down, Down, Up, Up, Up, Up, Up];
        assert_eq!(resolution(&late), Micros(300_000));
        let early = [Up, Down, NotSent, Up, Up, Up, Up, Up];
        assert_eq!(resolution(&early), Micros(200_000));
        assert_eq!(resolution(&[NotSent, NotSent, Down]), Micros(200_000));
    }

    #[test]
    fn what_was_not_sent_is_counted_apart() {
        let window = window(series(&[Up, NotSent, Down, NotSent]).iter());
        assert_eq!((window.sent, window.ok, window.failed()), (2, 1, 1));
        assert!(window.outcomes.contains(&(NotSent, 2)));
    }

    proptest! {
        #[test]
        fn every_failure_is_in_exactly_one_outage(ups in prop::collection::vec(any::<bool>(), 0..80)) {
            let outcomes: Vec<_> = ups.iter().map(|up| if *up { Up } else { Down }).collect();
            let outages = found(&outcomes);
            let failed = outcomes.iter().filter(|o| **o == Down).count() as u64;
            prop_assert_eq!(outages.iter().map(|o| o.failed).sum::<u64>(), failed);
            prop_assert!(outages.windows(2).all(|w| w[0].to.is_some_and(|to| to <= w[1].from)));
        }

        #[test]
        fn quantiles_are_in_order(values in prop::collection::vec(0_i64..5_000_000, 1..200)) {
            let values = values.iter().map(|v| Micros(*v));
            let (p50, p99) = (quantile(values.clone(), 0.5), quantile(values.clone(), 0.99));
            prop_assert!(p50 <= p99 && p99 <= values.max());
        }
    }
}
