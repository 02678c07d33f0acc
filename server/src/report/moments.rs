//! Moments in words: absolute ones with their zone, relative ones written like every other length
//! of time.
//!
//! Guarantee: every relative time in a report counts from the same zero, [`Zero`].

use super::html::{Html, el};
use crate::analysis::Analysis;
use app::model::record::Record;
use app::model::run::Phase;
use app::model::time::{At, Micros, offset};
use app::model::timeline::What;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What every relative time counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zero {
    /// The moment.
    pub at: At,
    /// Whether it is the first fault; otherwise the beginning of the run.
    pub is_fault: bool,
}

impl Zero {
    /// The first fault, or the beginning of a run that sent none.
    pub fn of(record: &Record, analysis: &Analysis) -> Self {
        Self {
            at: analysis.zero.unwrap_or_else(|| beginning(record)),
            is_fault: analysis.zero.is_some(),
        }
    }

    /// What it is, for people: "the moment the first fault was sent".
    pub const fn name(self) -> &'static str {
        if self.is_fault {
            "the moment the first fault was sent"
        } else {
            "the beginning of the run (no fault is on record)"
        }
    }

    /// A relative time that shows the absolute one on hover: "+5.3 s".
    pub fn time(self, at: At, resolution: Micros) -> Html {
        time_as(at, &offset(at - self.at, resolution))
    }
}

/// Words for a time that show the absolute one on hover.
pub fn time_as(at: At, words: &str) -> Html {
    el("time")
        .attr("datetime", iso(at))
        .attr("title", clock(at))
        .with(words)
        .into()
}

fn beginning(record: &Record) -> At {
    record.events.first().map_or(record.run.created, |e| e.at)
}

/// At most three decimals, none that is zero.
pub fn short_number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "23 Nov 2026, 12:21:25 UTC".
pub fn date(at: At) -> String {
    format!("{} UTC", day_and_time(at))
}

/// "23 Nov 2026, 12:21:25", in UTC, where the zone is said elsewhere.
pub fn day_and_time(at: At) -> String {
    formatted(at, "%-d %b %Y, %H:%M:%S")
}

/// "23 Nov 12:21", for axes.
pub fn short_date(at: At) -> String {
    formatted(at, "%-d %b %H:%M")
}

/// "12:21:25.062 UTC".
pub fn clock(at: At) -> String {
    formatted(at, "%H:%M:%S%.3f UTC")
}

/// "2026-11-23 12:21:25.062", in UTC.
pub fn stamp(at: At) -> String {
    formatted(at, "%Y-%m-%d %H:%M:%S%.3f")
}

/// RFC 3339 in UTC, to the microsecond at most.
pub fn iso(at: At) -> String {
    timestamp(at).map_or_else(String::new, |t| t.to_string())
}

fn formatted(at: At, format: &str) -> String {
    timestamp(at).map_or_else(
        || "at no date that a calendar has".to_owned(),
        |t| t.to_zoned(TimeZone::UTC).strftime(format).to_string(),
    )
}

fn timestamp(at: At) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.0).ok()
}

/// When the run first entered a phase.
pub fn entered(record: &Record, wanted: Phase) -> Option<At> {
    record.events.iter().find_map(|event| match event.what {
        What::Phase { phase } if phase == wanted => Some(event.at),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_times_name_their_zone() {
        let at = At(1_795_436_485_062_000);
        assert_eq!(date(at), "23 Nov 2026, 12:21:25 UTC");
        assert_eq!(clock(at), "12:21:25.062 UTC");
        assert_eq!(stamp(at), "2026-11-23 12:21:25.062");
        assert_eq!(iso(at), "2026-11-23T12:21:25.062Z");
        assert_eq!(iso(At(i64::MAX)), "");
    }
}
