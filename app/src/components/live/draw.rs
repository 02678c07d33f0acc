//! The picture of a live run: faults, slots, answers and latency on one axis.

use super::lanes::{Effect, FaultLane, SlotLane, TaskLane};
use super::model::{LiveModel, ProbeLane};
use crate::components::svg::{Anchor, Area, Svg};
use crate::model::stream::Bin;
use crate::model::time::{At, Micros, seconds};
use crate::model::timeline::TaskState;

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 112.0;
const RIGHT: f64 = 1062.0;
const ROW: f64 = 22.0;
const BAR: f64 = 16.0;
const ANSWERS: f64 = 36.0;
const LATENCY: f64 = 84.0;
/// What a letter of a label takes at most.
const LETTER: f64 = 6.9;
/// Between a mark and its label.
const GAP: f64 = 12.0;
/// Where the name of a fault's lane ends.
const NAME: f64 = 40.0;
/// Most letters of a fault that its label shows; the log has it whole.
const LABEL: usize = 100;
/// Most slots drawn; the calm ones beyond are counted.
const SLOTS: usize = 12;
/// Most tasks drawn per slot: the newest.
const TASKS: usize = 4;

/// The axis: moments to places.
pub struct Axis {
    zero: At,
    from: f64,
    to: f64,
    now: At,
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
    fn x(&self, at: At) -> f64 {
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

    fn place(&self, seconds: f64) -> f64 {
        let share = (seconds - self.from) / (self.to - self.from);
        LEFT + (RIGHT - LEFT) * share.clamp(0.0, 1.0)
    }

    /// Round seconds between the marks, for about eight of them.
    fn step(&self) -> f64 {
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

/// The picture at a moment.
pub fn drawn(model: &LiveModel, now: At) -> String {
    let axis = Axis::new(model, now);
    let (slots, calm) = shown_slots(model);
    let height = height(model, &slots, calm);
    let said = description(model);
    let mut svg = Svg::new(
        "live",
        WIDTH,
        height,
        "The run so far, on one time axis",
        &said,
    );
    grid(&mut svg, &axis, height);
    let mut y = 12.0;
    for lane in &model.faults {
        fault(&mut svg, &axis, lane, &model.undone, y);
        y += ROW;
    }
    y += 6.0;
    for lane in &slots {
        y = slot(&mut svg, &axis, lane, y);
    }
    if calm > 0 {
        svg.text(
            "tick",
            Anchor::Start,
            0.0,
            y + 12.0,
            &format!("and {calm} more slots, all running"),
        );
        y += ROW;
    }
    for lane in &model.probes {
        y = probe(&mut svg, &axis, lane, y + 10.0);
    }
    svg.upright("faultline", axis.place(0.0), 6.0, height - 20.0);
    if now < axis.zero + Micros(micros(axis.to)) {
        svg.upright("nowline", axis.x(now), 6.0, height - 20.0);
    }
    svg.finish()
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

/// The slots worth a lane, eventful ones first, and how many calm ones are left out.
fn shown_slots(model: &LiveModel) -> (Vec<&SlotLane>, usize) {
    let mut all: Vec<&SlotLane> = model.slots.iter().collect();
    if all.len() > SLOTS {
        all.sort_by_key(|slot| slot.is_calm());
    }
    let left_out = all.len().saturating_sub(SLOTS);
    all.truncate(SLOTS);
    (all, left_out)
}

fn height(model: &LiveModel, slots: &[&SlotLane], calm: usize) -> f64 {
    let rows: usize = slots
        .iter()
        .map(|slot| slot.tasks.len().clamp(1, TASKS))
        .sum();
    let rows = rows + model.faults.len() + usize::from(calm > 0);
    let probes = model.probes.len() as f64 * (ANSWERS + LATENCY + 26.0);
    18.0 + rows as f64 * ROW + slots.len() as f64 * 4.0 + probes + 30.0
}

fn description(model: &LiveModel) -> String {
    let strength = model
        .strength
        .map(|(running, desired)| format!(" {running} of {desired} tasks run."));
    let answers = model.probes.iter().filter_map(|probe| {
        let last = probe.bins.last()?;
        Some(format!(
            " Probe {}: {} of {} answered in the last second.",
            probe.name, last.ok, last.sent
        ))
    });
    format!("Phase {}.", model.phase().word())
        + &strength.unwrap_or_default()
        + &answers.collect::<String>()
}

fn grid(svg: &mut Svg, axis: &Axis, height: f64) {
    let step = axis.step();
    let mut at = (axis.from / step).ceil() * step;
    while at <= axis.to {
        let x = axis.place(at);
        svg.upright("grid", x, 6.0, height - 20.0);
        let text = if at.abs() < 0.001 {
            "0".to_owned()
        } else {
            format!("{at:+.0} s").replace('-', "−")
        };
        svg.text("tick", Anchor::Middle, x, height - 6.0, &text);
        at += step;
    }
}

/// A fault: hollow while planned, crosses where it was sent, a bar while it is in effect.
fn fault(svg: &mut Svg, axis: &Axis, lane: &FaultLane, undone: &[At], y: f64) {
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

/// A slot: one row per task.
fn slot(svg: &mut Svg, axis: &Axis, lane: &SlotLane, mut y: f64) -> f64 {
    let skip = lane.tasks.len().saturating_sub(TASKS);
    for (i, task) in lane.tasks.iter().skip(skip).enumerate() {
        let (class, name) = if i == 0 {
            ("lane", lane.name.as_str())
        } else {
            ("tick", "new task")
        };
        svg.text(class, Anchor::Start, 0.0, y + 12.0, name);
        states(svg, axis, task, y);
        y += ROW;
    }
    y + 4.0
}

/// A task's states side by side.
fn states(svg: &mut Svg, axis: &Axis, task: &TaskLane, y: f64) {
    for (i, (at, state)) in task.states.iter().enumerate() {
        let next = task.states.get(i + 1).map(|(at, _)| *at);
        let until = if state.is_over() {
            *at + Micros::from_millis(400)
        } else {
            next.unwrap_or(axis.now)
        };
        let area = bar(axis, *at, until, y);
        let hint = hint(task, *state, until - *at);
        svg.hinted(&format!("st {}", class_of(*state)), area, &hint);
        if area.w > 56.0 {
            let class = format!("stt {}", class_of(*state));
            svg.text(
                &class,
                Anchor::Start,
                area.x + 5.0,
                y + 12.0,
                words_of(*state),
            );
        }
    }
}

fn bar(axis: &Axis, from: At, until: At, y: f64) -> Area {
    let x = axis.x(from);
    Area {
        x,
        y,
        w: (axis.x(until) - x - 0.5).max(3.0),
        h: BAR,
    }
}

fn hint(task: &TaskLane, state: TaskState, lasted: Micros) -> String {
    let name = &task.task;
    match (&task.error, state.is_over()) {
        (Some(error), true) => format!("task {name} {}: {error}", state.word()),
        (None, true) => format!("task {name} {}", state.word()),
        _ => format!("task {name} {} for {}", state.word(), seconds(lasted)),
    }
}

const fn class_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Running => "run",
        TaskState::Starting => "start",
        TaskState::Ready => "wait",
        TaskState::Failed | TaskState::Rejected | TaskState::Orphaned => "fail",
        TaskState::Complete | TaskState::Shutdown | TaskState::Remove => "gone",
        _ => "prep",
    }
}

const fn words_of(state: TaskState) -> &'static str {
    match state {
        TaskState::Ready => "ready, waits",
        other => other.word(),
    }
}

/// A probe: answered and not, each second; below it the median and the longest answer.
fn probe(svg: &mut Svg, axis: &Axis, lane: &ProbeLane, y: f64) -> f64 {
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::api::live::{LiveView, Told};
    use crate::model::run::Phase;
    use crate::model::stream::{LiveBody, LiveItem};
    use crate::model::timeline::{Event, Source, TaskRef, What};

    fn model(whats: Vec<(i64, What)>) -> LiveModel {
        let items = (1_u64..).zip(whats).map(|(seq, (at, what))| {
            let event = Event {
                seq: 1,
                at: At(at),
                resolution: Micros(0),
                source: Source::Swarm,
                what,
            };
            let body = LiveBody::Event(event);
            Told::from(&LiveItem { seq, body })
        });
        LiveModel::new(&LiveView {
            baseline: 10.0,
            observe: 30.0,
            probes: vec!["api".into()],
            faults: vec!["container-kill SIGKILL".into()],
            now: At(0),
            items: items.collect(),
        })
    }

    #[test]
    fn a_planned_fault_is_hollow_at_zero_and_a_sent_one_is_not() {
        let begun = (
            0,
            What::Phase {
                phase: Phase::Baseline,
            },
        );
        let before = drawn(&model(vec![begun.clone()]), At(1));
        assert!(before.contains("faultmark planned"));
        let sent = What::FaultSent {
            fault: 0,
            text: "x".into(),
            task: None,
            container: None,
        };
        let after = drawn(&model(vec![begun, (10_000_000, sent)]), At(10_000_001));
        assert!(!after.contains("planned") && after.contains("class=\"faultmark\""));
    }

    #[test]
    fn swarms_error_is_shown_uncut_and_escaped() {
        let task = TaskRef {
            task: "abcdefghij".into(),
            slot: Some(1),
            node: "n".into(),
        };
        let state = |state, error: Option<&str>| What::TaskState {
            task: task.clone(),
            state,
            desired: TaskState::Running,
            error: error.map(Into::into),
            container: None,
        };
        let drawn = drawn(
            &model(vec![
                (0, state(TaskState::Running, None)),
                (
                    5,
                    state(TaskState::Failed, Some("task: <non-zero> exit (137)")),
                ),
            ]),
            At(6),
        );
        assert!(drawn.contains("task abcdefgh failed: task: &lt;non-zero&gt; exit (137)"));
    }

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

    #[test]
    fn a_very_long_label_is_cut_and_says_so() {
        let mut long = model(vec![]);
        long.faults[0].text = "x".repeat(LABEL + 1);
        let drawn = drawn(&long, At(1));
        assert!(drawn.contains(&format!(">{}…, planned<", "x".repeat(LABEL))));
    }

    #[test]
    fn latency_is_placed_by_its_logarithm() {
        let (second, milli) = (log_place(1e6), log_place(1e3));
        assert!((second - LATENCY / 4.5).abs() < 0.01);
        assert!((milli - LATENCY * 4.0 / 4.5).abs() < 0.01);
        assert!((log_place(1e9)).abs() < 0.01);
        assert!((log_place(0.0) - LATENCY).abs() < 0.01);
    }
}
