//! Probes that the lab itself could not send: a stretch that nobody watched.
//!
//! Guarantee: a few of them change nothing but the resolution; where they could hide an outage, or
//! move a share that is claimed, the evidence has a gap.

use super::Evidence;
use super::case::Case;
use super::probes::{IN_A_ROW, between};
use app::model::record::{ProbeSeries, Sample};
use app::model::time::{At, Micros, offset};

/// One in so many may lack, wherever they lie: shares are claimed to about a per cent.
const ONE_IN: usize = 100;

/// The first probe that was not sent too often between the first fault and the end of observation.
pub(super) fn unsent(case: &Case, zero: At) -> Option<(String, Evidence)> {
    case.record.probes.iter().find_map(|series| {
        let due = between(&series.samples, zero, case.end);
        hides(due).then(|| (text(series, due, zero), Evidence::probe(&series.name)))
    })
}

/// Whether what was not sent could hide an outage: as many in a row as end one. Fewer cannot hold
/// both an outage and its end. Or whether there are too many, or nothing else.
fn hides(due: &[Sample]) -> bool {
    let row = usize::from(IN_A_ROW);
    let missing = due.iter().filter(|s| is_unsent(s)).count();
    let in_a_row = due.windows(row).any(|row| row.iter().all(is_unsent));
    let many = missing >= row && missing * ONE_IN > due.len();
    in_a_row || many || (missing > 0 && missing == due.len())
}

fn is_unsent(sample: &Sample) -> bool {
    !sample.outcome.was_sent()
}

/// "the lab itself could not send 40 of the 251 probes of api, between +2.0 s and +6.0 s"
fn text(series: &ProbeSeries, due: &[Sample], zero: At) -> String {
    let mut missing = due.iter().filter(|s| is_unsent(s));
    let number = missing.clone().count();
    let first = missing.next().map_or(zero, |s| s.intended);
    let last = missing.next_back().map_or(first, |s| s.intended);
    let after = |at: At| offset(at - zero, Micros(0));
    format!(
        "the lab itself could not send {number} of the {} probes of {}, between {} and {}",
        due.len(),
        series.name,
        after(first),
        after(last)
    )
}
