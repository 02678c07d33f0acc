//! The few sentences that a hurried reader needs, most important first.
//!
//! Guarantee: two to four sentences, each computed from what was measured; none says more than
//! the findings prove.

use super::findings::{began, open_outage, share_lost, silent, takes_a_task, to_probe, whole};
use super::removal::disturbed;
use super::study::Study;
use super::verdict::gap;
use super::words::{count, figure, list, lower, percent, sentence};
use super::{Outage, Part, ProbeStats};
use app::model::experiment::Fault;
use app::model::run::Verdict;
use app::model::time::{Micros, about, length};
use app::model::timeline::What;
use app::model::undo::UndoState;

/// A share of probes failing before the fault that a reader must know of.
const NOTABLE: f64 = 0.05;

/// The lead of a report.
pub(super) fn lead(study: &Study) -> Vec<String> {
    let (verdict, reason) = (study.verdict, study.reason.as_str());
    if verdict == Verdict::Refused {
        return refused(reason);
    }
    let mut said: Vec<String> = Vec::new();
    if matches!(verdict, Verdict::Invalid | Verdict::Aborted) {
        said.push(outcome(verdict, reason));
    }
    let gone = disturbed(&study.case).filter(|_| verdict == Verdict::Aborted);
    said.extend(gone.map(|text| format!("{}.", sentence(&text))));
    if study.case.sent.is_none() {
        said.push(match study.case.in_doubt() {
            Some(doubt) => format!("Of the fault, {doubt}."),
            None => "No fault was sent; nothing was disturbed.".to_owned(),
        });
        return said;
    }
    said.extend(what_happened(study));
    said.extend(not_steady(study));
    said.extend(
        [
            came_back(study),
            why(study),
            time_went(study),
            undone(study),
        ]
        .into_iter()
        .flatten(),
    );
    if said.len() < 2 {
        said.push(probes_say(study));
    }
    said.truncate(4);
    said
}

fn outcome(verdict: Verdict, reason: &str) -> String {
    if let Some(guard) = reason.strip_prefix("a guard tripped: ") {
        return format!("A guard ended the run early: {guard}.");
    }
    let start = match verdict {
        Verdict::Aborted => "The run was ended early",
        _ => "Nothing can be concluded",
    };
    // "by somebody in the browser" goes on in the same sentence.
    let colon = if reason.starts_with("by ") { "" } else { ":" };
    format!("{start}{colon} {}.", lower(reason.trim_end_matches('.')))
}

/// Reasons of a refusal are also shown on their own, and may say themselves that nothing was
/// changed.
fn refused(reason: &str) -> Vec<String> {
    let untouched = "Nothing was changed.";
    let why = reason.replace(untouched, "");
    let why = lower(why.trim().trim_end_matches('.'));
    vec![format!("The run was refused: {why}."), untouched.to_owned()]
}

/// "its only container was killed", "one of its 3 containers was killed".
fn what_was_done(study: &Study) -> String {
    let hit = study.tasks_hit() as u64;
    let all = study.desired().unwrap_or(hit);
    let verb = if study.all_died() {
        "killed"
    } else {
        "sent a signal"
    };
    match (hit, all) {
        (0, _) => what_was_set(study),
        (1, 1) => format!("its only container was {verb}"),
        (1, all) => format!("one of its {all} containers was {verb}"),
        (hit, all) if hit >= all => format!("all of its {all} containers were {verb}"),
        (hit, all) => format!("{hit} of its {all} containers were {verb}"),
    }
}

/// "its label mark was set", where that was shown.
fn what_was_set(study: &Study) -> String {
    let method = &study.case.record.run.experiment.method;
    let labels = method.iter().filter_map(|fault| match fault {
        Fault::ServiceLabel { label, .. } => Some(label.clone()),
        Fault::ContainerKill { .. } => None,
    });
    let labels: Vec<String> = labels.collect();
    let shown = |what: &What| matches!(what, What::FaultProven { .. });
    match labels.as_slice() {
        _ if study.case.first(shown).is_none() => "a fault was sent to it".to_owned(),
        [] => "a fault was sent to it".to_owned(),
        [one] => format!("its label {one} was set"),
        many => format!("its labels {} were set", list(many)),
    }
}

/// Where no task was hit, none ended and no answer was lost, nothing went down: there is no
/// recovery to tell of.
fn nothing_went_down(study: &Study) -> Option<String> {
    if !study.slots.is_empty() || study.failed_after() > 0 || study.case.after().any(takes_a_task) {
        return None;
    }
    let name = study.case.record.run.experiment.target.service.as_str();
    let when = match disturbed(&study.case) {
        Some(_) => "until then".to_owned(),
        None => format!("when {}", what_was_set(study)),
    };
    let answers = match study.sent_after() {
        0 => "; no probe watched what users saw".to_owned(),
        1 => " and the one probe was answered".to_owned(),
        n => format!(" and all {n} probes were answered"),
    };
    let seen = match gap(&study.case) {
        Some(_) => "As far as was watched, nothing",
        None => "Nothing",
    };
    Some(format!(
        "{seen} of {name} went down {when}: no task ended{answers}."
    ))
}

/// Whether what was changed was put back.
fn undone(study: &Study) -> Option<String> {
    let undo = &study.case.record.undo;
    let mut real = undo.iter().filter(|e| e.undo.by_hand().is_some());
    let open = real.clone().find(|e| e.state != UndoState::Reverted);
    match open {
        Some(entry) => Some(format!("{}.", sentence(&entry.told()))),
        None => real.next().map(|_| "What was set was put back.".to_owned()),
    }
}

fn what_happened(study: &Study) -> Option<String> {
    if let Some(calm) = nothing_went_down(study) {
        return Some(calm);
    }
    let name = study.case.record.run.experiment.target.service.as_str();
    let done = what_was_done(study);
    let swarm = study
        .tasks_complete
        .as_ref()
        .map(|m| format!("; Swarm called it recovered after {}", figure(m.after)));
    if let Some(watched) = study.recovery.not_within {
        let open = open_outage(study);
        let tail = open.map_or(String::new(), |(probe, o)| still_out(study, probe, o));
        return Some(format!(
            "{name} had not recovered {} after {done}{tail}.",
            about(watched)
        ));
    }
    let swarm = swarm
        .filter(|_| !study.slots.is_empty())
        .unwrap_or_default();
    if let Some((probe, outage)) = study.longest_outage() {
        let how = without(study, probe, outage);
        return Some(format!("{name} {how} after {done}{swarm}."));
    }
    let watched: u64 = study.sent_after();
    let full = study.recovery.full_strength.as_ref()?;
    if watched > 0 {
        return Some(format!(
            "Every probe of {name} was answered when {done}{}.",
            if study.slots.is_empty() { "" } else { &swarm }
        ));
    }
    Some(format!(
        "{name} was back at full strength {} after {done}; no probe watched what users saw.",
        figure(full.after)
    ))
}

/// What users had of it in an outage that was not over at the end.
fn still_out(study: &Study, probe: &ProbeStats, outage: &Outage) -> String {
    let from_the_start = outage.from < Micros(1_000_000);
    if !silent(probe, outage) {
        return format!(
            "; {} of the answers{} were lost from {} to the end",
            share_lost(probe, outage),
            to_probe(study, probe),
            began(probe, outage)
        );
    }
    match (whole(&study.probes, outage), from_the_start) {
        (true, true) => ", and was without service all the while".to_owned(),
        (true, false) => format!(
            "; the last {} passed without service",
            figure(outage.length)
        ),
        (false, true) => format!(", and did not answer probe {} all the while", probe.name),
        (false, false) => format!(
            "; probe {} had no answer for the last {}",
            probe.name,
            figure(outage.length)
        ),
    }
}

/// An outage in which next to nothing was answered, or one in which some was.
fn without(study: &Study, probe: &ProbeStats, outage: &Outage) -> String {
    let length = figure(outage.length);
    if !silent(probe, outage) {
        let lost = count(outage.failed, "answer");
        let to = to_probe(study, probe);
        return format!("lost {lost}{to} within {length}");
    }
    if whole(&study.probes, outage) {
        format!("was without service for {length}")
    } else {
        format!("did not answer probe {} for {length}", probe.name)
    }
}

/// Where much failed without any fault: what failed after it may have the same cause.
fn not_steady(study: &Study) -> Option<String> {
    let sent: u64 = study.probes.iter().map(|p| p.before.sent).sum();
    let failed: u64 = study.probes.iter().map(|p| p.before.failed()).sum();
    let share = failed as f64 / sent.max(1) as f64;
    (share >= NOTABLE).then(|| {
        format!(
            "{} of the probes failed already before the fault.",
            percent(share)
        )
    })
}

fn came_back(study: &Study) -> Option<String> {
    let seen = study.comparison.as_ref()?;
    Some(if seen.differing.is_empty() {
        let limited = seen.cpu_kept.is_some() || seen.memory_kept.is_some();
        let what = if limited {
            "Limits, image and environment"
        } else {
            "Image and environment"
        };
        format!("{what} came back as they were.")
    } else {
        format!(
            "The new container is configured differently in {}.",
            count(seen.differing.len() as u64, "field")
        )
    })
}

fn why(study: &Study) -> Option<String> {
    let lost: usize = study.slots.iter().map(|s| s.lost().count()).sum();
    if lost > 0 {
        let end = study.slots.iter().all(|s| s.stays().is_some());
        let end = if end { "" } else { ", and none stayed" };
        return Some(format!(
            "{} died as well{end}.",
            count(lost as u64, "replacement")
        ));
    }
    let single = study.service()?.replicas == Some(1);
    let down = study.failed_after() > 0 && study.all_died();
    (single && down).then(|| "It was down because there is one replica.".to_owned())
}

/// The longest part of the recovery; the report has the others.
fn time_went(study: &Study) -> Option<String> {
    let full = study.recovery.full_strength.as_ref()?;
    let long = |p: &&Part| p.length().0 * 5 >= full.after.span.0;
    let longest = study.split.iter().filter(long).max_by_key(|p| p.length())?;
    // Swarm calls a container without a health check running before it serves.
    let swarm = study.tasks_complete.as_ref();
    let sooner = swarm.is_some_and(|m| m.after.span < full.after.span);
    let until = if sooner {
        " until users were served"
    } else {
        ""
    };
    Some(format!(
        "The longest part of the {}{until} was {}: {}.",
        figure(full.after),
        name(longest),
        length(longest.length(), longest.resolution)
    ))
}

fn name(part: &Part) -> String {
    match part.id {
        "wait" if part.name.contains("restart delay") => "the restart delay".to_owned(),
        "application" => "the application's start".to_owned(),
        "health" => "the wait for the first health check".to_owned(),
        _ => format!("\"{}\"", part.name),
    }
}

fn probes_say(study: &Study) -> String {
    match study.availability() {
        Some(share) => format!("{} of the probes were answered.", percent(share)),
        None if study.probes.is_empty() => "No probe watched what users saw.".to_owned(),
        None => "No probe was sent after the fault.".to_owned(),
    }
}
