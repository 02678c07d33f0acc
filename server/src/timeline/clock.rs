//! What time it is: the engine's clock, for everybody.
//!
//! Guarantee: every time in a run's record went through a [`Clock`] or came from the engine. The
//! wall clock is read once, when a clock is made: one that is set or slewed later moves nothing.

use crate::swarm::{ClockOffset, lab_now, micros};
use app::model::time::{At, Micros};
use std::time::Instant;

/// The engine's clock, carried on by the monotonic one. Copies show the same time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
    at: At,
    offset: ClockOffset,
}

impl Clock {
    /// Started from the lab's wall clock now, given how the engine's differs from it.
    pub fn new(offset: ClockOffset) -> Self {
        Self {
            origin: Instant::now(),
            at: offset.engine(lab_now()),
            offset,
        }
    }

    /// Now, on the engine's clock.
    pub fn now(&self) -> At {
        self.at(Instant::now())
    }

    /// The moment of an instant, on the engine's clock.
    pub fn at(&self, instant: Instant) -> At {
        let after = micros(instant.saturating_duration_since(self.origin));
        let before = micros(self.origin.saturating_duration_since(instant));
        self.at + Micros(after.0 - before.0)
    }

    /// How the engine's clock differed from the lab's when this one was started.
    pub fn offset(&self) -> ClockOffset {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn starts_from_the_engines_time() {
        let ahead = Clock::new(ClockOffset {
            offset: Micros(3_600_000_000),
            resolution: Micros(100),
        });
        let apart = ahead.now() - lab_now();
        assert!((Micros(3_540_000_000)..=Micros(3_660_000_000)).contains(&apart));
    }

    #[test]
    fn maps_instants_before_and_after_its_origin() {
        let clock = Clock {
            origin: Instant::now() + Duration::from_hours(1),
            at: At(1_000_000),
            offset: ClockOffset::default(),
        };
        let earlier = Instant::now();
        let ago = clock.origin.saturating_duration_since(earlier);
        assert_eq!(clock.at(earlier), At(1_000_000) + Micros(-micros(ago).0));
        assert_eq!(clock.at(clock.origin + ago), At(1_000_000) + micros(ago));
    }
}
