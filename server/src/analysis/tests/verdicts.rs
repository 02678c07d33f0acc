//! Held, violated, aborted, invalid, refused: when, and why.

use super::super::testing::{founding_kill, three_replicas};
use super::super::{Analysis, analyse};
use super::{add, at, detail, finding_ids, without};
use app::model::record::{ProbeOutcome, Record, Sample};
use app::model::run::{Outcome, Phase, Verdict};
use app::model::time::Micros;
use app::model::timeline::{TaskRef, What};

fn verdict(record: &Record) -> (Verdict, String) {
    let Analysis {
        verdict, reason, ..
    } = analyse(record);
    (verdict, reason)
}

fn with(ms: i64, what: What) -> Record {
    let mut record = founding_kill();
    add(&mut record, ms, what);
    record
}

fn gap(from: i64, to: i64) -> What {
    What::Gap {
        text: "the event stream was cut off".to_owned(),
        from: at(from),
        to: at(to),
    }
}

#[test]
fn a_fault_without_proof_is_never_held() {
    let not_proven = What::FaultNotProven {
        fault: 0,
        text: "container 32fb59f8 was still running after 5 s".to_owned(),
    };
    let analysis = analyse(&with(5_000, not_proven));
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(analysis.reason.contains("was still running after 5 s"));
    assert_eq!(analysis.hits[0].proof, None);
    assert!(finding_ids(&analysis).contains(&"fault-not-proven"));
    assert!(!finding_ids(&analysis).contains(&"took-effect"));

    let silent = without(founding_kill(), |w| matches!(w, What::FaultProven { .. }));
    assert_eq!(verdict(&silent).0, Verdict::Invalid);
}

#[test]
fn a_gap_counts_where_it_could_hide_something() {
    let (during, why) = verdict(&with(4_000, gap(2_000, 4_000)));
    assert_eq!(during, Verdict::Invalid);
    assert!(why.contains("the evidence has a gap") || why.contains("The evidence has a gap"));
    assert_eq!(verdict(&with(-500, gap(-2_000, -500))).0, Verdict::Held);
    assert_eq!(verdict(&with(30_000, gap(26_000, 30_000))).0, Verdict::Held);
}

/// The founding kill, where probes of some milliseconds after the fault did not leave the lab.
fn unsent(when: impl Fn(i64) -> bool) -> Record {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        if when((sample.intended - at(0)).0 / 1_000) {
            sample.outcome = ProbeOutcome::NotSent;
        }
    }
    record
}

#[test]
fn probes_that_the_lab_could_not_send_are_a_gap_where_they_could_hide_an_outage() {
    let stalled = analyse(&unsent(|ms| (20_000..24_000).contains(&ms)));
    assert_eq!(stalled.verdict, Verdict::Invalid);
    assert_eq!(
        stalled.reason,
        "The evidence has a gap: the lab itself could not send 40 of the 251 probes of api, \
         between +20.1 s and +24.0 s."
    );
    let gap = stalled.findings.iter().find(|f| f.id == "evidence-gap");
    assert_eq!(
        gap.map(|f| f.evidence.probes.clone()),
        Some(vec!["api".into()])
    );
    assert_eq!(stalled.probes[0].outages.len(), 1, "only the real one");
    let scattered = unsent(|ms| ms > 12_000 && ms % 1_000 < 100);
    assert_eq!(
        verdict(&scattered).0,
        Verdict::Invalid,
        "more than 1 in 100"
    );
    let five = unsent(|ms| (20_000..20_500).contains(&ms));
    assert_eq!(
        verdict(&five).0,
        Verdict::Invalid,
        "as many as end an outage"
    );
    let before = unsent(|ms| (-5_000..-1_000).contains(&ms));
    assert_eq!(verdict(&before).0, Verdict::Held);
}

#[test]
fn a_few_probes_that_the_lab_could_not_send_change_no_verdict() {
    let analysis = analyse(&unsent(|ms| (20_000..20_400).contains(&ms)));
    let whole = analyse(&founding_kill());
    assert_eq!(analysis.verdict, Verdict::Held);
    let (after, all) = (&analysis.probes[0].after, &whole.probes[0].after);
    assert_eq!((after.sent, after.ok), (all.sent - 4, all.ok - 4));
    assert!(after.outcomes.contains(&(ProbeOutcome::NotSent, 4)));
    assert_eq!(analysis.probes[0].outages, whole.probes[0].outages);
    let within = analyse(&unsent(|ms| (3_000..3_300).contains(&ms)));
    assert_eq!(within.probes[0].outages.len(), 1, "they end no outage");
}

/// Aborted 6 s after the fault, with everything sent since 3 s still in flight.
#[test]
fn what_was_in_flight_at_an_abort_is_no_loss() {
    let text = "by somebody".to_owned();
    let mut record = with(6_000, What::Aborted { text });
    record.probes[0].samples.retain(|s| s.intended < at(3_000));
    let analysis = analyse(&record);
    let probe = &analysis.probes[0];
    let (outage, after) = (&probe.outages[0], &probe.after);
    assert_eq!((after.sent, after.failed()), (30, 30));
    assert_eq!((outage.to, outage.failed), (None, 30));
    assert_eq!(
        outage.length.span,
        Micros(3_000_000),
        "as far as it was seen"
    );
    assert!(!finding_ids(&analysis).contains(&"evidence-gap"));
}

/// Killed when the fault had been sent for 3 s, and started again an hour later.
fn killed_lab() -> Record {
    let back = 3_600_000;
    let mut record = without(founding_kill(), |what| matches!(what, What::Phase { .. }));
    record.events.retain(|e| e.at <= at(3_000));
    for series in &mut record.probes {
        series.samples.retain(|s| s.intended <= at(3_000));
    }
    add(&mut record, back, gap(3_000, back));
    let text = "lab restarted".to_owned();
    add(&mut record, back + 1, What::Aborted { text });
    let phase = Phase::Analyse;
    add(&mut record, back + 2, What::Phase { phase });
    record
}

#[test]
fn time_without_a_lab_was_not_observed() {
    let analysis = analyse(&killed_lab());
    assert_eq!(analysis.verdict, Verdict::Aborted);
    assert_eq!(analysis.recovery.not_within, Some(Micros(3_000_000)));
    let outage = &analysis.probes[0].outages[0];
    assert_eq!(outage.length.span, Micros(2_910_000));
    assert!(analysis.lead[1].contains("had not recovered 3 s after"));
    assert!(finding_ids(&analysis).contains(&"evidence-gap"));
}

#[test]
fn a_run_that_proves_nothing_judges_no_claim() {
    let text = "a guard tripped".to_owned();
    let aborted = with(24_000, What::Aborted { text });
    for record in [aborted, with(4_000, gap(2_000, 4_000))] {
        let analysis = analyse(&record);
        assert_eq!(analysis.checks.len(), 2);
        assert!(analysis.checks.iter().all(|c| c.held.is_none()));
        let said = detail(&analysis, "recovery-time");
        assert!(said.ends_with("The run judges no claim."), "{said}");
    }
}

#[test]
fn a_claim_that_failed_decides_whatever_is_open() {
    let mut record = claiming(Some("60s"), Some("80%"));
    record.events.retain(|e| e.seq < 19);
    let analysis = analyse(&record);
    let held: Vec<_> = analysis.checks.iter().map(|c| c.held).collect();
    assert_eq!(held, [None, Some(false)]);
    assert_eq!(
        (analysis.verdict, analysis.reason.as_str()),
        (
            Verdict::Violated,
            "Did not hold: availability at least 80 % (78.5 %)."
        )
    );
}

#[test]
fn exactly_what_is_claimed_is_enough() {
    let mut record = three_replicas();
    let hypothesis = &mut record.run.experiment.hypothesis;
    hypothesis.availability_at_least = Some("99.9%".parse().expect("a percentage"));
    let samples = &mut record.probes[0].samples;
    let template = samples[0];
    samples.clear();
    samples.extend((1..=1_000).map(|i| Sample {
        intended: at(i * 25),
        outcome: match i {
            500 => ProbeOutcome::Timeout,
            _ => ProbeOutcome::Ok,
        },
        ..template
    }));
    let analysis = analyse(&record);
    let claim = analysis.checks.last().expect("a claim");
    assert_eq!(
        (claim.measured.as_str(), claim.held),
        ("99.9 %", Some(true))
    );
}

fn foreign() -> What {
    What::ServiceUpdated {
        version: 43,
        by_lab: false,
    }
}

#[test]
fn somebody_elses_change_makes_it_invalid() {
    let mut record = with(3_000, foreign());
    if let Some(after) = &mut record.after {
        after.service.image = "hivequake-sample:other".to_owned();
    }
    let (verdict, why) = verdict(&record);
    assert_eq!(verdict, Verdict::Invalid);
    assert!(why.contains("omebody else updated"), "{why}");
}

#[test]
fn somebody_elses_update_counts_where_the_snapshots_are_alike() {
    let analysis = analyse(&with(3_000, foreign()));
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(finding_ids(&analysis).contains(&"foreign-update"));
    assert_eq!(verdict(&with(30_000, foreign())).0, Verdict::Held);
}

#[test]
fn a_forced_update_replaces_tasks_and_is_not_harmless() {
    let mut record = three_replicas();
    add(&mut record, 3_000, foreign());
    let task = TaskRef {
        task: "forcedforcedforcedforcedf".to_owned(),
        slot: Some(3),
        node: "node3".to_owned(),
    };
    add(&mut record, 3_200, What::TaskCreated { task });
    assert_eq!(verdict(&record).0, Verdict::Invalid);
}

#[test]
fn the_labs_own_update_is_no_foreign_one() {
    let own = What::ServiceUpdated {
        version: 43,
        by_lab: true,
    };
    let mut record = with(3_000, own);
    record.after = None;
    assert_eq!(verdict(&record).0, Verdict::Held);
}

#[test]
fn aborted_and_refused_stay_so() {
    for early in [Verdict::Aborted, Verdict::Refused] {
        let mut record = founding_kill();
        record.run.outcome = Some(Outcome {
            verdict: early,
            reason: "somebody pressed stop".to_owned(),
            left_behind: Vec::new(),
        });
        assert_eq!(
            verdict(&record),
            (early, "somebody pressed stop".to_owned())
        );
    }
    let text = "a guard tripped".to_owned();
    let analysis = analyse(&with(3_000, What::Aborted { text }));
    assert_eq!(analysis.verdict, Verdict::Aborted);
    assert_eq!(
        analysis.lead[0],
        "The run was ended early: a guard tripped."
    );
    assert_eq!(analysis.recovery.not_within, Some(Micros(3_000_000)));
}

#[test]
fn a_guard_that_ended_the_run_is_named_first() {
    let text = "a guard tripped: availability stayed below 50 % for 3s".to_owned();
    assert_eq!(
        analyse(&with(3_000, What::Aborted { text })).lead[0],
        "A guard ended the run early: availability stayed below 50 % for 3s."
    );
}

#[test]
fn a_refusal_says_once_that_nothing_was_changed() {
    let mut record = without(founding_kill(), |what| !matches!(what, What::Phase { .. }));
    let mut lead = |reason: &str| {
        record.run.outcome = Some(Outcome {
            verdict: Verdict::Refused,
            reason: reason.to_owned(),
            left_behind: Vec::new(),
        });
        analyse(&record).lead
    };
    let held = "Everything was stopped by ada; no run starts until somebody releases it.";
    let said = [
        "The run was refused: everything was stopped by ada; no run starts until somebody \
         releases it.",
        "Nothing was changed.",
    ];
    assert_eq!(lead(&format!("{held} Nothing was changed.")), said);
    assert_eq!(lead(held), said);
}

#[test]
fn a_stored_verdict_is_worked_out_again() {
    let mut record = founding_kill();
    record.run.outcome = Some(Outcome {
        verdict: Verdict::Violated,
        reason: "as an older rule set saw it".to_owned(),
        left_behind: Vec::new(),
    });
    assert_eq!(verdict(&record).0, Verdict::Held);
}

fn claiming(within: Option<&str>, available: Option<&str>) -> Record {
    let mut record = founding_kill();
    let hypothesis = &mut record.run.experiment.hypothesis;
    hypothesis.recovers_within = within.map(|t| t.parse().expect("a span"));
    hypothesis.availability_at_least = available.map(|t| t.parse().expect("a percentage"));
    record
}

#[test]
fn every_claim_must_hold() {
    assert_eq!(
        verdict(&claiming(Some("10s"), Some("70%"))),
        (
            Verdict::Violated,
            "Did not hold: recovers within 10 s (10.7 s).".to_owned()
        )
    );
    assert_eq!(
        verdict(&claiming(Some("15s"), Some("80%"))),
        (
            Verdict::Violated,
            "Did not hold: availability at least 80 % (78.5 %).".to_owned()
        )
    );
    assert_eq!(verdict(&claiming(None, Some("78%"))).0, Verdict::Held);
}

#[test]
fn a_time_just_above_its_limit_says_by_how_much() {
    let (verdict, why) = verdict(&claiming(Some("10700ms"), None));
    assert_eq!(verdict, Verdict::Violated);
    assert_eq!(
        why,
        "Did not hold: recovers within 10.7 s (10.7 s, less than 0.05 s over)."
    );
}

#[test]
fn without_claims_recovering_is_enough_and_needed() {
    assert_eq!(
        verdict(&claiming(None, None)),
        (
            Verdict::Held,
            "Nothing was claimed; it recovered in 10.7 s.".to_owned()
        )
    );
    let mut gone = claiming(None, None);
    gone.events.retain(|e| e.seq < 20);
    let (violated, why) = verdict(&gone);
    assert_eq!(violated, Verdict::Violated);
    assert!(why.starts_with("It had not recovered after"), "{why}");
}

#[test]
fn a_claim_longer_than_the_watch_cannot_fail() {
    let mut record = claiming(Some("60s"), None);
    record.events.retain(|e| e.seq < 19);
    let analysis = analyse(&record);
    assert_eq!(analysis.checks[0].held, None);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(analysis.reason.contains("could not be judged"));
}
