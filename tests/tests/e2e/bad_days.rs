//! Engines that are not there, not a swarm, or go away; disks that are full or read-only. Each
//! gives a sentence, and the lab lives on.

use hivequake_tests::document::{CANARY, CANARY_URL};
use hivequake_tests::lab::text;
use hivequake_tests::world::world;
use hivequake_tests::{Document, Engine, Lab, may_start_engines, wait};
use std::path::{Path, PathBuf};
use std::process::Command;

const LABEL: &str = "hq.try";

#[test]
fn an_engine_that_is_not_there_at_the_start_and_comes_later() {
    if !may_start_engines() {
        return;
    }
    let engine = Engine::start_swarm();
    engine.enter();
    engine.stop();
    let lab = Lab::start(&engine);
    let reply = lab.get("/api/v1/services");
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert_eq!(lab.get("/").status, 200, "the pages say so too");
    let refused = lab.post("/api/v1/runs", &Document::kill(CANARY).yaml());
    assert_ne!(refused.status, 201, "nothing can run: {}", refused.body);
    engine.again();
    wait::until("the lab has found the engine", 60, || {
        (lab.get("/api/v1/services").status == 200).then_some(())
    });
}

#[test]
fn an_engine_that_is_no_swarm() {
    if !may_start_engines() {
        return;
    }
    let engine = Engine::start();
    engine.enter();
    let lab = Lab::new(&engine.host());
    let (code, _, said) = lab.run_by_cli(&Document::kill(CANARY));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("swarm init"), "it says what to do: {said}");
    let doctor = lab.cli(&["doctor"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("swarm init"), "{said}");
}

#[test]
fn an_engine_that_is_only_a_worker() {
    if !may_start_engines() {
        return;
    }
    let (_manager, worker) = Engine::start_manager_and_worker();
    worker.enter();
    let lab = Lab::new(&worker.host());
    let (code, _, said) = lab.run_by_cli(&Document::kill(CANARY));
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("manager"), "{said}");
}

#[test]
fn the_doctor_finds_a_healthy_swarm_in_good_health() {
    let Some(world) = world() else { return };
    let output = Lab::new(&world.engine.host()).cli(&["doctor"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    let version = world
        .engine
        .docker(&["version", "--format", "{{.Server.Version}}"]);
    let number = version.split('+').next().expect("a version");
    assert!(
        said.contains(number),
        "it names the engine {number}: {said}"
    );
}

#[test]
fn an_engine_restarted_in_the_middle_of_a_run() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let document = Document::label(CANARY, LABEL, "on")
        .probing(CANARY_URL)
        .timed("1s", "15s");
    let run = lab.launch(&document);
    lab.reached(&run, "observe");
    world.engine.stop();
    world.engine.again();
    let closed = lab.done(&run);
    let verdict = text(&closed, "verdict");
    assert!(
        ["invalid", "aborted"].contains(&verdict.as_str()),
        "{closed}"
    );
    assert!(
        text(&closed, "reason").contains(' '),
        "a sentence: {closed}"
    );
    wait::until("the label is gone", 60, || {
        world.engine.label(CANARY, LABEL).is_none().then_some(())
    });
    world.steady();
    let again = lab.launch(&Document::kill(CANARY).probing(CANARY_URL));
    assert_eq!(
        lab.done(&again)["verdict"],
        "held",
        "the lab has found its way back"
    );
}

#[test]
fn an_engine_that_dies_leaves_an_exit_code_4_and_recover_mends_it() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let file = world.engine.folder().join("dies.yaml");
    let document = Document::label(CANARY, LABEL, "on").timed("0s", "10s");
    std::fs::write(&file, document.yaml()).expect("a file");
    let mut child = lab.cli_in_background(&["run", file.to_str().expect("a path")]);
    wait::until("the fault is in effect", 60, || {
        world.engine.label(CANARY, LABEL)
    });
    world.engine.kill();
    let status = wait::until("the run gives up", 180, || {
        child.try_wait().expect("a status")
    });
    world.engine.again();
    assert_eq!(status.code(), Some(4), "{}", lab.log());
    let recovered = wait::until("the engine is a manager again", 60, || {
        let output = lab.cli(&["recover"]);
        output.status.success().then_some(output)
    });
    let said = String::from_utf8_lossy(&recovered.stdout).into_owned();
    assert_eq!(world.engine.label(CANARY, LABEL), None, "{said}");
}

#[test]
fn on_an_address_for_all_it_starts_only_with_a_token() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let status = lab.serve_to_its_end(&[("HIVEQUAKE_LISTEN", "0.0.0.0:7399")]);
    assert!(!status.success());
    assert!(lab.log().contains("token"), "{}", lab.log());
}

/// A small file system of its own, gone with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn new(at: &Path) -> Self {
        std::fs::create_dir_all(at).expect("a folder");
        let disk = Self(at.to_owned());
        disk.mount("size=4m");
        disk
    }

    fn mount(&self, options: &str) {
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "hq-test"])
            .arg(&self.0);
        assert!(mount.status().expect("mount is there").success());
    }

    /// Fills what is left to the last byte.
    fn fill(&self) {
        let zeros = vec![0_u8; 8 * 1024 * 1024];
        assert!(
            std::fs::write(self.0.join("filler"), zeros).is_err(),
            "the disk is full now"
        );
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("the filler can go");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Should something still be open there, the engine's own clean-up unmounts it later.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[test]
fn a_disk_that_is_full_lets_nothing_happen_unrecorded() {
    let Some(world) = world() else { return };
    let disk = SmallDisk::new(&world.engine.folder().join("small"));
    let mut lab = Lab::new(&world.engine.host()).keeping_data_in(&disk.0);
    lab.serve();
    let before = world.containers(CANARY);
    disk.fill();
    // The store may have a little room left in its own file; then the run must not count.
    let kill = Document::kill(CANARY).probing(CANARY_URL).timed("1s", "5s");
    let reply = lab.post("/api/v1/runs", &kill.titled(&"x".repeat(199)).yaml());
    if reply.status == 201 {
        let run = lab.done(&text(&reply.json(), "run_id"));
        assert_ne!(
            run["verdict"], "held",
            "what is not recorded proves nothing: {run}"
        );
    } else {
        assert_eq!(reply.status, 503, "{}", reply.body);
        assert!(
            reply.body.contains("disk") || reply.body.contains("space"),
            "{}",
            reply.body
        );
        assert_eq!(world.containers(CANARY), before, "nothing was touched");
    }
    assert_eq!(lab.get("/healthz").status, 200);
    disk.free();
    world.steady();
    let run = lab.launch(&Document::label(CANARY, LABEL, "on").timed("0s", "1s"));
    assert_eq!(
        lab.done(&run)["verdict"],
        "held",
        "with room again it goes on"
    );
    drop(lab);
}

#[test]
fn data_that_cannot_be_written_is_said_in_a_sentence() {
    let Some(world) = world() else { return };
    let disk = SmallDisk::new(&world.engine.folder().join("read-only"));
    let mut lab = Lab::new(&world.engine.host()).keeping_data_in(&disk.0);
    lab.serve();
    lab.kill9();
    disk.mount("remount,ro");
    let status = lab.serve_to_its_end(&[]);
    assert!(!status.success());
    let log = lab.log();
    assert!(
        log.contains("read-only") || log.contains("cannot be written"),
        "{log}"
    );
    drop(lab);
}
