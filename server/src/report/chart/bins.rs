//! Probes counted over equal stretches of time.
//!
//! Guarantee: every sample within the axis is in exactly one bin; a bin's width is a round number
//! of seconds counted from zero, so that no bin spans the fault.

use super::axis::Axis;
use app::model::record::{ProbeOutcome, ProbeSeries, Sample};
use app::model::time::{At, Micros};
use std::collections::BTreeMap;

/// What one probe was like over one stretch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bin {
    /// Seconds from zero.
    pub from: f64,
    /// Seconds from zero.
    pub to: f64,
    /// Sent, by intention. What the lab could not send is not among them.
    pub sent: u64,
    /// Answered as expected.
    pub ok: u64,
    /// Median latency of the answered ones.
    pub median: Option<Micros>,
    /// Longest latency of the answered ones.
    pub longest: Option<Micros>,
    /// How the others ended, those not sent included.
    pub failures: BTreeMap<ProbeOutcome, u64>,
}

/// Widths that people count in, seconds.
const WIDTHS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0];

/// The narrowest width that leaves a bar at least five pixels, and not more than 120 of them.
pub fn width_for(axis: &Axis) -> f64 {
    WIDTHS
        .into_iter()
        .find(|w| w / axis.per_pixel() >= 5.0 && axis.length() / w <= 120.0)
        .unwrap_or(axis.length())
}

/// Counts a probe's samples; bins without a sample are left out.
pub fn bins(series: &ProbeSeries, zero: At, axis: &Axis) -> Vec<Bin> {
    let width = width_for(axis);
    let mut groups: BTreeMap<i64, Vec<&Sample>> = BTreeMap::new();
    for sample in &series.samples {
        let at = (sample.intended - zero).as_secs_f64();
        if at >= axis.from && at <= axis.to {
            groups.entry(bin_of(at, width)).or_default().push(sample);
        }
    }
    groups
        .into_iter()
        .map(|(number, samples)| {
            let from = number as f64 * width;
            Bin {
                from: from.max(axis.from),
                to: (from + width).min(axis.to),
                ..count(&samples)
            }
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a run lasts at most days")]
fn bin_of(seconds: f64, width: f64) -> i64 {
    (seconds / width).floor() as i64
}

fn count(samples: &[&Sample]) -> Bin {
    let mut bin = Bin::default();
    let mut latencies = Vec::new();
    for sample in samples {
        bin.sent += u64::from(sample.outcome.was_sent());
        if sample.outcome == ProbeOutcome::Ok {
            bin.ok += 1;
            latencies.push(sample.latency);
        } else {
            *bin.failures.entry(sample.outcome).or_default() += 1;
        }
    }
    latencies.sort_unstable();
    bin.median = latencies.get(latencies.len() / 2).copied();
    bin.longest = latencies.last().copied();
    bin
}

impl Bin {
    /// How the others ended, for people: "9 refused, 1 not sent"; empty when all were answered.
    pub fn failures(&self) -> String {
        let each = |(outcome, n): (&ProbeOutcome, &u64)| format!("{n} {}", outcome.word());
        self.failures
            .iter()
            .map(each)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(ms: i64, outcome: ProbeOutcome) -> Sample {
        Sample {
            intended: At(ms * 1_000),
            latency: Micros::from_millis(3),
            lag: Micros(0),
            outcome,
        }
    }

    #[test]
    fn no_bin_spans_the_fault_and_none_is_lost() {
        let axis = Axis {
            from: -2.5,
            to: 20.0,
            left: 100.0,
            right: 900.0,
        };
        let samples = (-25..200)
            .map(|i| {
                let bad = (0..15).contains(&i);
                sample(
                    i * 100,
                    if bad {
                        ProbeOutcome::Refused
                    } else {
                        ProbeOutcome::Ok
                    },
                )
            })
            .collect();
        let series = ProbeSeries {
            name: "api".to_owned(),
            samples,
        };
        let bins = bins(&series, At(0), &axis);
        assert_eq!(bins.iter().map(|b| b.sent).sum::<u64>(), 225);
        assert_eq!(bins.iter().map(|b| b.ok).sum::<u64>(), 210);
        assert!(bins.iter().all(|b| b.to <= 0.0 || b.from >= 0.0));
        let half = bins.iter().find(|b| b.from > 0.9 && b.from < 1.1);
        assert_eq!(
            half.map(|b| (b.ok, b.failures())),
            Some((5, "5 refused".to_owned()))
        );
    }

    #[test]
    fn what_was_not_sent_is_told_but_is_no_loss() {
        let samples = [
            sample(0, ProbeOutcome::Ok),
            sample(100, ProbeOutcome::NotSent),
        ];
        let bin = count(&samples.iter().collect::<Vec<_>>());
        assert_eq!((bin.sent, bin.ok), (1, 1));
        assert_eq!(bin.failures(), "1 not sent");
    }
}
