//! Texts that are no experiment: each is answered with a sentence that says where and what.

use hivequake_tests::document::CANARY;
use hivequake_tests::http::Request;
use hivequake_tests::world::world;
use hivequake_tests::{Document, Lab};

/// Texts with what their answer must mention.
fn bad_texts() -> Vec<(String, Vec<&'static str>)> {
    let good = Document::kill(CANARY).yaml();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replace(from, to)
    };
    vec![
        (
            "apiVersion: hivequake/v1\ntitle: [unclosed\n".to_owned(),
            vec!["Line 2"],
        ),
        (with("title:", "tilte:"), vec!["tilte", "2"]),
        (with("observe: 12s", "observe: -5s"), vec!["negative"]),
        (with("observe: 12s", "observe: 900h"), vec!["24h"]),
        (with("observe: 12s", "observe: 12 sek"), vec!["sek"]),
        (with("count: 1", "count: 0"), vec!["0 tasks"]),
        (with("hivequake/v1", "hivequake/v9"), vec!["hivequake/v1"]),
        (
            with("container-kill", "container-hug"),
            vec!["container-kill"],
        ),
        (with("repeat: 1", "repeat: 101"), vec!["100"]),
        (String::new(), vec![]),
        ("\u{0}\u{1}\u{2}".to_owned(), vec![]),
        ("[".repeat(20_000), vec![]),
    ]
}

#[test]
fn a_text_that_is_no_experiment_is_answered_with_where_and_what() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    for (bad, words) in bad_texts() {
        let shown: String = bad.chars().take(200).collect();
        let reply = lab.post("/api/v1/runs", &bad);
        assert_eq!(reply.status, 422, "{shown}\n{}", reply.body);
        for word in words {
            assert!(
                reply.body.contains(word),
                "{word:?} is not in: {}\n{shown}",
                reply.body
            );
        }
    }
    assert_eq!(lab.get("/healthz").status, 200);
}

#[test]
fn the_command_line_refuses_the_same_texts_with_exit_code_2() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let file = world.engine.folder().join("bad.yaml");
    for (bad, words) in bad_texts() {
        std::fs::write(&file, &bad).expect("a file");
        let output = lab.cli(&["run", file.to_str().expect("a path")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
    }
    let output = lab.cli(&["run", "/no/such/file.yaml"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_dry_run_says_what_would_be_hit_and_touches_nothing() {
    let Some(world) = world() else { return };
    let lab = Lab::new(&world.engine.host());
    let file = world.engine.folder().join("dry.yaml");
    let dry = |text: &str| {
        std::fs::write(&file, text).expect("a file");
        let output = lab.cli(&["run", "--dry-run", file.to_str().expect("a path")]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said)
    };
    let document = Document::label(CANARY, "hq.try", "on");
    let (code, said) = dry(&document.yaml());
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("It would hit") && said.contains("Nothing was touched"),
        "{said}"
    );
    assert_eq!(world.engine.label(CANARY, "hq.try"), None);
    let (code, said) = dry(&document.yaml().replace(CANARY, "no-such-service"));
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("FAIL") && said.contains("cannot be launched"),
        "{said}"
    );
    let runs = lab.cli(&["recover"]);
    assert!(String::from_utf8_lossy(&runs.stdout).contains("in place"));
}

#[test]
fn json_is_as_good_as_yaml_and_the_schema_knows_every_field() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let json = format!(
        r#"{{"apiVersion":"hivequake/v1","title":"As JSON","target":{{"service":"{CANARY}"}},
            "method":[{{"fault":"service-label","label":"hq.try","value":"on"}}],
            "timing":{{"baseline":"0s","observe":"1s"}}}}"#
    );
    let reply = lab.post("/api/v1/runs", &json);
    assert_eq!(reply.status, 201, "{}", reply.body);
    let run = hivequake_tests::lab::text(&reply.json(), "run_id");
    assert_eq!(lab.done(&run)["verdict"], "held");

    let schema = String::from_utf8(lab.cli(&["schema"]).stdout).expect("text");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("a JSON Schema");
    for field in [
        "apiVersion",
        "title",
        "target",
        "hypothesis",
        "method",
        "guards",
        "timing",
    ] {
        assert!(
            schema["properties"][field].is_object(),
            "{field} is not in the schema"
        );
    }
}

#[test]
fn a_body_of_5_mb_is_too_large() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let reply = lab.post("/api/v1/runs", &"#".repeat(5 * 1024 * 1024));
    assert_eq!(reply.status, 413, "{}", reply.body);
    assert_eq!(lab.get("/healthz").status, 200);
}

#[test]
fn an_id_that_names_no_run() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    for id in [
        "0198c0de-0000-7000-8000-000000000000",
        "nonsense",
        "..%2f..%2fetc%2fpasswd",
    ] {
        for rest in [
            "",
            "/report.json",
            "/report.md",
            "/report.html",
            "/report.xml",
            "/events",
        ] {
            let reply = lab.get(&format!("/api/v1/runs/{id}{rest}"));
            assert_eq!(reply.status, 404, "{id}{rest}: {}", reply.body);
        }
        assert_eq!(
            lab.post(&format!("/api/v1/runs/{id}/abort"), "").status,
            404
        );
        assert_eq!(lab.get(&format!("/runs/{id}")).status, 404, "the page too");
    }
}

#[test]
fn a_command_from_another_site_is_refused() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let own = format!("http://{}", lab.address());
    let stop = |headers| {
        let request = Request {
            method: "POST",
            path: "/api/v1/stop-all",
            headers,
            body: b"",
        };
        lab.send(&request).status
    };
    assert_eq!(stop(vec![("origin", "http://evil.example")]), 403);
    assert_eq!(stop(vec![("origin", "null")]), 403);
    assert_eq!(stop(vec![("sec-fetch-site", "cross-site")]), 403);
    let run = lab.launch(&Document::label(CANARY, "hq.try", "on").timed("0s", "1s"));
    assert_eq!(lab.done(&run)["verdict"], "held", "nothing was stopped");
    assert!(stop(vec![("origin", &own)]) < 300);
    assert!(lab.post("/api/v1/release", "").status < 300);
}

#[test]
fn a_page_from_another_site_cannot_call_the_server_functions_either() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    for path in ["/rpc/stop-all", "/rpc/save-design", "/rpc/launch"] {
        let headers = vec![
            ("origin", "http://evil.example"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let reply = lab.send(&Request {
            method: "POST",
            path,
            headers,
            body: b"text=x",
        });
        assert_eq!(reply.status, 403, "{path}: {}", reply.body);
        let reply = lab.get(path);
        assert!(reply.status >= 400, "{path} by GET: {}", reply.status);
    }
}

#[test]
fn a_name_that_reaches_the_lab_by_another_host_is_refused() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    // DNS rebinding: the browser believes that it talks to evil.example.
    let headers = vec![("host", "evil.example"), ("origin", "http://evil.example")];
    let request = Request {
        method: "POST",
        path: "/api/v1/stop-all",
        headers,
        body: b"",
    };
    assert!(lab.send(&request).status >= 400);
}
