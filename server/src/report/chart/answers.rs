//! Two bands for one probe: answers per second, and the latency of each answer.
//!
//! Guarantee: however many samples there are, at most two dots are drawn per pixel column, the
//! shortest and the longest answer of it.

use super::axis::Axis;
use super::bins::Bin;
use super::ink::Ink;
use super::pen::{Anchor, Pen};
use app::model::record::{ProbeOutcome, ProbeSeries};
use app::model::time::{At, Micros, latency, offset};
use std::collections::BTreeMap;

/// Height of the answers' band.
pub const ANSWERS: f64 = 40.0;
/// Height of the latencies' band, the row of failures included.
pub const LATENCY: f64 = 98.0;
/// Height of the row of failures below the latencies.
pub const FAILURES: f64 = 20.0;

/// Stacked bars: answered as expected from below, the others on top.
pub fn answers(pen: &mut Pen, axis: &Axis, bins: &[Bin], top: f64) {
    let bottom = top + ANSWERS;
    for bin in bins {
        let (left, right) = (axis.x(bin.from) + 0.8, axis.x(bin.to) - 0.8);
        let ok = ANSWERS * bin.ok as f64 / bin.sent.max(1) as f64;
        if right <= left {
            continue;
        }
        if bin.ok > 0 {
            pen.rect(Ink::Good, (left, bottom - ok), (right, bottom));
        }
        if bin.ok < bin.sent {
            pen.rect(Ink::Bad, (left, top), (right, bottom - ok));
        }
    }
    pen.line(Ink::Axis, (axis.left, bottom), (axis.right, bottom));
}

/// What a bin holds, for people.
pub fn describe(bin: &Bin) -> String {
    let at = |seconds: f64| offset(micros(seconds), Micros(0));
    let mut text = format!(
        "{} to {}: {} of {} answered",
        at(bin.from),
        at(bin.to),
        bin.ok,
        bin.sent
    );
    let failures = bin.failures();
    if !failures.is_empty() {
        text.push_str(", ");
        text.push_str(&failures);
    }
    if let (Some(median), Some(longest)) = (bin.median, bin.longest) {
        text.extend([format!(
            "; median answer {}, longest {}",
            latency(median),
            latency(longest)
        )]);
    }
    text
}

#[expect(clippy::cast_possible_truncation, reason = "within a run")]
pub fn micros(seconds: f64) -> Micros {
    Micros((seconds * 1e6).round() as i64)
}

/// A scale of latencies: logarithmic where the range is over 100 times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    /// Fits the latencies of answered probes, in milliseconds.
    pub fn fit(latencies: impl Iterator<Item = f64> + Clone) -> Self {
        let low = latencies.clone().fold(f64::INFINITY, f64::min).max(0.01);
        let high = latencies.fold(0.0_f64, f64::max).max(1.0);
        if low.is_finite() && high / low > 100.0 {
            return Self {
                low: 10_f64.powf(low.log10().floor()),
                high: 10_f64.powf(high.log10().ceil()),
                log: true,
            };
        }
        Self {
            low: 0.0,
            high: round_up(high),
            log: false,
        }
    }

    /// Its name in the margin.
    pub const fn name(&self) -> &'static str {
        if self.log { "log scale" } else { "linear" }
    }

    /// 0 at the bottom, 1 at the top.
    fn share(&self, ms: f64) -> f64 {
        let share = if self.log {
            (ms.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            ms / self.high
        };
        share.clamp(0.0, 1.0)
    }

    /// Round values with their labels.
    fn ticks(&self) -> Vec<(f64, String)> {
        let values = if self.log {
            let decades = (self.high / self.low).log10().round().clamp(1.0, 9.0);
            let step = if decades > 5.0 { 2.0 } else { 1.0 };
            (0_u32..10)
                .map(|i| f64::from(i) * step)
                .take_while(|d| *d <= decades)
                .map(|d| self.low * 10_f64.powf(d))
                .collect()
        } else {
            vec![0.0, self.high / 2.0, self.high]
        };
        values.into_iter().map(|ms| (ms, tick(ms))).collect()
    }
}

fn round_up(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * decade)
        .find(|limit| *limit >= value)
        .unwrap_or(value)
}

fn tick(ms: f64) -> String {
    let text = |value: f64| crate::report::moments::short_number(value);
    if ms >= 1_000.0 {
        format!("{} s", text(ms / 1_000.0))
    } else {
        format!("{} ms", text(ms))
    }
}

/// Dots for answers, a bar below for stretches of failures.
pub fn latencies(pen: &mut Pen, axis: &Axis, series: &ProbeSeries, zero: At, top: f64) -> Scale {
    let answered = series
        .samples
        .iter()
        .filter(|s| s.outcome == ProbeOutcome::Ok);
    let scale = Scale::fit(answered.clone().map(|s| s.latency.as_millis_f64()));
    let bottom = top + LATENCY - FAILURES;
    let y = |ms: f64| bottom - scale.share(ms) * (bottom - top);
    for (ms, label) in scale.ticks() {
        pen.line(Ink::Grid, (axis.left, y(ms)), (axis.right, y(ms)));
        pen.text(Ink::Tick, (axis.left - 8.0, y(ms)), Anchor::End, &label);
    }
    let points = answered.map(|s| {
        (
            axis.x((s.intended - zero).as_secs_f64()),
            s.latency.as_millis_f64(),
        )
    });
    for (x, ms) in thin(points) {
        pen.dot(Ink::Dot, (x, y(ms)), 1.8);
    }
    for (from, to) in failing(series, zero) {
        let (left, right) = (axis.x(from), axis.x(to).max(axis.x(from) + 2.0));
        pen.rect(Ink::Fail, (left, bottom + 12.0), (right, bottom + 16.0));
    }
    scale
}

/// A dot of the picture: pixel, milliseconds.
type Dot = (f64, f64);

/// Of each pixel column with more than two points, the lowest and the highest.
fn thin(points: impl Iterator<Item = Dot>) -> Vec<Dot> {
    let mut columns: BTreeMap<i64, (Dot, Dot)> = BTreeMap::new();
    for (x, ms) in points {
        #[expect(clippy::cast_possible_truncation, reason = "a pixel of the picture")]
        let column = columns.entry(x as i64).or_insert(((x, ms), (x, ms)));
        if ms < column.0.1 {
            column.0 = (x, ms);
        }
        if ms >= column.1.1 {
            column.1 = (x, ms);
        }
    }
    let mut out = Vec::with_capacity(columns.len() * 2);
    for (low, high) in columns.into_values() {
        out.push(low);
        if high != low {
            out.push(high);
        }
    }
    out
}

/// Stretches of sent samples in a row that failed, seconds from zero by intended send.
fn failing(series: &ProbeSeries, zero: At) -> Vec<(f64, f64)> {
    let sent = series.samples.iter().filter(|s| s.outcome.was_sent());
    sent.collect::<Vec<_>>()
        .chunk_by(|a, b| (a.outcome == ProbeOutcome::Ok) == (b.outcome == ProbeOutcome::Ok))
        .filter(|run| run.iter().all(|s| s.outcome != ProbeOutcome::Ok))
        .filter_map(|run| Some((run.first()?.intended, run.last()?.intended)))
        .map(|(from, to)| ((from - zero).as_secs_f64(), (to - zero).as_secs_f64()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::record::Sample;

    #[test]
    fn a_wide_range_is_shown_by_decades_and_a_narrow_one_from_zero() {
        let wide = Scale::fit([1.2, 920.0].into_iter());
        assert!(wide.log);
        let labels = wide.ticks().into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(labels, ["1 ms", "10 ms", "100 ms", "1 s"]);
        let narrow = Scale::fit([1.2, 11.5].into_iter());
        let labels = narrow.ticks().into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(labels, ["0 ms", "10 ms", "20 ms"]);
        let none = Scale::fit(std::iter::empty());
        assert!(none.share(f64::NAN).is_nan() || none.share(1.0) <= 1.0);
    }

    #[test]
    fn what_was_not_sent_is_drawn_neither_as_failed_nor_as_answered() {
        use ProbeOutcome::{NotSent, Ok, Refused};
        let outcomes = [NotSent, Ok, Refused, NotSent, Refused, Ok, NotSent];
        let samples = (0..).zip(outcomes).map(|(second, outcome)| Sample {
            intended: At(second * 1_000_000),
            latency: Micros(0),
            lag: Micros(0),
            outcome,
        });
        let series = ProbeSeries {
            name: "api".to_owned(),
            samples: samples.collect(),
        };
        assert_eq!(failing(&series, At(0)), [(2.0, 4.0)]);
    }

    #[test]
    fn a_column_keeps_its_extremes() {
        let many = (0..1_000).map(|i| (5.0 + f64::from(i) / 2_000.0, f64::from(i % 97)));
        let thin = thin(many);
        assert_eq!(thin.len(), 2);
        assert!((thin[0].1 - 0.0).abs() < 1e-9 && (thin[1].1 - 96.0).abs() < 1e-9);
    }
}
