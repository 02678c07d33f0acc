//! Runs that went otherwise than the founding kill.

use super::kill::{ZERO, kill};
use crate::analysis::{Analysis, Claim, Recovery};
use app::model::record::Record;
use app::model::run::{Outcome, Verdict};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use app::model::undo::{Undo, UndoEntry, UndoState};

/// Everything was on hold.
pub fn refused() -> (Record, Analysis) {
    let (mut record, mut analysis) = kill();
    let reason = "Everything was stopped by ada; no run starts until somebody releases it. \
                  Nothing was changed.";
    record.events.truncate(1);
    record.probes.clear();
    record.undo.clear();
    record.picked.clear();
    record.after = None;
    nothing_seen(&mut analysis);
    end(&mut record, &mut analysis, Verdict::Refused, reason);
    analysis.lead = vec![
        "The run was refused: everything was stopped by ada; no run starts until somebody \
         releases it."
            .to_owned(),
        "Nothing was changed.".to_owned(),
    ];
    analysis.zero = None;
    analysis.hits.clear();
    (record, analysis)
}

/// A label was set, a person stopped the run, and putting the label back failed.
pub fn not_restored() -> (Record, Analysis) {
    let (mut record, mut analysis) = kill();
    let method = serde_json::json!([
        {"fault": "service-label", "label": "hivequake-test", "value": "during"}
    ]);
    record.run.experiment.method = serde_json::from_value(method).expect("a sound method");
    record.events.truncate(8);
    let texts = [
        (
            3,
            What::FaultSent {
                fault: 0,
                text: "service-label hivequake-test=during to neotix_neotix-api-canary".to_owned(),
                task: None,
                container: None,
            },
        ),
        (
            4,
            What::ServiceUpdated {
                version: 18,
                by_lab: true,
            },
        ),
        (
            5,
            What::FaultProven {
                fault: 0,
                text: "label hivequake-test reads \"during\"".to_owned(),
            },
        ),
        (
            7,
            What::Aborted {
                text: "stopped by a person".to_owned(),
            },
        ),
    ];
    for (i, what) in texts {
        record.events[i].what = what;
    }
    record.undo = vec![UndoEntry {
        id: 7,
        run: record.run.id,
        fault: 0,
        undo: Undo::ServiceLabel {
            service_id: "serviceid".to_owned(),
            service: "neotix_neotix-api-canary".to_owned(),
            label: "hivequake-test".to_owned(),
            before: None,
            during: "during".to_owned(),
        },
        state: UndoState::Failed {
            why: "the engine did not answer for 30 s".to_owned(),
        },
        changed: At(0),
    }];
    for series in &mut record.probes {
        series
            .samples
            .retain(|sample| sample.intended < ZERO + Micros(2_000_000));
    }
    nothing_seen(&mut analysis);
    analysis.hits.clear();
    end(
        &mut record,
        &mut analysis,
        Verdict::Aborted,
        "stopped by a person",
    );
    analysis.lead = vec![
        "The run was stopped by a person 0.1 s after the fault.".to_owned(),
        "The label hivequake-test is still set.".to_owned(),
    ];
    (record, analysis)
}

/// The kill could not be shown to have taken effect.
pub fn invalid() -> (Record, Analysis) {
    let (mut record, mut analysis) = kill();
    for event in &mut record.events {
        if let What::FaultProven { fault, .. } = event.what {
            event.what = What::FaultNotProven {
                fault,
                text: "no die event of container 32fb59f8 within 10 s".to_owned(),
            };
        }
    }
    for hit in &mut analysis.hits {
        hit.proof = None;
    }
    nothing_seen(&mut analysis);
    analysis.recovery.not_within = Some(Micros(25_000_000));
    end(
        &mut record,
        &mut analysis,
        Verdict::Invalid,
        "the fault was not proven",
    );
    analysis.lead = vec!["Nothing can be concluded: the fault was not proven.".to_owned()];
    (record, analysis)
}

/// Everything that comes from outside is out to do harm.
pub fn hostile() -> (Record, Analysis) {
    let (mut record, mut analysis) = kill();
    let evil = "</text><script>alert('1')</script>\"|`*_[x](http://e) \u{202e}\u{0}\u{1b}\n# <img src=x onerror=\"y\">";
    let text = || evil.to_owned();
    record.run.experiment.title = text();
    record.run.experiment.description = Some(text());
    record.run.experiment.target.service = text();
    record.probes[0].name = text();
    record.picked[0].why = text();
    record.events.push(Event {
        seq: 22,
        at: ZERO + Micros(26_000_000),
        resolution: Micros(0),
        source: Source::Probe(text()),
        what: What::Note { text: text() },
    });
    for event in &mut record.events {
        match &mut event.what {
            What::FaultSent { text, .. } | What::FaultProven { text, .. } => {
                *text = evil.to_owned();
            }
            What::TaskState { error, task, .. } => {
                *error = Some(evil.to_owned());
                task.task = format!("{evil}{}", task.task);
                task.slot = None;
                task.node = evil.to_owned();
            }
            _ => {}
        }
    }
    hostile_analysis(&mut analysis, evil);
    (record, analysis)
}

fn hostile_analysis(analysis: &mut Analysis, evil: &str) {
    let text = || evil.to_owned();
    analysis.lead = vec![text(), text()];
    analysis.reason = text();
    analysis.probes[0].name = text();
    for part in &mut analysis.split {
        part.name = text();
        part.source = text();
    }
    for hit in &mut analysis.hits {
        (hit.slot, hit.task, hit.node, hit.why) = (text(), text(), text(), text());
        (hit.proof, hit.error) = (Some(text()), Some(text()));
    }
    for claim in &mut analysis.checks {
        (claim.name, claim.limit, claim.measured) = (text(), text(), text());
    }
    for finding in &mut analysis.findings {
        (finding.statement, finding.detail) = (text(), text());
        finding.evidence.other = vec![text()];
        finding.evidence.probes = vec![text()];
    }
    for recommendation in &mut analysis.recommendations {
        (recommendation.title, recommendation.because) = (text(), text());
        (recommendation.caution, recommendation.verify) = (text(), text());
        recommendation.change = vec![crate::analysis::Line::In(text())];
    }
    analysis.not_shown = vec![text()];
}

fn end(record: &mut Record, analysis: &mut Analysis, verdict: Verdict, reason: &str) {
    analysis.verdict = verdict;
    analysis.reason = reason.to_owned();
    record.run.outcome = Some(Outcome {
        verdict,
        reason: reason.to_owned(),
        left_behind: Vec::new(),
    });
}

fn nothing_seen(analysis: &mut Analysis) {
    analysis.recovery = Recovery::default();
    analysis.split.clear();
    analysis.findings.clear();
    analysis.recommendations.clear();
    let unjudged = |claim: &mut Claim| {
        claim.held = None;
        claim.measured = "not measured".to_owned();
    };
    analysis.checks.iter_mut().for_each(unjudged);
}
