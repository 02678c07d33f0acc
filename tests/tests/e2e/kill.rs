//! A container is killed: what the report says is what others saw.

use hivequake_tests::document::{API, CANARY, CANARY_URL, EDGE_URL};
use hivequake_tests::lab::text;
use hivequake_tests::world::{now_ms, world};
use hivequake_tests::{Document, Lab};
use serde_json::Value;

#[track_caller]
fn figure(report: &Value, name: &str) -> f64 {
    let found = report["recovery"][name].as_f64();
    found.unwrap_or_else(|| panic!("no recovery.{name} in {}", report["recovery"]))
}

fn canary_kill() -> Document {
    let kill = Document::kill(CANARY)
        .probing(CANARY_URL)
        .timed("2s", "12s");
    kill.holds("recovers_within: 11s")
        .holds("availability_at_least: 10%")
}

#[test]
fn the_report_of_a_kill_agrees_with_docker_events() {
    let Some(world) = world() else { return };
    let begun = now_ms();
    let lab = Lab::new(&world.engine.host());
    let (code, report, said) = lab.run_by_cli(&canary_kill());
    assert_eq!(code, 0, "{said}\n{report}");
    assert_eq!(report["verdict"], "held");

    let killed = world.events(CANARY, begun, "kill");
    let died = world.events(CANARY, begun, "die");
    let started = world.events(CANARY, begun, "start");
    assert_eq!(
        (killed.len(), died.len(), started.len()),
        (1, 1, 1),
        "one kill, one replacement"
    );

    // The engine saw the kill a few milliseconds after it was sent.
    let close = |ours: f64, theirs: f64, what: &str| {
        assert!(
            (ours - theirs).abs() <= 100.0,
            "{what}: lab {ours} ms, docker {theirs} ms"
        );
    };
    close(figure(&report, "dead_ms"), died[0] - killed[0], "died");
    let entry = entries(&report, "container_started");
    assert_eq!(
        entry.len(),
        1,
        "one container started: {}",
        report["timeline"]
    );
    close(entry[0], started[0] - killed[0], "started");

    let states = entries(&report, "task_state");
    let standing = states.iter().filter(|after| **after < 0.0);
    assert_eq!(standing.count(), 1, "the old task ran before the fault");
}

/// When entries of a kind are in the timeline, in milliseconds after the fault.
fn entries(report: &Value, kind: &str) -> Vec<f64> {
    let timeline = report["timeline"].as_array().expect("a timeline");
    let of_kind = timeline.iter().filter(|entry| entry["what"]["is"] == kind);
    of_kind
        .map(|entry| entry["after_ms"].as_f64().expect("a moment"))
        .collect()
}

/// Whether a finding names an event, a probe or anything else that shows it.
fn is_shown(finding: &Value) -> bool {
    let evidence = finding["evidence"].as_object();
    let lists = evidence.into_iter().flat_map(serde_json::Map::values);
    lists
        .filter_map(Value::as_array)
        .any(|list| !list.is_empty())
}

#[test]
fn the_figures_of_a_kill_are_in_the_order_of_events() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let (_, report, said) = lab.run_by_cli(&canary_kill());
    let [dead, new, running, answered, full] = [
        "dead_ms",
        "new_task_ms",
        "running_ms",
        "first_success_ms",
        "full_strength_ms",
    ]
    .map(|name| figure(&report, name));
    assert!(
        0.0 < dead && dead < running && new < running,
        "{said}\n{}",
        report["recovery"]
    );
    assert!(dead < answered && running <= full, "{}", report["recovery"]);
    assert!(figure(&report, "resolution_ms") > 0.0);

    let probe = &report["probes"][0];
    let (sent, ok) = (probe["sent"].as_u64(), probe["ok"].as_u64());
    assert!(
        ok > Some(0) && ok < sent,
        "some probes were lost, not all: {probe}"
    );
    let outages = probe["outages"].as_array().expect("outages");
    assert!(!outages.is_empty(), "one replica was killed: users noticed");
    assert!(!text(&report, "run_id").is_empty());
}

#[test]
fn every_finding_cites_evidence_and_the_kill_leaves_nothing_behind() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let (_, report, said) = lab.run_by_cli(&canary_kill());
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.len() >= 4, "{said}\n{findings:?}");
    for finding in findings {
        assert!(!text(finding, "id").is_empty() && !text(finding, "statement").is_empty());
        assert!(is_shown(finding), "no evidence: {finding}");
    }
    let advice = report["recommendations"].to_string();
    assert!(
        advice.contains("replicas"),
        "one replica is the first thing to mend: {advice}"
    );
    let history = world.engine.docker(&[
        "service",
        "ps",
        CANARY,
        "--no-trunc",
        "--format",
        "{{.Error}}",
    ]);
    assert!(
        history.contains("137"),
        "Swarm kept the failed task: {history}"
    );
}

#[test]
fn a_promise_that_is_not_kept_is_violated_and_says_so_with_exit_code_1() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let hasty = Document::kill(CANARY)
        .probing(CANARY_URL)
        .holds("recovers_within: 100ms");
    let (code, report, said) = lab.run_by_cli(&hasty);
    assert_eq!(
        (code, &report["verdict"]),
        (1, &Value::from("violated")),
        "{said}"
    );
}

#[test]
fn with_three_replicas_users_do_not_notice() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill(API)
        .probing(EDGE_URL)
        .holds("availability_at_least: 95%");
    let (code, report, said) = lab.run_by_cli(&kill);
    assert_eq!(code, 0, "{said}\n{report}");
    let outages = report["probes"][0]["outages"].as_array().expect("outages");
    assert!(outages.is_empty(), "{outages:?}");
    assert!(
        figure(&report, "full_strength_ms") > 0.0,
        "the third replica came back"
    );
}

#[test]
fn every_task_at_once_is_every_task() {
    let Some(world) = world() else { return };
    let before = world.containers(API);
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill(API).probing(EDGE_URL).tasks("{ all: true }");
    let (code, report, said) = lab.run_by_cli(&kill);
    assert!(code <= 1, "{said}\n{report}");
    assert_eq!(
        entries(&report, "fault_sent").len(),
        3,
        "{}",
        report["timeline"]
    );
    world.steady();
    let after = world.containers(API);
    assert!(
        before.iter().all(|old| !after.contains(old)),
        "{before:?} {after:?}"
    );
}

#[test]
fn a_service_that_is_not_in_the_repository_can_be_tried() {
    let Some(world) = world() else { return };
    let _service = world.service(
        "hq-elsewhere",
        &[
            "--label",
            "hivequake.allow=true",
            "--publish",
            "mode=host,target=8080,published=8095",
            "--no-healthcheck",
            "--env",
            "IGNORE_SIGTERM=1",
        ],
    );
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill("hq-elsewhere").probing("http://127.0.0.1:8095/");
    let (code, report, said) = lab.run_by_cli(&kill.holds("recovers_within: 11s"));
    assert_eq!(code, 0, "{said}\n{report}");
}

#[test]
fn a_signal_that_the_application_ignores_proves_nothing() {
    let Some(world) = world() else { return };
    let _service = world.service(
        "hq-deaf",
        &[
            "--label",
            "hivequake.allow=true",
            "--no-healthcheck",
            "--env",
            "IGNORE_SIGTERM=1",
        ],
    );
    let before = world.containers("hq-deaf");
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill("hq-deaf")
        .timed("1s", "4s")
        .signal("SIGTERM");
    let (code, report, said) = lab.run_by_cli(&kill);
    assert_eq!(
        (code, &report["verdict"]),
        (5, &Value::from("invalid")),
        "{said}\n{report}"
    );
    assert_eq!(world.containers("hq-deaf"), before, "it still runs");
}

#[test]
fn a_death_of_something_else_does_not_prove_a_signal_that_is_ignored() {
    let Some(world) = world() else { return };
    let allowed = ["--label", "hivequake.allow=true", "--no-healthcheck"];
    let deaf = [&allowed[..], &["--env", "IGNORE_SIGTERM=1"]].concat();
    let _service = world.service("hq-deaf-too", &deaf);
    let container = world.containers("hq-deaf-too").remove(0);
    let lab = Lab::start(&world.engine);
    let kill = Document::kill("hq-deaf-too")
        .timed("1s", "6s")
        .signal("SIGTERM");
    let run = lab.launch(&kill);
    lab.reached(&run, "observe");
    world.engine.docker(&["kill", &container]);
    let closed = lab.done(&run);
    assert_eq!(closed["verdict"], "invalid", "{closed}");
    let died = entries(&lab.report(&run), "container_died");
    assert_eq!(died.len(), 1, "it did die while it was watched");
}

#[test]
fn twenty_runs_in_a_row() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let kill = Document::kill(CANARY).probing(CANARY_URL).timed("0s", "8s");
    let mut seen = Vec::new();
    for number in 1..=20 {
        world.steady();
        let run = lab.done(&lab.launch(&kill));
        // On a busy machine the canary may need longer than is watched; that is for the run to say.
        let slow = run["reason"]
            .as_str()
            .is_some_and(|why| why.contains("had not recovered"));
        assert!(run["verdict"] == "held" || slow, "run {number}: {run}");
        seen.push(world.containers(CANARY));
    }
    seen.dedup();
    assert_eq!(seen.len(), 20, "each run killed a container");
}

#[test]
fn a_task_of_a_global_service_is_replaced_like_any_other() {
    let Some(world) = world() else { return };
    let _service = world.service(
        "hq-everywhere",
        &[
            "--mode",
            "global",
            "--label",
            "hivequake.allow=true",
            "--no-healthcheck",
        ],
    );
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill("hq-everywhere").holds("recovers_within: 15s");
    let (code, report, said) = lab.run_by_cli(&kill.timed("1s", "20s"));
    assert_eq!((code, &report["verdict"]), (0, &"held".into()), "{said}");
    assert!(report["recovery"]["running_ms"].is_number(), "{report}");
}
