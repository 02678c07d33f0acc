//! What is measured: the founding kill to the number, and the ways in which a run can differ.

use super::super::testing::{
    FOUNDING, Life, canary, founding_answers, founding_kill, later, never_recovered, ordinary,
    three, three_replicas,
};
use super::super::{Moment, analyse, figures};
use super::{at, detail, finding_ids};
use app::model::record::{ProbeOutcome, Record};
use app::model::run::{Phase, Verdict};
use app::model::time::Micros;
use app::model::timeline::TaskState;

fn ms(moment: Option<&Moment>) -> Option<i64> {
    moment.map(|m| m.after.span.0 / 1_000)
}

#[test]
fn the_founding_kill_moment_by_moment() {
    let r = analyse(&founding_kill()).recovery;
    let seen = [
        &r.dead,
        &r.old_failed,
        &r.new_task,
        &r.assigned,
        &r.preparing,
        &r.created,
        &r.ready,
        &r.starting,
        &r.started,
        &r.first_success,
        &r.healthy,
        &r.running,
        &r.full_strength,
    ]
    .map(|m| ms(m.as_ref()));
    let measured = [
        62, 238, 250, 284, 334, 423, 500, 5_300, 5_660, 6_410, 10_710, 10_740, 10_740,
    ];
    assert_eq!(seen, measured.map(Some));
    assert_eq!(r.not_within, None);
}

#[test]
fn a_moment_is_no_more_exact_than_what_saw_it() {
    let r = analyse(&founding_kill()).recovery;
    let resolution = |m: Option<Moment>| m.map(|m| m.after.resolution.0);
    assert_eq!(resolution(r.dead), Some(1_200));
    assert_eq!(resolution(r.running), Some(50_200));
    assert_eq!(resolution(r.first_success), Some(100_000));
}

#[test]
fn the_founding_kill_is_split_as_by_hand() {
    let analysis = analyse(&founding_kill());
    let parts: Vec<(&str, i64)> = analysis
        .split
        .iter()
        .map(|p| (p.id, p.length().0 / 1_000))
        .collect();
    assert_eq!(
        parts,
        [
            ("die", 62),
            ("detect", 176),
            ("decide", 12),
            ("prepare", 250),
            ("wait", 4_800),
            ("start", 360),
            ("application", 750),
            ("health", 4_330),
        ]
    );
    let names: Vec<&str> = analysis.split.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names[4], "restart delay");
    assert_eq!(names[7], "first health check (users already served)");
}

#[test]
fn the_founding_kills_probes() {
    let analysis = analyse(&founding_kill());
    let probe = &analysis.probes[0];
    assert_eq!((probe.before.sent, probe.before.ok), (101, 101));
    assert_eq!((probe.after.sent, probe.after.ok), (251, 197));
    assert_eq!(
        probe.after.outcomes,
        [
            (ProbeOutcome::Ok, 197),
            (ProbeOutcome::Refused, 53),
            (ProbeOutcome::Timeout, 1)
        ]
    );
    assert_eq!(probe.after.max, Some(Micros(920_000)));
    let p99 = probe.after.p99.map_or(0, |m| m.0);
    assert!((819_000..=821_000).contains(&p99), "{p99}");
    assert_eq!(probe.outages.len(), 1);
    assert_eq!(probe.outages[0].from, Micros(90_000));
    assert_eq!(probe.outages[0].length.to_string(), "6.3 s (±0.1 s)");
}

#[test]
fn the_founding_kill_in_words() {
    let analysis = analyse(&founding_kill());
    assert_eq!(
        analysis.lead,
        [
            "neotix_neotix-api-canary was without service for 6.3 s after its only container was \
             killed; Swarm called it recovered after 10.74 s.",
            "Limits, image and environment came back as they were.",
            "It was down because there is one replica.",
            "Of the 10.74 s, 4.8 s were the restart delay and 4.3 s the wait for the first health \
             check; the application itself needed 0.8 s.",
        ]
    );
    assert_eq!(
        analysis.reason,
        "Recovers within 15 s (10.74 s) and availability at least 70 % (78.5 %)."
    );
}

#[test]
fn every_statement_of_the_seed_is_there() {
    let analysis = analyse(&founding_kill());
    assert_eq!(
        finding_ids(&analysis),
        [
            "single-replica",
            "restart-delay",
            "health-wait",
            "recovery-time",
            "detected-at-once",
            "replicas-kept",
            "configuration-kept",
            "limits-kept",
            "failure-recorded",
            "took-effect",
            "ready-to-running",
            "application-start",
            "definition-gaps",
            "single-run",
        ]
    );
    let says = |id: &str, text: &str| {
        let said = detail(&analysis, id);
        assert!(said.contains(text), "{said} lacks {text}");
    };
    says("detected-at-once", "0.188 s after the container died");
    says("replicas-kept", "1 wanted, 1 running again after 10.74 s");
    says("configuration-kept", "All 41 fields");
    says("limits-kept", "CPU 0.3 and memory 384 MB");
    says("failure-recorded", "task: non-zero exit (137)");
    says("restart-delay", "45 % of the time");
    says("restart-delay", "5 s, the default");
    says("health-wait", "4.3 s after users are served");
    says("single-replica", "6.3 s this time");
    says("took-effect", "exit code 137");
}

#[test]
fn the_hit_and_its_proof() {
    let analysis = analyse(&founding_kill());
    let hit = &analysis.hits[0];
    assert_eq!((hit.slot.as_str(), hit.node.as_str()), ("slot 1", "vm"));
    assert_eq!(hit.replacement.as_deref(), Some("x0rx0c13"));
    assert_eq!(
        hit.proof.as_deref(),
        Some("died with exit code 137, 0.062 s after the signal was sent")
    );
    assert_eq!(hit.error.as_deref(), Some("task: non-zero exit (137)"));
}

#[test]
fn three_replicas_hide_a_kill() {
    let analysis = analyse(&three_replicas());
    assert_eq!(analysis.verdict, Verdict::Held);
    assert_eq!(ms(analysis.recovery.full_strength.as_ref()), Some(7_780));
    assert_eq!(analysis.recovery.first_success, None);
    assert!(analysis.probes[0].outages.is_empty());
    let last = analysis.split.last().map(|p| (p.id, p.name.as_str()));
    assert_eq!(last, Some(("health", "application and first health check")));
    let ids = finding_ids(&analysis);
    assert!(ids.contains(&"no-outage") && !ids.contains(&"single-replica"));
    assert!(analysis.lead[0].starts_with("No answer of shop_web was lost when one of its 3"));
    assert_eq!(figures(&analysis).outage, Some(Micros(0)));
}

#[test]
fn what_never_recovers_is_censored_not_dropped() {
    let analysis = analyse(&never_recovered());
    assert_eq!(analysis.verdict, Verdict::Violated);
    assert_eq!(analysis.recovery.full_strength, None);
    assert_eq!(analysis.recovery.not_within, Some(Micros(60_000_000)));
    assert_eq!(analysis.checks[0].measured, "more than 60 s");
    assert_eq!(analysis.checks[0].held, Some(false));
    assert!(analysis.split.is_empty());
    for id in [
        "never-recovered",
        "crash-loop",
        "gave-up",
        "no-health-check",
    ] {
        assert!(finding_ids(&analysis).contains(&id), "{id}");
    }
    let figures = figures(&analysis);
    assert_eq!(figures.recovery, None);
    assert_eq!(figures.not_recovered_within, Some(Micros(60_000_000)));
}

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
    assert!(detail(&analysis, "detected-at-once").contains("0.188 s"));
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
    if let Some(last) = record.probes[0].samples.last_mut() {
        last.outcome = ProbeOutcome::Timeout;
    }
    let analysis = analyse(&record);
    assert_eq!(ms(analysis.recovery.full_strength.as_ref()), Some(10_740));
    assert_eq!(analysis.probes[0].outages.len(), 2);
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
