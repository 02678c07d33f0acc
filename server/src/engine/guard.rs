//! Guards: conditions that abort a run at once.
//!
//! Guarantee: a guard trips only on what was measured, never on missing measurements.

use crate::probes::Availability;
use app::model::experiment::Guard;
use app::model::time::At;

/// The first guard whose condition is met, in words.
pub fn tripped(guards: &[Guard], seen: &Availability, now: At) -> Option<String> {
    guards.iter().map(|guard| &guard.abort_when).find_map(|when| {
        let below = seen.below(when.availability_below, when.lasting, now);
        below.then(|| format!("availability stayed below {} for {}", when.availability_below, when.lasting))
    })
}
