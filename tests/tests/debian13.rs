//! A stock Debian 13 node (Docker 26.1, cgroup v2, systemd, `ip_vs`), emulated: what the lab does
//! there against a service behind an ingress port. Behaviour only, never a time.

use hivequake_tests::{lab, may_start_engines, root, say};
use serde_json::Value;
use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What the node said on its serial console.
struct Node {
    /// Lines `HQ name value`.
    facts: HashMap<String, String>,
    /// Files it sent.
    files: HashMap<String, String>,
    /// Everything, for when something is missing.
    console: String,
}

static NODE: OnceLock<Node> = OnceLock::new();

/// The node, booted once for all tests here; none where it cannot be.
fn node() -> Option<&'static Node> {
    may_start_engines().then(|| NODE.get_or_init(boot))
}

fn boot() -> Node {
    say("Booting a Debian 13 node in QEMU: some minutes.");
    let script = root().join("tests/qemu/node.sh");
    let qemu = Command::new(script)
        .arg(lab::binary())
        .stdin(Stdio::null())
        .output();
    let output = qemu.expect("the script can be started");
    let trouble = String::from_utf8_lossy(&output.stderr);
    let console = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let node = Node {
        facts: facts(&console),
        files: files(&console),
        console,
    };
    assert_eq!(
        node.fact("end"),
        "ok",
        "the node did not get to its end: {trouble}"
    );
    node
}

fn facts(console: &str) -> HashMap<String, String> {
    let lines = console.lines().filter_map(|line| line.strip_prefix("HQ "));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

fn files(console: &str) -> HashMap<String, String> {
    let parts = console.split("\nHQ-FILE ").skip(1);
    let parts = parts.filter_map(|part| part.split_once("HQ-FILE-END"));
    let named = parts.filter_map(|(part, _)| part.split_once('\n'));
    named
        .map(|(name, body)| (name.trim().to_owned(), decoded(body)))
        .collect()
}

/// From base64, by the tool that has encoded it on the other side.
fn decoded(text: &str) -> String {
    use std::io::Write;
    let base64 = Command::new("base64")
        .arg("-di")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut base64 = base64.expect("base64 is there");
    let mut input = base64.stdin.take().expect("it takes input");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = base64.wait_with_output().expect("it ends");
    writer
        .join()
        .expect("no panic")
        .expect("it took everything");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Node {
    #[track_caller]
    fn fact(&self, name: &str) -> &str {
        match self.facts.get(name) {
            Some(value) => value,
            None => panic!(
                "the node said nothing of {name}. Its console:\n{}",
                self.console
            ),
        }
    }

    #[track_caller]
    fn file(&self, name: &str) -> &str {
        match self.files.get(name) {
            Some(text) => text,
            None => panic!("the node sent no {name}. Its console:\n{}", self.console),
        }
    }

    #[track_caller]
    fn report(&self) -> Value {
        let said = self.file("run-errors");
        serde_json::from_str(self.file("report"))
            .unwrap_or_else(|e| panic!("no report ({e}): {said}"))
    }
}

#[test]
fn the_node_is_what_it_should_be() {
    let Some(node) = node() else { return };
    assert!(!node.facts.contains_key("trouble"), "{}", node.console);
    assert!(
        node.fact("engine").starts_with("26."),
        "{}",
        node.fact("engine")
    );
    assert_eq!(node.fact("cgroup"), "2 systemd");
    assert_eq!((node.fact("ipvs"), node.fact("ingress")), ("1", "200"));
}

#[test]
fn the_doctor_is_content_with_it() {
    let Some(node) = node() else { return };
    let said = node.file("doctor");
    assert_eq!(
        node.fact("doctor-exit"),
        "0",
        "{said}{}",
        node.file("doctor-errors")
    );
    assert!(said.contains("26.1"), "{said}");
}

#[test]
fn one_of_two_replicas_behind_an_ingress_port_is_killed_and_comes_back() {
    let Some(node) = node() else { return };
    let report = node.report();
    let code = node.fact("run-exit");
    assert_eq!(
        (code, report["verdict"].as_str()),
        ("0", Some("held")),
        "{}",
        node.file("run-errors")
    );
    assert_eq!(node.fact("after"), "2/2");
    for figure in ["dead_ms", "new_task_ms", "running_ms", "full_strength_ms"] {
        assert!(
            report["recovery"][figure].as_f64() > Some(0.0),
            "{figure}: {}",
            report["recovery"]
        );
    }
}

#[test]
fn the_engine_itself_saw_one_kill_one_death_and_one_start() {
    let Some(node) = node() else { return };
    let count = |action: &str| {
        let wanted = format!("\"Action\":\"{action}\"");
        node.file("events")
            .lines()
            .filter(|line| line.contains(&wanted))
            .count()
    };
    assert_eq!((count("kill"), count("die"), count("start")), (1, 1, 1));
    assert_eq!(
        node.fact("recover-exit"),
        "0",
        "nothing was left to put back"
    );
}
