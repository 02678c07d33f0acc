//! One probe over one second of the engine's clock.
//!
//! Guarantee: what it tells depends only on which samples it was given, not on their order.

use app::model::record::{ProbeOutcome, Sample};
use app::model::stream::Bin;
use app::model::time::{At, Micros};

const SECOND: i64 = 1_000_000;

/// A second under way.
#[derive(Debug)]
pub(super) struct Second {
    at: At,
    sent: u32,
    answered: Vec<i64>,
    longest: i64,
}

impl Second {
    /// The one in which a sample was meant to be sent.
    pub(super) fn of(sample: &Sample) -> Self {
        Self {
            at: beginning(sample),
            sent: 0,
            answered: Vec::new(),
            longest: 0,
        }
    }

    /// Whether a sample was meant to be sent in it.
    pub(super) fn holds(&self, sample: &Sample) -> bool {
        self.at == beginning(sample)
    }

    /// Its end, the beginning of the next.
    pub(super) fn ends(&self) -> At {
        self.at + Micros(SECOND)
    }

    /// Takes a sample that it holds.
    pub(super) fn add(&mut self, sample: Sample) {
        self.sent += 1;
        self.longest = self.longest.max(sample.latency.0);
        if sample.outcome == ProbeOutcome::Ok {
            self.answered.push(sample.latency.0);
        }
    }

    /// What it was like, for the probe at a position of the document.
    pub(super) fn into_bin(mut self, probe: usize) -> Bin {
        let middle = self.answered.len().saturating_sub(1) / 2;
        self.answered.sort_unstable();
        Bin {
            at: self.at,
            probe,
            sent: self.sent,
            ok: u32::try_from(self.answered.len()).unwrap_or(u32::MAX),
            median_us: self.answered.get(middle).copied().unwrap_or_default(),
            max_us: self.longest,
        }
    }
}

fn beginning(sample: &Sample) -> At {
    At(sample.intended.0.div_euclid(SECOND) * SECOND)
}
