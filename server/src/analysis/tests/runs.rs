//! What is measured of the three records, to the number.

use super::super::testing::{founding_kill, never_recovered, three_replicas};
use super::super::{Moment, analyse, figures};
use super::{add, detail, finding_ids, ms};
use app::model::record::ProbeOutcome;
use app::model::run::Verdict;
use app::model::time::Micros;
use app::model::timeline::What;

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
fn how_the_tasks_stood_before_changes_no_figure() {
    let mut record = founding_kill();
    let before = record.before.clone().expect("a snapshot");
    let task = &before.tasks[0];
    let stood = What::TaskState {
        task: task.task.clone(),
        state: task.state,
        desired: task.desired,
        error: None,
        container: task.container.clone(),
    };
    let without = analyse(&record);
    add(&mut record, -3_600_000, stood);
    assert_eq!(analyse(&record), without);
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
             killed; Swarm called it recovered after 10.7 s.",
            "Limits, image and environment came back as they were.",
            "It was down because there is one replica.",
            "The longest part of the 10.7 s was the restart delay: 4.8 s.",
        ]
    );
    assert_eq!(
        analysis.reason,
        "Recovers within 15 s (10.7 s) and availability at least 70 % (78.5 %)."
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
    says("detected-at-once", "0.19 s after the container died");
    says("replicas-kept", "1 wanted, 1 running again");
    says("configuration-kept", "All 41 fields");
    says("limits-kept", "CPU 0.3 and memory 384 MB");
    says("failure-recorded", "task: non-zero exit (137)");
    says("restart-delay", "45 % of the time");
    says("restart-delay", "5 s, the default");
    says("health-wait", "4.3 s after users are served");
    says("single-replica", "6.3 s this time");
    says("took-effect", "Container 32fb59f8 died with exit code 137");
    says("restart-delay", "4.8 of 10.7 s; the delay is 5 s");
    says("ready-to-running", "ready to running in 10.2 s");
    says("detected-at-once", "0.25 s after the fault");
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
    assert!(analysis.lead[0].starts_with("Every probe of shop_web was answered when one of its 3"));
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
    assert!(detail(&analysis, "availability-missed").starts_with("No probe was answered"));
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
