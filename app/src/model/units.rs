//! Durations and percentages as people write them, checked where they are read.
//!
//! A value of these types is always in range: there is no negative duration and no 130 %.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The longest duration an experiment may name: one day.
pub const LONGEST: Duration = Duration::from_hours(24);

/// A duration as written in an experiment: "100ms", "15s", "1m30s", "2h". At most one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(Duration);

/// A percentage from 0 to 100, written "80%" or "99.9 %".
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(f64);

/// Why a written value was refused: a sentence with the way to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadUnit(pub String);

impl fmt::Display for BadUnit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BadUnit {}

impl Span {
    /// Refuses more than [`LONGEST`].
    pub fn try_new(duration: Duration) -> Result<Self, BadUnit> {
        if duration > LONGEST {
            return Err(BadUnit(format!(
                "{duration:?} is longer than a day: write at most 24h"
            )));
        }
        Ok(Self(duration))
    }

    /// From seconds, for constants; longer than a day becomes a day.
    pub const fn secs(seconds: u64) -> Self {
        let day = LONGEST.as_secs();
        Self(Duration::from_secs(if seconds > day {
            day
        } else {
            seconds
        }))
    }

    /// From milliseconds, for constants; longer than a day becomes a day.
    pub const fn millis(ms: u64) -> Self {
        if ms > 86_400_000 {
            Self(LONGEST)
        } else {
            Self(Duration::from_millis(ms))
        }
    }

    /// As the standard library's type.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// Whether it is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// In microseconds.
    pub fn micros(self) -> i64 {
        i64::try_from(self.0.as_micros()).unwrap_or(i64::MAX)
    }
}

/// Microseconds in each unit people write, longest first.
const UNITS: [(&str, u64); 5] = [
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

impl FromStr for Span {
    type Err = BadUnit;

    fn from_str(text: &str) -> Result<Self, BadUnit> {
        let bad = |why: &str| BadUnit(format!("\"{text}\" is no duration: {why}"));
        let mut rest = text.trim();
        if rest.starts_with('-') {
            return Err(bad("a duration cannot be negative, write for example 15s"));
        }
        if rest.is_empty() {
            return Err(bad("write for example 15s"));
        }
        let mut total = 0_f64;
        while !rest.is_empty() {
            let (number, after) = split_number(rest);
            let value: f64 = number
                .parse()
                .map_err(|_| bad("write a number and a unit, for example 15s"))?;
            let (unit, after) = split_unit(after.trim_start());
            let scale = UNITS.iter().find(|(name, _)| *name == normal_unit(unit));
            let Some((_, scale)) = scale else {
                return Err(bad(&unknown_unit(number, unit)));
            };
            total += value * (*scale as f64);
            rest = after.trim_start();
        }
        if total > LONGEST.as_micros() as f64 {
            return Err(bad("longer than a day, write at most 24h"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to one day"
        )]
        Ok(Self(Duration::from_micros(total.round() as u64)))
    }
}

fn unknown_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() {
        format!("it has no unit, write {number}s or {number}ms")
    } else {
        format!("\"{unit}\" is no unit, write {number}s")
    }
}

fn normal_unit(unit: &str) -> &str {
    match unit {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hour" | "hours" => "h",
        "µs" => "us",
        other => other,
    }
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.split_at(end)
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for Span {
    /// The shortest exact way to write it: "90s" becomes "1m30s", 1500 ms "1.5s" stays "1s500ms".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX);
        if left == 0 {
            return out.write_str("0s");
        }
        for (name, size) in UNITS {
            if left >= size {
                write!(out, "{}{name}", left / size)?;
                left %= size;
            }
        }
        Ok(())
    }
}

impl Percent {
    /// Refuses what is not within 0 to 100.
    pub fn try_new(value: f64) -> Result<Self, BadUnit> {
        if (0.0..=100.0).contains(&value) {
            return Ok(Self(value));
        }
        Err(BadUnit(format!(
            "{value} % is no percentage: write 0% to 100%"
        )))
    }

    /// 0 to 100.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// 0 to 1.
    pub fn ratio(self) -> f64 {
        self.0 / 100.0
    }
}

impl FromStr for Percent {
    type Err = BadUnit;

    fn from_str(text: &str) -> Result<Self, BadUnit> {
        let bad = || {
            BadUnit(format!(
                "\"{text}\" is no percentage: write for example 80%"
            ))
        };
        let number = text.trim().strip_suffix('%').ok_or_else(bad)?;
        Self::try_new(number.trim().parse().map_err(|_| bad())?)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}%", self.0)
    }
}

macro_rules! as_text {
    ($name:ident, $pattern:literal, $example:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(D::Error::custom)
            }
        }

        #[cfg(feature = "ssr")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "pattern": $pattern, "examples": [$example]
                })
            }
        }
    };
}

as_text!(Span, r"^\s*(\d+(\.\d+)?\s*[a-zµ]+\s*)+$", "15s");
as_text!(Percent, r"^\s*\d+(\.\d+)?\s*%$", "80%");

/// A whole number as people read it, in groups of three from 10,000 on.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        let micros = |text: &str| text.parse::<Span>().map(Span::micros);
        assert_eq!(micros("100ms"), Ok(100_000));
        assert_eq!(micros("15 s"), Ok(15_000_000));
        assert_eq!(micros("1m30s"), Ok(90_000_000));
        assert_eq!(micros("1.5s"), Ok(1_500_000));
        assert_eq!(micros("2 min"), Ok(120_000_000));
    }

    #[test]
    fn large_numbers_are_grouped() {
        let all = [9_999, 12_345, 123_456, 1_234_567];
        let read = ["9999", "12,345", "123,456", "1,234,567"];
        assert_eq!(all.map(grouped), read);
    }

    #[test]
    fn says_how_to_write_it_right() {
        let why = |text: &str| text.parse::<Span>().err().map(|e| e.0).unwrap_or_default();
        assert_eq!(
            why("15 sek"),
            "\"15 sek\" is no duration: \"sek\" is no unit, write 15s"
        );
        assert_eq!(
            why("15"),
            "\"15\" is no duration: it has no unit, write 15s or 15ms"
        );
        assert!(why("-3s").contains("cannot be negative"));
        assert!(why("99999h").contains("longer than a day"));
        assert!(why("").contains("write for example 15s"));
        assert!("130%".parse::<Percent>().is_err());
        assert!("80".parse::<Percent>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_the_same(micros in 0_u64..86_400_000_000) {
            let span = Span::try_new(Duration::from_micros(micros)).map_err(|e| TestCaseError::fail(e.0))?;
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = text.parse::<Span>();
            let _ = text.parse::<Percent>();
        }
    }
}
