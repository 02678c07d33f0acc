//! Pure functions: a run's record -> measurements -> findings -> recommendations.
//!
//! Guarantee: no I/O, no clock, no randomness; the same record and the same [`RULES`] always give
//! the same analysis, so a stored run can be analysed again at any time.

mod case;
mod claims;
mod config;
mod definition;
mod evidence;
mod findings;
mod hits;
mod lead;
mod not_shown;
mod probes;
mod reach;
mod recovery;
mod removal;
mod rules;
mod slots;
mod split;
mod study;
mod types;
mod unsent;
mod verdict;
mod words;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use findings::is_without_service;
pub use types::*;

use app::model::record::Record;
use app::model::time::Micros;
use case::Case;
use study::Study;

/// The version of the rules; raise it when findings or recommendations change their meaning.
pub const RULES: u32 = 6;

/// Works out what a record shows.
pub fn analyse(record: &Record) -> Analysis {
    let study = Study::of(Case::new(record));
    let findings = findings::findings(&study);
    let recommendations = rules::recommendations(&study, &findings);
    Analysis {
        rules: RULES,
        verdict: study.verdict,
        lead: lead::lead(&study),
        zero: study.case.zero(),
        scaled: study.case.scaled(),
        not_shown: not_shown::not_shown(&study),
        compared: study
            .comparison
            .as_ref()
            .map(config::Comparison::listed)
            .unwrap_or_default(),
        findings,
        recommendations,
        reason: study.reason,
        recovery: study.recovery,
        split: study.split,
        checks: study.claims,
        probes: study.probes,
        hits: study.hits,
    }
}

/// What lists and charts of many runs show of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// From the fault to full strength.
    pub recovery: Option<Micros>,
    /// Set where it never recovered: the time that was watched.
    pub not_recovered_within: Option<Micros>,
    /// The longest outage of any probe; zero where probes lost nothing, none without probes.
    pub outage: Option<Micros>,
    /// Whether that outage was not over when the run ended: then it lasted at least as long.
    pub outage_open: bool,
}

/// The figures of an analysis.
pub fn figures(analysis: &Analysis) -> Figures {
    let probed = analysis.probes.iter().any(|p| p.after.sent > 0);
    let outages = analysis
        .probes
        .iter()
        .filter_map(ProbeStats::longest_outage);
    let longest = outages.max_by_key(|o| o.length.span);
    // Full strength at zero: it was never below, so there is no recovery to list.
    let recovered = analysis.recovery.full_strength.as_ref();
    Figures {
        recovery: recovered.map(|m| m.after.span).filter(|span| span.0 > 0),
        not_recovered_within: analysis.recovery.not_within,
        outage: longest
            .map(|o| o.length.span)
            .or(probed.then_some(Micros(0))),
        outage_open: longest.is_some_and(|o| o.to.is_none()),
    }
}
