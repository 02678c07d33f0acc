//! One lane per task slot, with the states that its tasks went through.
//!
//! Guarantee: every task that the record saw is in a lane, and no two stretches of one row
//! overlap.

use super::answers::micros;
use app::model::record::Record;
use app::model::time::{At, Micros, offset};
use app::model::timeline::{Event, TaskRef, TaskState, What, short};
use std::collections::BTreeMap;

/// Rows shown at most; the rest is counted.
pub const MOST_ROWS: usize = 14;

/// What a task was doing, as far as a picture tells states apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// No node yet.
    Pending,
    /// On a node, being prepared.
    Preparing,
    /// Prepared; Swarm holds it back.
    Ready,
    /// Its container starts, or its first health check is awaited.
    Starting,
    /// Running.
    Running,
    /// Ended badly.
    Failed,
    /// Ended because it was asked to.
    Stopped,
}

impl Doing {
    /// The word in pictures and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Preparing => "preparing",
            Self::Ready => "ready, waits",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    const fn of(state: TaskState) -> Self {
        match state {
            TaskState::New | TaskState::Allocated | TaskState::Pending => Self::Pending,
            TaskState::Assigned | TaskState::Accepted | TaskState::Preparing => Self::Preparing,
            TaskState::Ready => Self::Ready,
            TaskState::Starting => Self::Starting,
            TaskState::Running => Self::Running,
            TaskState::Failed | TaskState::Rejected | TaskState::Orphaned => Self::Failed,
            TaskState::Complete | TaskState::Shutdown | TaskState::Remove => Self::Stopped,
        }
    }

    /// Whether a task that got here goes on being something.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Failed | Self::Stopped)
    }
}

/// A task in one state for a while, seconds from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// What it was doing.
    pub doing: Doing,
    /// From.
    pub from: f64,
    /// To; the same as `from` where the task was over.
    pub to: f64,
    /// How exactly each is known.
    pub known: (Micros, Micros),
    /// The task's id, shortened.
    pub task: String,
}

impl Stretch {
    /// From and to in words.
    pub fn ends(&self) -> (String, String) {
        let (from, to) = self.known;
        (offset(micros(self.from), from), offset(micros(self.to), to))
    }
}

/// One row of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// "slot 1", the node's name; empty on further rows of the same slot.
    pub name: String,
    /// "new task" on further rows.
    pub sub: String,
    /// Its stretches in order.
    pub stretches: Vec<Stretch>,
}

/// The rows, slots that something happened to first, and how many more there are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lanes {
    /// What is shown.
    pub rows: Vec<Row>,
    /// Slots in which one task ran all the time and that are not shown.
    pub steady: usize,
    /// Rows left out for want of room.
    pub hidden: usize,
}

/// A state, since when, and how exactly that is known.
type Step = (At, Micros, Doing);
type Steps = Vec<Step>;

struct Slot {
    name: String,
    tasks: Vec<(String, Steps)>,
}

/// Lays out the tasks of a record between two moments, seconds from `zero`.
pub fn lanes(record: &Record, zero: At, from: f64, to: f64) -> Lanes {
    let mut slots = slots(record);
    slots.sort_by_key(|slot| !slot.is_eventful());
    let eventful = slots.iter().filter(|slot| slot.is_eventful()).count();
    let keep = if slots.len() <= 6 {
        slots.len()
    } else {
        eventful
    };
    let steady = slots.len() - keep;
    let mut rows: Vec<Row> = slots
        .iter()
        .take(keep)
        .flat_map(|slot| slot.rows(zero, from, to))
        .collect();
    let hidden = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    Lanes {
        rows,
        steady,
        hidden,
    }
}

fn slots(record: &Record) -> Vec<Slot> {
    let mut steps: BTreeMap<String, (TaskRef, Steps)> = BTreeMap::new();
    let start = record.events.first().map_or(record.run.created, |e| e.at);
    let mut note = |task: &TaskRef, step: Step| {
        let entry = steps.entry(task.task.clone());
        let (known, steps) = entry.or_insert_with(|| (task.clone(), Vec::new()));
        if known.node.is_empty() {
            known.node.clone_from(&task.node);
        }
        steps.push(step);
    };
    let before = record.before.iter().flat_map(|snapshot| &snapshot.tasks);
    for task in before.filter(|task| !task.state.is_over()) {
        let since = task.since.min(start);
        note(&task.task, (since, Micros(0), Doing::of(task.state)));
    }
    for event in &record.events {
        if let Some((task, doing)) = step(event) {
            note(task, (event.at, event.resolution, doing));
        }
    }
    group(record, steps)
}

fn step(event: &Event) -> Option<(&TaskRef, Doing)> {
    match &event.what {
        What::TaskCreated { task } => Some((task, Doing::Pending)),
        What::TaskState { task, state, .. } => Some((task, Doing::of(*state))),
        _ => None,
    }
}

fn group(record: &Record, steps: BTreeMap<String, (TaskRef, Steps)>) -> Vec<Slot> {
    let mut slots: BTreeMap<(u64, String), Slot> = BTreeMap::new();
    for (id, (task, mut steps)) in steps {
        steps.sort_by_key(|(at, ..)| *at);
        steps.dedup_by_key(|(.., doing)| *doing);
        end_at_death(record, &id, &mut steps);
        let node = record
            .before
            .as_ref()
            .map_or(task.node.as_str(), |b| b.node_name(&task.node));
        let (key, name) = match task.slot {
            Some(slot) => ((slot, String::new()), format!("slot {slot}")),
            None => ((0, task.node.clone()), node.to_owned()),
        };
        let slot = slots.entry(key).or_insert_with(|| Slot {
            name,
            tasks: Vec::new(),
        });
        slot.tasks.push((id, steps));
    }
    let mut slots = slots.into_values().collect::<Vec<_>>();
    for slot in &mut slots {
        slot.tasks
            .sort_by_key(|(_, steps)| steps.first().map(|(at, ..)| *at));
    }
    slots
}

/// The engine knows a container's death sooner and more exactly than the task list.
fn end_at_death(record: &Record, id: &str, steps: &mut Steps) {
    let died = record.events.iter().find_map(|event| match &event.what {
        What::ContainerDied { task, .. } if task == id => Some((event.at, event.resolution)),
        _ => None,
    });
    if let (Some(died), Some((at, resolution, doing))) = (died, steps.last_mut())
        && doing.is_over()
        && died.0 <= *at
    {
        (*at, *resolution) = died;
    }
}

impl Slot {
    /// Whether it had more than one task that ran all the time.
    fn is_eventful(&self) -> bool {
        let steady = |steps: &Steps| matches!(steps.as_slice(), [(.., Doing::Running)]);
        !(self.tasks.len() == 1 && self.tasks.iter().all(|(_, steps)| steady(steps)))
    }

    /// Packs the tasks into as few rows as they need.
    fn rows(&self, zero: At, from: f64, to: f64) -> Vec<Row> {
        let mut rows: Vec<Vec<Stretch>> = Vec::new();
        for (id, steps) in &self.tasks {
            let stretches = stretches(id, steps, zero, from, to);
            let Some(begin) = stretches.first().map(|s| s.from) else {
                continue;
            };
            let is_free = |row: &&mut Vec<Stretch>| row.last().is_none_or(|s| s.to + 0.5 < begin);
            match rows.iter_mut().find(is_free) {
                Some(row) => row.extend(stretches),
                None => rows.push(stretches),
            }
        }
        let name = |i: usize| {
            if i == 0 {
                self.name.clone()
            } else {
                String::new()
            }
        };
        let sub = |i: usize| if i == 0 { "" } else { "new task" };
        rows.into_iter()
            .enumerate()
            .map(|(i, stretches)| Row {
                name: name(i),
                sub: sub(i).to_owned(),
                stretches,
            })
            .collect()
    }
}

fn stretches(id: &str, steps: &Steps, zero: At, from: f64, to: f64) -> Vec<Stretch> {
    let seconds = |at: At| (at - zero).as_secs_f64();
    steps
        .iter()
        .enumerate()
        .map(|(i, (at, resolution, doing))| {
            let after = steps.get(i + 1);
            let next = after.map_or(to, |(at, ..)| seconds(*at));
            let next_known = after.map_or(Micros(0), |(_, resolution, _)| *resolution);
            let begin = seconds(*at).max(from);
            Stretch {
                doing: *doing,
                from: begin,
                to: if doing.is_over() {
                    begin
                } else {
                    next.max(begin)
                },
                known: (*resolution, next_known),
                task: short(id).to_owned(),
            }
        })
        .filter(|s| s.to >= from && s.from <= to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_kill_has_an_old_and_a_new_task_in_two_rows() {
        let (record, analysis) = sample::kill();
        let zero = analysis.zero.unwrap_or_default();
        let lanes = lanes(&record, zero, -10.0, 25.0);
        let rows = &lanes.rows;
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].name.as_str(), rows[1].sub.as_str()),
            ("slot 1", "new task")
        );
        let doing = |row: &Row| row.stretches.iter().map(|s| s.doing).collect::<Vec<_>>();
        assert_eq!(doing(&rows[0]), [Doing::Running, Doing::Failed]);
        assert_eq!(
            doing(&rows[1]),
            [
                Doing::Pending,
                Doing::Preparing,
                Doing::Ready,
                Doing::Starting,
                Doing::Running
            ]
        );
        let died = rows[0].stretches[1].from;
        assert!(
            (died - 0.062).abs() < 0.001,
            "the engine's moment, not the poll's: {died}"
        );
    }

    #[test]
    fn slots_that_nothing_happened_to_are_counted_when_they_are_many() {
        let (mut record, analysis) = sample::kill();
        let snapshot = record.before.as_mut().expect("a snapshot");
        for slot in 2..=9 {
            let mut task = snapshot.tasks[0].clone();
            task.task.slot = Some(slot);
            task.task.task = format!("other{slot}");
            snapshot.tasks.push(task);
        }
        let lanes = lanes(&record, analysis.zero.unwrap_or_default(), -10.0, 25.0);
        assert_eq!((lanes.rows.len(), lanes.steady, lanes.hidden), (2, 8, 0));
    }
}
