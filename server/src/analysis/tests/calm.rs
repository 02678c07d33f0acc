//! Faults that cost no task, and services that are removed under them.

use super::super::analyse;
use super::super::testing::{canary, founding_kill};
use super::{add, analyse_with, at, detail, finding_ids, ms, rule_ids};
use app::model::experiment::{Fault, Hypothesis};
use app::model::facts::ServiceFacts;
use app::model::record::{ProbeOutcome, Record};
use app::model::run::{Phase, Verdict};
use app::model::time::Micros;
use app::model::timeline::{SERVICE_REMOVED, Source, What};
use app::model::undo::{Undo, UndoState};

/// A label is set and removed again; no task ends, and every probe is answered.
fn label_set() -> Record {
    let mut record = founding_kill();
    record.run.experiment.method = vec![Fault::ServiceLabel {
        label: "hivequake-test".to_owned(),
        value: "on".to_owned(),
    }];
    record.events.retain(|e| {
        matches!(
            e.what,
            What::Phase { .. } | What::FaultSent { .. } | What::FaultProven { .. }
        )
    });
    for event in &mut record.events {
        match &mut event.what {
            What::FaultSent {
                text,
                task,
                container,
                ..
            } => {
                (*task, *container) = (None, None);
                "service-label hivequake-test=on on the canary".clone_into(text);
            }
            What::FaultProven { text, .. } => "label hivequake-test reads \"on\"".clone_into(text),
            _ => {}
        }
    }
    for sample in &mut record.probes[0].samples {
        (sample.outcome, sample.latency) = (ProbeOutcome::Ok, Micros(2_000));
    }
    record.undo[0].undo = Undo::ServiceLabel {
        service_id: "s1".to_owned(),
        service: record.run.experiment.target.service.clone(),
        label: "hivequake-test".to_owned(),
        before: None,
        during: "on".to_owned(),
    };
    record.undo[0].state = UndoState::Reverted;
    record
}

#[test]
fn a_fault_that_costs_no_task_leaves_full_strength() {
    let analysis = analyse(&label_set());
    assert_eq!(analysis.verdict, Verdict::Held);
    assert_eq!(ms(analysis.recovery.full_strength.as_ref()), Some(0));
    assert!(finding_ids(&analysis).contains(&"no-outage"));
    assert_eq!(
        detail(&analysis, "took-effect"),
        "The fault took effect: Label hivequake-test reads \"on\"."
    );
    assert!(
        !rule_ids(&analysis).contains(&"EX-01"),
        "no recovery time to repeat for"
    );
    assert!(!finding_ids(&analysis).contains(&"single-run"));
    assert_eq!(
        analysis.checks[0].measured, "never below full strength",
        "there was no recovery to take the time of"
    );
    assert_eq!(
        analysis.lead,
        [
            "Nothing of neotix_neotix-api-canary went down when its label hivequake-test was set: \
             no task ended and all 251 probes were answered.",
            "What was set was put back.",
        ]
    );
}

#[test]
fn where_nothing_went_down_and_nobody_probed_no_recovery_is_told() {
    let mut record = label_set();
    record.probes.clear();
    record.run.experiment.hypothesis = Hypothesis::default();
    let analysis = analyse(&record);
    assert_eq!(
        analysis.lead[0],
        "Nothing of neotix_neotix-api-canary went down when its label hivequake-test was set: no \
         task ended; no probe watched what users saw."
    );
    assert!(!analysis.lead.iter().any(|s| s.contains("less than")));
    assert_eq!(
        analysis.reason,
        "Nothing was claimed; it was never below full strength."
    );
}

#[test]
fn a_task_that_ended_is_something_that_went_down() {
    let mut record = label_set();
    let strength = |running| What::Strength {
        running,
        desired: 1,
    };
    add(&mut record, 1_000, strength(0));
    add(&mut record, 3_000, strength(1));
    let lead = analyse(&record).lead;
    assert!(!lead[0].contains("went down"), "{lead:?}");
}

#[test]
fn a_lost_probe_of_a_fault_that_costs_no_task_is_no_start_of_an_application() {
    let mut record = label_set();
    let samples = &mut record.probes[0].samples;
    if let Some(lost) = samples.iter_mut().find(|s| s.intended > at(11_000)) {
        lost.outcome = ProbeOutcome::Timeout;
    }
    let analysis = analyse(&record);
    assert_eq!(analysis.recovery.first_success, None);
    assert!(analysis.split.is_empty());
    let lead = &analysis.lead;
    assert!(!lead.iter().any(|s| s.contains("longest part")), "{lead:?}");
}

#[test]
fn a_label_that_was_not_put_back_is_in_the_lead() {
    let mut record = label_set();
    record.undo[0].state = UndoState::Failed {
        why: "no answer".to_owned(),
    };
    assert_eq!(
        analyse(&record).lead[1],
        "Label hivequake-test of neotix_neotix-api-canary was NOT removed: no answer."
    );
}

/// Advice and ways to verify it that need a container to be replaced, in a run that replaced none.
#[test]
fn a_fault_that_costs_no_task_brings_no_advice_about_replacements() {
    let mut lost = label_set();
    for sample in &mut lost.probes[0].samples {
        if (at(4_000)..at(6_000)).contains(&sample.intended) {
            sample.outcome = ProbeOutcome::Refused;
        }
    }
    let ingress = |service: &mut ServiceFacts| {
        service.ports.clear();
        service.health = None;
        service.health_known = true;
        service.memory_limit = None;
    };
    let of_three = |service: &mut ServiceFacts| {
        service.replicas = Some(3);
        service.max_per_node = Some(1);
        service.log_driver = Some("json-file".to_owned());
    };
    for analysis in [
        analyse(&label_set()),
        analyse_with(label_set(), of_three),
        analyse_with(lost, ingress),
    ] {
        let ids = rule_ids(&analysis);
        for id in ["PL-01", "RP-04", "HC-02", "UP-01", "AL-02", "EX-01"] {
            assert!(!ids.contains(&id), "{id} is among {ids:?}");
        }
        for r in &analysis.recommendations {
            let again = r.verify.contains("this experiment");
            assert!(!again, "{}: {}", r.id, r.verify);
            assert!(!r.findings.contains(&"answers-lost"), "{}", r.id);
        }
    }
}

#[test]
fn probes_that_fail_while_every_task_runs_call_for_no_alert_on_tasks() {
    let mut record = label_set();
    for sample in &mut record.probes[0].samples {
        if sample.intended > at(1_000) {
            sample.outcome = ProbeOutcome::Refused;
        }
    }
    record
        .events
        .retain(|e| !matches!(e.what, What::FaultProven { .. }));
    let analysis = analyse(&record);
    assert!(finding_ids(&analysis).contains(&"never-recovered"));
    assert!(!rule_ids(&analysis).contains(&"AL-02"));
}

/// The service is gone so many milliseconds after the fault.
fn gone(record: &mut Record, ms: i64) {
    let text = SERVICE_REMOVED.to_owned();
    add(record, ms, What::Note { text });
    if let Some(note) = record.events.last_mut() {
        note.source = Source::Swarm;
    }
    let nothing = What::Strength {
        running: 0,
        desired: 0,
    };
    add(record, ms + 50, nothing);
    record.after = None;
}

#[test]
fn a_service_that_was_removed_in_the_middle_is_named() {
    let mut record = label_set();
    gone(&mut record, 4_000);
    for sample in &mut record.probes[0].samples {
        if sample.intended > at(4_000) {
            sample.outcome = ProbeOutcome::Refused;
        }
    }
    record.undo[0].state = UndoState::NotNeeded {
        why: "the service is gone".to_owned(),
    };
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert_eq!(
        analysis.reason,
        "The service was removed while the run was on, 4.0 s after the fault, so what was seen \
         may come from that."
    );
    assert_eq!(
        analysis.lead,
        [
            "Nothing can be concluded: the service was removed while the run was on, 4.0 s after \
             the fault, so what was seen may come from that.",
            "Nothing of neotix_neotix-api-canary went down until then: no task ended and all 40 \
             probes were answered.",
            "Nothing to put back: the service is gone.",
        ]
    );
}

#[test]
fn a_service_removed_after_a_kill_did_not_recover_by_that() {
    let mut record = founding_kill();
    gone(&mut record, 4_000);
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(finding_ids(&analysis).contains(&"service-removed"));
    assert_eq!(analysis.recovery.full_strength, None);
    assert_eq!(analysis.recovery.not_within, Some(Micros(4_000_000)));
}

#[test]
fn a_service_that_was_scaled_down_did_not_recover_by_that() {
    let mut record = founding_kill();
    add(
        &mut record,
        2_000,
        What::Strength {
            running: 0,
            desired: 0,
        },
    );
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert_eq!(
        analysis.reason,
        "The service was scaled from 1 to 0 while the run was on, 2.0 s after the fault; what \
         came after that is not counted."
    );
    assert_eq!(analysis.recovery.full_strength, None);
    let ids = finding_ids(&analysis);
    assert!(!ids.contains(&"replicas-kept"), "{ids:?}");
    assert!(detail(&analysis, "service-scaled").starts_with("The service was scaled from 1 to 0"));
    let scaled = analysis.scaled.map(|scaled| (scaled.from, scaled.to));
    assert_eq!(scaled, Some((1, 0)));
    let text = "by somebody".to_owned();
    add(&mut record, 5_000, What::Aborted { text });
    assert!(analyse(&record).lead[1].starts_with("The service was scaled from 1 to 0"));
}

#[test]
fn a_global_service_is_not_scaled_by_a_replacement() {
    let mut record = founding_kill();
    if let Some(before) = &mut record.before {
        before.service.replicas = None;
    }
    let (running, desired) = (0, 0);
    add(&mut record, 2_000, What::Strength { running, desired });
    assert_eq!(analyse(&record).scaled, None);
}

#[test]
fn a_service_scaled_before_the_fault_was_not_scaled_during_it() {
    let mut record = founding_kill();
    let strength = |desired| What::Strength {
        running: desired,
        desired,
    };
    add(&mut record, -9_000, strength(3));
    add(&mut record, -5_000, strength(1));
    assert_eq!(analyse(&record).scaled, None);
}

#[test]
fn a_service_removed_before_the_fault_or_after_the_watch() {
    let (mut b, ..) = canary();
    b.phase(0, Phase::Analyse);
    gone(&mut b.record, -500);
    let early = analyse(&b.record);
    assert_eq!(
        early.reason,
        "The service was removed while the run was on, before the fault, so there was nothing to \
         hit."
    );
    let mut late = founding_kill();
    gone(&mut late, 30_000);
    assert_eq!(analyse(&late).verdict, Verdict::Held);
}

#[test]
fn an_abort_of_a_run_without_its_service_says_both() {
    let mut record = founding_kill();
    gone(&mut record, 4_000);
    let text = "a guard tripped".to_owned();
    add(&mut record, 5_000, What::Aborted { text });
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Aborted);
    assert_eq!(
        analysis.lead[0],
        "The run was ended early: a guard tripped."
    );
    assert!(analysis.lead[1].starts_with("The service was removed while"));
}
