//! What holds for any record, however torn.

use super::super::testing::{founding_kill, never_recovered, three_replicas};
use super::super::{Analysis, analyse};
use app::model::record::{ProbeOutcome, Record};
use app::model::run::Verdict;
use app::model::time::Micros;
use app::model::timeline::What;
use proptest::prelude::*;
use proptest::sample::Index;

/// One of the records with some events lost, all a little late, some answers turned, perhaps a
/// snapshot missing.
fn torn() -> impl Strategy<Value = Record> {
    let record = prop_oneof![
        Just(founding_kill()),
        Just(three_replicas()),
        Just(never_recovered())
    ];
    let lost = prop::collection::vec(any::<Index>(), 0..12);
    let turned = prop::collection::vec((any::<Index>(), 0_usize..30), 0..4);
    let missing = prop::collection::vec(any::<bool>(), 4);
    let late = prop::collection::vec(0_i64..60_000, 60);
    (record, lost, late, turned, missing).prop_map(|(mut record, lost, late, turned, missing)| {
        for (event, late) in record.events.iter_mut().zip(late) {
            if !matches!(event.what, What::FaultSent { .. }) {
                event.at = event.at + Micros(late);
            }
        }
        for index in lost {
            let at = index.index(record.events.len());
            record.events.remove(at);
        }
        let samples = &mut record.probes[0].samples;
        for (index, length) in turned {
            let from = index.index(samples.len());
            for sample in samples.iter_mut().skip(from).take(length) {
                sample.outcome = match sample.outcome {
                    ProbeOutcome::Ok => ProbeOutcome::Reset,
                    _ => ProbeOutcome::Ok,
                };
            }
        }
        if missing[0] && missing[1] {
            record.before = None;
        }
        if missing[2] && missing[3] {
            record.after = None;
        }
        record
    })
}

fn proven(record: &Record, fault: usize) -> bool {
    record
        .events
        .iter()
        .any(|e| matches!(e.what, What::FaultProven { fault: of, .. } if of == fault))
}

fn sent(record: &Record) -> Vec<usize> {
    let sent = record.events.iter().filter_map(|e| match e.what {
        What::FaultSent { fault, .. } => Some(fault),
        _ => None,
    });
    sent.collect()
}

fn check_split(analysis: &Analysis) -> Result<(), TestCaseError> {
    let Some(full) = &analysis.recovery.full_strength else {
        prop_assert!(analysis.split.is_empty());
        return Ok(());
    };
    let mut from = Micros(0);
    for part in &analysis.split {
        prop_assert_eq!(part.from, from, "a gap or an overlap before {}", part.name);
        prop_assert!(part.to > part.from, "{} takes no time", part.name);
        from = part.to;
    }
    prop_assert_eq!(from, full.after.span, "the parts are not the whole");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn held_needs_a_proven_fault_and_every_claim(record in torn()) {
        let analysis = analyse(&record);
        if analysis.verdict == Verdict::Held {
            let sent = sent(&record);
            prop_assert!(!sent.is_empty());
            prop_assert!(sent.iter().all(|fault| proven(&record, *fault)));
            prop_assert!(analysis.checks.iter().all(|c| c.held == Some(true)));
        }
    }

    #[test]
    fn the_split_is_the_whole_recovery(record in torn()) {
        check_split(&analyse(&record))?;
    }

    #[test]
    fn every_finding_cites_evidence_that_exists(record in torn()) {
        let analysis = analyse(&record);
        for finding in &analysis.findings {
            let evidence = &finding.evidence;
            prop_assert!(!evidence.is_empty(), "{} has no evidence", finding.id);
            for seq in &evidence.events {
                prop_assert!(record.events.iter().any(|e| e.seq == *seq));
            }
            for name in &evidence.probes {
                prop_assert!(record.probes.iter().any(|p| p.name == *name));
            }
        }
        for advice in &analysis.recommendations {
            for id in &advice.findings {
                prop_assert!(analysis.findings.iter().any(|f| f.id == *id));
            }
        }
        prop_assert!((2..=4).contains(&analysis.lead.len()));
        prop_assert!(!analysis.reason.is_empty());
    }

    #[test]
    fn the_order_of_recording_does_not_matter(record in torn()) {
        let mut reversed = record.clone();
        reversed.events.reverse();
        let (one, other) = (analyse(&record), analyse(&reversed));
        prop_assert_eq!(one.recovery, other.recovery);
        prop_assert_eq!(one.verdict, other.verdict);
    }

    #[test]
    fn losing_evidence_never_makes_a_recovery_quicker(record in torn()) {
        let whole = analyse(&founding_kill()).recovery.full_strength;
        let torn = analyse(&record);
        let same = record.run.experiment == founding_kill().run.experiment
            && record.probes == founding_kill().probes;
        if let (true, Some(full)) = (same, torn.recovery.full_strength) {
            prop_assert!(Some(full.after.span) >= whole.map(|m| m.after.span));
        }
    }
}
