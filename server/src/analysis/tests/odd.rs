//! The ways in which a run can differ from the founding one.

use super::super::analyse;
use super::super::testing::{
    FOUNDING, Life, canary, founding_answers, founding_kill, later, ordinary, three,
};
use super::{add, at, detail, finding_ids, ms, rule_ids};
use app::model::record::{ProbeOutcome, Record};
use app::model::run::{Phase, Verdict};
use app::model::time::Micros;
use app::model::timeline::{TaskState, What};

/// The canary whose first replacement dies, too.
fn second_try_stays() -> Record {
    let (mut b, old, first) = canary();
    let second = Life::new(1, "node", "y1sy1d24", "e92d18bb");
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    b.replaced_until_started(&old, 137, &first, FOUNDING);
    b.died(6_000, &first, 1);
    let times = later(FOUNDING, 6_000);
    b.replaced_until_started(&first, 1, &second, times);
    b.up(&second, times);
    b.strength(times.running, 1, 1);
    b.closing(25_100);
    b.probe("api", 100, 25_090, |ms| match ms {
        1..=12_000 => (300, ProbeOutcome::Refused),
        _ => ordinary(ms),
    });
    b.record
}

#[test]
fn a_replacement_that_dies_is_followed_to_the_one_that_stays() {
    let analysis = analyse(&second_try_stays());
    let r = &analysis.recovery;
    assert_eq!(ms(r.new_task.as_ref()), Some(6_250));
    assert_eq!(ms(r.running.as_ref()), Some(16_740));
    let parts: Vec<&str> = analysis.split.iter().map(|p| p.id).collect();
    assert_eq!(parts[..2], ["die", "retry"]);
    assert_eq!(analysis.hits[0].replacement.as_deref(), Some("y1sy1d24"));
    assert!(detail(&analysis, "replacement-died").contains("exit code 1"));
    assert!(detail(&analysis, "detected-at-once").contains("0.19 s"));
}

/// Two of three replicas killed, the second one slower to come back.
fn two_hits() -> Record {
    let (mut b, [one, two, three]) = three();
    let new = [
        Life::new(1, "node1", "n1n1n1n1", "aaaa1111"),
        Life::new(2, "node2", "n2n2n2n2", "bbbb2222"),
    ];
    let slow = later(FOUNDING, 1_000);
    b.kill(0, 62, &one);
    b.kill(900, 1_062, &two);
    b.strength(284, 2, 3);
    b.strength(1_280, 1, 3);
    b.replaced_until_started(&one, 137, &new[0], FOUNDING);
    b.replaced_until_started(&two, 137, &new[1], slow);
    b.up(&new[0], FOUNDING);
    b.strength(10_740, 2, 3);
    b.up(&new[1], slow);
    b.strength(11_740, 3, 3);
    b.closing(30_050);
    b.probe("api", 100, 29_990, |ms| match ms {
        1_000..=1_400 => (300, ProbeOutcome::Reset),
        _ => ordinary(ms),
    });
    let [first, second] = new;
    b.after(30_100, &[first, second, three], &[]);
    b.record
}

#[test]
fn of_several_hits_the_last_to_get_there_counts() {
    let analysis = analyse(&two_hits());
    let r = &analysis.recovery;
    assert_eq!(ms(r.dead.as_ref()), Some(1_062));
    assert_eq!(ms(r.new_task.as_ref()), Some(1_250));
    assert_eq!(ms(r.full_strength.as_ref()), Some(11_740));
    let each: Vec<_> = analysis
        .hits
        .iter()
        .map(|h| ms(h.recovered.as_ref()))
        .collect();
    assert_eq!(each, [Some(10_740), Some(11_740)]);
    assert_eq!(analysis.hits[1].sent, Some(Micros(900_000)));
    let lost = detail(&analysis, "answers-lost");
    assert!(lost.contains("1 of 3 replicas were not hit"), "{lost}");
}

/// No health check: running at once, answering 2 s later.
fn running_before_it_answers() -> Record {
    let (mut b, old, new) = canary();
    let mut times = FOUNDING;
    times.healthy = None;
    times.running = 5_700;
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    b.replaced_until_started(&old, 137, &new, times);
    b.up(&new, times);
    b.strength(5_700, 1, 1);
    b.closing(25_100);
    b.probe("api", 100, 25_090, |ms| match ms {
        1..=7_700 => (300, ProbeOutcome::Refused),
        _ => ordinary(ms),
    });
    let mut record = b.record;
    if let Some(before) = &mut record.before {
        before.service.health = None;
    }
    record
}

#[test]
fn full_strength_waits_for_the_answers() {
    let analysis = analyse(&running_before_it_answers());
    let r = &analysis.recovery;
    assert_eq!(ms(r.running.as_ref()), Some(5_700));
    assert_eq!(ms(r.full_strength.as_ref()), ms(r.first_success.as_ref()));
    let last = analysis.split.last().map(|p| (p.id, p.source.as_str()));
    assert_eq!(last, Some(("application", "probe api")));
    let said = detail(&analysis, "no-health-check");
    assert!(said.contains("2.1 s before users were answered"), "{said}");
}

#[test]
fn a_lost_answer_in_the_last_moment_does_not_undo_a_recovery() {
    let mut record = founding_kill();
    // The engine waits for the late answer before it ends the observation.
    for event in &mut record.events {
        if matches!(event.what, What::Phase { phase } if phase >= Phase::Restore) {
            event.at = event.at + Micros::from_millis(1_000);
        }
    }
    if let Some(lost) = record.probes[0].samples.iter_mut().nth_back(4) {
        lost.outcome = ProbeOutcome::Timeout;
    }
    let analysis = analyse(&record);
    assert_eq!(ms(analysis.recovery.full_strength.as_ref()), Some(10_740));
    assert_eq!(analysis.verdict, Verdict::Held);
    assert_eq!(analysis.probes[0].outages.len(), 2);
    if let Some(lost) = record.probes[0].samples.iter_mut().nth_back(5) {
        lost.outcome = ProbeOutcome::Timeout;
    }
    assert_eq!(analyse(&record).verdict, Verdict::Violated, "six tell");
}

#[test]
fn an_outage_of_its_own_is_not_the_end_of_the_first() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        if (at(20_000)..at(22_000)).contains(&sample.intended) {
            sample.outcome = ProbeOutcome::Refused;
        }
    }
    let analysis = analyse(&record);
    let r = &analysis.recovery;
    assert_eq!(ms(r.first_success.as_ref()), Some(6_410));
    assert!(ms(r.full_strength.as_ref()) >= Some(21_900));
    let last = analysis.split.last().map(|p| (p.id, p.source.as_str()));
    assert_eq!(last, Some(("serve", "probe api")));
    let ids = finding_ids(&analysis);
    assert!(ids.contains(&"failed-again"));
    let same = detail(&analyse(&founding_kill()), "application-start");
    assert_eq!(detail(&analysis, "application-start"), same);
    let one_outage = rule_ids(&analyse(&founding_kill()));
    let rules = rule_ids(&analysis);
    for id in ["HC-01", "NW-02"] {
        assert_eq!(rules.contains(&id), one_outage.contains(&id), "{id}");
    }
}

#[test]
fn a_replacement_that_was_shut_down_did_not_crash() {
    let mut record = second_try_stays();
    let first = "x0rx0c13";
    let task = record.events.iter().find_map(|e| match &e.what {
        What::TaskCreated { task } if task.task.starts_with(first) => Some(task.clone()),
        _ => None,
    });
    let shutdown = What::DesiredState {
        task: task.expect("the first replacement"),
        desired: TaskState::Shutdown,
    };
    add(&mut record, 6_200, shutdown.clone());
    let late = analyse(&record);
    assert!(finding_ids(&late).contains(&"replacement-died"));
    add(&mut record, 5_900, shutdown);
    let analysis = analyse(&record);
    assert!(!finding_ids(&analysis).contains(&"replacement-died"));
    assert!(analysis.split.iter().all(|p| p.id != "retry"));
}

#[test]
fn an_outage_after_the_recovery_is_told_and_counts() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        if (at(15_000)..at(15_500)).contains(&sample.intended) {
            sample.outcome = ProbeOutcome::Timeout;
        }
    }
    let analysis = analyse(&record);
    assert!(finding_ids(&analysis).contains(&"failed-again"));
    assert_eq!(analysis.verdict, Verdict::Violated);
}

#[test]
fn a_global_services_place_is_its_node() {
    let mut record = founding_kill();
    let text = serde_json::to_string(&record).expect("JSON");
    record = serde_json::from_str(&text.replace("\"slot\":1", "\"slot\":null")).expect("a record");
    let analysis = analyse(&record);
    assert_eq!(analysis.hits[0].slot, "vm");
    assert_eq!(ms(analysis.recovery.full_strength.as_ref()), Some(10_740));
}

#[test]
fn a_task_of_the_history_replaces_nothing() {
    let (mut b, old, new) = canary();
    let older = Life::new(1, "node", "w0rn0ut0", "00000000");
    let mut facts = b.record.before.clone().expect("before").tasks[0].clone();
    facts.task = older.task_ref();
    facts.state = TaskState::Failed;
    if let Some(before) = &mut b.record.before {
        before.tasks.push(facts);
    }
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    b.state(200, &older, TaskState::Failed, None);
    b.replaced_until_started(&old, 137, &new, FOUNDING);
    b.up(&new, FOUNDING);
    b.strength(10_740, 1, 1);
    b.closing(25_100);
    b.probe("api", 100, 25_090, founding_answers);
    let analysis = analyse(&b.record);
    assert!(!finding_ids(&analysis).contains(&"replacement-died"));
    assert_eq!(analysis.split[1].id, "detect");
}

#[test]
fn without_a_fault_there_is_nothing_to_say() {
    let (mut b, ..) = canary();
    b.phase(0, Phase::Analyse);
    let analysis = analyse(&b.record);
    assert_eq!(analysis.zero, None);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(analysis.split.is_empty() && analysis.hits.is_empty());
}

#[test]
fn a_probe_that_is_answered_while_nothing_runs_proves_nothing() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        (sample.outcome, sample.latency) = (ProbeOutcome::Ok, Micros(2_000));
        if sample.intended > at(3_000) && sample.intended < at(3_100) {
            sample.outcome = ProbeOutcome::NotSent;
        }
    }
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(
        analysis.reason.contains("does not go through this service"),
        "{}",
        analysis.reason
    );
}
