//! The crosshair of the live picture: a moment that one points at or steps to by arrow keys, and in
//! words what was so then. A press pins it and writes it into the address, so that a reload keeps it.

use super::draw::Axis;
use super::lanes::SlotLane;
use super::log::offset;
use super::model::{LiveModel, ProbeLane};
use crate::components::web;
use crate::model::time::{At, Micros, seconds};
use leptos::ev;
use leptos::prelude::*;

const SECOND: i64 = 1_000_000;
/// Most slots that are named one by one.
const NAMED: usize = 4;

/// Where the crosshair is: microseconds from zero; none while nobody points.
#[derive(Clone, Copy)]
pub struct Cross {
    at: RwSignal<Option<i64>>,
    pinned: RwSignal<bool>,
    model: RwSignal<LiveModel>,
    now: RwSignal<At>,
}

impl Cross {
    /// At the moment that the address names, if it does.
    pub fn new(model: RwSignal<LiveModel>, now: RwSignal<At>) -> Self {
        let cross = Self {
            at: RwSignal::new(None),
            pinned: RwSignal::new(false),
            model,
            now,
        };
        web::effect(move || {
            if let Some(at) = web::fragment().and_then(|text| named(&text)) {
                cross.pinned.set(true);
                cross.at.set(Some(at));
            }
        });
        cross
    }

    fn axis(self) -> Axis {
        Axis::new(&self.model.read(), self.now.get())
    }

    /// How far from the left it stands, in percent of the picture. Tracked.
    pub fn place(self) -> Option<f64> {
        let at = self.at.get()?;
        Some(self.axis().percent(at as f64 / SECOND as f64))
    }

    /// What was so at that moment. Tracked.
    pub fn words(self) -> Option<String> {
        let at = Micros(self.at.get()?);
        Some(said(&self.model.read(), at))
    }

    /// Follows the pointer, unless it is pinned.
    pub fn point(self, event: &ev::PointerEvent) {
        if !self.pinned.get_untracked()
            && let Some(at) = self.under(event)
        {
            self.at.set(Some(at));
        }
    }

    /// Pins it where it is pressed, or lets it go.
    pub fn press(self, event: &ev::PointerEvent) {
        if self.pinned.get_untracked() {
            self.let_go();
        } else if let Some(at) = self.under(event) {
            self.pin(at);
        }
    }

    /// The pointer has left.
    pub fn leave(self) {
        if !self.pinned.get_untracked() {
            self.at.set(None);
        }
    }

    /// Arrows go second by second, with Shift by ten; Home and End to the ends; Escape lets go.
    pub fn key(self, event: &ev::KeyboardEvent) {
        let (from, to) = untrack(|| self.axis()).ends();
        let step = if event.shift_key() { 10 } else { 1 } * SECOND;
        let here = self.at.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => here.unwrap_or(0) - step,
            "ArrowRight" => here.map_or(0, |at| at + step),
            "Home" => from,
            "End" => to,
            "Escape" => return self.let_go(),
            _ => return,
        };
        event.prevent_default();
        self.pin(next.clamp(from, to));
    }

    fn pin(self, at: i64) {
        self.pinned.set(true);
        self.at.set(Some(at));
        web::rename(&format!("#t={}", at / 1_000));
    }

    fn let_go(self) {
        self.pinned.set(false);
        self.at.set(None);
        web::rename("#");
    }

    /// The moment under the pointer.
    fn under(self, event: &ev::PointerEvent) -> Option<i64> {
        let share = web::share_across(event, "svg")?;
        Some(untrack(|| self.axis()).moment(share))
    }
}

/// The moment that an address names, "t=12400" in milliseconds.
fn named(fragment: &str) -> Option<i64> {
    let ms: i64 = fragment.strip_prefix("t=")?.parse().ok()?;
    ms.checked_mul(1_000)
}

/// "+12 s: slot 1 starting; api 0 of 10 answered".
fn said(model: &LiveModel, at: Micros) -> String {
    let moment = model.zero() + at;
    let slots = slots(&model.slots, moment);
    let probes = model.probes.iter().map(|probe| answers(probe, moment));
    let parts: Vec<String> = slots.into_iter().chain(probes).collect();
    let time = offset(at, Micros(SECOND));
    if parts.is_empty() {
        time
    } else {
        format!("{time}: {}", parts.join("; "))
    }
}

/// What each slot did; of many, only those that did not just run.
fn slots(slots: &[SlotLane], moment: At) -> Vec<String> {
    let states = slots
        .iter()
        .filter_map(|slot| Some((slot.name.as_str(), slot.word(moment)?)));
    let (calm, busy): (Vec<_>, Vec<_>) = states.partition(|(_, word)| *word == "running");
    let name = |(name, word): (&str, &str)| format!("{name} {word}");
    if slots.len() <= NAMED {
        return calm.into_iter().chain(busy).map(name).collect();
    }
    let others = format!("{} slots running", calm.len());
    busy.into_iter().map(name).chain([others]).collect()
}

/// How a probe was answered in the second around a moment.
fn answers(probe: &ProbeLane, moment: At) -> String {
    let name = &probe.name;
    let within = |at: At| (0..SECOND).contains(&(moment - at).0);
    match probe.bins.iter().find(|bin| within(bin.at)) {
        None => format!("{name} not asked"),
        Some(bin) if bin.ok == 0 => format!("{name} 0 of {} answered", bin.sent),
        Some(bin) => format!(
            "{name} {} of {} answered, half within {}, all within {}",
            bin.ok,
            bin.sent,
            seconds(Micros(bin.median_us)),
            seconds(Micros(bin.max_us)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::live::Line;
    use crate::api::live::{LiveView, Mark, News, TaskMark, Told};
    use crate::model::run::Phase;
    use crate::model::stream::Bin;
    use crate::model::timeline::TaskState;

    fn line(seq: u64, at: i64, mark: Mark) -> Told {
        let line = Line {
            at: At(at),
            resolution: Micros(0),
            source: String::new(),
            text: String::new(),
            matters: false,
            mark: Some(mark),
        };
        Told {
            seq,
            news: News::Line(line),
        }
    }

    fn task(seq: u64, at: i64, slot: usize, state: TaskState) -> Told {
        let mark = TaskMark {
            task: format!("{slot}"),
            lane: format!("slot {slot}"),
            state,
            error: None,
        };
        line(seq, at, Mark::Task(mark))
    }

    fn model(mut items: Vec<Told>) -> LiveModel {
        let bin = Bin {
            at: At(12 * SECOND),
            probe: 0,
            sent: 10,
            ok: 9,
            median_us: 1_200,
            max_us: 30_000,
        };
        items.push(Told {
            seq: 90,
            news: News::Second(bin),
        });
        LiveModel::new(&LiveView {
            baseline: 10.0,
            observe: 30.0,
            probes: vec!["api".into()],
            faults: vec!["container-kill SIGKILL".into()],
            now: At(0),
            items,
        })
    }

    #[test]
    fn says_what_was_so_at_a_moment() {
        let model = model(vec![
            line(1, 0, Mark::Phase(Phase::Baseline)),
            task(2, 0, 1, TaskState::Running),
            line(3, 10 * SECOND, Mark::Sent(0)),
            task(4, 11 * SECOND, 1, TaskState::Failed),
        ]);
        assert_eq!(
            said(&model, Micros(-SECOND)),
            "−1 s: slot 1 running; api not asked"
        );
        assert_eq!(
            said(&model, Micros(2 * SECOND + 1)),
            "+2 s: slot 1 failed; api 9 of 10 answered, half within 0.001 s, all within 0.030 s"
        );
    }

    #[test]
    fn of_many_slots_only_the_eventful_are_named() {
        let mut items: Vec<Told> = (1..=6)
            .map(|slot| task(slot as u64, 0, slot, TaskState::Running))
            .collect();
        items.push(task(7, 5, 3, TaskState::Failed));
        let words = slots(&model(items).slots, At(6));
        assert_eq!(words, ["slot 3 failed", "5 slots running"]);
    }

    #[test]
    fn an_address_names_a_moment_or_none() {
        assert_eq!(named("t=12400"), Some(12_400_000));
        assert_eq!(named("t=-500"), Some(-500_000));
        for none in ["", "t=", "t=x", "t=99999999999999999999", "u=1"] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
