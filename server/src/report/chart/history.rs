//! Recovery time across runs, one mark per run.
//!
//! Guarantee: no run that was asked for is dropped silently: those that never recovered stand at
//! their bound as open triangles, and the caption says how many of how many are shown.

use super::answers::micros;
use super::axis;
use super::dress::Frame;
use super::figure::{Numbers, figure};
use super::ink::Ink;
use super::median::{Middle, middle};
use super::notes::width;
use super::pen::{Anchor, Pen, Point, picture};
use crate::report::html::{Html, Open, el};
use crate::report::moments::{date, short_date};
use crate::report::text::count;
use app::model::run::{RunId, Verdict};
use app::model::time::{self, At};
use app::model::units::grouped;
use std::collections::BTreeSet;

pub use super::median::Length;

const LEFT: f64 = 56.0;
/// Below the lowest line of the legend.
const LEGEND: f64 = 24.0;
const ROW: f64 = 18.0;

/// How large the picture is drawn: once for wide screens, once for narrow ones.
#[derive(Debug, Clone, Copy)]
struct Size {
    id: &'static str,
    width: u32,
    height: u32,
}

const SIZES: [Size; 2] = [
    Size {
        id: "history",
        width: 960,
        height: 290,
    },
    Size {
        id: "history-slim",
        width: 360,
        height: 290,
    },
];

/// Runs drawn at most, the newest.
pub const MOST: usize = 120;

/// One finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPoint {
    /// Where its mark leads.
    pub id: RunId,
    /// The experiment's title.
    pub title: String,
    /// What may be compared with it: service and faults. A median is shown only where all are one.
    pub series: String,
    /// When it was launched.
    pub at: At,
    /// How it ended.
    pub verdict: Verdict,
    /// From the fault to full strength, seconds.
    pub recovery: Length,
}

/// The figure, oldest run on the left; empty without points. `total` is how many runs
/// match and have a recovery time or a bound.
pub fn history(points: &[HistoryPoint], total: u64) -> String {
    let mut points = points.iter().collect::<Vec<_>>();
    points.sort_by_key(|point| point.at);
    let points = points.split_off(points.len().saturating_sub(MOST));
    if points.is_empty() {
        return String::new();
    }
    let plot = |size| Plot::of(&points, size);
    let [full, slim] = SIZES.map(|size| plot(size).picture());
    let picture = el("div")
        .with(el("div").class("full").with(full))
        .with(el("div").class("slim").with(slim));
    let plot = plot(SIZES[0]);
    figure(
        picture.into(),
        "Recovery time across runs",
        &plot.caption(total),
        &[plot.numbers()],
        Open::Closed,
    )
    .into_string()
}

struct Plot<'a> {
    size: Size,
    points: &'a [&'a HistoryPoint],
    middle: Option<Middle>,
    high: f64,
}

impl<'a> Plot<'a> {
    fn of(points: &'a [&'a HistoryPoint], size: Size) -> Self {
        let one_kind = kinds(points) == 1;
        let lengths = points.iter().map(|p| p.recovery).collect::<Vec<_>>();
        let longest = lengths.iter().copied().map(seconds).fold(0.1, f64::max);
        Self {
            size,
            points,
            middle: if one_kind { middle(&lengths) } else { None },
            high: longest * 1.08,
        }
    }

    fn picture(&self) -> Html {
        let Size { id, width, height } = self.size;
        let frame = Frame {
            id,
            title: "Recovery time across runs".to_owned(),
            says: self.says(),
            width,
            height,
        };
        picture(&frame, |pen| self.draw(pen))
    }

    fn right(&self) -> f64 {
        f64::from(self.size.width) - 16.0
    }

    fn bottom(&self) -> f64 {
        f64::from(self.size.height) - 40.0
    }

    fn top(&self) -> f64 {
        let lowest = self.legend().last().map_or(LEGEND, |sign| sign.at.1);
        lowest + LEGEND
    }

    fn x(&self, index: usize) -> f64 {
        let step = (self.right() - LEFT - 24.0) / self.points.len().max(12) as f64;
        LEFT + 12.0 + (index as f64 + 0.5) * step
    }

    fn y(&self, seconds: f64) -> f64 {
        let bottom = self.bottom();
        bottom - (seconds / self.high).clamp(0.0, 1.0) * (bottom - self.top())
    }

    fn draw(&self, pen: &mut Pen) {
        self.scale(pen);
        self.median(pen);
        self.dates(pen);
        for Sign { draw, text, at } in self.legend() {
            draw(pen, at);
            pen.text(Ink::Label, (at.0 + 10.0, at.1), Anchor::Start, text);
        }
        for (i, point) in self.points.iter().enumerate() {
            let at = (self.x(i), self.y(seconds(point.recovery)));
            mark(pen, point, at);
            let title = said(point);
            pen.link(
                (at.0 - 7.0, at.1 - 7.0),
                (at.0 + 7.0, at.1 + 7.0),
                title,
                point.id,
            );
        }
    }

    fn scale(&self, pen: &mut Pen) {
        let scale = axis::Axis {
            from: 0.0,
            to: self.high,
            left: self.bottom(),
            right: self.top(),
        };
        for tick in scale.ticks() {
            let y = self.y(tick);
            pen.line(Ink::Grid, (LEFT, y), (self.right(), y));
            pen.text(
                Ink::Tick,
                (LEFT - 8.0, y),
                Anchor::End,
                &axis::label(tick, false),
            );
        }
    }

    fn median(&self, pen: &mut Pen) {
        let Some(Middle { median, interval }) = self.middle else {
            return;
        };
        if let Some((low, high)) = interval {
            pen.rect(Ink::Band, (LEFT, self.y(high)), (self.right(), self.y(low)));
        }
        let y = self.y(median);
        pen.line(Ink::Median, (LEFT, y), (self.right(), y));
        let text = format!("median {}", written(median));
        pen.text(Ink::Label, (self.right(), y - 9.0), Anchor::End, &text);
    }

    /// The date below the first run, the last, and those between that have room.
    fn dates(&self, pen: &mut Pen) {
        let mut free = f64::NEG_INFINITY;
        for (i, point) in self.points.iter().enumerate() {
            let text = short_date(point.at);
            let half = width(&text) / 2.0;
            let x = self.x(i).clamp(LEFT + half - 30.0, self.right() - half);
            if x - half > free {
                pen.line(
                    Ink::Axis,
                    (self.x(i), self.bottom()),
                    (self.x(i), self.bottom() + 4.0),
                );
                pen.text(Ink::Tick, (x, self.bottom() + 16.0), Anchor::Middle, &text);
                free = x + half + 24.0;
            }
        }
    }

    fn says(&self) -> String {
        let never = self.never();
        let mut text = match self.middle {
            Some(middle) => format!(
                "The median recovery is {}{}",
                written(middle.median),
                interval(middle)
            ),
            None => count(self.points.len(), "run", "runs"),
        };
        if never > 0 {
            text.extend([format!("; {never} did not recover in the time watched")]);
        }
        text.push('.');
        text
    }

    fn never(&self) -> usize {
        let never = |p: &&&HistoryPoint| matches!(p.recovery, Length::MoreThan(_));
        self.points.iter().filter(never).count()
    }

    fn caption(&self, total: u64) -> String {
        let n = self.points.len();
        let mut text = format!("From the fault to full strength. n = {}", grouped(n as u64));
        if total > n as u64 {
            let total = usize::try_from(total).unwrap_or(usize::MAX);
            text.extend([format!(", the newest of {}", count(total, "run", "runs"))]);
        }
        text.push_str("; oldest on the left, times in UTC. ");
        text.extend([match self.middle {
            Some(middle) => format!("Median {}{}.", written(middle.median), interval(middle)),
            None => match kinds(self.points) {
                1 => "No median: it takes at least 3 runs, more than half of them recovered."
                    .to_owned(),
                many => format!(
                    "No median: these are runs of {many} kinds; choose one service and one fault."
                ),
            },
        }]);
        text
    }

    fn numbers(&self) -> Numbers {
        let row = |p: &&HistoryPoint| {
            vec![
                p.title.clone(),
                p.series.clone(),
                p.verdict.word().to_owned(),
                date(p.at),
                length(p.recovery),
            ]
        };
        Numbers {
            caption: "Recovery time across runs".to_owned(),
            columns: vec!["Experiment", "Kind", "Verdict", "Launched", "Full strength"],
            words: 4,
            rows: self.points.iter().rev().map(row).collect(),
        }
    }
}

/// How many kinds of runs there are: what may share a median is of one.
fn kinds(points: &[&HistoryPoint]) -> usize {
    let all: BTreeSet<&str> = points.iter().map(|p| p.series.as_str()).collect();
    all.len()
}

fn interval(middle: Middle) -> String {
    match middle.interval {
        Some((low, high)) => format!(", 95 % interval {} to {}", written(low), written(high)),
        None => ", too few recovered runs for an interval (at least 6)".to_owned(),
    }
}

/// Seconds as every report and list has them.
fn written(seconds: f64) -> String {
    time::seconds(micros(seconds))
}

const fn seconds(length: Length) -> f64 {
    match length {
        Length::Seen(seconds) | Length::MoreThan(seconds) => seconds,
    }
}

fn length(length: Length) -> String {
    match length {
        Length::Seen(seconds) => written(seconds),
        Length::MoreThan(seconds) => format!("more than {}", time::about(micros(seconds))),
    }
}

fn said(point: &HistoryPoint) -> String {
    format!(
        "{}: {}, full strength {}, {}",
        point.title,
        point.verdict.word(),
        length(point.recovery),
        date(point.at)
    )
}

/// Shape and colour say the verdict; an open triangle says that the end was not seen.
fn mark(pen: &mut Pen, point: &HistoryPoint, at: Point) {
    let ink = ink(point.verdict);
    if matches!(point.recovery, Length::MoreThan(_)) {
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
type Drawing = fn(&mut Pen, Point);

/// A mark of the legend.
struct Sign {
    draw: Drawing,
    text: &'static str,
    at: Point,
}

/// Every mark there can be, with what it means.
const SIGNS: [(Sort, Drawing, &str); 4] = [
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
enum Sort {
    Held,
    Violated,
    Other,
    Never,
}

const fn sort(point: &HistoryPoint) -> Sort {
    match (point.recovery, point.verdict) {
        (Length::MoreThan(_), _) => Sort::Never,
        (_, Verdict::Held) => Sort::Held,
        (_, Verdict::Violated) => Sort::Violated,
        _ => Sort::Other,
    }
}

impl Plot<'_> {
    /// What the marks in this picture mean, those that occur, in as many lines as it takes.
    fn legend(&self) -> Vec<Sign> {
        let occurs = |wanted: &Sort| self.points.iter().any(|point| sort(point) == *wanted);
        let (mut x, mut y) = (LEFT + 6.0, LEGEND - 8.0);
        let signs = SIGNS.into_iter().filter(|(sort, ..)| occurs(sort));
        let place = |(_, draw, text)| {
            if x + 10.0 + width(text) > self.right() {
                (x, y) = (LEFT + 6.0, y + ROW);
            }
            let at = (x, y);
            x += width(text) + 36.0;
            Sign { draw, text, at }
        };
        signs.map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn point(i: u32, verdict: Verdict, recovery: Length) -> HistoryPoint {
        HistoryPoint {
            id: RunId(Uuid::from_u128(u128::from(i))),
            title: "<b>Canary</b>".to_owned(),
            series: "svc, container-kill SIGKILL".to_owned(),
            at: At(1_795_436_485_000_000 + i64::from(i) * 3_600_000_000),
            verdict,
            recovery,
        }
    }

    fn runs(n: u32) -> Vec<HistoryPoint> {
        (0..n)
            .map(|i| match i % 7 {
                3 => point(i, Verdict::Violated, Length::Seen(16.0)),
                6 => point(i, Verdict::Violated, Length::MoreThan(60.0)),
                k => point(i, Verdict::Held, Length::Seen(10.0 + f64::from(k) / 3.0)),
            })
            .collect()
    }

    #[test]
    fn every_run_is_a_link_and_the_open_ends_are_told() {
        let html = history(&runs(20), 20);
        assert_eq!(html.matches("<a href=\"/runs/").count(), 20 * SIZES.len());
        assert!(
            html.contains("more than 60 s") && html.contains("not recovered in the time watched")
        );
        assert!(html.contains("n = 20;") && html.contains("95 % interval"));
        assert!(!html.contains("<b>") && !html.contains("C0DE") && !html.contains("NaN"));
    }

    #[test]
    fn the_legend_of_either_size_is_within_the_picture_and_above_the_marks() {
        let mut all = runs(20);
        all[0].verdict = Verdict::Aborted;
        let points = all.iter().collect::<Vec<_>>();
        for size in SIZES {
            let plot = Plot::of(&points, size);
            let legend = plot.legend();
            assert_eq!(legend.len(), 4);
            for Sign { text, at, .. } in legend {
                let end = at.0 + 10.0 + width(text);
                assert!(
                    end <= plot.right() && at.1 < plot.top(),
                    "{text} ends at {end}"
                );
            }
        }
    }

    #[test]
    fn different_kinds_have_no_common_median() {
        let mut runs = runs(10);
        runs[4].series = "another".to_owned();
        assert!(history(&runs, 10).contains("No median"));
    }

    #[test]
    fn of_very_many_the_newest_are_drawn_and_it_says_so() {
        let html = history(&runs(1_000), 12_000);
        assert_eq!(html.matches("<a href=\"/runs/").count(), MOST * SIZES.len());
        assert!(html.contains("of 12,000 runs"));
        assert_eq!(history(&[], 5), "");
    }
}
