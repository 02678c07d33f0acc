//! What the lab refuses to attack, and that refusing changes nothing.

use hivequake_tests::document::{API, BACKEND, CANARY, CANARY_URL, EDGE_URL};
use hivequake_tests::world::{World, now_ms, world};
use hivequake_tests::{Document, Lab};
use std::net::TcpListener;

/// Every container of the stack, so that a test can show that none was touched.
fn all(world: &World) -> Vec<String> {
    let all = [CANARY, API, BACKEND, "neotix_neotix-edge"];
    all.iter()
        .flat_map(|service| world.containers(service))
        .collect()
}

/// Refused by the server and by the command line (exit code 2), with `word` in the sentence.
#[track_caller]
fn refused(document: &Document, word: &str) {
    let Some(turn) = world() else { return };
    let before = all(&turn);
    let lab = Lab::start(&turn.engine);
    let sentence = lab.refusal(document);
    assert!(sentence.contains(word), "{word:?} is not in: {sentence}");
    let (code, _, said) = Lab::new(&turn.engine.host()).run_by_cli(document);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(word), "{word:?} is not in: {said}");
    assert_eq!(all(&turn), before, "nothing was touched");
}

#[test]
fn a_service_that_nobody_has_allowed() {
    refused(&Document::kill("neotix_neotix-edge"), "hivequake.allow");
}

#[test]
fn a_protected_service_even_though_it_is_allowed() {
    refused(&Document::kill(BACKEND), "hivequake.protect");
}

#[test]
fn a_service_that_is_not_there() {
    refused(&Document::kill("no-such-service"), "no-such-service");
}

#[test]
fn more_tasks_than_there_are() {
    refused(&Document::kill(API).tasks("{ count: 4 }"), "4");
}

#[test]
fn a_probe_that_is_refused_before_anything_happened() {
    refused(
        &Document::kill(CANARY).probing("http://127.0.0.1:1/"),
        "users",
    );
}

#[test]
fn a_probe_that_is_never_answered() {
    let Some(turn) = world() else { return };
    // Accepts connections, by way of the kernel, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", silent.local_addr().expect("it is bound"));
    drop(turn);
    refused(&Document::kill(CANARY).probing(&url), "users");
}

#[test]
fn a_probe_at_another_services_port_is_named_before_launch() {
    let Some(turn) = world() else { return };
    let lab = Lab::start(&turn.engine);
    let checks = |url: &str| {
        let text = Document::kill(CANARY).probing(url).yaml();
        let ask = serde_json::json!({ "ask": { "text": text, "edit": null, "id": null } });
        let reply = lab.post_json("/rpc/check-design", &ask.to_string());
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["checks"].to_string()
    };
    let aside = checks(EDGE_URL);
    assert!(aside.contains("not a published port"), "{aside}");
    assert!(aside.contains("published: 8089"), "{aside}");
    let right = checks(CANARY_URL);
    assert!(!right.contains("not a published port"), "{right}");
}

#[test]
fn a_service_that_is_not_steady() {
    let Some(turn) = world() else { return };
    let name = "hq-crashing";
    let service = turn.crashing(name);
    let lab = Lab::start(&turn.engine);
    let sentence = lab.refusal(&Document::kill(name));
    assert!(
        sentence.contains(name) || sentence.contains("running"),
        "{sentence}"
    );
    drop(service);
}

#[test]
fn an_allow_list_can_be_lifted_by_taking_the_label_away() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    world.update(CANARY, &["--label-rm", "hivequake.allow"]);
    let sentence = lab.refusal(&Document::kill(CANARY).probing(CANARY_URL));
    world.update(CANARY, &["--label-add", "hivequake.allow=true"]);
    assert!(sentence.contains("hivequake.allow"), "{sentence}");
}

#[test]
fn a_service_that_another_lab_is_at_work_on() {
    let Some(turn) = world() else { return };
    let document = Document::label(CANARY, "mark", "on").timed("0s", "8s");
    let (one, other) = (Lab::start(&turn.engine), Lab::start(&turn.engine));
    let run = one.launch(&document);
    one.reached(&run, "observe");
    let sentence = other.refusal(&Document::kill(CANARY));
    assert!(
        sentence.contains("Another lab on this machine"),
        "{sentence}"
    );
    let (code, _, said) = Lab::new(&turn.engine.host()).run_by_cli(&Document::kill(CANARY));
    assert_eq!(code, 2, "{said}");
    assert_eq!(
        other.get("/api/v1/designs").body,
        "[]",
        "nothing was stored"
    );

    assert_eq!(one.done(&run)["verdict"], "held");
    let next = other.launch(&document);
    other.done(&next);
}

#[test]
fn a_service_that_loses_tasks_before_the_fault_is_due() {
    let Some(turn) = world() else { return };
    let name = "hq-thinned";
    let few = ["--label", "hivequake.allow=true", "--replicas", "3"];
    let service = turn.service(
        name,
        &[few.as_slice(), &["--restart-delay", "60s"]].concat(),
    );
    let lab = Lab::start(&turn.engine);
    let begun = now_ms();
    let run = lab.launch(&Document::kill(name).timed("4s", "4s"));
    lab.reached(&run, "baseline");
    turn.engine.docker(&["kill", &turn.containers(name)[0]]);
    let run = lab.done(&run);
    assert_eq!(run["verdict"], "aborted", "{run}");
    assert!(
        run["reason"].to_string().contains("2 of 3 tasks run"),
        "{run}"
    );
    assert_eq!(turn.events(name, begun, "kill").len(), 1, "only ours");
    drop(service);
}
