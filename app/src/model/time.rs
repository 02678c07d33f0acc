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

impl fmt::Display for Measured {
    /// "6.3 s (±0.1 s)"; as many decimals as the resolution supports, at most three.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = decimals_for(self.span, self.resolution);
        write!(
            out,
            "{:.decimals$} s (±{} s)",
            self.span.as_secs_f64(),
            trimmed(self.resolution.as_secs_f64().max(0.001)),
        )
    }
}

/// How many decimals of a second to show: as many as the resolution supports, and from one second
/// on no more than people read (0 to 3).
pub fn decimals_for(span: Micros, resolution: Micros) -> usize {
    let supported = match resolution.0.abs() {
        0..=4_999 => 3,
        5_000..=99_999 => 2,
        100_000..=999_999 => 1,
        _ => 0,
    };
    supported.min(if span.0.abs() < 1_000_000 { 3 } else { 2 })
}

/// Seconds as people read them: "0.06 s", "6.3 s", "12 s", "2 min 5 s".
pub fn seconds(span: Micros) -> String {
    let s = span.as_secs_f64();
    match s.abs() {
        a if a < 0.0995 => format!("{s:.3} s"),
        a if a < 9.995 => format!("{s:.2} s"),
        a if a < 119.95 => format!("{s:.1} s"),
        a => {
            let whole = a.round();
            format!(
                "{}{} min {} s",
                if s < 0.0 { "-" } else { "" },
                (whole / 60.0).floor(),
                whole % 60.0
            )
        }
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_more_decimals_than_were_measured() {
        let shown = |span, resolution| {
            Measured {
                span: Micros(span),
                resolution: Micros(resolution),
            }
            .to_string()
        };
        assert_eq!(shown(6_312_345, 100_000), "6.3 s (±0.1 s)");
        assert_eq!(shown(10_741_000, 50_000), "10.74 s (±0.05 s)");
        assert_eq!(shown(62_000, 1_000), "0.062 s (±0.001 s)");
    }

    #[test]
    fn reads_like_a_person_says_it() {
        assert_eq!(seconds(Micros(62_000)), "0.062 s");
        assert_eq!(seconds(Micros(6_312_000)), "6.31 s");
        assert_eq!(seconds(Micros(10_740_000)), "10.7 s");
        assert_eq!(seconds(Micros(125_000_000)), "2 min 5 s");
    }
}
