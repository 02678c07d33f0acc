//! Moments and differences on one clock: the engine's, in UTC, in microseconds.
//!
//! A difference always travels with the resolution it was measured at, so that no display can
//! claim more than was seen.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// A moment: microseconds since the Unix epoch, UTC, on the engine's clock.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
pub struct At(pub i64);

/// A signed difference of two moments, in microseconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
pub struct Micros(pub i64);

impl Micros {
    /// From whole milliseconds.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms * 1_000)
    }

    /// In milliseconds.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }
}

impl Sub for At {
    type Output = Micros;
    fn sub(self, earlier: Self) -> Micros {
        Micros(self.0 - earlier.0)
    }
}

impl Add<Micros> for At {
    type Output = Self;
    fn add(self, difference: Micros) -> Self {
        Self(self.0 + difference.0)
    }
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

/// A duration that was measured: how long, and how exactly that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The difference itself.
    pub span: Micros,
    /// Half-width of what the measurement can tell apart (plus or minus).
    pub resolution: Micros,
}

impl Measured {
    /// How long, as [`length`] writes it.
    pub fn length(self) -> String {
        length(self.span, self.resolution)
    }
}

impl fmt::Display for Measured {
    /// "6.3 s (±0.1 s)", or "less than 0.1 s".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.length())?;
        if is_below(self.span, self.resolution) {
            return Ok(());
        }
        write!(out, " ({})", plus_minus(self.resolution))
    }
}

/// A measured length of time: "0.062 s", "0.25 s", "6.3 s", "2 min 5.1 s", "less than 0.1 s".
///
/// This is the one way to write it, in sentences, tables, pictures and lists alike: tenths from
/// one second on, hundredths below, thousandths below a tenth, minutes from two on; and nowhere
/// more than the resolution supports.
pub fn length(span: Micros, resolution: Micros) -> String {
    if is_below(span, resolution) {
        return format!("less than {}", rough(resolution));
    }
    format!("{} s", digits(span, decimals_for(span, resolution)))
}

/// A measured length whose resolution is not at hand: the same as [`length`] for whatever was
/// measured to a tenth of a second.
pub fn seconds(span: Micros) -> String {
    length(span, Micros(0))
}

/// A moment as its distance from zero, written like a [`length`]: "+5.3 s", "-10.0 s", "0 s". Just
/// after zero it is "+0.0 s", so that it reads on from what is known more exactly.
pub fn offset(span: Micros, resolution: Micros) -> String {
    let text = digits(span, decimals_for(span, resolution));
    if span.0 <= 0 && text.chars().all(|c| matches!(c, '0' | '.')) {
        return "0 s".to_owned();
    }
    let sign = if span.0 < 0 { '-' } else { '+' };
    format!("{sign}{text} s")
}

/// How long something was watched, which nobody measures to the hair: "10 s", "3.4 s", "2 min".
pub fn about(span: Micros) -> String {
    let decimals = match span.0.abs() {
        ..9_950_000 => decimals_for(span, Micros(0)),
        _ => 0,
    };
    in_full(&digits(span, decimals))
}

/// A time that was set, not measured: "15 s", "1.25 s", "0.1 s", "2 min 5 s".
pub fn as_set(span: Micros) -> String {
    in_full(&digits(span, 3))
}

/// How long an answer took: "1.6 ms", "920 ms", "1.3 s".
pub fn latency(span: Micros) -> String {
    match span.0 {
        ..99_950 => format!("{:.1} ms", span.as_millis_f64()),
        99_950..999_500 => format!("{:.0} ms", span.as_millis_f64()),
        _ => seconds(span),
    }
}

/// "±0.05 s", or "±1 ms" where it is less than 10 ms.
pub fn plus_minus(resolution: Micros) -> String {
    format!("±{}", rough(resolution))
}

fn is_below(span: Micros, resolution: Micros) -> bool {
    span.0.abs() < resolution.0
}

/// How many decimals of a second a length has: see [`length`].
fn decimals_for(span: Micros, resolution: Micros) -> usize {
    let supported = match resolution.0.abs() {
        ..5_000 => 3,
        5_000..100_000 => 2,
        100_000..1_000_000 => 1,
        _ => 0,
    };
    let read = match span.0.abs() {
        ..99_500 => 3,
        99_500..995_000 => 2,
        _ => 1,
    };
    supported.min(read)
}

/// Seconds without sign and unit, minutes from two on: "5.3", "2 min 5.1". Halves go up.
fn digits(span: Micros, decimals: usize) -> String {
    let per_second = 10_i64.pow(u32::try_from(decimals).unwrap_or(0));
    let step = 1_000_000 / per_second;
    let steps = (span.0.saturating_abs().saturating_add(step / 2)) / step;
    let (seconds, rest) = (steps / per_second, steps % per_second);
    let (minutes, seconds) = match seconds {
        ..120 => (String::new(), seconds),
        _ => (format!("{} min ", seconds / 60), seconds % 60),
    };
    match decimals {
        0 => format!("{minutes}{seconds}"),
        _ => format!("{minutes}{seconds}.{rest:0decimals$}"),
    }
}

/// With its unit, without decimals that say nothing: "10.0" is "10 s", "2 min 0.0" is "2 min".
fn in_full(digits: &str) -> String {
    let kept = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    match kept.strip_suffix(" min 0") {
        Some(minutes) => format!("{minutes} min"),
        None => format!("{kept} s"),
    }
}

/// One significant digit, or two where the first is a 1: 0.051 s is "0.05 s", 0.15 s stays.
fn rough(resolution: Micros) -> String {
    let (value, unit) = match resolution.0 {
        ..10_000 => (resolution.as_millis_f64(), "ms"),
        _ => (resolution.as_secs_f64(), "s"),
    };
    if value <= 0.0 {
        return format!("0 {unit}");
    }
    let first = 10_f64.powf(value.log10().floor());
    let step = if value / first < 2.0 {
        first / 10.0
    } else {
        first
    };
    format!("{} {unit}", trimmed((value / step).round() * step))
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(span: i64, resolution: i64) -> String {
        Measured {
            span: Micros(span),
            resolution: Micros(resolution),
        }
        .to_string()
    }

    #[test]
    fn shows_no_more_decimals_than_were_measured() {
        assert_eq!(shown(6_312_345, 100_000), "6.3 s (±0.1 s)");
        assert_eq!(shown(6_312_345, 1_000_000), "6 s (±1 s)");
        assert_eq!(shown(62_000, 1_000), "0.062 s (±1 ms)");
        assert_eq!(shown(750_000, 100_200), "0.8 s (±0.1 s)");
        assert_eq!(shown(12_000, 51_000), "less than 0.05 s");
    }

    #[test]
    fn a_length_is_written_alike_however_exactly_it_was_measured() {
        for resolution in [0, 1_000, 50_200, 100_000, 150_200] {
            let resolution = Micros(resolution);
            assert_eq!(length(Micros(10_950_000), resolution), "11.0 s");
            assert_eq!(length(Micros(10_949_999), resolution), "10.9 s");
            assert_eq!(offset(Micros(10_950_000), resolution), "+11.0 s");
            assert_eq!(length(Micros(125_060_000), resolution), "2 min 5.1 s");
            assert_eq!(offset(Micros(-125_060_000), resolution), "-2 min 5.1 s");
        }
    }

    #[test]
    fn reads_like_a_person_says_it() {
        assert_eq!(seconds(Micros(62_000)), "0.062 s");
        assert_eq!(seconds(Micros(99_700)), "0.10 s");
        assert_eq!(seconds(Micros(250_400)), "0.25 s");
        assert_eq!(seconds(Micros(999_000)), "1.0 s");
        assert_eq!(seconds(Micros(6_312_000)), "6.3 s");
        assert_eq!(seconds(Micros(119_990_000)), "2 min 0.0 s");
        assert_eq!(seconds(Micros(125_000_000)), "2 min 5.0 s");
    }

    #[test]
    fn what_was_set_or_watched_has_no_idle_decimals() {
        for (span, both) in [
            (60_000_000, "60 s"),
            (90_000_000, "90 s"),
            (120_000_000, "2 min"),
            (630_000_000, "10 min 30 s"),
            (1_500_000, "1.5 s"),
            (250_000, "0.25 s"),
        ] {
            assert_eq!(as_set(Micros(span)), both);
            assert_eq!(about(Micros(span)), both);
        }
        assert_eq!(as_set(Micros(1_250_000)), "1.25 s");
        assert_eq!(about(Micros(10_149_000)), "10 s");
        assert_eq!(about(Micros(3_349_000)), "3.3 s");
    }

    #[test]
    fn offsets_have_a_sign_and_zero_has_none() {
        assert_eq!(offset(Micros(5_312_000), Micros(100_000)), "+5.3 s");
        assert_eq!(offset(Micros(-10_004_000), Micros(50_000)), "-10.0 s");
        assert_eq!(offset(Micros(0), Micros(1_000)), "0 s");
        assert_eq!(offset(Micros(-400), Micros(1_000)), "0 s");
        assert_eq!(offset(Micros(40_000), Micros(100_000)), "+0.0 s");
        assert_eq!(offset(Micros(5_300_000), Micros(2_000_000)), "+5 s");
    }

    #[test]
    fn resolutions_and_latencies_read_well() {
        assert_eq!(plus_minus(Micros(50_000)), "±0.05 s");
        assert_eq!(plus_minus(Micros(1_000)), "±1 ms");
        assert_eq!(plus_minus(Micros(50_500)), "±0.05 s");
        assert_eq!(plus_minus(Micros(100_500)), "±0.1 s");
        assert_eq!(plus_minus(Micros(150_000)), "±0.15 s");
        assert_eq!(plus_minus(Micros(0)), "±0 ms");
        assert_eq!(latency(Micros(1_600)), "1.6 ms");
        assert_eq!(latency(Micros(920_000)), "920 ms");
        assert_eq!(latency(Micros(1_250_000)), "1.3 s");
    }
}
