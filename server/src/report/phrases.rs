//! Words and sentences that several formats use.
//!
//! Guarantee: a thing is called the same in all of them.

use crate::analysis::{Bearing, Finding, Outage, ProbeStats, Severity};
use app::model::record::ProbeOutcome;
use app::model::time::latency;

/// Outages named in a sentence at most.
const MOST_NAMED: usize = 5;

/// Beside the parts of a recovery and their total.
pub const ROUNDED: &str =
    "Each part is rounded by itself: as printed, they may not add up exactly.";

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

/// "One outage, 6.3 s (±0.1 s)."; of many, the first few by their lengths.
pub fn outages(outages: &[Outage]) -> String {
    let lengths = outages.iter().take(MOST_NAMED).map(|outage| {
        let open = if outage.to.is_none() {
            " and not over at the end"
        } else {
            ""
        };
        format!("{}{open}", outage.length)
    });
    let lengths = lengths.collect::<Vec<_>>();
    match lengths.as_slice() {
        [] => "No outage.".to_owned(),
        [one] => format!("One outage, {one}."),
        named => {
            let more = match outages.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{} outages: {}{more}.", outages.len(), named.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Evidence;
    use crate::report::sample;
    use app::model::time::Micros;

    #[test]
    fn a_statement_ends_before_its_detail() {
        assert_eq!(said("One replica", "6.3 s this time."), "One replica.");
        assert_eq!(said("Open things", "limits, but"), "Open things:");
        assert_eq!(said("Done.", "More."), "Done.");
    }

    #[test]
    fn of_many_outages_the_first_few_are_named() {
        let (_, analysis) = sample::kill();
        let many = vec![analysis.probes[0].outages[0].clone(); 12];
        let one = "6.3 s (±0.1 s)";
        assert_eq!(outages(&many[..1]), format!("One outage, {one}."));
        let five = [one; 5].join(", ");
        assert_eq!(outages(&many[..5]), format!("5 outages: {five}."));
        assert_eq!(outages(&many), format!("12 outages: {five} and 7 more."));
    }

    #[test]
    fn an_outage_in_which_some_was_answered_is_not_without_service() {
        let (_, analysis) = sample::kill();
        let mut probes = analysis.probes;
        let is_gone = |probes: &[ProbeStats]| {
            let probe = &probes[0];
            crate::analysis::is_without_service(probes, probe, &probe.outages[0])
        };
        assert!(is_gone(&probes));
        probes.push(probes[0].clone());
        assert!(is_gone(&probes), "gone for both");
        probes[1].outages[0].from = Micros(20_000_000);
        assert!(!is_gone(&probes), "the other was served meanwhile");
        probes.truncate(1);
        probes[0].outages[0].failed = 40;
        assert!(!is_gone(&probes), "some was answered");
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
