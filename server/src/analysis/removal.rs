//! Whether the service itself was removed, or scaled, while the run was on.
//!
//! Guarantee: what was seen after that is not counted: the observation ends there.

use super::Scaled;
use super::case::Case;
use super::words::figure;

/// Where the service did not stay what it was: a sentence without its full stop.
pub(super) fn disturbed(case: &Case) -> Option<String> {
    removed(case).or_else(|| scaled(case))
}

fn scaled(case: &Case) -> Option<String> {
    Some(format!(
        "{} while the run was on, {} after the fault; what came after that is not counted",
        case.scaled()?.text(),
        figure(case.scaled_after()?.after)
    ))
}

/// Where the service was removed while the run was on: a sentence without its full stop.
pub(super) fn removed(case: &Case) -> Option<String> {
    let event = case.all().find(|e| e.is_removal() && e.at <= case.end)?;
    let start = "the service was removed while the run was on";
    if case.zero().is_none_or(|zero| event.at < zero) {
        return Some(format!(
            "{start}, before the fault, so there was nothing to hit"
        ));
    }
    Some(format!(
        "{start}, {} after the fault, so what was seen may come from that",
        figure(case.moment(event).after)
    ))
}

impl Scaled {
    /// "the service was scaled from 1 to 0".
    pub fn text(self) -> String {
        format!("the service was scaled from {} to {}", self.from, self.to)
    }
}
