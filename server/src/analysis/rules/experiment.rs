//! The experiment itself, and who would have noticed.

use super::sources::{ALERTING, CHAOS, RESTART_SOURCE};
use super::{AGAIN, Advice, Draft};
use crate::analysis::findings::{cut_short, takes_a_task};
use crate::analysis::{Line, Severity};
use app::model::time::Micros;

/// So many runs make an interval worth something.
const RUNS: u32 = 10;
/// Fewer make none.
const FEWEST: u32 = 6;
/// Missing tasks for this long should wake somebody.
const LONG: Micros = Micros(60_000_000);

/// Tasks were missing for long.
pub(super) fn al_02(advice: &Advice) -> Option<Draft> {
    let study = advice.study;
    let complete = study.tasks_complete.as_ref();
    // What was watched for a moment only may have been missing for a moment only.
    let long_enough = |watched: Micros| watched >= LONG || !cut_short(study, watched);
    let watched = study.recovery.not_within.is_some_and(long_enough);
    // Probes may have failed while every task ran on.
    let missing = study.case.after().any(takes_a_task);
    let never = advice.has("never-recovered") && missing && complete.is_none() && watched;
    let long = complete.is_some_and(|m| m.after.span >= LONG);
    if !never && !long {
        return None;
    }
    Some(Draft {
        id: "AL-02",
        severity: Severity::Medium,
        title: "Alert when fewer tasks run than wanted".to_owned(),
        because: "Swarm itself raises no event when a slot stays empty.".to_owned(),
        from: &[
            "never-recovered",
            "gave-up",
            "not-replaced",
            "recovery-time",
        ],
        field: "your alerts: running below desired for 1 min",
        change: Vec::new(),
        caution: "The lab does not know whether an alert went off: look there first.".to_owned(),
        verify: "Run this experiment again; expected: the alert.",
        sources: &[ALERTING, RESTART_SOURCE],
        gain: Micros(0),
    })
}

/// Restarts in a row, or no memory left.
pub(super) fn al_03(advice: &Advice) -> Option<Draft> {
    advice
        .finding("crash-loop")
        .or_else(|| advice.finding("out-of-memory"))?;
    Some(Draft {
        id: "AL-03",
        severity: Severity::Medium,
        title: "Alert on restarts in a row and on memory".to_owned(),
        because: "Swarm itself alerts nobody, however often it restarts a task.".to_owned(),
        from: &["crash-loop", "out-of-memory"],
        field: "your alerts: 3 restarts of a slot in 10 min, or any out-of-memory event",
        change: Vec::new(),
        caution: "Swarm forgets failed tasks soon: with 5 s between restarts the evidence lasts \
                  about half a minute. The lab does not know whether an alert went off."
            .to_owned(),
        verify: "Run this experiment again; expected: the alert.",
        sources: &[ALERTING],
        gain: Micros(0),
    })
}

/// A single run.
pub(super) fn ex_01(advice: &Advice) -> Option<Draft> {
    let repeat = advice.study.case.record.run.experiment.repeat;
    if !advice.has("single-run") || repeat >= FEWEST {
        return None;
    }
    Some(Draft {
        id: "EX-01",
        severity: Severity::Low,
        title: format!("Repeat the experiment {RUNS} times"),
        because: format!(
            "It takes at least {FEWEST} runs to say how far recovery times scatter; {RUNS} are \
             better."
        ),
        from: &["single-run"],
        field: "repeat (of the experiment)",
        change: vec![
            Line::Out(format!("repeat: {repeat}")),
            Line::In(format!("repeat: {RUNS}")),
        ],
        caution: String::new(),
        verify: "Compare the runs in the history.",
        sources: &[CHAOS],
        gain: Micros(0),
    })
}

/// It was not steady before.
pub(super) fn ex_02(advice: &Advice) -> Option<Draft> {
    advice.finding("failing-before")?;
    Some(Draft {
        id: "EX-02",
        severity: Severity::Medium,
        title: "Make it steady before it is disturbed".to_owned(),
        because: "What fails without a fault cannot be told from what fails because of it."
            .to_owned(),
        from: &["failing-before"],
        field: "hypothesis.probes (of the experiment)",
        change: Vec::new(),
        caution: String::new(),
        verify: AGAIN,
        sources: &[CHAOS],
        gain: Micros(0),
    })
}
