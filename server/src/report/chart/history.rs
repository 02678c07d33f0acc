//! Recovery time across runs, one mark per run.
//!
//! Guarantee: no run that was asked for is dropped silently: those that never recovered stand at
//! their bound as open triangles, and the caption says how many of how many are shown.

use super::axis;
use super::dress::Frame;
use super::figure::{Numbers, figure};
use super::ink::Ink;
use super::median::{Middle, middle};
use super::notes::width;
use super::pen::{Anchor, Pen, Point, picture};
use crate::report::html::Open;
use crate::report::moments::{date, short_date, short_number};
use crate::report::text::{count, grouped};
use app::model::run::{RunId, Verdict};
use app::model::time::At;

pub use super::median::Length;

const LEFT: f64 = 56.0;
const RIGHT: f64 = 944.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 250.0;
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
    let plot = Plot::of(&points);
    let frame = Frame {
        id: "history",
        title: "Recovery time across runs".to_owned(),
        says: plot.says(),
        width: 960,
        height: 290,
    };
    let picture = picture(&frame, |pen| plot.draw(pen));
    let caption = plot.caption(total);
    figure(
        picture,
        "Recovery time across runs",
        &caption,
        &[plot.numbers()],
        Open::Closed,
    )
    .into_string()
}

struct Plot<'a> {
    points: &'a [&'a HistoryPoint],
    middle: Option<Middle>,
    high: f64,
}

impl<'a> Plot<'a> {
    fn of(points: &'a [&'a HistoryPoint]) -> Self {
        let one_kind = points
            .windows(2)
            .all(|pair| pair[0].series == pair[1].series);
        let lengths = points.iter().map(|p| p.recovery).collect::<Vec<_>>();
        let longest = lengths.iter().copied().map(seconds).fold(0.1, f64::max);
        Self {
            points,
            middle: if one_kind { middle(&lengths) } else { None },
            high: longest * 1.08,
        }
    }

    fn x(&self, index: usize) -> f64 {
        let step = (RIGHT - LEFT - 24.0) / self.points.len().max(12) as f64;
        LEFT + 12.0 + (index as f64 + 0.5) * step
    }

    fn y(&self, seconds: f64) -> f64 {
        BOTTOM - (seconds / self.high).clamp(0.0, 1.0) * (BOTTOM - TOP)
    }

    fn draw(&self, pen: &mut Pen) {
        self.scale(pen);
        self.median(pen);
        self.dates(pen);
        legend(pen, self.points);
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
            left: BOTTOM,
            right: TOP,
        };
        for tick in scale.ticks() {
            let y = self.y(tick);
            pen.line(Ink::Grid, (LEFT, y), (RIGHT, y));
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
            pen.rect(Ink::Band, (LEFT, self.y(high)), (RIGHT, self.y(low)));
        }
        let y = self.y(median);
        pen.line(Ink::Median, (LEFT, y), (RIGHT, y));
        let text = format!("median {} s", rounded(median));
        pen.text(Ink::Label, (RIGHT, y - 9.0), Anchor::End, &text);
    }

    /// The date below the first run, the last, and those between that have room.
    fn dates(&self, pen: &mut Pen) {
        let mut free = f64::NEG_INFINITY;
        for (i, point) in self.points.iter().enumerate() {
            let text = short_date(point.at);
            let half = width(&text) / 2.0;
            let x = self.x(i).clamp(LEFT + half - 30.0, RIGHT - half);
            if x - half > free {
                pen.line(Ink::Axis, (self.x(i), BOTTOM), (self.x(i), BOTTOM + 4.0));
                pen.text(Ink::Tick, (x, BOTTOM + 16.0), Anchor::Middle, &text);
                free = x + half + 24.0;
            }
        }
    }

    fn says(&self) -> String {
        let never = self.never();
        let mut text = match self.middle {
            Some(middle) => format!(
                "The median recovery is {} s{}",
                rounded(middle.median),
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
        let mut text = format!("n = {}", grouped(n));
        if total > n as u64 {
            let total = usize::try_from(total).unwrap_or(usize::MAX);
            text.extend([format!(", the newest of {}", count(total, "run", "runs"))]);
        }
        text.push_str("; oldest on the left, times in UTC. ");
        text.extend([match self.middle {
            Some(middle) => format!("Median {} s{}.", rounded(middle.median), interval(middle)),
            None => {
                "No median: it takes at least 3 runs of one kind, more than half of them recovered."
                    .to_owned()
            }
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

fn interval(middle: Middle) -> String {
    match middle.interval {
        Some((low, high)) => format!(", 95 % interval {} to {} s", rounded(low), rounded(high)),
        None => ", too few recovered runs for an interval (at least 6)".to_owned(),
    }
}

fn rounded(seconds: f64) -> String {
    short_number((seconds * 10.0).round() / 10.0)
}

const fn seconds(length: Length) -> f64 {
    match length {
        Length::Seen(seconds) | Length::MoreThan(seconds) => seconds,
    }
}

fn length(length: Length) -> String {
    match length {
        Length::Seen(seconds) => format!("{} s", short_number((seconds * 100.0).round() / 100.0)),
        Length::MoreThan(seconds) => format!("more than {} s", rounded(seconds)),
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

/// What the marks in this picture mean, those that occur.
fn legend(pen: &mut Pen, points: &[&HistoryPoint]) {
    let mut x = LEFT + 6.0;
    let y = TOP - 24.0;
    let occurs = |seen: bool, verdicts: &[Verdict]| {
        points
            .iter()
            .any(|p| matches!(p.recovery, Length::Seen(_)) == seen && verdicts.contains(&p.verdict))
    };
    let others = [Verdict::Aborted, Verdict::Invalid, Verdict::Refused];
    let all = [others.as_slice(), &[Verdict::Held, Verdict::Violated]].concat();
    let mut entry = |pen: &mut Pen, there: bool, text: &str, draw: &dyn Fn(&mut Pen, Point)| {
        if there {
            draw(pen, (x, y));
            pen.text(Ink::Label, (x + 10.0, y), Anchor::Start, text);
            x += width(text) + 36.0;
        }
    };
    entry(pen, occurs(true, &[Verdict::Held]), "held", &|pen, at| {
        pen.dot(Ink::Held, at, 4.0);
    });
    entry(
        pen,
        occurs(true, &[Verdict::Violated]),
        "violated",
        &|pen, at| {
            pen.cross(Ink::Violated, at, 4.0);
        },
    );
    entry(
        pen,
        occurs(true, &others),
        "aborted or invalid",
        &|pen, at| {
            pen.ring(Ink::Other, at, 4.0);
        },
    );
    entry(
        pen,
        occurs(false, &all),
        "not recovered in the time watched",
        &|pen, at| {
            triangle(pen, Ink::Violated, at);
        },
    );
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
        assert_eq!(html.matches("<a href=\"/runs/").count(), 20);
        assert!(
            html.contains("more than 60 s") && html.contains("not recovered in the time watched")
        );
        assert!(html.contains("n = 20;") && html.contains("95 % interval"));
        assert!(!html.contains("<b>") && !html.contains("C0DE") && !html.contains("NaN"));
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
        assert_eq!(html.matches("<a href=\"/runs/").count(), MOST);
        assert!(html.contains("of 12,000 runs"));
        assert_eq!(history(&[], 5), "");
    }
}
