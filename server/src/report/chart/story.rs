//! The whole run on one time axis: fault, tasks, answers, latency.
//!
//! Guarantee: all bands share one axis with zero at the first fault, and the axis ends where the
//! run ended.

use super::answers::{ANSWERS, FAILURES, LATENCY, answers, describe, latencies};
use super::axis::{Axis, label};
use super::bins::{Bin, bins, width_for};
use super::dress::Frame;
use super::figure::{Numbers, figure};
use super::ink::Ink;
use super::lanes::{Doing, Lanes, Row, Stretch, lanes};
use super::notes::{Note, Spot, fit, place, width};
use super::pen::{Anchor, Pen, picture};
use crate::analysis::Analysis;
use crate::report::facts;
use crate::report::html::{Html, Open};
use crate::report::moments::{Zero, about, entered, lasting, latency};
use app::model::record::{ProbeSeries, Record};
use app::model::run::Phase;
use app::model::time::{At, Micros};
use app::model::timeline::What;

const LEFT: f64 = 112.0;
const RIGHT: f64 = 944.0;
const TOP: f64 = 28.0;
const ROW: f64 = 24.0;
const NOTE: f64 = 18.0;
/// Probes drawn at most; the others are in the tables.
const MOST_PROBES: usize = 4;

/// Everything that is drawn, worked out beforehand so that the height is known.
struct Plot<'a> {
    analysis: &'a Analysis,
    zero: Zero,
    axis: Axis,
    moments: Vec<(Kind, f64, Note)>,
    spots: Vec<Spot>,
    lanes: Lanes,
    probes: Vec<(&'a ProbeSeries, Vec<Bin>)>,
    /// What a bar counts: "ok, each second".
    bars: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fault,
    Moment,
    Limit,
}

/// The figure; empty for a run that recorded nothing to draw.
pub fn story(record: &Record, analysis: &Analysis, open: Open) -> Html {
    let zero = Zero::of(record, analysis);
    let Some(plot) = Plot::of(record, analysis, zero) else {
        return Html::new();
    };
    let frame = Frame {
        id: "story",
        title: "The run on one time axis".to_owned(),
        says: analysis.lead.join(" "),
        width: 960,
        height: plot.height(),
    };
    let picture = picture(&frame, |pen| plot.draw(pen));
    let caption = format!(
        "Zero is {}. {}.",
        zero.name(),
        facts::evidence_in_short(record)
    );
    figure(
        picture,
        "The run on one time axis",
        &caption,
        &plot.numbers(),
        open,
    )
}

impl<'a> Plot<'a> {
    fn of(record: &'a Record, analysis: &'a Analysis, zero: Zero) -> Option<Self> {
        let (from, to) = range(record, zero.at)?;
        let axis = Axis {
            from,
            to,
            left: LEFT,
            right: RIGHT,
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
            spots: place(&notes, &lines, LEFT, RIGHT),
            moments,
            bars,
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
        TOP + self.notes_height() + self.lanes_height() + self.probes.len() as f64 * probe
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
        self.axis.draw(pen, TOP, bottom, true);
        self.moments(pen, bottom);
        let mut y = TOP + self.notes_height();
        self.tasks(pen, y);
        y += self.lanes_height();
        for (series, bins) in &self.probes {
            self.probe(pen, series, bins, y);
            y += ANSWERS + LATENCY + 30.0;
        }
    }

    /// Shades what users were without service, and says how long where there is room.
    fn outages(&self, pen: &mut Pen, bottom: f64) {
        let mut free = LEFT;
        for (from, to, text) in outages(self.analysis, &self.axis) {
            let (left, right) = (self.axis.x(from), self.axis.x(to));
            pen.rect(Ink::Outage, (left, TOP), (right.max(left + 1.0), bottom));
            let half = width(&text) / 2.0;
            let middle = f64::midpoint(left, right).clamp(LEFT + half, RIGHT - half);
            if middle - half >= free {
                pen.text(Ink::Strong, (middle, TOP - 10.0), Anchor::Middle, &text);
                free = middle + half + 10.0;
            }
        }
    }

    fn moments(&self, pen: &mut Pen, bottom: f64) {
        pen.text(Ink::Lane, (0.0, TOP + NOTE), Anchor::Start, "fault");
        for ((kind, at, note), spot) in self.moments.iter().zip(&self.spots) {
            let (x, y) = (self.axis.x(*at), TOP + (spot.row + 1) as f64 * NOTE);
            match kind {
                Kind::Fault => {
                    pen.line(Ink::Fault, (x, TOP), (x, bottom));
                    pen.cross(Ink::Fault, (x, y), 5.5);
                }
                Kind::Limit => pen.line(Ink::Limit, (x, TOP), (x, bottom)),
                Kind::Moment => {
                    let diamond = [(x, y - 5.0), (x + 5.0, y), (x, y + 5.0), (x - 5.0, y)];
                    pen.polygon(Ink::Moment, &diamond);
                }
            }
            pen.text(Ink::Label, (spot.x, y), spot.anchor, &note.text);
        }
    }

    fn tasks(&self, pen: &mut Pen, top: f64) {
        let mut y = top;
        for row in &self.lanes.rows {
            pen.text(
                Ink::Lane,
                (0.0, y + 10.0),
                Anchor::Start,
                &fit(&row.name, 15),
            );
            pen.text(Ink::Sub, (0.0, y + 10.0), Anchor::Start, &row.sub);
            self.row(pen, row, y);
            y += ROW;
        }
        let more = more(&self.lanes);
        if !more.is_empty() {
            pen.text(Ink::Sub, (LEFT, y + 8.0), Anchor::Start, &more);
        }
    }

    fn row(&self, pen: &mut Pen, row: &Row, y: f64) {
        for stretch in &row.stretches {
            let left = self.axis.x(stretch.from) + 0.5;
            let right = (self.axis.x(stretch.to) - 0.5).max(left + least(stretch.doing));
            state(pen, stretch.doing, (left, y), (right, y + 20.0));
            if right - left > width(stretch.doing.word()) + 8.0 {
                let ink = on(stretch.doing);
                pen.text(
                    ink,
                    (left + 6.0, y + 10.5),
                    Anchor::Start,
                    stretch.doing.word(),
                );
            }
            pen.mark((left, y), (right, y + 20.0), said(stretch));
        }
    }

    fn probe(&self, pen: &mut Pen, series: &ProbeSeries, bins: &[Bin], top: f64) {
        let name = if self.probes.len() > 1 {
            fit(&series.name, 15)
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
            pen.text(Ink::Sub, (LEFT - 8.0, y), Anchor::End, "failed");
        }
        for bin in bins {
            let (left, right) = (self.axis.x(bin.from), self.axis.x(bin.to));
            pen.mark((left, top), (right, below + LATENCY), describe(bin));
        }
    }

    fn numbers(&self) -> Vec<Numbers> {
        let tasks = Numbers {
            caption: "Tasks".to_owned(),
            columns: vec!["Place", "Task", "State", "From", "To"],
            words: 3,
            rows: self.lanes.rows.iter().flat_map(task_rows).collect(),
        };
        let probes = self.probes.iter().map(|(series, bins)| Numbers {
            caption: format!("Probe {}", series.name),
            columns: vec![
                "From", "To", "Sent", "Answered", "Median", "Longest", "Failed",
            ],
            words: 0,
            rows: bins.iter().map(bin_row).collect(),
        });
        std::iter::once(tasks).chain(probes).collect()
    }
}

/// From the first thing watched to the last: phases and samples, never beyond.
fn range(record: &Record, zero: At) -> Option<(f64, f64)> {
    let samples = record.probes.iter().flat_map(|p| p.samples.iter());
    let sampled = samples.map(|s| s.intended);
    let phases = [
        Phase::Baseline,
        Phase::Inject,
        Phase::Observe,
        Phase::Restore,
    ];
    let entered = phases.iter().filter_map(|p| entered(record, *p));
    let moments = sampled.chain(entered).collect::<Vec<_>>();
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

fn outages(analysis: &Analysis, axis: &Axis) -> Vec<(f64, f64, String)> {
    let mut all = analysis
        .probes
        .iter()
        .flat_map(|probe| probe.outages.iter())
        .map(|outage| {
            let from = outage.from.as_secs_f64();
            let to = outage.to.map_or(axis.to, Micros::as_secs_f64);
            let length = lasting(outage.length.span, outage.length.resolution);
            (from, to, format!("without service {length}"))
        })
        .collect::<Vec<_>>();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    // Two probes usually lose the same stretch: what lies within a longer one is not said twice.
    let mut end = f64::NEG_INFINITY;
    all.retain(|(_, to, _)| {
        let new = *to > end;
        end = end.max(*to);
        new
    });
    all
}

fn moments(
    record: &Record,
    analysis: &Analysis,
    zero: Zero,
    axis: &Axis,
) -> Vec<(Kind, f64, Note)> {
    let mut out = faults(record, zero);
    out.extend(endings(record, zero));
    if let Some(full) = &analysis.recovery.full_strength {
        let text = format!(
            "full strength {}",
            lasting(full.after.span, full.after.resolution)
        );
        out.push((Kind::Moment, full.after.span.as_secs_f64(), text, false));
    }
    if let Some(limit) = record.run.experiment.hypothesis.recovers_within
        && zero.is_fault
    {
        let text = format!("limit {}", about(Micros(limit.micros())));
        out.push((Kind::Limit, limit.get().as_secs_f64(), text, false));
    }
    out.into_iter()
        .filter(|(_, at, _, _)| *at >= axis.from && *at <= axis.to)
        .map(|(kind, at, text, left)| {
            let x = axis.x(at);
            (kind, at, Note { x, text, left })
        })
        .collect()
}

/// One mark for each fault of the method that was sent, with a count where it hit several targets.
fn faults(record: &Record, zero: Zero) -> Vec<(Kind, f64, String, bool)> {
    let sent = |number: usize| {
        record.events.iter().filter(
            move |event| matches!(event.what, What::FaultSent { fault, .. } if fault == number),
        )
    };
    let methods = record.run.experiment.method.iter().enumerate();
    methods
        .filter_map(|(number, fault)| {
            let first = sent(number).next()?;
            let times = sent(number).count();
            let text = match times {
                1 => fault.summary(),
                n => format!("{} x{n}", fault.summary()),
            };
            Some((Kind::Fault, (first.at - zero.at).as_secs_f64(), text, true))
        })
        .collect()
}

fn endings(record: &Record, zero: Zero) -> Vec<(Kind, f64, String, bool)> {
    record
        .events
        .iter()
        .filter_map(|event| {
            let text = match event.what {
                What::Aborted { .. } => "aborted",
                What::GuardTripped { .. } => "guard tripped",
                _ => return None,
            };
            Some((
                Kind::Moment,
                (event.at - zero.at).as_secs_f64(),
                text.to_owned(),
                false,
            ))
        })
        .collect()
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
    let at = |seconds: f64| format!("{seconds:+.2} s");
    let Stretch {
        doing,
        from,
        to,
        task,
    } = stretch;
    if doing.is_over() {
        return format!("task {task} {}, {}", doing.word(), at(*from));
    }
    format!("task {task} {}, {} to {}", doing.word(), at(*from), at(*to))
}

fn task_rows(row: &Row) -> Vec<Vec<String>> {
    let place = if row.name.is_empty() {
        &row.sub
    } else {
        &row.name
    };
    let cells = |s: &Stretch| {
        vec![
            place.clone(),
            s.task.clone(),
            s.doing.word().to_owned(),
            format!("{:+.2} s", s.from),
            if s.doing.is_over() {
                String::new()
            } else {
                format!("{:+.2} s", s.to)
            },
        ]
    };
    row.stretches.iter().map(cells).collect()
}

fn bin_row(bin: &Bin) -> Vec<String> {
    let shown = |value: Option<Micros>| value.map_or_else(String::new, latency);
    vec![
        label(bin.from, true),
        label(bin.to, true),
        bin.sent.to_string(),
        bin.ok.to_string(),
        shown(bin.median),
        shown(bin.longest),
        bin.failures(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_kill_is_drawn_with_its_outage_states_and_limit() {
        let (record, analysis) = sample::kill();
        let html = story(&record, &analysis, Open::Closed).into_string();
        for text in [
            "without service 6.3 s",
            "ready, waits",
            "limit 15 s",
            "full strength 10.74 s",
        ] {
            assert!(html.contains(text), "{text} is missing");
        }
        assert!(html.contains("url(#story-hatch)"));
        assert!(!html.contains("C0DE") && !html.contains("NaN"));
    }

    #[test]
    fn a_refused_run_has_no_picture() {
        let (record, analysis) = sample::refused();
        assert!(story(&record, &analysis, Open::Closed).is_empty());
    }
}
