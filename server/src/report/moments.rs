//! Moments in words: absolute ones with their zone, relative ones with no more digits than were
//! measured.
//!
//! Guarantee: every relative time in a report counts from the same zero, [`Zero`].

use super::html::{Html, el};
use crate::analysis::Analysis;
use app::model::record::Record;
use app::model::run::Phase;
use app::model::time::{At, Micros, decimals_for};
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
            "the beginning of the run (no fault was sent)"
        }
    }

    /// A relative time that shows the absolute one on hover: "+5.3 s".
    pub fn time(self, at: At, resolution: Micros) -> Html {
        time_as(at, &after(at - self.at, resolution))
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

/// "+5.3 s", "-10.0 s", "0 s"; as many decimals as the resolution supports.
pub fn after(span: Micros, resolution: Micros) -> String {
    let decimals = decimals_for(span, resolution);
    let text = format!("{:+.decimals$}", span.as_secs_f64());
    if text.chars().all(|c| !c.is_ascii_digit() || c == '0') {
        return "0 s".to_owned();
    }
    format!("{text} s")
}

/// "6.3 s": as many decimals as the resolution supports.
pub fn lasting(span: Micros, resolution: Micros) -> String {
    let decimals = decimals_for(span, resolution);
    format!("{:.decimals$} s", span.as_secs_f64())
}

/// "±0.05 s", or "±1 ms" where it is less than 10 ms.
pub fn plus_minus(resolution: Micros) -> String {
    if resolution.0 < 10_000 {
        return format!("±{} ms", roughly(resolution.as_millis_f64()));
    }
    format!("±{} s", roughly(resolution.as_secs_f64()))
}

/// One significant digit, or two where the first is a 1: 0.051 is 0.05, 0.15 stays.
fn roughly(value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    let first = 10_f64.powf(value.log10().floor());
    let step = if value / first < 2.0 {
        first / 10.0
    } else {
        first
    };
    short_number((value / step).round() * step)
}

/// A latency: "1.6 ms", "0.92 s".
pub fn latency(span: Micros) -> String {
    match span.0 {
        us if us < 100_000 => format!("{:.1} ms", span.as_millis_f64()),
        us if us < 1_000_000 => format!("{:.0} ms", span.as_millis_f64()),
        _ => format!("{:.2} s", span.as_secs_f64()),
    }
}

/// A planned or roughly known length: "25 s", "1.5 s".
pub fn about(span: Micros) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 9.95 {
        format!("{} s", short_number((seconds * 10.0).round() / 10.0))
    } else {
        format!("{seconds:.0} s")
    }
}

/// At most three decimals, none that is zero.
pub fn short_number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "23 November 2026, 12:21:25 UTC".
pub fn date(at: At) -> String {
    formatted(at, "%-d %B %Y, %H:%M:%S UTC")
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
    fn relative_times_claim_no_more_than_was_measured() {
        assert_eq!(after(Micros(5_312_000), Micros(100_000)), "+5.3 s");
        assert_eq!(after(Micros(-10_004_000), Micros(50_000)), "-10.00 s");
        assert_eq!(after(Micros(0), Micros(1_000)), "0 s");
        assert_eq!(after(Micros(-400), Micros(1_000)), "0 s");
        assert_eq!(lasting(Micros(4_852_000), Micros(50_000)), "4.85 s");
        assert_eq!(plus_minus(Micros(50_000)), "±0.05 s");
        assert_eq!(plus_minus(Micros(1_000)), "±1 ms");
        assert_eq!(plus_minus(Micros(50_500)), "±0.05 s");
        assert_eq!(plus_minus(Micros(100_500)), "±0.1 s");
        assert_eq!(plus_minus(Micros(150_000)), "±0.15 s");
        assert_eq!(plus_minus(Micros(0)), "±0 ms");
    }

    #[test]
    fn absolute_times_name_their_zone() {
        let at = At(1_795_436_485_062_000);
        assert_eq!(date(at), "23 November 2026, 12:21:25 UTC");
        assert_eq!(clock(at), "12:21:25.062 UTC");
        assert_eq!(stamp(at), "2026-11-23 12:21:25.062");
        assert_eq!(iso(at), "2026-11-23T12:21:25.062Z");
        assert_eq!(iso(At(i64::MAX)), "");
    }

    #[test]
    fn latencies_read_well() {
        assert_eq!(latency(Micros(1_600)), "1.6 ms");
        assert_eq!(latency(Micros(920_000)), "920 ms");
        assert_eq!(latency(Micros(1_250_000)), "1.25 s");
    }
}
