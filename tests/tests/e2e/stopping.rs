//! Abort, stop-all, guards, and several runs beside one another.

use hivequake_tests::document::{API, CANARY, CANARY_URL};
use hivequake_tests::lab::text;
use hivequake_tests::world::world;
use hivequake_tests::{Document, Lab, wait};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const LABEL: &str = "hq.try";

/// Long enough that only an abort ends it while a test looks.
fn long(service: &str) -> Document {
    Document::label(service, LABEL, "on").timed("10m", "10m")
}

#[test]
fn an_abort_ends_a_run_in_baseline_before_anything_was_touched() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&long(CANARY));
    lab.reached(&run, "baseline");
    for report in ["api/v1/runs/{}/report.json", "runs/{}/report.xml"] {
        let early = lab.get(&format!("/{}", report.replace("{}", &run)));
        assert_eq!(
            early.status, 409,
            "no verdict before its end: {}",
            early.body
        );
    }
    assert!(lab.post(&format!("/api/v1/runs/{run}/abort"), "").status < 300);
    let closed = lab.done(&run);
    assert_eq!(closed["verdict"], "aborted", "{closed}");
    assert_eq!(world.engine.label(CANARY, LABEL), None);
    let report = lab.report(&run).to_string();
    assert!(!report.contains("\"fault_sent\""), "no fault was sent");
}

#[test]
fn an_abort_while_the_fault_is_in_effect_puts_it_back() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&long(CANARY).timed("0s", "10m"));
    lab.reached(&run, "observe");
    assert_eq!(world.engine.label(CANARY, LABEL).as_deref(), Some("on"));
    assert!(lab.post(&format!("/api/v1/runs/{run}/abort"), "").status < 300);
    assert_eq!(lab.done(&run)["verdict"], "aborted");
    assert_eq!(world.engine.label(CANARY, LABEL), None);
    let again = lab.post(&format!("/api/v1/runs/{run}/abort"), "");
    assert!(
        (400..500).contains(&again.status),
        "it is over: {}",
        again.body
    );
}

#[test]
fn an_abort_from_the_command_line_reaches_the_server() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&long(CANARY).timed("0s", "10m"));
    lab.reached(&run, "observe");
    let output = lab.cli(&["abort", &run]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(lab.done(&run)["verdict"], "aborted");
    assert_eq!(world.engine.label(CANARY, LABEL), None);
}

#[test]
fn ctrl_c_on_the_command_line_restores_and_ends_with_exit_code_3() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let file = world.engine.folder().join("long.yaml");
    std::fs::write(&file, long(CANARY).timed("0s", "10m").yaml()).expect("a file");
    let mut child = lab.cli_in_background(&["run", file.to_str().expect("a path")]);
    wait::until("the fault is in effect", 60, || {
        world.engine.label(CANARY, LABEL)
    });
    let pid = i32::try_from(child.id()).expect("a process id");
    kill(Pid::from_raw(pid), Signal::SIGINT).expect("it takes signals");
    let status = wait::until("it ends", 30, || {
        child.try_wait().expect("it can be waited for")
    });
    assert_eq!(status.code(), Some(3), "{}", lab.log());
    assert_eq!(world.engine.label(CANARY, LABEL), None);
}

#[test]
fn a_guard_ends_a_run_by_itself() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let kill = Document::kill(CANARY)
        .probing(CANARY_URL)
        .guarded("50%", "300ms");
    let (code, report, said) = lab.run_by_cli(&kill.timed("1s", "10m"));
    assert_eq!(
        (code, report["verdict"].as_str()),
        (3, Some("aborted")),
        "{said}"
    );
}

#[test]
fn two_targets_can_be_tried_at_once_and_one_target_only_once() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let one = lab.launch(&long(CANARY).timed("0s", "10m"));
    let other = lab.launch(&long(API).timed("0s", "10m"));
    lab.reached(&one, "observe");
    lab.reached(&other, "observe");
    assert_eq!(world.engine.label(CANARY, LABEL).as_deref(), Some("on"));
    assert_eq!(world.engine.label(API, LABEL).as_deref(), Some("on"));

    let second = lab.post("/api/v1/runs", &long(CANARY).yaml());
    assert_eq!(second.status, 409, "{}", second.body);
    assert!(
        second.body.contains(&one),
        "it says what is in the way: {}",
        second.body
    );

    assert!(lab.post(&format!("/api/v1/runs/{one}/abort"), "").status < 300);
    lab.done(&one);
    assert_eq!(lab.run(&other)["phase"], "observe", "the other goes on");
    assert!(lab.post(&format!("/api/v1/runs/{other}/abort"), "").status < 300);
    lab.done(&other);
}

#[test]
fn stop_all_restores_everything_and_holds_after_a_restart_until_released() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let runs = [CANARY, API].map(|service| lab.launch(&long(service).timed("0s", "10m")));
    for run in &runs {
        lab.reached(run, "observe");
    }
    assert!(lab.post("/api/v1/stop-all", "").status < 300);
    for run in &runs {
        assert_eq!(lab.done(run)["verdict"], "aborted");
    }
    assert_eq!(world.engine.label(CANARY, LABEL), None);
    assert_eq!(world.engine.label(API, LABEL), None);

    let held = lab.post("/api/v1/runs", &long(CANARY).yaml());
    assert!((400..500).contains(&held.status), "{}", held.body);
    lab.kill9();
    lab.serve();
    let held = lab.post("/api/v1/runs", &long(CANARY).yaml());
    assert!(
        (400..500).contains(&held.status),
        "after a restart too: {}",
        held.body
    );

    assert!(lab.post("/api/v1/release", "").status < 300);
    let run = lab.launch(&long(CANARY));
    assert!(lab.post(&format!("/api/v1/runs/{run}/abort"), "").status < 300);
    assert_eq!(text(&lab.done(&run), "verdict"), "aborted");
}

#[test]
fn a_stop_that_is_released_at_once_ends_the_runs_all_the_same() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&long(CANARY).timed("0s", "10m"));
    lab.reached(&run, "observe");
    assert!(lab.post("/api/v1/stop-all", "").status < 300);
    assert!(lab.post("/api/v1/release", "").status < 300);
    assert_eq!(lab.done(&run)["verdict"], "aborted");
    assert_eq!(world.engine.label(CANARY, LABEL), None);
}

#[test]
fn a_service_that_is_protected_during_the_baseline_is_spared() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let service = world.service("hq-guarded", &["--label", "hivequake.allow=true"]);
    let before = world.containers("hq-guarded");
    let run = lab.launch(&Document::kill("hq-guarded").timed("4s", "10m"));
    lab.reached(&run, "baseline");
    let protect = ["--label-add", "hivequake.protect=true"];
    world.update("hq-guarded", &protect);
    let closed = lab.done(&run);
    let reason = text(&closed, "reason");
    assert_eq!(closed["verdict"], "aborted", "{closed}");
    assert!(reason.contains("protected"), "{reason}");
    assert_eq!(world.containers("hq-guarded"), before, "it was not hit");
    drop(service);
}

#[test]
fn stop_all_on_the_command_line_restores_what_a_dead_process_left() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = lab.launch(&long(CANARY).timed("0s", "10m"));
    lab.reached(&run, "observe");
    lab.kill9();
    let output = lab.cli(&["abort", "all"]);
    assert!(output.status.success(), "{}", lab.log());
    assert_eq!(world.engine.label(CANARY, LABEL), None);
    assert!(lab.cli(&["release"]).status.success());
}
