//! The observations worth reading, out of all that the timeline holds.
//!
//! Guarantee: each row is an event of the record, by its number.

use super::moments::Zero;
use crate::analysis::{Analysis, Moment};
use app::model::record::Record;
use app::model::time::{At, Micros, offset, plus_minus};
use app::model::timeline::{Event, Source, TaskState, What, short};

/// Rows at most; the timeline has the rest.
pub const MOST: usize = 40;

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The event's number.
    pub seq: u32,
    /// When.
    pub at: At,
    /// Plus or minus.
    pub resolution: Micros,
    /// When, from zero: "+0.062 s", "+0.50 to +5.30 s".
    pub after: String,
    /// What.
    pub what: String,
    /// Whether it is one of the moments that matter most.
    pub key: bool,
    /// Who saw it, how exactly.
    pub source: String,
}

/// What was observed after the fault, in order of time; and how many more there were.
pub fn observations(record: &Record, analysis: &Analysis) -> (Vec<Observation>, usize) {
    let Some(zero) = analysis.zero else {
        return (Vec::new(), 0);
    };
    let mut events = record
        .events
        .iter()
        .filter(|event| event.at >= zero && is_worth_reading(&event.what))
        .collect::<Vec<_>>();
    events.sort_by_key(|event| (event.at, event.seq));
    let more = events.len().saturating_sub(MOST);
    let rows = events.into_iter().take(MOST);
    let zero = Zero::of(record, analysis);
    let first = first_answer(record, analysis);
    let rows = rows.map(|event| row(event, analysis, zero, first == Some(event.seq)));
    (rows.collect(), more)
}

/// The number of the event that ended the first outage after the fault: the first answer to a
/// user. Later ones, also of other probes, only answer again.
fn first_answer(record: &Record, analysis: &Analysis) -> Option<u32> {
    let zero = analysis.zero?;
    let ends = analysis.probes.iter().filter_map(|probe| {
        let end = probe.outages.first()?.to?;
        Some((probe, end))
    });
    let (probe, end) = ends.min_by_key(|(_, end)| *end)?;
    let is_it = |event: &&Event| {
        matches!(&event.source, Source::Probe(name) if *name == probe.name)
            && matches!(event.what, What::ProbeAnswering { .. })
            && ((event.at - zero).0 - end.0).abs() <= probe.every.0
    };
    let answers = record.events.iter().filter(is_it);
    answers.min_by_key(|e| (e.at, e.seq)).map(|e| e.seq)
}

/// Leaves out the steps that take no time worth telling, what another event says better, what the
/// lab did itself, and what Swarm tidies away: that is no part of a recovery.
fn is_worth_reading(what: &What) -> bool {
    match what {
        What::Phase { .. }
        | What::FaultSent { .. }
        | What::FaultProven { .. }
        | What::ContainerKilled { .. }
        | What::DesiredState { .. }
        | What::ContainerRemoved { .. }
        | What::Undo { .. } => false,
        What::TaskState { state, .. } => !matches!(
            state,
            TaskState::New
                | TaskState::Allocated
                | TaskState::Assigned
                | TaskState::Accepted
                | TaskState::Preparing
        ),
        _ => true,
    }
}

fn row(event: &Event, analysis: &Analysis, zero: Zero, first: bool) -> Observation {
    let waits = waits(event, analysis);
    let key = first || is_key(event, analysis);
    let resolution = resolution(event, analysis);
    let start = offset(event.at - zero.at, resolution);
    let shown = match waits {
        Some(Wait { until, known, .. }) => {
            let start = start.trim_end_matches(" s");
            format!("{start} to {}", offset(until, known))
        }
        None => start,
    };
    Observation {
        seq: event.seq,
        at: event.at,
        resolution,
        after: shown,
        what: what(event, waits, first, zero),
        key: waits.is_some() || key,
        source: source(&event.source, resolution),
    }
}

/// What an event can tell apart: a probe sees nothing between two sends, however exactly it
/// knows when an answer came.
pub fn resolution(event: &Event, analysis: &Analysis) -> Micros {
    let Source::Probe(name) = &event.source else {
        return event.resolution;
    };
    let probe = analysis.probes.iter().find(|probe| probe.name == *name);
    probe.map_or(event.resolution, |probe| probe.every.max(event.resolution))
}

/// How long a task that was ready had to wait.
#[derive(Clone, Copy)]
struct Wait {
    until: Micros,
    /// How exactly that is known.
    known: Micros,
    /// Whether it was for the restart delay.
    is_delay: bool,
}

/// How long the task that became ready here had to wait, where that is a part of the recovery.
fn waits(event: &Event, analysis: &Analysis) -> Option<Wait> {
    let ready = analysis.recovery.ready.as_ref()?;
    let is_it = ready.evidence.events.contains(&event.seq)
        && matches!(
            event.what,
            What::TaskState {
                state: TaskState::Ready,
                ..
            }
        );
    let part = analysis.split.iter().find(|part| part.id == "wait")?;
    is_it.then(|| Wait {
        until: part.to,
        known: part.known.1,
        is_delay: part.name.contains("restart delay"),
    })
}

fn what(event: &Event, waits: Option<Wait>, first: bool, zero: Zero) -> String {
    match (&event.what, waits) {
        (What::TaskState { task, .. }, Some(wait)) => {
            let cause = if wait.is_delay {
                " for the restart delay"
            } else {
                ""
            };
            format!("task {} ready, waiting{cause}", short(&task.task))
        }
        (What::ProbeAnswering { sent }, _) => format!(
            "{} (sent at {})",
            if first {
                "first answer to a user"
            } else {
                "answers again"
            },
            offset(*sent - zero.at, Micros(10_000))
        ),
        (other, _) => other.text(),
    }
}

/// The first answer to a user and full strength are what everybody looks for.
fn is_key(event: &Event, analysis: &Analysis) -> bool {
    let recovery = &analysis.recovery;
    let named = |moment: &Option<Moment>| {
        moment
            .as_ref()
            .is_some_and(|m| m.evidence.events.contains(&event.seq))
    };
    let back = match &event.what {
        What::ProbeAnswering { .. } => named(&recovery.first_success),
        What::Strength { running, desired } => running >= desired && named(&recovery.full_strength),
        What::TaskState { state, .. } if *state == TaskState::Running => {
            recovery.full_strength.is_none() && named(&recovery.running)
        }
        _ => false,
    };
    back || matches!(
        event.what,
        What::Aborted { .. } | What::GuardTripped { .. } | What::Gap { .. }
    )
}

/// "engine", "Swarm (±0.05 s)".
pub fn source(source: &Source, resolution: Micros) -> String {
    let name = source_name(source);
    if resolution.0 <= 1_000 {
        return name;
    }
    format!("{name} ({})", plus_minus(resolution))
}

fn source_name(source: &Source) -> String {
    match source {
        Source::Lab => "lab".to_owned(),
        Source::Engine => "engine".to_owned(),
        Source::Swarm => "Swarm".to_owned(),
        Source::Probe(name) => format!("probe {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_the_lab_put_back_is_no_observation() {
        let (mut record, analysis) = sample::kill();
        let before = observations(&record, &analysis).0.len();
        let mut undo = record.events[20].clone();
        undo.seq = 22;
        undo.what = What::Undo {
            text: "nothing to put back: a killed container is replaced by Swarm".to_owned(),
        };
        record.events.push(undo);
        assert_eq!(observations(&record, &analysis).0.len(), before);
    }

    #[test]
    fn what_swarm_tidies_away_is_no_observation_and_is_called_so_in_the_timeline() {
        let (mut record, analysis) = sample::kill();
        let before = observations(&record, &analysis).0.len();
        let mut tidied = record.events[4].clone();
        tidied.seq = 22;
        tidied.at = tidied.at + Micros(1_000_000);
        tidied.what = What::ContainerRemoved {
            container: "0ld0ld0ld0ld".to_owned(),
            task: "w0rn0ut0".to_owned(),
        };
        record.events.push(tidied);
        assert_eq!(observations(&record, &analysis).0.len(), before);
        let text = crate::report::markdown::write(&record, &analysis);
        let row = "clean-up: dead container 0ld0ld0l removed";
        assert_eq!(text.matches(row).count(), 1, "{text}");
    }

    #[test]
    fn a_wait_is_for_the_restart_delay_only_where_the_analysis_says_so() {
        let (record, mut analysis) = sample::kill();
        for part in analysis.split.iter_mut().filter(|part| part.id == "wait") {
            part.name = "wait".to_owned();
        }
        let (rows, _) = observations(&record, &analysis);
        let wait = rows.iter().find(|r| r.what.ends_with("ready, waiting"));
        assert_eq!(wait.map(|r| r.after.as_str()), Some("+0.50 to +5.3 s"));
    }

    #[test]
    fn only_the_end_of_the_first_outage_is_the_first_answer() {
        let (mut record, mut analysis) = sample::kill();
        let is_back = |e: &&Event| matches!(e.what, What::ProbeAnswering { .. });
        let mut again = record.events.iter().find(is_back).cloned().expect("one");
        (again.seq, again.at) = (90, again.at + Micros(5_000_000));
        record.events.push(again);
        let mut outage = analysis.probes[0].outages[0].clone();
        outage.to = outage.to.map(|to| to + Micros(5_000_000));
        analysis.probes[0].outages.push(outage);
        if let Some(last) = &mut analysis.recovery.first_success {
            last.evidence.events.push(90);
        }
        let (rows, _) = observations(&record, &analysis);
        let told = |text: &str| rows.iter().filter(|r| r.what.starts_with(text)).count();
        assert_eq!((told("first answer"), told("answers again")), (1, 1));
        assert!(rows.iter().any(|r| r.seq == 90 && r.key));
    }

    #[test]
    fn the_kill_reads_in_order_with_its_wait() {
        let (record, analysis) = sample::kill();
        let (rows, more) = observations(&record, &analysis);
        assert_eq!(more, 0);
        assert!(rows.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let wait = rows.iter().find(|r| r.what.contains("restart delay"));
        assert_eq!(wait.map(|r| r.after.as_str()), Some("+0.50 to +5.3 s"));
        let first = rows.iter().find(|r| r.what.starts_with("first answer"));
        assert_eq!(
            first.map(|r| (r.key, r.source.as_str())),
            Some((true, "probe api (±0.1 s)"))
        );
        let numbers = rows.iter().map(|r| r.seq).collect::<Vec<_>>();
        assert!(
            numbers
                .iter()
                .all(|n| record.events.iter().any(|e| e.seq == *n))
        );
    }
}
