//! The time axis that everything in a picture hangs on.
//!
//! Guarantee: at most ten ticks, all at round values, zero among them where it is in range.

use super::ink::Ink;
use super::pen::{Anchor, Pen};

/// How wide a picture is drawn, once for wide screens and once for narrow ones, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// The picture's id.
    pub id: &'static str,
    /// The whole picture.
    pub width: u32,
    /// Where its axis begins.
    pub left: f64,
    /// Where its axis ends.
    pub right: f64,
}

/// Seconds from zero, laid out over pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Seconds at the left end.
    pub from: f64,
    /// Seconds at the right end, more than `from`.
    pub to: f64,
    /// Pixel of the left end.
    pub left: f64,
    /// Pixel of the right end.
    pub right: f64,
}

/// What the value of a tick needs, in pixels.
const TICK: f64 = 48.0;

/// Distances between ticks that people count in.
const STEPS: [f64; 21] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
    1_200.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
];

impl Axis {
    /// The pixel of a moment, within the axis.
    pub fn x(&self, seconds: f64) -> f64 {
        let share = (seconds - self.from) / self.length();
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Seconds from end to end, never zero.
    pub fn length(&self) -> f64 {
        (self.to - self.from).max(0.001)
    }

    /// Seconds per pixel.
    pub fn per_pixel(&self) -> f64 {
        self.length() / (self.right - self.left).max(1.0)
    }

    /// Round moments within the axis.
    pub fn ticks(&self) -> Vec<f64> {
        let step = round_step(self.length(), self.right - self.left);
        let first = (self.from / step - 0.001).ceil();
        (0..=10)
            .map(|i| (first + f64::from(i)) * step)
            .take_while(|t| *t <= self.to + step * 0.001)
            .collect()
    }

    /// Draws the grid and the values below it.
    pub fn draw(&self, pen: &mut Pen, top: f64, bottom: f64, signed: bool) {
        for tick in self.ticks() {
            let x = self.x(tick);
            pen.line(Ink::Grid, (x, top), (x, bottom));
            pen.text(
                Ink::Tick,
                (x, bottom + 14.0),
                Anchor::Middle,
                &label(tick, signed),
            );
        }
    }
}

/// The smallest step that people count in and that gives at most ten ticks, none on another.
fn round_step(length: f64, pixels: f64) -> f64 {
    let most = (pixels / TICK).clamp(1.0, 9.0);
    STEPS
        .into_iter()
        .find(|step| length / step <= most)
        .unwrap_or(length / most)
}

/// "+5 s", "-10 s", "0", "+2 min", "+2:30 min".
pub fn label(seconds: f64, signed: bool) -> String {
    let size = seconds.abs();
    if size < 0.000_5 {
        return if signed {
            "0".to_owned()
        } else {
            "0 s".to_owned()
        };
    }
    let sign = match (seconds < 0.0, signed) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    if size < 120.0 {
        return format!("{sign}{} s", (size * 1_000.0).round() / 1_000.0);
    }
    let (minutes, rest) = ((size / 60.0).floor(), size % 60.0);
    if rest < 0.5 {
        format!("{sign}{minutes} min")
    } else {
        format!("{sign}{minutes}:{rest:02.0} min")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(from: f64, to: f64) -> Axis {
        Axis {
            from,
            to,
            left: 100.0,
            right: 900.0,
        }
    }

    #[test]
    fn ticks_are_few_and_round() {
        assert_eq!(
            axis(-10.0, 25.0).ticks(),
            [-10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
        );
        for length in [0.0, 0.05, 1.0, 11.3, 70.0, 600.0, 86_400.0, 900_000.0] {
            let ticks = axis(-length / 5.0, length).ticks();
            assert!(ticks.len() <= 11, "{length}: {ticks:?}");
        }
    }

    #[test]
    fn moments_stay_within() {
        let axis = axis(-10.0, 30.0);
        assert!((axis.x(0.0) - 300.0).abs() < 1e-9);
        assert!((axis.x(-99.0) - 100.0).abs() < 1e-9);
        assert!((axis.x(99.0) - 900.0).abs() < 1e-9);
    }

    #[test]
    fn labels_read_well() {
        assert_eq!(label(5.0, true), "+5 s");
        assert_eq!(label(-0.2, true), "-0.2 s");
        assert_eq!(label(0.0, true), "0");
        assert_eq!(label(11.0, false), "11 s");
        assert_eq!(label(150.0, true), "+2:30 min");
        assert_eq!(label(600.0, false), "10 min");
    }
}
