//! The marks of runs in the history: shape and colour, and what they mean.
//!
//! Guarantee: a mark and its legend say the same, and none but a judged run looks judged.

use super::history::HistoryPoint;
use super::ink::Ink;
use super::median::Length;
use super::pen::{Pen, Point};
use app::model::run::Verdict;

/// Whether a run's outcome may be counted: what was aborted or proves nothing measured no recovery.
pub const fn is_judged(point: &HistoryPoint) -> bool {
    matches!(point.verdict, Verdict::Held | Verdict::Violated)
}

/// Shape and colour say the verdict; an open triangle says that the end was not seen, where the
/// run counts.
pub fn mark(pen: &mut Pen, point: &HistoryPoint, at: Point) {
    let ink = ink(point.verdict);
    if is_judged(point) && matches!(point.recovery, Length::MoreThan(_)) {
        triangle(pen, ink, at);
        return;
    }
    match point.verdict {
        Verdict::Held => pen.dot(ink, at, 4.0),
        Verdict::Violated => pen.cross(ink, at, 4.0),
        Verdict::Aborted | Verdict::Invalid | Verdict::Refused => pen.ring(ink, at, 4.0),
    }
}

const fn ink(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Held => Ink::Held,
        Verdict::Violated => Ink::Violated,
        Verdict::Aborted | Verdict::Invalid | Verdict::Refused => Ink::Other,
    }
}

fn triangle(pen: &mut Pen, ink: Ink, (x, y): Point) {
    let points = [
        (x, y - 5.5),
        (x + 5.0, y + 3.5),
        (x - 5.0, y + 3.5),
        (x, y - 5.5),
    ];
    pen.path(ink, &points);
}

/// Draws a mark around a point.
pub type Drawing = fn(&mut Pen, Point);

/// A mark of the legend.
pub struct Sign {
    /// The mark itself.
    pub draw: Drawing,
    /// What it means.
    pub text: &'static str,
    /// Where it stands.
    pub at: Point,
}

/// Every mark there can be, with what it means.
pub const SIGNS: [(Sort, Drawing, &str); 4] = [
    (Sort::Held, |pen, at| pen.dot(Ink::Held, at, 4.0), "held"),
    (
        Sort::Violated,
        |pen, at| pen.cross(Ink::Violated, at, 4.0),
        "violated",
    ),
    (
        Sort::Other,
        |pen, at| pen.ring(Ink::Other, at, 4.0),
        "aborted or invalid",
    ),
    (
        Sort::Never,
        |pen, at| triangle(pen, Ink::Violated, at),
        "not recovered in the time watched",
    ),
];

/// What a mark says.
#[derive(PartialEq)]
pub enum Sort {
    /// The hypothesis held.
    Held,
    /// It was violated.
    Violated,
    /// Neither: nothing was judged.
    Other,
    /// It did not recover in the time watched.
    Never,
}

/// What the mark of a run says.
pub const fn sort(point: &HistoryPoint) -> Sort {
    match (point.recovery, point.verdict) {
        (_, Verdict::Aborted | Verdict::Invalid | Verdict::Refused) => Sort::Other,
        (Length::MoreThan(_), _) => Sort::Never,
        (_, Verdict::Held) => Sort::Held,
        (_, Verdict::Violated) => Sort::Violated,
    }
}
