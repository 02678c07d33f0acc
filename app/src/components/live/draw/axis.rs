//! The time axis of the live picture.

use super::{LEFT, RIGHT, WIDTH};
use crate::components::live::model::LiveModel;
use crate::model::time::At;

/// The axis: moments to places.
pub struct Axis {
    pub(super) zero: At,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) now: At,
}

impl Axis {
    /// The axis of a picture drawn at a moment.
    pub fn new(model: &LiveModel, now: At) -> Self {
        let (from, to) = model.span(now);
        Self {
            zero: model.zero(),
            from,
            to,
            now,
        }
    }

    /// The place of a moment, kept within the picture.
    pub(super) fn x(&self, at: At) -> f64 {
        self.place((at - self.zero).as_secs_f64())
    }

    /// Where a second from zero stands, in percent of the picture's width.
    pub fn percent(&self, seconds: f64) -> f64 {
        100.0 * self.place(seconds) / WIDTH
    }

    /// The moment at a share of the picture's width, in microseconds from zero.
    pub fn moment(&self, share: f64) -> i64 {
        let within = (share * WIDTH - LEFT) / (RIGHT - LEFT);
        micros(self.from + (self.to - self.from) * within.clamp(0.0, 1.0))
    }

    /// Where it begins and ends, in microseconds from zero.
    pub fn ends(&self) -> (i64, i64) {
        (micros(self.from), micros(self.to))
    }

    pub(super) fn place(&self, seconds: f64) -> f64 {
        let share = (seconds - self.from) / (self.to - self.from);
        LEFT + (RIGHT - LEFT) * share.clamp(0.0, 1.0)
    }

    /// Round seconds between the marks, for about eight of them.
    pub(super) fn step(&self) -> f64 {
        let wanted = (self.to - self.from) / 8.0;
        let round = [
            1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
        ];
        round
            .into_iter()
            .find(|step| *step >= wanted)
            .unwrap_or(7200.0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
pub(super) fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}
