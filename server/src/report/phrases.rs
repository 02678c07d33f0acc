//! Words and sentences that several formats use.
//!
//! Guarantee: a thing is called the same in all of them.

use super::moments::latency;
use crate::analysis::{Bearing, Outage, ProbeStats, Severity};
use app::model::record::ProbeOutcome;
use app::model::run::Verdict;

/// The word for a finding's bearing.
pub const fn bearing(bearing: Bearing) -> &'static str {
    match bearing {
        Bearing::Weakness => "weakness",
        Bearing::Strength => "strength",
        Bearing::Neutral => "neutral",
    }
}

/// The word for how pressing a recommendation is.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// What a verdict means, one sentence.
pub const fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "Everything that was claimed held.",
        Verdict::Violated => "At least one claim did not hold.",
        Verdict::Aborted => "The run ended early.",
        Verdict::Invalid => "Nothing can be concluded from this run.",
        Verdict::Refused => "The run did not start; nothing was touched.",
    }
}

/// "251 sent after the fault, 197 answered, 54 refused. One outage, 6.3 s (±0.1 s)."
pub fn probe_sentence(probe: &ProbeStats) -> String {
    let window = &probe.after;
    let mut text = format!(
        "{} sent after the fault, {} answered",
        window.sent, window.ok
    );
    for (outcome, n) in &window.outcomes {
        if *outcome != ProbeOutcome::Ok {
            text.push_str(&format!(", {n} {}", outcome.word()));
        }
    }
    text.push_str(". ");
    text.push_str(&outages(&probe.outages));
    if let Some(longest) = window.max {
        text.push_str(&format!(" Longest answer {}.", latency(longest)));
    }
    text
}

/// "One outage, 6.3 s (±0.1 s)."
pub fn outages(outages: &[Outage]) -> String {
    let lengths = outages.iter().map(|outage| {
        let open = if outage.to.is_none() {
            " and not over"
        } else {
            ""
        };
        format!("{}{open}", outage.length)
    });
    let lengths = lengths.collect::<Vec<_>>();
    match lengths.as_slice() {
        [] => "No outage.".to_owned(),
        [one] => format!("One outage, {one}."),
        many => format!("{} outages: {}.", many.len(), many.join(", ")),
    }
}
