//! Recovery time across runs, one mark per run.
//!
//! Guarantee: no run that was asked for is dropped silently: those that never recovered stand at
//! their bound as open triangles, and the caption says how many of how many are shown. Runs that
//! were not judged stand as rings and never enter the median; the caption says that too.

use super::answers::micros;
use super::axis;
use super::dress::Frame;
use super::figure::{Numbers, figure, twice};
use super::ink::Ink;
use super::marks::{SIGNS, Sign, Sort, is_judged, mark, sort};
use super::median::{LEAST, Middle, middle};
use super::notes::width;
use super::pen::{Anchor, Pen, picture};
use crate::report::html::{Html, Open};
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
    let drawn = SIZES.map(|size| plot(size).picture());
    let plot = plot(SIZES[0]);
    figure(
        twice(drawn),
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
    /// Those that held or were violated.
    judged: Vec<&'a HistoryPoint>,
    middle: Option<Middle>,
    high: f64,
}

impl<'a> Plot<'a> {
    fn of(points: &'a [&'a HistoryPoint], size: Size) -> Self {
        let all = points.iter().copied();
        let longest = all.clone().map(|p| seconds(p.recovery)).fold(0.1, f64::max);
        let judged = all.filter(|p| is_judged(p)).collect::<Vec<_>>();
        let one_kind = kinds(&judged) == 1;
        let lengths = judged.iter().map(|p| p.recovery).collect::<Vec<_>>();
        Self {
            size,
            points,
            judged,
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
                interval(middle, self.judged.len())
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
        self.judged.iter().filter(never).count()
    }

    /// " 2 aborted or invalid runs are drawn as rings and are not in the median.", if there are.
    fn unjudged(&self) -> Option<String> {
        let n = self.points.len() - self.judged.len();
        let drawn = match n {
            0 => return None,
            1 => "is drawn as a ring and is",
            _ => "are drawn as rings and are",
        };
        let runs = count(n, "aborted or invalid run", "aborted or invalid runs");
        Some(format!(" {runs} {drawn} not in the median."))
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
            Some(middle) => format!(
                "Median {}{}.",
                written(middle.median),
                interval(middle, self.judged.len())
            ),
            None => match kinds(&self.judged) {
                0 | 1 => {
                    "No median: it takes at least 3 runs that held or were violated, more than \
                     half of them recovered."
                        .to_owned()
                }
                many => format!(
                    "No median: these are runs of {many} kinds; choose one service and one fault."
                ),
            },
        }]);
        text.extend(self.unjudged());
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

/// The interval of the median over n runs, or why there is none.
fn interval(middle: Middle, n: usize) -> String {
    match middle.interval {
        Some((low, high)) => format!(", 95 % interval {} to {}", written(low), written(high)),
        None if n < LEAST => format!(", too few runs for an interval (at least {LEAST})"),
        None => ", no 95 % interval: its upper end was not seen, as too many runs did not recover \
                 in the time watched"
            .to_owned(),
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
    fn what_was_not_judged_is_drawn_and_not_in_the_median() {
        let mut all = runs(6);
        let html = history(&all, 6);
        assert!(html.contains("Median 11.0 s, 95 % interval 10.0 s to 16.0 s."));
        all.push(point(6, Verdict::Aborted, Length::Seen(90.0)));
        all.push(point(7, Verdict::Invalid, Length::MoreThan(90.0)));
        all[7].series = "another".to_owned();
        let html = history(&all, 8);
        assert!(html.contains("n = 8;"));
        assert!(html.contains("Median 11.0 s, 95 % interval 10.0 s to 16.0 s."));
        let said = "2 aborted or invalid runs are drawn as rings and are not in the median.";
        assert!(html.contains(said) && !html.contains("did not recover"));
        let html = history(&all[6..], 2);
        assert!(html.contains("No median: it takes at least 3 runs that held"));
    }

    #[test]
    fn an_interval_is_missing_for_the_reason_that_is_said() {
        let seen = |i| point(i, Verdict::Held, Length::Seen(10.0));
        let few = (0..5).map(seen).collect::<Vec<_>>();
        assert!(history(&few, 5).contains("too few runs for an interval (at least 6)"));
        let mut open = (0..6).map(seen).collect::<Vec<_>>();
        open[5] = point(5, Verdict::Violated, Length::MoreThan(60.0));
        let html = history(&open, 6);
        assert!(html.contains("its upper end was not seen") && !html.contains("too few"));
    }

    #[test]
    fn of_very_many_the_newest_are_drawn_and_it_says_so() {
        let html = history(&runs(1_000), 12_000);
        assert_eq!(html.matches("<a href=\"/runs/").count(), MOST * SIZES.len());
        assert!(html.contains("of 12,000 runs"));
        assert_eq!(history(&[], 5), "");
    }
}
