//! The engine's clock against the lab's, and the only reading of the lab's wall clock.
//!
//! Guarantee: an offset smaller than what the measurement can tell apart is reported as none, and
//! what is told is as exact as it says.

use super::host::Host;
use super::{Subject, Swarm, SwarmError, facts};
use app::model::time::{At, Micros};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How many exchanges are made, unless they are slow.
const EXCHANGES: usize = 8;
/// After this long no further exchange is begun.
const ENOUGH: Duration = Duration::from_secs(1);

/// The engine's clock minus the lab's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockOffset {
    /// To add to a time of the lab; 0 when it cannot be told from none.
    pub offset: Micros,
    /// How far the true offset may be from `offset`; 0 where the two are one clock.
    pub resolution: Micros,
}

/// One question and its answer.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    sent: At,
    engine: At,
    took: Micros,
}

/// Now, by the lab's own clock. Everything else in the server asks `timeline::Clock`.
pub fn lab_now() -> At {
    from_system(SystemTime::now())
}

/// A time of the lab's clock in microseconds; before 1970 it is 0.
fn from_system(time: SystemTime) -> At {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    At(micros(since).0)
}

/// Whole microseconds of a duration; 292,000 years at most.
pub fn micros(duration: Duration) -> Micros {
    Micros(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

impl ClockOffset {
    /// What the engine's clock showed at a moment of the lab's clock.
    pub fn engine(self, lab: At) -> At {
        lab + self.offset
    }

    /// The fastest exchange says most: the engine read its clock somewhen within it. None when
    /// there is no exchange.
    fn of(exchanges: &[Exchange]) -> Option<Self> {
        let best = exchanges.iter().min_by_key(|e| e.took)?;
        let half = Micros((best.took.0 + 1) / 2);
        let offset = best.engine - (best.sent + half);
        let apart = Micros(offset.0.abs());
        Some(if apart > half {
            Self {
                offset,
                resolution: half,
            }
        } else {
            Self {
                offset: Micros(0),
                resolution: half + apart,
            }
        })
    }

    /// Behind a socket of this machine, an engine whose clock cannot be told from the lab's has
    /// the same.
    fn behind(self, host: &Host) -> Self {
        match host {
            Host::Unix(_) if self.offset == Micros(0) => Self::default(),
            _ => self,
        }
    }
}

impl Swarm {
    /// Measures the engine's clock against the lab's: the fastest of eight exchanges (fewer when
    /// they are slow). Errors: the engine cannot be asked, or does not say its time.
    pub async fn clock(&self) -> Result<ClockOffset, SwarmError> {
        let begun = Instant::now();
        let mut exchanges = Vec::with_capacity(EXCHANGES);
        while exchanges.len() < EXCHANGES && (exchanges.is_empty() || begun.elapsed() < ENOUGH) {
            exchanges.push(self.exchange().await?);
        }
        let measured = ClockOffset::of(&exchanges).unwrap_or_default();
        Ok(measured.behind(&self.inner.host))
    }

    async fn exchange(&self) -> Result<Exchange, SwarmError> {
        let (sent, begun) = (lab_now(), Instant::now());
        let info = self.info().await?;
        let took = micros(begun.elapsed());
        let engine = info.system_time.as_deref().and_then(facts::at);
        Ok(Exchange {
            sent,
            engine: engine.ok_or_else(|| self.timeless())?,
            took,
        })
    }

    pub(super) fn timeless(&self) -> SwarmError {
        let odd = super::error::Failure::Unreadable("it does not say its time".to_owned());
        self.explain(odd, Subject::Swarm)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn exchange(sent: i64, engine: i64, took: i64) -> Exchange {
        Exchange {
            sent: At(sent),
            engine: At(engine),
            took: Micros(took),
        }
    }

    #[test]
    fn the_fastest_exchange_decides() {
        let all = [exchange(0, 9_000, 8_000), exchange(10_000, 12_000, 1_000)];
        let offset = ClockOffset::of(&all).unwrap();
        assert_eq!(offset.offset, Micros(1_500));
        assert_eq!(offset.resolution, Micros(500));
        assert_eq!(offset.engine(At(1)), At(1_501));
    }

    #[test]
    fn one_clock_is_known_exactly_and_two_are_not() {
        let socket = Host::parse(None).unwrap();
        let network = Host::parse(Some("tcp://10.0.0.1:2375")).unwrap();
        let same = ClockOffset::of(&[exchange(0, 300, 1_000)]).unwrap();
        let known = |offset: i64, resolution: i64| ClockOffset {
            offset: Micros(offset),
            resolution: Micros(resolution),
        };
        assert_eq!(same, known(0, 700));
        assert_eq!(same.behind(&network), same);
        assert_eq!(same.behind(&socket), ClockOffset::default());
        let other = known(9_000, 500);
        assert_eq!(
            other.behind(&socket),
            other,
            "an engine in a machine of its own"
        );
    }

    proptest! {
        #[test]
        fn a_true_offset_is_found_within_its_resolution(
            truth in -10_000_000_i64..10_000_000,
            legs in proptest::collection::vec((1_i64..50_000, 1_i64..50_000), 1..9),
        ) {
            let mut sent = 1_000_000_000_000;
            let mut all = Vec::new();
            for (there, back) in legs {
                all.push(exchange(sent, sent + there + truth, there + back));
                sent += 100_000;
            }
            let found = ClockOffset::of(&all).unwrap();
            prop_assert!((found.offset.0 - truth).abs() <= found.resolution.0);
            prop_assert!(found.offset.0 == 0 || found.offset.0.abs() > found.resolution.0);
        }
    }
}
