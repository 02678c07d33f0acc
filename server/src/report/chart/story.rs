//! The whole run on one time axis: fault, tasks, answers, latency.
//!
//! Guarantee: all bands share one axis with zero at the first fault, and the axis ends where the
//! run ended.

use super::answers::{ANSWERS, FAILURES, LATENCY, answers, describe, latencies};
use super::axis::{Axis, Size, label};
use super::bins::{Bin, bins, width_for};
use super::dress::Frame;
use super::figure::{figure, twice};
use super::happenings::{Kind, moments, outages, put_back};
use super::ink::Ink;
use super::lanes::{Doing, Lanes, Row, Stretch, lanes};
use super::notes::{Note, Spot, fit_within, lies_on, place, width};
use super::pen::{Anchor, Pen, picture};
use super::story_numbers::numbers;
use crate::analysis::Analysis;
use crate::report::facts;
use crate::report::html::{Html, Open};
use crate::report::moments::{Zero, entered};
use app::model::record::{ProbeSeries, Record};
use app::model::run::Phase;
use app::model::time::At;

const SIZES: [Size; 2] = [
    Size {
        id: "story",
        width: 960,
        left: 112.0,
        right: 944.0,
    },
    Size {
        id: "story-slim",
        width: 360,
        left: 106.0,
        right: 342.0,
    },
];
/// Above the bands: with outages to name, without.
const TOP: (f64, f64) = (28.0, 8.0);
const ROW: f64 = 24.0;
const NOTE: f64 = 18.0;
/// Probes drawn at most; the others are in the tables.
const MOST_PROBES: usize = 4;

/// Everything that is drawn, worked out beforehand so that the height is known.
struct Plot<'a> {
    analysis: &'a Analysis,
    zero: Zero,
    size: Size,
    axis: Axis,
    moments: Vec<(Kind, f64, Note)>,
    spots: Vec<Spot>,
    lanes: Lanes,
    probes: Vec<(&'a ProbeSeries, Vec<Bin>)>,
    /// What a bar counts: "ok, each second".
    bars: String,
    /// Where the bands begin.
    top: f64,
}

/// The figure; empty for a run that recorded nothing to draw.
pub fn story(record: &Record, analysis: &Analysis, open: Open) -> Html {
    let zero = Zero::of(record, analysis);
    let [Some(full), Some(slim)] = SIZES.map(|size| Plot::of(record, analysis, zero, size)) else {
        return Html::new();
    };
    let drawn = [&full, &slim].map(|plot| {
        let frame = Frame {
            id: plot.size.id,
            title: "The run on one time axis".to_owned(),
            says: analysis.lead.join(" "),
            width: plot.size.width,
            height: plot.height(),
        };
        picture(&frame, |pen| plot.draw(pen))
    });
    let caption = format!(
        "Zero is {}. {}.",
        zero.name(),
        facts::evidence_in_short(record)
    );
    figure(
        twice(drawn),
        "The run on one time axis",
        &caption,
        &numbers(&full.lanes, &full.probes),
        open,
    )
}

impl<'a> Plot<'a> {
    fn of(record: &'a Record, analysis: &'a Analysis, zero: Zero, size: Size) -> Option<Self> {
        let (from, to) = range(record, zero.at)?;
        let axis = Axis {
            from,
            to,
            left: size.left,
            right: size.right,
        };
        let moments = moments(record, analysis, zero, &axis);
        let notes = moments.iter().map(|m| m.2.clone()).collect::<Vec<_>>();
        let lines = moments.iter().filter(|m| m.0 != Kind::Moment);
        let lines = lines.map(|m| m.2.x).collect::<Vec<_>>();
        let probes = record.probes.iter().take(MOST_PROBES);
        let bars = match width_for(&axis) {
            width if width <= 1.0 => "ok, each second".to_owned(),
            width => format!("ok, each {}", label(width, false)),
        };
        Some(Self {
            analysis,
            zero,
            axis,
            size,
            spots: below_notes(&moments, place(&notes, &lines, size.left, size.right)),
            moments,
            bars,
            top: if outages(analysis, &axis).is_empty() {
                TOP.1
            } else {
                TOP.0
            },
            lanes: lanes(record, zero.at, from, to),
            probes: probes.map(|p| (p, bins(p, zero.at, &axis))).collect(),
        })
    }

    fn notes_height(&self) -> f64 {
        let rows = self.spots.iter().map(|s| s.row + 1).max().unwrap_or(1);
        rows as f64 * NOTE + 16.0
    }

    fn lanes_height(&self) -> f64 {
        let more = usize::from(self.lanes.steady + self.lanes.hidden > 0);
        (self.lanes.rows.len() + more) as f64 * ROW + 12.0
    }

    fn bottom(&self) -> f64 {
        let probe = ANSWERS + LATENCY + 30.0;
        self.top + self.notes_height() + self.lanes_height() + self.probes.len() as f64 * probe
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred pixels"
    )]
    fn height(&self) -> u32 {
        (self.bottom() + 26.0) as u32
    }

    fn draw(&self, pen: &mut Pen) {
        let bottom = self.bottom();
        self.outages(pen, bottom);
        self.axis.draw(pen, self.top, bottom, true);
        self.moments(pen, bottom);
        let mut y = self.top + self.notes_height();
        self.tasks(pen, y);
        y += self.lanes_height();
        for (series, bins) in &self.probes {
            self.probe(pen, series, bins, y);
            y += ANSWERS + LATENCY + 30.0;
        }
    }

    /// Shades what users were without service, and says how long where there is room.
    fn outages(&self, pen: &mut Pen, bottom: f64) {
        let Size {
            left: begin,
            right: end,
            ..
        } = self.size;
        let mut free = begin;
        for (from, to, text) in outages(self.analysis, &self.axis) {
            let (left, right) = (self.axis.x(from), self.axis.x(to));
            pen.rect(
                Ink::Outage,
                (left, self.top),
                (right.max(left + 1.0), bottom),
            );
            let half = width(&text) / 2.0;
            let middle = f64::midpoint(left, right).clamp(begin + half, end - half);
            if middle - half >= free {
                pen.text(
                    Ink::Strong,
                    (middle, self.top - 10.0),
                    Anchor::Middle,
                    &text,
                );
                free = middle + half + 10.0;
            }
        }
    }

    fn moments(&self, pen: &mut Pen, bottom: f64) {
        pen.text(Ink::Lane, (0.0, self.top + NOTE), Anchor::Start, "fault");
        let row = |spot: &Spot| self.top + (spot.row + 1) as f64 * NOTE;
        for ((kind, at, _), spot) in self.moments.iter().zip(&self.spots) {
            let (x, y) = (self.axis.x(*at), row(spot));
            match kind {
                Kind::Fault => {
                    pen.line(Ink::Fault, (x, self.top), (x, bottom));
                    pen.cross(Ink::Fault, (x, y), 5.5);
                }
                Kind::Limit => pen.line(Ink::Limit, (x, y - 9.0), (x, bottom)),
                Kind::Moment => {
                    let diamond = [(x, y - 5.0), (x + 5.0, y), (x, y + 5.0), (x - 5.0, y)];
                    pen.polygon(Ink::Moment, &diamond);
                }
            }
        }
        // After all the lines, so that none is drawn over a text.
        for ((_, _, note), spot) in self.moments.iter().zip(&self.spots) {
            pen.text(Ink::Label, (spot.x, row(spot)), spot.anchor, &note.text);
        }
    }

    fn tasks(&self, pen: &mut Pen, top: f64) {
        let mut y = top;
        for row in &self.lanes.rows {
            pen.text(
                Ink::Lane,
                (0.0, y + 10.0),
                Anchor::Start,
                &fit_within(&row.name, self.size.left, 15),
            );
            pen.text(Ink::Sub, (0.0, y + 10.0), Anchor::Start, &row.sub);
            self.row(pen, row, y);
            y += ROW;
        }
        let more = more(&self.lanes);
        if !more.is_empty() {
            pen.text(Ink::Sub, (self.size.left, y + 8.0), Anchor::Start, &more);
        }
    }

    fn row(&self, pen: &mut Pen, row: &Row, y: f64) {
        for stretch in &row.stretches {
            let left = self.axis.x(stretch.from) + 0.5;
            let right = (self.axis.x(stretch.to) - 0.5).max(left + least(stretch.doing));
            state(pen, stretch.doing, (left, y), (right, y + 20.0));
            if let Some(word) = fitting(stretch.doing, right - left) {
                let at = (left + 6.0, y + 10.5);
                pen.text(on(stretch.doing), at, Anchor::Start, word);
            }
            pen.mark((left, y), (right, y + 20.0), said(stretch));
        }
    }

    fn probe(&self, pen: &mut Pen, series: &ProbeSeries, bins: &[Bin], top: f64) {
        let name = if self.probes.len() > 1 {
            fit_within(&series.name, self.size.left, 15)
        } else {
            "answers".to_owned()
        };
        pen.text(Ink::Lane, (0.0, top + 14.0), Anchor::Start, &name);
        pen.text(Ink::Sub, (0.0, top + 29.0), Anchor::Start, &self.bars);
        answers(pen, &self.axis, bins, top);
        let below = top + ANSWERS + 14.0;
        let scale = latencies(pen, &self.axis, series, self.zero.at, below);
        pen.text(Ink::Lane, (0.0, below + 14.0), Anchor::Start, "latency");
        pen.text(Ink::Sub, (0.0, below + 29.0), Anchor::Start, scale.name());
        if bins.iter().any(|bin| bin.ok < bin.sent) {
            let y = below + LATENCY - FAILURES + 14.0;
            pen.text(Ink::Sub, (self.size.left - 8.0, y), Anchor::End, "failed");
        }
        for bin in bins {
            let (left, right) = (self.axis.x(bin.from), self.axis.x(bin.to));
            pen.mark((left, top), (right, below + LATENCY), describe(bin));
        }
    }
}

/// A limit's line begins in the row of its note: where another note would lie on the line, that
/// row is below all the others.
fn below_notes(moments: &[(Kind, f64, Note)], mut spots: Vec<Spot>) -> Vec<Spot> {
    let Some(limit) = moments.iter().position(|m| m.0 == Kind::Limit) else {
        return spots;
    };
    let x = moments[limit].2.x;
    let others = || (moments.iter().zip(&spots).enumerate()).filter(|(i, _)| *i != limit);
    if others().any(|(_, (moment, spot))| lies_on(&moment.2, spot, x)) {
        let row = others().map(|(_, (_, spot))| spot.row + 1).max();
        spots[limit].row = spots[limit].row.max(row.unwrap_or(0));
    }
    spots
}

/// From the first thing watched to the last: phases, samples and what was put back, never beyond.
fn range(record: &Record, zero: At) -> Option<(f64, f64)> {
    let samples = record.probes.iter().flat_map(|p| p.samples.iter());
    let sent = samples.map(|s| s.intended);
    let phases = [
        Phase::Baseline,
        Phase::Inject,
        Phase::Observe,
        Phase::Restore,
    ];
    let entered = phases.iter().filter_map(|p| entered(record, *p));
    let moments = sent
        .chain(entered)
        .chain(put_back(record))
        .collect::<Vec<_>>();
    let first = *moments.iter().min()?;
    let last = *moments.iter().max()?;
    let (from, to) = ((first - zero).as_secs_f64(), (last - zero).as_secs_f64());
    (to - from > 0.01).then_some((snap(from), to))
}

/// A beginning that is within a hair of a whole second is that second.
fn snap(seconds: f64) -> f64 {
    if (seconds - seconds.round()).abs() < 0.15 {
        seconds.round().min(seconds)
    } else {
        seconds
    }
}

fn more(lanes: &Lanes) -> String {
    let mut parts = Vec::new();
    if lanes.hidden > 0 {
        parts.push(format!("{} more rows in the timeline below", lanes.hidden));
    }
    if lanes.steady > 0 {
        let slots = crate::report::text::count(lanes.steady, "other slot", "other slots");
        parts.push(format!("{slots} running throughout"));
    }
    parts.join(" · ")
}

/// Pixels that a state takes at least, so that it can be seen.
const fn least(doing: Doing) -> f64 {
    if doing.is_over() { 6.0 } else { 1.5 }
}

/// The state's word, or its first, as far as there is room.
fn fitting(doing: Doing, room: f64) -> Option<&'static str> {
    let word = doing.word();
    let first = word.split(',').next()?;
    [word, first]
        .into_iter()
        .find(|word| width(word) + 8.0 < room)
}

fn state(pen: &mut Pen, doing: Doing, from: (f64, f64), to: (f64, f64)) {
    match doing {
        Doing::Pending => pen.frame(Ink::Pending, from, to),
        Doing::Ready => pen.frame(Ink::Wait, from, to),
        Doing::Preparing => pen.rect(Ink::Prep, from, to),
        Doing::Starting => pen.rect(Ink::Start, from, to),
        Doing::Running => pen.rect(Ink::Run, from, to),
        Doing::Failed => pen.rect(Ink::Fail, from, to),
        Doing::Stopped => pen.rect(Ink::Stop, from, to),
    }
}

const fn on(doing: Doing) -> Ink {
    match doing {
        Doing::Pending | Doing::Ready => Ink::Value,
        _ => Ink::On,
    }
}

fn said(stretch: &Stretch) -> String {
    let Stretch { doing, task, .. } = stretch;
    let (from, to) = stretch.ends();
    if doing.is_over() {
        return format!("task {task} {}, {from}", doing.word());
    }
    format!("task {task} {}, {from} to {to}", doing.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use app::model::time::Micros;
    use app::model::timeline::What;
    use app::model::undo::UndoState;

    #[test]
    fn the_kill_is_drawn_with_its_outage_states_and_limit() {
        let (record, analysis) = sample::kill();
        let html = story(&record, &analysis, Open::Closed).into_string();
        for text in [
            "without service 6.3 s",
            "ready, waits",
            "limit 15 s",
            "full strength 10.7 s",
        ] {
            assert!(html.contains(text), "{text} is missing");
        }
        assert!(html.contains("url(#story-hatch)"));
        assert!(!html.contains("C0DE") && !html.contains("NaN"));
    }

    /// "log scale" and the widest tick, "0.01 ms", in pixels as browsers draw them.
    #[test]
    fn the_margin_holds_the_scales_name_beside_its_values() {
        let (name, tick) = (49.0, 45.0);
        for size in SIZES {
            assert!(name + tick + 8.0 < size.left, "{}", size.id);
        }
    }

    #[test]
    fn no_note_lies_on_the_line_of_a_limit() {
        let (record, analysis) = sample::kill();
        let zero = Zero::of(&record, &analysis);
        for size in SIZES {
            let plot = Plot::of(&record, &analysis, zero, size).expect("a picture");
            let notes = || plot.moments.iter().zip(&plot.spots);
            let limit = notes().find(|(m, _)| m.0 == Kind::Limit);
            let (line, begins) = limit.map(|(m, spot)| (m.2.x, spot.row)).expect("a limit");
            let on_it = notes().filter(|(m, spot)| lies_on(&m.2, spot, line));
            assert!(
                on_it.clone().all(|(_, spot)| spot.row < begins),
                "{}",
                size.id
            );
        }
    }

    #[test]
    fn no_line_is_drawn_over_a_note() {
        let (record, analysis) = sample::kill();
        let html = story(&record, &analysis, Open::Closed).into_string();
        for picture in html.split("<svg").skip(1) {
            let last = picture.rfind("k-limit").unwrap_or_default();
            let note = picture.find(">container-kill").unwrap_or_default();
            assert!(0 < last && last < note, "{picture}");
        }
    }

    #[test]
    fn what_was_put_back_is_marked_where_it_was() {
        let (mut record, analysis) = sample::not_restored();
        let drawn = |record: &Record| {
            let html = story(record, &analysis, Open::Closed).into_string();
            html.contains("put back")
        };
        let last = record.events.iter().map(|e| e.at).max().unwrap_or_default();
        let mut undone = record.events[0].clone();
        undone.at = last + Micros(40_000);
        let text = "label removed".to_owned();
        undone.what = What::Undo { text };
        record.events.push(undone);
        assert!(!drawn(&record), "it is not back");
        record.undo[0].state = UndoState::Reverted;
        assert!(drawn(&record));
    }

    #[test]
    fn a_refused_run_has_no_picture() {
        let (record, analysis) = sample::refused();
        assert!(story(&record, &analysis, Open::Closed).is_empty());
    }
}
