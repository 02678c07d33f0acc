//! The picture of a live run: faults, slots, answers and latency on one axis.

mod axis;
mod faults;
mod probes;
mod slots;

pub use axis::Axis;

use super::lanes::SlotLane;
use super::model::LiveModel;
use crate::components::svg::{Anchor, Svg};
use crate::model::time::{At, Micros};
use axis::micros;
use faults::fault;
use probes::probe;
use slots::slot;

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 112.0;
const RIGHT: f64 = 1062.0;
const ROW: f64 = 22.0;
const BAR: f64 = 16.0;
const ANSWERS: f64 = 36.0;
const LATENCY: f64 = 84.0;
/// Most slots drawn; the calm ones beyond are counted.
const SLOTS: usize = 12;
/// Most tasks drawn per slot: the newest.
const TASKS: usize = 4;

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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::faults::LABEL;
    use super::*;
    use crate::api::live::{LiveView, Told};
    use crate::model::run::Phase;
    use crate::model::stream::{LiveBody, LiveItem};
    use crate::model::timeline::{Event, Source, TaskRef, TaskState, What};

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
    fn a_very_long_label_is_cut_and_says_so() {
        let mut long = model(vec![]);
        long.faults[0].text = "x".repeat(LABEL + 1);
        let drawn = drawn(&long, At(1));
        assert!(drawn.contains(&format!(">{}…, planned<", "x".repeat(LABEL))));
    }
}
