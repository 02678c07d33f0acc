//! Words and sentences that several formats use.
//!
//! Guarantee: a thing is called the same in all of them.

use crate::analysis::{Bearing, Finding, Outage, ProbeStats, Severity};
use app::model::record::ProbeOutcome;
use app::model::time::latency;

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

/// A finding's statement, ended so that its detail can follow.
pub fn statement(finding: &Finding) -> String {
    let text = finding.statement.trim_end();
    if text.ends_with(['.', ':', ',', ';', '?']) {
        return text.to_owned();
    }
    let goes_on = finding.detail.starts_with(char::is_lowercase);
    format!("{text}{}", if goes_on { ':' } else { '.' })
}

/// "251 sent after the fault, 197 answered, 54 refused. One outage, 6.3 s (±0.1 s)."
pub fn probe_sentence(probe: &ProbeStats) -> String {
    let window = &probe.after;
    if window.sent == 0 {
        return "none sent after the fault.".to_owned();
    }
    let mut text = format!(
        "{} sent after the fault, {} answered",
        window.sent, window.ok
    );
    for (outcome, n) in &window.outcomes {
        if *outcome != ProbeOutcome::Ok {
            text.extend([format!(", {n} {}", outcome.word())]);
        }
    }
    text.push_str(". ");
    text.push_str(&outages(&probe.outages));
    if let Some(longest) = window.max {
        text.extend([format!(" Longest answer {}.", latency(longest))]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Evidence;

    #[test]
    fn a_statement_ends_before_its_detail() {
        assert_eq!(said("One replica", "6.3 s this time."), "One replica.");
        assert_eq!(said("Open things", "limits, but"), "Open things:");
        assert_eq!(said("Done.", "More."), "Done.");
    }

    fn said(statement: &str, detail: &str) -> String {
        super::statement(&Finding {
            id: "x",
            bearing: Bearing::Neutral,
            statement: statement.to_owned(),
            detail: detail.to_owned(),
            evidence: Evidence::default(),
        })
    }
}
