//! A real Chromium against the lab's own binary and a real swarm; what it does is in
//! `browser/journey.mjs`, one process per test, each line of it a step that was seen to work.

use hivequake_tests::world::world;
use hivequake_tests::{Lab, root, say};
use std::process::Command;

/// Runs a script of `tests/browser` with the lab's address; its output is shown if it fails.
#[track_caller]
fn play(script: &str, lab: &Lab) {
    let script = root().join("tests/browser").join(script);
    let node = Command::new("node")
        .arg(&script)
        .arg(format!("http://{}", lab.address()))
        .output();
    let output = node.expect("Node.js is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}:\n{said}\n{trouble}",
        script.display()
    );
    say(said.trim_end());
}

#[test]
fn from_services_to_a_shared_report() {
    let Some(world) = world() else { return };
    play("journey.mjs", &Lab::start(&world.engine));
}

#[test]
fn every_page_is_accessible_and_fits_a_phone() {
    let Some(world) = world() else { return };
    play("pages.mjs", &Lab::start(&world.engine));
}

#[test]
fn stop_all_is_in_reach_on_every_page() {
    let Some(world) = world() else { return };
    play("stop.mjs", &Lab::start(&world.engine));
}

#[test]
fn two_tabs_never_write_over_each_other() {
    let Some(world) = world() else { return };
    play("drafts.mjs", &Lab::start(&world.engine));
}
