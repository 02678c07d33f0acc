//! The probers' clock: monotonic, read on the engine's time scale.
//!
//! Guarantee: the wall clock is read once, when the clock is made; a wall clock that is set or
//! slewed during a run moves no sample.

use app::model::time::{At, Micros};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Maps monotonic instants to moments on the engine's clock. All probers of a run share one.
#[derive(Debug, Clone, Copy)]
pub struct ProbeClock {
    origin: Instant,
    at: At,
}

impl ProbeClock {
    /// Starts from the lab's wall clock now; `offset` is the engine's clock minus the lab's.
    pub fn from_wall(offset: Micros) -> Self {
        let (origin, wall) = (Instant::now(), SystemTime::now());
        let since_epoch = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            origin,
            at: At(micros(since_epoch)) + offset,
        }
    }

    /// The moment of an instant, on the engine's clock.
    pub fn at(&self, instant: Instant) -> At {
        let after = micros(instant.saturating_duration_since(self.origin));
        let before = micros(self.origin.saturating_duration_since(instant));
        At(self.at.0 + after - before)
    }

    /// The moment now, on the engine's clock.
    pub fn now(&self) -> At {
        self.at(Instant::now())
    }
}

/// Whole microseconds of a duration; 292,000 years at most.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_instants_before_and_after_its_origin() {
        let clock = ProbeClock {
            origin: Instant::now() + Duration::from_hours(1),
            at: At(1_000_000),
        };
        let later = clock.origin + Duration::from_micros(250);
        let earlier = clock.origin - Duration::from_micros(250);
        assert_eq!(clock.at(later), At(1_000_250));
        assert_eq!(clock.at(earlier), At(999_750));
    }

    #[test]
    fn an_offset_moves_every_moment_by_itself() {
        let plain = ProbeClock::from_wall(Micros(0));
        let moved = ProbeClock {
            at: plain.at + Micros(-5_000_000),
            ..plain
        };
        let instant = Instant::now();
        assert_eq!(plain.at(instant) - moved.at(instant), Micros(5_000_000));
    }
}
