//! Probes: answers and latency, second by second.

use super::axis::Axis;
use super::{ANSWERS, LATENCY, LEFT, RIGHT};
use crate::components::live::model::ProbeLane;
use crate::components::svg::{Anchor, Area, Svg};
use crate::model::stream::Bin;
use crate::model::time::Micros;

/// A probe: answered and not, each second; below it the median and the longest answer.
pub(super) fn probe(svg: &mut Svg, axis: &Axis, lane: &ProbeLane, y: f64) -> f64 {
    svg.text("lane", Anchor::Start, 0.0, y + 14.0, &lane.name);
    svg.text("tick", Anchor::Start, 0.0, y + 28.0, "ok, each second");
    let top = y + ANSWERS + 8.0;
    svg.text("tick", Anchor::Start, 0.0, top + 14.0, "latency, log");
    for (label, us) in [("1 s", 1e6), ("100 ms", 1e5), ("10 ms", 1e4), ("1 ms", 1e3)] {
        let at = top + log_place(us);
        svg.path("grid", &format!("M{LEFT:.0} {at:.1}H{RIGHT:.0}"));
        svg.text("tick", Anchor::End, LEFT - 6.0, at + 4.0, label);
    }
    let mut dots = String::new();
    let mut peaks = String::new();
    for bin in &lane.bins {
        answers(svg, axis, bin, y);
        let x = axis.x(bin.at + Micros(500_000));
        if bin.ok > 0 {
            dot(&mut dots, x, top + log_place(bin.median_us as f64));
            dot(&mut peaks, x, top + log_place(bin.max_us as f64));
        }
    }
    svg.path("peaks", &peaks);
    svg.path("dots", &dots);
    top + LATENCY
}

/// A point that a round line cap makes a dot.
fn dot(path: &mut String, x: f64, y: f64) {
    use std::fmt::Write as _;
    let _ = write!(path, "M{x:.1} {y:.1}h0");
}

/// How far below the top of its band a latency stands; 10 s at the top, 0.3 ms at the bottom.
fn log_place(us: f64) -> f64 {
    let (top, bottom) = (7.0, 2.5);
    let share = (top - us.max(1.0).log10()) / (top - bottom);
    share.clamp(0.0, 1.0) * LATENCY
}

fn answers(svg: &mut Svg, axis: &Axis, bin: &Bin, y: f64) {
    if bin.sent == 0 {
        return;
    }
    let x = axis.x(bin.at);
    let w = (axis.x(bin.at + Micros::from_millis(1_000)) - x - 1.0).max(1.0);
    let good = ANSWERS * f64::from(bin.ok.min(bin.sent)) / f64::from(bin.sent);
    let hint = format!("{} of {} answered", bin.ok, bin.sent);
    if good < ANSWERS {
        svg.hinted(
            "badbar",
            Area {
                x,
                y,
                w,
                h: ANSWERS - good,
            },
            &hint,
        );
    }
    if good > 0.0 {
        svg.hinted(
            "okbar",
            Area {
                x,
                y: y + ANSWERS - good,
                w,
                h: good,
            },
            &hint,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_placed_by_its_logarithm() {
        let (second, milli) = (log_place(1e6), log_place(1e3));
        assert!((second - LATENCY / 4.5).abs() < 0.01);
        assert!((milli - LATENCY * 4.0 / 4.5).abs() < 0.01);
        assert!((log_place(1e9)).abs() < 0.01);
        assert!((log_place(0.0) - LATENCY).abs() < 0.01);
    }
}
