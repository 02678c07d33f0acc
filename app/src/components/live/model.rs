//! What the browser knows of a run that is on, folded from its stream.
//!
//! It guarantees that an item counts once, however often it arrives: a reconnect replays from the
//! last number seen, and nothing is missed or doubled.

use super::lanes::{Effect, FaultLane, SlotLane, TaskLane};
use crate::api::live::{Line, LiveView, Mark, News, TaskMark, Told};
use crate::model::run::Phase;
use crate::model::stream::Bin;
use crate::model::time::{At, Micros};

/// A probe's seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeLane {
    /// Its name.
    pub name: String,
    /// What each second was like, in order of time.
    pub bins: Vec<Bin>,
}

/// A run while it is on.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveModel {
    last: u64,
    baseline: Micros,
    observe: Micros,
    /// When it entered each phase.
    pub phases: Vec<(Phase, At)>,
    /// The faults, in order.
    pub faults: Vec<FaultLane>,
    /// The slots, in order of appearance.
    pub slots: Vec<SlotLane>,
    /// The probes, in order.
    pub probes: Vec<ProbeLane>,
    /// Tasks that run, and tasks wanted.
    pub strength: Option<(u64, u64)>,
    /// When what was moved was put back, entry by entry.
    pub undone: Vec<At>,
    /// The log, in order of time, with each line's number.
    pub log: Vec<(u64, Line)>,
    /// The latest moment known.
    pub latest: At,
}

impl LiveModel {
    /// With everything so far.
    pub fn new(view: &LiveView) -> Self {
        let fault = |text: &String| FaultLane {
            text: text.clone(),
            ..FaultLane::default()
        };
        let probe = |name: &String| ProbeLane {
            name: name.clone(),
            bins: Vec::new(),
        };
        let mut model = Self {
            last: 0,
            baseline: micros(view.baseline),
            observe: micros(view.observe),
            phases: Vec::new(),
            faults: view.faults.iter().map(fault).collect(),
            slots: Vec::new(),
            probes: view.probes.iter().map(probe).collect(),
            strength: None,
            undone: Vec::new(),
            log: Vec::new(),
            latest: view.now,
        };
        for item in &view.items {
            model.apply(item);
        }
        model
    }

    /// The number of the last item that counted; the stream goes on after it.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Takes an item. False when it was known already.
    pub fn apply(&mut self, item: &Told) -> bool {
        if item.seq <= self.last {
            return false;
        }
        self.last = item.seq;
        match &item.news {
            News::Line(line) => self.line(item.seq, line),
            News::Second(bin) => self.bin(bin),
        }
        true
    }

    /// Where the run is.
    pub fn phase(&self) -> Phase {
        self.phases
            .last()
            .map_or(Phase::Preflight, |(phase, _)| *phase)
    }

    /// The first fault, once it was sent.
    pub fn fault_at(&self) -> Option<At> {
        self.faults
            .iter()
            .flat_map(|lane| lane.sent.iter().copied())
            .min()
    }

    /// When the run began; what is older was so before it.
    pub fn begun(&self) -> At {
        self.phases.first().map_or(self.latest, |(_, at)| *at)
    }

    /// Zero of the axis: the first fault, or when it is due.
    pub fn zero(&self) -> At {
        let due = self.entered(Phase::Baseline).unwrap_or(self.latest) + self.baseline;
        self.fault_at().unwrap_or(due)
    }

    /// What the axis spans, in seconds around zero, at a moment.
    pub fn span(&self, now: At) -> (f64, f64) {
        let begun = self
            .entered(Phase::Baseline)
            .map_or(0.0, |at| (at - self.zero()).as_secs_f64());
        let left = begun.min(-self.baseline.as_secs_f64()).min(-1.0);
        let right = self
            .observe
            .as_secs_f64()
            .max((now - self.zero()).as_secs_f64());
        (left, right.max(1.0))
    }

    /// Seconds until observation ends; none once it has.
    pub fn left(&self, now: At) -> Option<f64> {
        let end = self.zero() + self.observe;
        let waits = self.phase() < Phase::Restore && end > now;
        waits.then(|| (end - now).as_secs_f64())
    }

    fn entered(&self, phase: Phase) -> Option<At> {
        self.phases
            .iter()
            .find(|(p, _)| *p == phase)
            .map(|(_, at)| *at)
    }

    fn line(&mut self, seq: u64, line: &Line) {
        self.latest = self.latest.max(line.at);
        // What is heard of late stands where it happened.
        let place = self.log.partition_point(|(_, known)| known.at <= line.at);
        self.log.insert(place, (seq, line.clone()));
        if let Some(mark) = &line.mark {
            self.mark(line.at, mark);
        }
    }

    fn mark(&mut self, at: At, mark: &Mark) {
        match mark {
            Mark::Phase(phase) => self.phases.push((*phase, at)),
            Mark::Sent(fault) => self.fault(*fault, Effect::Sent, |f| f.sent.push(at)),
            Mark::Proven(fault) => self.fault(*fault, Effect::Proven, |f| f.proven.push(at)),
            Mark::NotProven(fault) => self.fault(*fault, Effect::NotProven, |_| ()),
            Mark::Undone => self.undone.push(at),
            Mark::Strength(running, desired) => self.strength = Some((*running, *desired)),
            Mark::Task(task) => self.task(at, task),
        }
    }

    fn fault(&mut self, index: usize, effect: Effect, note: impl FnOnce(&mut FaultLane)) {
        if let Some(lane) = self.faults.get_mut(index) {
            lane.effect = effect;
            note(lane);
        }
    }

    fn task(&mut self, at: At, seen: &TaskMark) {
        let mut all = self.slots.iter_mut().flat_map(|slot| slot.tasks.iter_mut());
        if let Some(lane) = all.find(|lane| lane.task == seen.task) {
            lane.enter(at, seen.state);
            lane.error = seen.error.clone().or(lane.error.take());
            return;
        }
        // A task that was over when first seen is history, not a part of this run.
        if !seen.state.is_over() {
            let lane = TaskLane::new(seen.task.clone(), at, seen.state);
            self.slot(&seen.lane).tasks.push(lane);
        }
    }

    fn slot(&mut self, name: &str) -> &mut SlotLane {
        let found = self.slots.iter().position(|slot| slot.name == name);
        let index = found.unwrap_or_else(|| {
            self.slots.push(SlotLane {
                name: name.to_owned(),
                tasks: Vec::new(),
            });
            self.slots.len() - 1
        });
        &mut self.slots[index]
    }

    fn bin(&mut self, bin: &Bin) {
        self.latest = self.latest.max(bin.at + Micros::from_millis(1_000));
        let Some(lane) = self.probes.get_mut(bin.probe) else {
            return;
        };
        match lane.bins.binary_search_by_key(&bin.at, |known| known.at) {
            Ok(same) => lane.bins[same] = bin.clone(),
            Err(place) => lane.bins.insert(place, bin.clone()),
        }
    }
}

/// Seconds as microseconds; what is absurd becomes nothing.
fn micros(seconds: f64) -> Micros {
    let fits = seconds.is_finite() && (0.0..=1e6).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "at most 1e12")]
    Micros(if fits { (seconds * 1e6) as i64 } else { 0 })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::model::stream::{LiveBody, LiveItem};
    use crate::model::timeline::{Event, Source, TaskRef, TaskState, What};

    const S: i64 = 1_000_000;

    fn view() -> LiveView {
        LiveView {
            baseline: 10.0,
            observe: 25.0,
            probes: vec!["api".into()],
            faults: vec!["container-kill SIGKILL".into()],
            now: At(0),
            items: Vec::new(),
        }
    }

    fn item(seq: u64, at: i64, what: What) -> Told {
        let event = Event {
            seq: u32::try_from(seq).unwrap(),
            at: At(at),
            resolution: Micros(1_000),
            source: Source::Lab,
            what,
        };
        Told::from(&LiveItem {
            seq,
            body: LiveBody::Event(event),
        })
    }

    fn sent() -> What {
        What::FaultSent {
            fault: 0,
            text: "kill".into(),
            task: None,
            container: None,
        }
    }

    fn task(id: &str, slot: u64, state: TaskState) -> What {
        What::TaskState {
            task: TaskRef {
                task: id.into(),
                slot: Some(slot),
                node: "n".into(),
            },
            state,
            desired: TaskState::Running,
            error: None,
            container: None,
        }
    }

    fn bin(seq: u64, at: i64, ok: u32) -> Told {
        let bin = Bin {
            at: At(at),
            probe: 0,
            sent: 10,
            ok,
            median_us: 1,
            max_us: 2,
        };
        Told {
            seq,
            news: News::Second(bin),
        }
    }

    #[test]
    fn a_replayed_item_counts_once() {
        let mut model = LiveModel::new(&view());
        assert!(model.apply(&item(1, 0, sent())));
        let before = model.clone();
        assert!(!model.apply(&item(1, 5 * S, sent())));
        assert_eq!(model, before);
        assert_eq!(model.last(), 1);
    }

    #[test]
    fn a_stream_cut_anywhere_ends_in_the_same_state() {
        let items: Vec<Told> = vec![
            item(
                1,
                0,
                What::Phase {
                    phase: Phase::Baseline,
                },
            ),
            item(2, 1, task("a", 1, TaskState::Running)),
            bin(3, 0, 10),
            item(4, 10 * S, sent()),
            item(5, 10 * S + 1, task("a", 1, TaskState::Failed)),
            item(6, 10 * S + 2, task("b", 1, TaskState::New)),
            bin(7, 10 * S, 0),
        ];
        let whole = LiveModel::new(&LiveView {
            items: items.clone(),
            ..view()
        });
        for cut in 0..items.len() {
            let mut model = LiveModel::new(&LiveView {
                items: items[..cut].to_vec(),
                ..view()
            });
            for item in &items[cut.saturating_sub(2)..] {
                model.apply(item);
            }
            assert_eq!(model, whole, "cut at {cut}");
        }
    }

    #[test]
    fn zero_is_the_first_fault_and_until_then_when_it_is_due() {
        let mut model = LiveModel::new(&view());
        model.apply(&item(
            1,
            3 * S,
            What::Phase {
                phase: Phase::Baseline,
            },
        ));
        assert_eq!(model.zero(), At(13 * S));
        assert_eq!(model.left(At(3 * S)), Some(35.0));
        model.apply(&item(2, 14 * S, sent()));
        model.apply(&item(3, 15 * S, sent()));
        assert_eq!(model.zero(), At(14 * S));
        assert_eq!(model.span(At(20 * S)), (-11.0, 25.0));
        assert_eq!(model.span(At(50 * S)), (-11.0, 36.0));
        assert_eq!(model.left(At(50 * S)), None);
    }

    #[test]
    fn a_new_task_joins_its_slot_and_a_task_never_moves_back() {
        let mut model = LiveModel::new(&view());
        model.apply(&item(1, 0, task("old", 2, TaskState::Shutdown)));
        model.apply(&item(2, 0, task("a", 2, TaskState::Running)));
        model.apply(&item(3, 5, task("a", 2, TaskState::Failed)));
        model.apply(&item(4, 6, task("b", 2, TaskState::Ready)));
        model.apply(&item(5, 7, task("b", 2, TaskState::New)));
        assert_eq!(model.slots.len(), 1);
        let [a, b] = model.slots[0].tasks.as_slice() else {
            panic!("two tasks")
        };
        assert!(a.is_over() && !b.is_over());
        assert_eq!(b.states, [(At(6), TaskState::Ready)]);
    }

    #[test]
    fn a_second_told_again_takes_the_place_of_the_first() {
        let mut model = LiveModel::new(&view());
        model.apply(&bin(1, S, 3));
        model.apply(&bin(2, 0, 9));
        model.apply(&bin(3, S, 10));
        let ok: Vec<u32> = model.probes[0].bins.iter().map(|b| b.ok).collect();
        assert_eq!(ok, [9, 10]);
    }
}
