//! Services that are removed under a fault.

use super::super::analyse;
use super::super::testing::{canary, founding_kill};
use super::add;
use app::model::record::Record;
use app::model::run::{Phase, Verdict};
use app::model::time::Micros;
use app::model::timeline::{SERVICE_REMOVED, Source, What};

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
fn a_service_removed_after_a_kill_did_not_recover_by_that() {
    let mut record = founding_kill();
    gone(&mut record, 4_000);
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert_eq!(analysis.recovery.full_strength, None);
    assert_eq!(analysis.recovery.not_within, Some(Micros(4_000_000)));
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
