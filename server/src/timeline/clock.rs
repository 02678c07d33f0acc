//! What time it is: the engine's clock, for everybody.
//!
//! Guarantee: every time in a run's record went through a [`Clock`] or came from the engine.

use crate::swarm::{ClockOffset, lab_now};
use app::model::time::{At, Micros};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// The engine's clock. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Clock {
    offset: ClockOffset,
    hands: Hands,
}

#[derive(Debug, Clone)]
enum Hands {
    Real,
    /// Stands still but for [`Clock::advance`].
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The engine's clock, given how it differs from the lab's.
    pub fn new(offset: ClockOffset) -> Self {
        Self {
            offset,
            hands: Hands::Real,
        }
    }

    /// A clock that stands still, for tests.
    pub fn fixed(at: At) -> Self {
        Self {
            offset: ClockOffset::default(),
            hands: Hands::Fixed(Arc::new(AtomicI64::new(at.0))),
        }
    }

    /// Moves a clock that stands still; a real one cannot be moved.
    pub fn advance(&self, by: Micros) {
        if let Hands::Fixed(at) = &self.hands {
            at.fetch_add(by.0, Ordering::SeqCst);
        }
    }

    /// Now, on the engine's clock.
    pub fn now(&self) -> At {
        match &self.hands {
            Hands::Real => self.offset.engine(lab_now()),
            Hands::Fixed(at) => At(at.load(Ordering::SeqCst)),
        }
    }

    /// A time of the lab's clock, on the engine's.
    pub fn from_lab(&self, time: SystemTime) -> At {
        self.offset.engine(crate::swarm::from_system(time))
    }

    /// How the engine's clock differs from the lab's.
    pub fn offset(&self) -> ClockOffset {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_time_of_the_lab_is_moved_by_the_offset() {
        let clock = Clock::new(ClockOffset {
            offset: Micros(-2_000),
            resolution: Micros(100),
        });
        let lab = UNIX_EPOCH + Duration::from_millis(10);
        assert_eq!(clock.from_lab(lab), At(8_000));
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(At(5));
        let same = clock.clone();
        assert_eq!(clock.now(), At(5));
        same.advance(Micros(3));
        assert_eq!(clock.now(), At(8));
    }
}
