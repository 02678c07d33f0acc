//! Faults: planned, sent, in effect.

use super::axis::Axis;
use super::{BAR, WIDTH};
use crate::components::live::lanes::{Effect, FaultLane};
use crate::components::svg::{Anchor, Area, Svg};
use crate::model::time::{At, seconds};

/// What a letter of a label takes at most.
const LETTER: f64 = 6.9;
/// Between a mark and its label.
const GAP: f64 = 12.0;
/// Where the name of a fault's lane ends.
const NAME: f64 = 40.0;
/// Most letters of a fault that its label shows; the log has it whole.
pub(super) const LABEL: usize = 100;

/// A fault: hollow while planned, crosses where it was sent, a bar while it is in effect.
pub(super) fn fault(svg: &mut Svg, axis: &Axis, lane: &FaultLane, undone: &[At], y: f64) {
    let mid = y + BAR / 2.0;
    svg.text("lane", Anchor::Start, 0.0, mid + 4.0, "fault");
    let first = lane.sent.iter().min().copied();
    let x = first.map_or(axis.place(0.0), |at| axis.x(at));
    if let (Some(first), false) = (first, lane.text.starts_with("container-kill")) {
        in_effect(svg, axis, lane, undone, (first, y));
    }
    let class = if first.is_some() {
        "faultmark"
    } else {
        "faultmark planned"
    };
    for at in &lane.sent {
        svg.cross(class, axis.x(*at), mid);
    }
    if first.is_none() {
        svg.cross(class, x, mid);
    }
    let name: String = lane.text.chars().take(LABEL).collect();
    let cut = if name.len() < lane.text.len() {
        "…"
    } else {
        ""
    };
    let text = name + cut + &fault_words(lane);
    let (anchor, at) = beside(x, text.chars().count() as f64 * LETTER);
    svg.text("lab", anchor, at, mid + 4.0, &text);
}

/// Where a text of a width stands so that all of it is in the picture: left of its mark, where
/// nothing else is and narrow screens begin; else right of it; else as far right as can be.
fn beside(x: f64, width: f64) -> (Anchor, f64) {
    if x - GAP - width >= NAME {
        (Anchor::End, x - GAP)
    } else if x + GAP + width <= WIDTH {
        (Anchor::Start, x + GAP)
    } else {
        (Anchor::End, WIDTH)
    }
}

/// What follows a fault's name.
fn fault_words(lane: &FaultLane) -> String {
    let times = match lane.sent.len() {
        0 | 1 => String::new(),
        n => format!(" ×{n}"),
    };
    let state = match lane.effect {
        Effect::Planned => ", planned".to_owned(),
        Effect::Sent => ", sent".to_owned(),
        Effect::NotProven => ", no effect shown".to_owned(),
        Effect::Proven => match (lane.sent.first(), lane.proven.first()) {
            (Some(sent), Some(proven)) => {
                format!(", took effect after {}", seconds(*proven - *sent))
            }
            _ => ", took effect".to_owned(),
        },
    };
    times + &state
}

/// The time in which a lasting fault was in effect; its end stays open until an undo is known.
fn in_effect(svg: &mut Svg, axis: &Axis, lane: &FaultLane, undone: &[At], (first, y): (At, f64)) {
    let end = undone.iter().copied().find(|at| *at > first);
    let from = axis.x(first);
    let area = Area {
        x: from,
        y,
        w: axis.x(end.unwrap_or(axis.now)) - from,
        h: BAR,
    };
    let class = match (lane.effect, end) {
        (Effect::Proven, Some(_)) => "effect",
        (Effect::Proven, None) => "effect open",
        _ => "effect preparing",
    };
    svg.rect(class, area);
}

#[cfg(test)]
mod tests {
    use super::super::LEFT;
    use super::*;

    #[test]
    fn a_faults_label_is_whole_within_the_picture_wherever_its_mark_is() {
        let longest = (LABEL + 35) as f64 * LETTER;
        for step in 0..=19 {
            for width in [50.0, 300.0, 600.0, 900.0, longest] {
                let x = LEFT + f64::from(step) * 50.0;
                let (from, to) = match beside(x, width) {
                    (Anchor::Start, at) => (at, at + width),
                    (_, at) => (at - width, at),
                };
                assert!(
                    from >= NAME && to <= WIDTH,
                    "{width} at {x}: {from} to {to}"
                );
            }
        }
        assert_eq!(beside(350.0, 290.0), (Anchor::End, 338.0));
        assert_eq!(beside(150.0, 290.0), (Anchor::Start, 162.0));
    }
}
