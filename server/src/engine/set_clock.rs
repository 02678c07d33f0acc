//! Whether a clock was set while a run is on.
//!
//! The run's own moments come from a monotonic clock, those of the swarm from the engine's wall
//! clock. Once that is set, or has run away, moments of the two no longer compare.

use app::model::time::{At, Micros, seconds};
use app::model::timeline::What;

/// What the two may move apart before that is told; figures are to be right within 100 ms.
const APART: Micros = Micros(50_000);

/// Between two readings of the run's clock more time than this says nothing about a third.
const TOO_LONG: Micros = Micros(10_000);

/// Compares the run's clock with the engine's.
#[derive(Debug)]
pub struct SetClock {
    /// The engine's minus the run's, as last told.
    apart: Micros,
    /// When they were last compared, by the run's.
    compared: At,
    /// What they may move apart.
    allowed: Micros,
}

impl SetClock {
    /// From a moment at which the run's clock was set by the engine's, which is known to
    /// `resolution`.
    pub fn new(now: At, resolution: Micros) -> Self {
        Self {
            apart: Micros(0),
            compared: now,
            allowed: APART + resolution + resolution,
        }
    }

    /// Takes a reading of the engine's clock between two of the run's. A gap where they have moved
    /// apart since last told.
    pub fn compare(&mut self, before: At, engine: At, after: At) -> Option<What> {
        if after - before > TOO_LONG {
            return None;
        }
        let from = std::mem::replace(&mut self.compared, after);
        let apart = engine - after;
        let moved = apart.0 - self.apart.0;
        if moved.abs() <= self.allowed.0 {
            return None;
        }
        self.apart = apart;
        let way = if moved > 0 { "forward" } else { "back" };
        Some(What::Gap {
            text: format!(
                "the engine's clock was set, or ran, {way} by {}; moments told by the swarm and by \
                 the lab do not compare over this",
                seconds(Micros(moved.abs()))
            ),
            from,
            to: after,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000_000_000;

    /// The gap that a look after so many milliseconds tells of, with the engine's clock so far off.
    fn look(clock: &mut SetClock, ms: i64, off: i64) -> Option<(i64, i64)> {
        let now = At(START + ms * 1_000);
        let engine = now + Micros(off * 1_000);
        match clock.compare(now, engine, now)? {
            What::Gap { from, to, .. } => Some(((from.0 - START) / 1_000, (to.0 - START) / 1_000)),
            _ => None,
        }
    }

    #[test]
    fn each_setting_is_told_once_with_the_time_in_which_it_was() {
        let mut clock = SetClock::new(At(START), Micros(1_000));
        assert_eq!(look(&mut clock, 200, 0), None);
        assert_eq!(look(&mut clock, 400, -40), None, "below what is allowed");
        assert_eq!(look(&mut clock, 600, 5_000), Some((400, 600)));
        assert_eq!(look(&mut clock, 800, 5_001), None);
        assert_eq!(look(&mut clock, 1_000, 0), Some((800, 1_000)));
    }

    #[test]
    fn a_slow_move_is_told_when_it_is_too_much() {
        let mut clock = SetClock::new(At(START), Micros(0));
        let told = (1..=20).filter(|step| look(&mut clock, step * 60_000, -10 * step).is_some());
        assert_eq!(told.collect::<Vec<_>>(), [6, 12, 18]);
    }

    #[test]
    fn a_reading_that_took_long_says_nothing() {
        let mut clock = SetClock::new(At(START), Micros(0));
        let (before, after) = (At(START), At(START + 300_000));
        assert_eq!(clock.compare(before, before, after), None);
        assert_eq!(look(&mut clock, 400, 0), None);
    }
}
