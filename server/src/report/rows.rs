//! The timeline as rows: in order of time, numbered by it.
//!
//! Guarantee: every event of a record is in exactly one row, and the same record always has the
//! same rows. An event's anchor is its recorded number, whatever the number of its row, so that a
//! link into a report keeps its meaning.

use super::text::count;
use app::model::record::Record;
use app::model::timeline::{Event, TaskState, What, short};
use std::collections::BTreeMap;

/// Tasks named in one row at most.
const MOST_NAMED: usize = 8;

/// A row of the timeline.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// The event; the first one where the row tells several.
    pub event: &'a Event,
    /// Further events told in the same row.
    pub more: Vec<&'a Event>,
    /// Whether it tells how things stood when the run began.
    pub stood: bool,
}

/// All rows of a record.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    rows: Vec<Row<'a>>,
    numbers: BTreeMap<u32, usize>,
}

impl<'a> Rows<'a> {
    /// The rows of a record: how the tasks stood in one, then an event in each.
    pub fn of(record: &'a Record) -> Self {
        let mut events = record.events.iter().collect::<Vec<_>>();
        events.sort_by_key(|event| (event.at, event.seq));
        let (stood, later): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|event| stood(event, record));
        let first = stood.split_first().map(|(first, more)| Row {
            number: 0,
            event: first,
            more: more.to_vec(),
            stood: true,
        });
        let rows = first.into_iter().chain(later.into_iter().map(one));
        Self::numbered(rows.collect())
    }

    fn numbered(mut rows: Vec<Row<'a>>) -> Self {
        let mut numbers = BTreeMap::new();
        for (row, number) in rows.iter_mut().zip(1..) {
            row.number = number;
            numbers.extend(row.events().map(|event| (event.seq, number)));
        }
        Self { rows, numbers }
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Row<'a>> {
        self.rows.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The row that tells an event, by the event's recorded number.
    pub fn number(&self, seq: u32) -> Option<usize> {
        self.numbers.get(&seq).copied()
    }

    /// The rows that tell some events: row number and the recorded number of one of its events,
    /// ascending, each row once.
    pub fn telling(&self, events: &[u32]) -> BTreeMap<usize, u32> {
        let known = events.iter().rev();
        known
            .filter_map(|seq| Some((self.number(*seq)?, *seq)))
            .collect()
    }
}

impl<'a> Row<'a> {
    /// Every event that it tells.
    pub fn events(&self) -> impl Iterator<Item = &'a Event> + '_ {
        std::iter::once(self.event).chain(self.more.iter().copied())
    }

    /// What it says.
    pub fn text(&self) -> String {
        if self.stood {
            return standing(&self.events().collect::<Vec<_>>());
        }
        self.event.what.text()
    }
}

fn one(event: &Event) -> Row<'_> {
    Row {
        number: 0,
        event,
        more: Vec::new(),
        stood: false,
    }
}

/// A state that a task had reached before the run was asked for.
fn stood(event: &Event, record: &Record) -> bool {
    matches!(event.what, What::TaskState { .. }) && event.at < record.run.created
}

/// "3 tasks ran: a1b2c3d4, b2c3d4e5 and c3d4e5f6".
fn standing(events: &[&Event]) -> String {
    let tasks = events.iter().filter_map(|event| match &event.what {
        What::TaskState { task, state, .. } => Some((short(&task.task), *state)),
        _ => None,
    });
    let named = tasks.clone().take(MOST_NAMED).map(|(name, state)| {
        if state == TaskState::Running {
            return name.to_owned();
        }
        format!("{name} ({})", state.word())
    });
    let all_ran = tasks.clone().all(|(_, state)| state == TaskState::Running);
    let verb = match (all_ran, events.len()) {
        (true, _) => "ran",
        (false, 1) => "was there",
        (false, _) => "were there",
    };
    let more = events.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!("{more} more"));
    let named = named.chain(more).collect::<Vec<_>>().join(", ");
    format!(
        "{} {verb} when watching began: {named}",
        count(events.len(), "task", "tasks")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use app::model::time::Micros;
    use app::model::timeline::{Source, TaskRef};

    /// A task that had been in a state for an hour.
    fn add_standing(record: &mut Record, name: &str, state: TaskState) {
        let seq = record.events.iter().map(|e| e.seq).max().unwrap_or(0) + 1;
        record.events.push(Event {
            seq,
            at: record.run.created + Micros(-3_600_000_000),
            resolution: Micros(1_000),
            source: Source::Swarm,
            what: What::TaskState {
                task: TaskRef {
                    task: name.to_owned(),
                    slot: Some(1),
                    node: "nodeid".to_owned(),
                },
                state,
                desired: TaskState::Running,
                error: None,
                container: None,
            },
        });
    }

    #[test]
    fn rows_are_numbered_by_time_whatever_the_order_of_recording() {
        let (mut record, _) = sample::kill();
        let before = Rows::of(&record).count();
        record.events.reverse();
        let last = u32::try_from(record.events.len()).unwrap_or(0) + 1;
        for event in &mut record.events {
            event.seq = last - event.seq;
        }
        let rows = Rows::of(&record);
        assert_eq!(rows.count(), before);
        let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
        assert!(numbers.iter().copied().eq(1..=before));
        assert!(rows.iter().map(|row| row.event.at).is_sorted());
        // Five was the death in order of recording, counted from the end now.
        assert_eq!(rows.number(last - 5), Some(5));
        assert_eq!(
            rows.telling(&[last - 10, last - 5, 9_999]),
            BTreeMap::from([(5, last - 5), (10, last - 10)])
        );
    }

    #[test]
    fn how_the_tasks_stood_is_one_row() {
        let (mut record, _) = sample::kill();
        let before = Rows::of(&record).count();
        add_standing(&mut record, "a1b2c3d4", TaskState::Running);
        let ran = Rows::of(&record).iter().next().map(Row::text);
        assert_eq!(
            ran.as_deref(),
            Some("1 task ran when watching began: a1b2c3d4")
        );
        add_standing(&mut record, "b2c3d4e5", TaskState::Starting);
        let rows = Rows::of(&record);
        assert_eq!(rows.count(), before + 1);
        let first = rows.iter().next().map(Row::text);
        assert_eq!(
            first.as_deref(),
            Some("2 tasks were there when watching began: a1b2c3d4, b2c3d4e5 (starting)")
        );
        for i in 0..20 {
            add_standing(&mut record, &format!("task{i}"), TaskState::Running);
        }
        let many = Rows::of(&record).iter().next().map(Row::text);
        assert!(many.is_some_and(|text| text.ends_with("task5, 14 more")));
    }
}
