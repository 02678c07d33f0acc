//! What was done, in numbered sentences.
//!
//! Guarantee: only what the record shows was done; a run that ended early ends early here too.

use super::moments::{Zero, entered};
use super::text::{count, upper_first};
use super::words::Words;
use crate::analysis::{Analysis, ProbeStats, Scaled, Window};
use app::model::record::Record;
use app::model::run::{Phase, Verdict};
use app::model::time::{At, Micros, about, latency, offset};
use app::model::timeline::{Event, SERVICE_REMOVED, What, short};
use app::model::undo::UndoEntry;

/// Faults named one by one at most.
const MOST_NAMED: usize = 8;

/// Nothing to tell of is what was shorter, in microseconds.
const SHORT: i64 = 50_000;

/// The steps in order.
pub fn procedure(record: &Record, analysis: &Analysis) -> Vec<Words> {
    if analysis.verdict == Verdict::Refused {
        return vec!["Checked the service before the fault; the run was refused there.".into()];
    }
    let mut steps = Vec::new();
    steps.extend(baseline(record, analysis));
    steps.extend(faults(record, analysis));
    steps.extend(early_end(record, analysis));
    steps.extend(observe(record, analysis));
    steps.extend(put_back(record));
    steps.extend(compare(record));
    steps
}

/// Ends with a full stop.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn baseline(record: &Record, analysis: &Analysis) -> Option<Words> {
    let from = entered(record, Phase::Baseline)?;
    let end = [Phase::Inject, Phase::Restore, Phase::Done];
    let to = end.iter().find_map(|p| entered(record, *p))?;
    let length = to - from;
    if length.0 < SHORT {
        return Some("No baseline was asked for: the fault came first.".into());
    }
    let when = match analysis.zero {
        Some(_) => "before the fault",
        None => "without a fault",
    };
    Some(watched(length, when, &analysis.probes, |p| &p.before))
}

/// "Watched the service for 10 s before the fault: 101 of 101 probes answered."
fn watched(
    length: Micros,
    when: &str,
    probes: &[ProbeStats],
    window: impl Fn(&ProbeStats) -> &Window,
) -> Words {
    let length = about(length);
    if probes.is_empty() {
        let text = format!("Watched the service's tasks for {length} {when}; there was no probe.");
        return text.into();
    }
    let words = Words::from(format!("Watched the service for {length} {when}"));
    let each = probes.iter().enumerate().fold(words, |words, (i, probe)| {
        let words = words.plain(if i == 0 { ": " } else { "; " });
        let words = if probes.len() > 1 {
            words.plain("probe ").code(&probe.name).plain(": ")
        } else {
            words
        };
        words.plain(answered(window(probe)))
    });
    each.plain(".")
}

fn answered(window: &Window) -> String {
    let mut text = format!("{} of {} answered", window.ok, probes(window.sent));
    if let (Some(median), Some(longest)) = (window.p50, window.max) {
        text.extend([format!(
            ", median answer {}, longest {}",
            latency(median),
            latency(longest)
        )]);
    }
    text
}

fn probes(n: u64) -> String {
    count(usize::try_from(n).unwrap_or(usize::MAX), "probe", "probes")
}

fn faults(record: &Record, analysis: &Analysis) -> Vec<Words> {
    let zero = Zero::of(record, analysis);
    let sent = record
        .events
        .iter()
        .filter(|event| matches!(event.what, What::FaultSent { .. }))
        .collect::<Vec<_>>();
    let mut steps = sent
        .iter()
        .take(MOST_NAMED)
        .map(|event| fault(record, event, zero))
        .collect::<Vec<_>>();
    if let Some(more) = sent.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        steps.push(format!("Did the same to {more} more, all in the timeline.").into());
    }
    steps
}

fn fault(record: &Record, event: &Event, zero: Zero) -> Words {
    let What::FaultSent {
        text, task, fault, ..
    } = &event.what
    else {
        return Words::new();
    };
    let is_refusal =
        |what: &What| matches!(what, What::FaultNotProven { fault: of, .. } if of == fault);
    let in_vain = record.events.iter().any(|event| is_refusal(&event.what));
    let why = task
        .as_ref()
        .and_then(|task| record.picked.iter().find(|p| p.task.task == task.task))
        .map(|picked| picked.why.clone());
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    let when = offset(event.at - zero.at, event.resolution);
    Words::new()
        .plain(format!("At {when}, sent "))
        .strong(text)
        .plain(why)
        .plain(if in_vain {
            "; nothing shows that it took effect."
        } else {
            "."
        })
}

fn early_end(record: &Record, analysis: &Analysis) -> Vec<Words> {
    let zero = Zero::of(record, analysis);
    let events = record.events.iter();
    let told = events.filter_map(|event| Some((event, early(event, record, analysis)?)));
    told.map(|(event, text)| {
        let when = offset(event.at - zero.at, event.resolution);
        format!("At {when}, {}", sentence(&text)).into()
    })
    .collect()
}

/// What ended the run early, each told once: an abort by a guard is the guard's.
fn early(event: &Event, record: &Record, analysis: &Analysis) -> Option<String> {
    let by_guard = |why: &str| {
        record.events.iter().any(|event| {
            matches!(&event.what, What::GuardTripped { text } if why.ends_with(text.as_str()))
        })
    };
    match &event.what {
        What::GuardTripped { text } => Some(format!("a guard ended the run early: {text}")),
        What::Aborted { text } if by_guard(text) => None,
        What::Aborted { text } => Some(format!("ended early: {text}")),
        _ if event.is_removal() => Some(SERVICE_REMOVED.to_owned()),
        _ => scaled(event, analysis).map(Scaled::text),
    }
}

/// Where somebody scaled the service in this very event.
fn scaled(event: &Event, analysis: &Analysis) -> Option<Scaled> {
    analysis.scaled.filter(|scaled| scaled.event == event.seq)
}

/// Counted from the fault, as the document counts it.
fn observe(record: &Record, analysis: &Analysis) -> Option<Words> {
    let zero = analysis.zero?;
    let later = record.events.iter().filter(|event| event.at >= zero);
    let to = later
        .filter(|event| ends_the_watch(event, analysis))
        .map(|event| event.at)
        .min()?;
    let (all, unseen) = (to - zero, unseen(record, zero, to));
    if all.0 < SHORT {
        return None;
    }
    let when = match unseen.0 {
        ..SHORT => "after the fault".to_owned(),
        _ => format!("of the {} after the fault", about(all)),
    };
    Some(watched(
        Micros(all.0 - unseen.0),
        &when,
        &analysis.probes,
        |p| &p.after,
    ))
}

/// How long nobody watched from one moment to another.
fn unseen(record: &Record, from: At, to: At) -> Micros {
    let gaps = record.events.iter().filter_map(|event| match &event.what {
        What::Gap { from, to, .. } => Some((*from, *to)),
        _ => None,
    });
    let within = gaps.map(|(lost, back)| (back.min(to) - lost.max(from)).0.max(0));
    Micros(within.sum())
}

fn ends_the_watch(event: &Event, analysis: &Analysis) -> bool {
    match event.what {
        What::Aborted { .. } => true,
        What::Phase { phase } => phase >= Phase::Restore,
        _ => event.is_removal() || scaled(event, analysis).is_some(),
    }
}

fn put_back(record: &Record) -> Vec<Words> {
    let real = record
        .undo
        .iter()
        .filter(|entry| entry.undo.by_hand().is_some());
    real.map(undone).collect()
}

/// What became of one change: "Label mark of api removed again."
fn undone(entry: &UndoEntry) -> Words {
    let words = Words::from(format!("{}.", upper_first(&entry.told())));
    match entry.commands() {
        Some((recover, _)) => words.plain(" To put it back: ").code(recover).plain("."),
        None => words,
    }
}

fn compare(record: &Record) -> Option<Words> {
    let (before, after) = (record.before.as_ref()?, record.after.as_ref()?);
    let new = after
        .containers
        .iter()
        .filter(|c| before.containers.iter().all(|old| old.id != c.id));
    let new = new.map(|c| short(&c.id)).collect::<Vec<_>>();
    let words = Words::from("Compared the service");
    let words = match new.as_slice() {
        [] => words,
        [one] => words.plain(" and its new container ").code(*one),
        many => words.plain(format!(" and its {} new containers", many.len())),
    };
    Some(words.plain(" with the snapshot taken before."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{self, ZERO};
    use app::model::timeline::Source;
    use app::model::undo::UndoState;

    fn texts(steps: &[Words]) -> Vec<String> {
        steps.iter().map(Words::markdown).collect()
    }

    #[test]
    fn the_kill_is_told_in_order() {
        let (record, analysis) = sample::kill();
        let steps = texts(&procedure(&record, &analysis));
        assert_eq!(
            steps,
            [
                "Watched the service for 10 s before the fault: 100 of 100 probes answered, median answer 1.6 ms, longest 11.5 ms.",
                "At 0 s, sent **container-kill SIGKILL to container 32fb59f8** (random pick, 1 of 1, seed 7341).",
                "Watched the service for 25 s after the fault: 196 of 251 probes answered, median answer 1.6 ms, longest 920 ms.",
                "Compared the service and its new container `9c1f44d0` with the snapshot taken before.",
            ]
        );
    }

    #[test]
    fn what_was_watched_is_counted_from_the_fault() {
        let (mut record, mut analysis) = sample::kill();
        for event in &mut record.events {
            // The proof took a while; the observation had begun with the fault.
            if (What::Phase {
                phase: Phase::Observe,
            }) == event.what
            {
                event.at = event.at + Micros(6_000_000);
            }
        }
        analysis.probes.clear();
        let steps = texts(&procedure(&record, &analysis));
        assert_eq!(
            [&steps[0], &steps[2]],
            [
                "Watched the service's tasks for 10 s before the fault; there was no probe.",
                "Watched the service's tasks for 25 s after the fault; there was no probe.",
            ]
        );
        analysis.zero = None;
        let first = texts(&procedure(&record, &analysis)).remove(0);
        assert!(first.contains("for 10 s without a fault"), "{first}");
    }

    #[test]
    fn what_nobody_watched_is_not_counted() {
        let (mut record, analysis) = sample::kill();
        let mut gap = record.events[5].clone();
        gap.what = What::Gap {
            text: "the lab was not running".to_owned(),
            from: ZERO + Micros(4_000_000),
            to: ZERO + Micros(14_000_000),
        };
        record.events.push(gap);
        let watched = texts(&procedure(&record, &analysis)).remove(2);
        let said = "Watched the service for 15 s of the 25 s after the fault:";
        assert!(watched.starts_with(said), "{watched}");
    }

    #[test]
    fn the_watch_ends_when_the_service_is_removed() {
        let (mut record, analysis) = sample::kill();
        let mut gone = record.events[5].clone();
        gone.at = ZERO + Micros(4_000_000);
        gone.source = Source::Swarm;
        gone.what = What::Note {
            text: SERVICE_REMOVED.to_owned(),
        };
        record.events.push(gone);
        let steps = texts(&procedure(&record, &analysis));
        assert_eq!(steps[2], "At +4.0 s, the service was removed.");
        assert!(
            steps[3].starts_with("Watched the service for 4 s after"),
            "{steps:?}"
        );
    }

    #[test]
    fn a_service_that_was_scaled_is_named_as_one_that_was_removed() {
        let (mut record, mut analysis) = sample::kill();
        let mut scaled = record.events[18].clone();
        scaled.seq = 22;
        scaled.at = ZERO + Micros(4_000_000);
        scaled.what = What::Strength {
            running: 0,
            desired: 0,
        };
        record.events.push(scaled);
        analysis.scaled = Some(Scaled {
            event: 22,
            from: 1,
            to: 0,
        });
        let steps = texts(&procedure(&record, &analysis));
        assert_eq!(steps[2], "At +4.0 s, the service was scaled from 1 to 0.");
        assert!(
            steps[3].starts_with("Watched the service for 4 s after"),
            "{steps:?}"
        );
    }

    #[test]
    fn a_guard_that_ends_a_run_is_told_once() {
        let (mut record, analysis) = sample::not_restored();
        let text = "availability stayed below 50 % for 3s".to_owned();
        record.events[6].what = What::GuardTripped { text: text.clone() };
        record.events[7].what = What::Aborted {
            text: format!("a guard tripped: {text}"),
        };
        let steps = texts(&procedure(&record, &analysis)).join("\n");
        assert_eq!(steps.matches(&text).count(), 1, "{steps}");
        assert!(
            steps.contains("a guard ended the run early: avail"),
            "{steps}"
        );
    }

    #[test]
    fn a_refused_run_did_nothing_and_says_so() {
        let (record, analysis) = sample::refused();
        let steps = texts(&procedure(&record, &analysis));
        assert_eq!(
            steps,
            ["Checked the service before the fault; the run was refused there."]
        );
    }

    #[test]
    fn an_abort_is_told_where_it_happened() {
        let (record, analysis) = sample::not_restored();
        let steps = texts(&procedure(&record, &analysis)).join("\n");
        assert!(
            steps.contains("ended early: stopped by a person"),
            "{steps}"
        );
        assert!(
            steps.contains(
                "was NOT removed: the engine did not answer for 30 s. To put it back: \
                 `hivequake recover`."
            ),
            "{steps}"
        );
    }

    #[test]
    fn what_was_put_back_is_a_step() {
        let (mut record, analysis) = sample::not_restored();
        record.undo[0].state = UndoState::Reverted;
        let steps = texts(&procedure(&record, &analysis)).join("\n");
        let step = "Label hivequake-test of neotix_neotix-api-canary removed again.";
        assert!(steps.contains(step), "{steps}");
    }
}
