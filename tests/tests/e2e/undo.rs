//! What a fault moved is put back: after a run, after a power cut, and never over the change that
//! somebody else made meanwhile.

use hivequake_tests::document::{CANARY, CANARY_URL};
use hivequake_tests::lab::text;
use hivequake_tests::world::{World, world};
use hivequake_tests::{Document, Lab, wait};
use std::thread;
use std::time::Duration;

const LABEL: &str = "hq.try";

fn label_fault() -> Document {
    Document::label(CANARY, LABEL, "on").timed("0s", "20s")
}

fn label(world: &World) -> Option<String> {
    world.engine.label(CANARY, LABEL)
}

/// Launches the label fault and waits until it is in effect.
fn in_effect(world: &World, lab: &Lab) -> String {
    let run = lab.launch(&label_fault());
    lab.reached(&run, "observe");
    assert_eq!(
        label(world).as_deref(),
        Some("on"),
        "the fault is in effect"
    );
    run
}

#[test]
fn a_label_is_set_and_removed_again_and_no_task_is_touched() {
    let Some(world) = world() else { return };
    let containers = world.containers(CANARY);
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&label_fault().timed("0s", "3s").probing(CANARY_URL));
    lab.reached(&run, "observe");
    assert_eq!(label(&world).as_deref(), Some("on"));
    let run_now = lab.done(&run);
    assert_eq!(run_now["verdict"], "held", "{run_now}");
    assert_eq!(label(&world), None);
    assert_eq!(world.containers(CANARY), containers);
    let undo = lab.report(&run)["undo"].to_string();
    assert!(
        undo.contains(LABEL),
        "the report says what was put back: {undo}"
    );
}

#[test]
fn a_label_that_was_there_gets_its_old_value_back_and_others_are_left_alone() {
    let Some(world) = world() else { return };
    world.update(
        CANARY,
        &[
            "--label-add",
            "hq.try=before",
            "--label-add",
            "hq.other=kept",
        ],
    );
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&label_fault().timed("0s", "3s"));
    lab.reached(&run, "observe");
    world.update(CANARY, &["--label-add", "hq.later=deployed"]);
    lab.done(&run);
    assert_eq!(label(&world).as_deref(), Some("before"));
    assert_eq!(
        world.engine.label(CANARY, "hq.other").as_deref(),
        Some("kept")
    );
    assert_eq!(
        world.engine.label(CANARY, "hq.later").as_deref(),
        Some("deployed")
    );
    world.update(
        CANARY,
        &[
            "--label-rm",
            LABEL,
            "--label-rm",
            "hq.other",
            "--label-rm",
            "hq.later",
        ],
    );
}

#[test]
fn killed_in_the_middle_of_a_fault_the_lab_puts_it_back_at_its_next_start() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = in_effect(&world, &lab);
    lab.kill9();
    assert_eq!(
        label(&world).as_deref(),
        Some("on"),
        "nobody was there to put it back"
    );
    lab.serve();
    let closed = lab.done(&run);
    assert_eq!(closed["verdict"], "aborted");
    assert!(
        text(&closed, "reason").contains("lab restarted"),
        "{closed}"
    );
    wait::until("the label is gone", 30, || {
        label(&world).is_none().then_some(())
    });
    assert_eq!(
        lab.report(&run)["verdict"],
        "aborted",
        "what was recorded is analysed"
    );
}

#[test]
fn recover_puts_it_back_without_the_server() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = in_effect(&world, &lab);
    lab.kill9();
    let output = lab.cli(&["recover"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(label(&world), None);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(LABEL), "it says what it put back: {said}");
    lab.serve();
    assert_eq!(lab.done(&run)["verdict"], "aborted");
}

#[test]
fn of_two_that_recover_at_once_one_does_it() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = in_effect(&world, &lab);
    lab.kill9();
    let both = [(); 2].map(|()| lab.cli_in_background(&["recover"]));
    for mut child in both {
        let status = child.wait().expect("it ends");
        assert!(status.success(), "{}", lab.log());
    }
    assert_eq!(label(&world), None);
    lab.serve();
    let report = lab.report(&run);
    let timeline = report["timeline"].as_array().expect("a timeline");
    let undone = timeline
        .iter()
        .filter(|entry| entry["what"]["is"] == "undo");
    assert_eq!(undone.count(), 1, "{timeline:?}");
}

#[test]
fn recover_with_nothing_to_do_is_content() {
    let Some(world) = world() else { return };
    let output = Lab::new(&world.engine.host()).cli(&["recover"]);
    assert!(output.status.success());
}

#[test]
fn killed_at_any_moment_the_lab_loses_no_run_and_leaves_nothing() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    // Around the moments where the phases of this run change.
    for after in [50, 900, 1_000, 1_050, 1_150, 2_050, 2_200] {
        let run = lab.launch(&label_fault().timed("1s", "1s"));
        thread::sleep(Duration::from_millis(after));
        lab.kill9();
        lab.serve();
        let closed = lab.done(&run);
        let verdict = text(&closed, "verdict");
        assert!(
            ["aborted", "held"].contains(&verdict.as_str()),
            "after {after} ms: {closed}"
        );
        wait::until("the label is gone", 30, || {
            label(&world).is_none().then_some(())
        });
        assert_eq!(
            lab.get(&format!("/api/v1/runs/{run}/report.json")).status,
            200
        );
    }
}

#[test]
fn asked_to_end_the_server_puts_everything_back_first() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = in_effect(&world, &lab);
    assert!(lab.stop().success(), "{}", lab.log());
    assert_eq!(label(&world), None);
    lab.serve();
    assert_eq!(lab.done(&run)["verdict"], "aborted");
}

#[test]
fn what_somebody_else_set_meanwhile_is_left_alone_and_the_report_says_so() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&label_fault().timed("0s", "4s"));
    lab.reached(&run, "observe");
    world.update(CANARY, &["--label-add", "hq.try=somebody"]);
    lab.done(&run);
    assert_eq!(label(&world).as_deref(), Some("somebody"));
    let report = lab.report(&run);
    assert!(
        report["undo"].to_string().contains("somebody"),
        "{}",
        report["undo"]
    );
    world.update(CANARY, &["--label-rm", LABEL]);
}

#[test]
fn after_a_power_cut_too_what_somebody_else_set_is_left_alone() {
    let Some(world) = world() else { return };
    let mut lab = Lab::start(&world.engine);
    let run = in_effect(&world, &lab);
    lab.kill9();
    world.update(CANARY, &["--label-add", "hq.try=somebody"]);
    let output = lab.cli(&["recover"]);
    assert!(output.status.success(), "leaving it alone is no failure");
    assert_eq!(label(&world).as_deref(), Some("somebody"));
    lab.serve();
    lab.done(&run);
    assert_eq!(label(&world).as_deref(), Some("somebody"));
    world.update(CANARY, &["--label-rm", LABEL]);
}

#[test]
fn when_the_service_is_gone_there_is_nothing_to_put_back() {
    let Some(world) = world() else { return };
    let service = world.service(
        "hq-fleeting",
        &["--label", "hivequake.allow=true", "--no-healthcheck"],
    );
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&Document::label("hq-fleeting", LABEL, "on").timed("0s", "4s"));
    lab.reached(&run, "observe");
    drop(service);
    let closed = lab.done(&run);
    assert!(!text(&closed, "reason").is_empty(), "{closed}");
    let undo = &lab.report(&run)["undo"][0];
    assert_eq!(undo["settled"], true, "{undo}");
    assert!(lab.cli(&["recover"]).status.success());
}
