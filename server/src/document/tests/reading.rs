//! Every bad document gets a sentence, at its field and its line.

use super::SHORT;
use crate::document::{LONGEST, example, locate, read, schema};
use app::api::views::ProblemAt;
use app::model::experiment::{Experiment, Fault, Signal};

fn problems(text: &str) -> Vec<ProblemAt> {
    read(text).expect_err(text)
}

/// The first problem of the example with one piece of it replaced.
fn broken(piece: &str, by: &str) -> ProblemAt {
    assert!(example().contains(piece), "{piece}");
    let text = example().replacen(piece, by, 1);
    problems(&text).into_iter().next().unwrap()
}

#[test]
fn the_example_is_valid() {
    let experiment = read(example()).unwrap();
    assert_eq!(experiment.hypothesis.probes.len(), 1);
    let kill = Fault::ContainerKill {
        signal: Signal::SigKill,
    };
    assert_eq!(experiment.method, [kill]);
}

/// What is replaced in the example, by what; then line, column, path and a part of the message.
type Case = (
    &'static str,
    &'static str,
    (u32, u32),
    &'static str,
    &'static str,
);

const CASES: &[Case] = &[
    (
        "recovers_within: 15s",
        "recovers_within: 15 sek",
        (10, 20),
        "hypothesis.recovers_within",
        "\"sek\" is no unit, write 15s",
    ),
    (
        "recovers_within: 15s",
        "recovers_within: -3s",
        (10, 20),
        "hypothesis.recovers_within",
        "cannot be negative",
    ),
    (
        "recovers_within: 15s",
        "recovers_within: 9999h",
        (10, 20),
        "hypothesis.recovers_within",
        "longer than a day",
    ),
    (
        "recovers_within: 15s",
        "recovers_within: [15s]",
        (10, 20),
        "hypothesis.recovers_within",
        "must be one value, not a list",
    ),
    (
        "recovers_within: 15s",
        "recovers_in: 15s",
        (10, 3),
        "hypothesis.recovers_in",
        "\"recovers_in\" is not a field here",
    ),
    (
        "recovers_within",
        "recovers_witin",
        (10, 3),
        "hypothesis.recovers_witin",
        "did you mean \"recovers_within\"?",
    ),
    (
        "recovers_within: 15s",
        "probes: []",
        (10, 3),
        "hypothesis.probes",
        "stands here twice",
    ),
    (
        "80%",
        "80",
        (11, 26),
        "hypothesis.availability_at_least",
        "\"80\" is no percentage",
    ),
    (
        "80%",
        "130%",
        (11, 26),
        "hypothesis.availability_at_least",
        "0% to 100%",
    ),
    (
        "count: 1",
        "count: 0",
        (5, 19),
        "target.tasks.count",
        "at least 1",
    ),
    (
        "count: 1",
        "count: -1",
        (5, 19),
        "target.tasks.count",
        "-1 is no count: write 1 or more",
    ),
    (
        "count: 1",
        "count: many",
        (5, 19),
        "target.tasks.count",
        "no whole number",
    ),
    (
        "count: 1",
        "count: 99999999999",
        (5, 19),
        "target.tasks.count",
        "too large",
    ),
    (
        "count: 1,",
        "count: 1, percent: 50,",
        (5, 3),
        "target.tasks",
        "exclude one another",
    ),
    (
        "count: 1,",
        "all: perhaps,",
        (5, 17),
        "target.tasks.all",
        "neither true nor false",
    ),
    (
        "random }",
        "youngest }",
        (5, 28),
        "target.tasks.pick",
        "write one of random, newest, oldest",
    ),
    (
        "random }",
        "rendom }",
        (5, 28),
        "target.tasks.pick",
        "did you mean \"random\"?",
    ),
    (
        "expect_status: 200",
        "expect_status: 70000",
        (9, 88),
        "hypothesis.probes[0].http.expect_status",
        "70000 is too large: write 100 to 599",
    ),
    (
        "expect_status: 200",
        "expect_status: 600",
        (9, 88),
        "hypothesis.probes[0].http.expect_status",
        "100 to 599",
    ),
    (
        "http://127.0.0.1:8089/",
        "127.0.0.1:8089",
        (9, 20),
        "hypothesis.probes[0].http.url",
        "whole address",
    ),
    (
        "http: {",
        "htpp: {",
        (9, 7),
        "hypothesis.probes[0].htpp",
        "did you mean \"http\"?",
    ),
    (
        "container-kill",
        "container-kil",
        (13, 12),
        "method[0].fault",
        "did you mean \"container-kill\"?",
    ),
    (
        "signal: SIGKILL",
        "signal: SIGWINCH",
        (14, 13),
        "method[0].signal",
        "write one of SIGKILL",
    ),
    (
        "signal: SIGKILL",
        "signla: SIGKILL",
        (14, 5),
        "method[0].signla",
        "did you mean \"signal\"?",
    ),
    (
        "- fault: container-kill\n    signal: SIGKILL",
        "- signal: SIGKILL",
        (13, 5),
        "method[0].fault",
        "\"fault\" is missing",
    ),
    (
        "fault: container-kill\n    signal: SIGKILL",
        "fault: service-label\n    label: a\n    value: 1",
        (15, 12),
        "method[0].value",
        "put it in quotes, \"1\"",
    ),
    (
        "for: 60s",
        "for: 0s",
        (16, 48),
        "guards[0].abort_when.for",
        "abort at the first lost probe",
    ),
    (
        "for: 60s",
        "lasting: 60s",
        (16, 17),
        "guards[0].abort_when.for",
        "\"for\" is missing: add it, for example for: 15s",
    ),
    (
        "baseline: 10s",
        "baseline: 10",
        (17, 21),
        "timing.baseline",
        "no unit, write 10s or 10ms",
    ),
    ("repeat: 1", "repeat: 0", (18, 9), "repeat", "1 to 100"),
    (
        "repeat: 1",
        "repeat: -1",
        (18, 9),
        "repeat",
        "-1 is no count: write 1 to 100",
    ),
    (
        "count: 1",
        "percent: -5",
        (5, 21),
        "target.tasks.percent",
        "-5 is no count: write 1 to 100",
    ),
    (
        "expect_status: 200",
        "expect_status: -200",
        (9, 88),
        "hypothesis.probes[0].http.expect_status",
        "-200 is too small: write 100 to 599",
    ),
    (
        "repeat: 1",
        "repeat:",
        (18, 1),
        "repeat",
        "a value is missing",
    ),
    (
        "hivequake/v1",
        "hivequake/v2",
        (1, 13),
        "apiVersion",
        "hivequake/v1",
    ),
    (
        "title: Canary survives a container kill\n",
        "",
        (1, 1),
        "title",
        "\"title\" is missing",
    ),
    (
        "service: neotix_neotix-api-canary",
        "service: \"\"",
        (4, 12),
        "target.service",
        "no service is named",
    ),
    (
        "method:",
        "method: {}\nmethods:",
        (12, 9),
        "method",
        "must be a list",
    ),
    (
        "title: ",
        "title: \"",
        (2, 8),
        "",
        "a quote opens here and closes only on line 9",
    ),
    (
        "repeat: 1",
        "repeat: \"1",
        (18, 9),
        "",
        "a quote opens here and never closes",
    ),
    (
        "repeat: 1",
        "repeat: '1",
        (18, 9),
        "",
        "a quote opens here and never closes",
    ),
    ("  service", "\tservice", (4, 1), "", "a tab cannot indent"),
    (
        "  service",
        "  \tservice",
        (4, 3),
        "",
        "a tab cannot indent",
    ),
    (
        "service: neotix",
        "service neotix",
        (5, 8),
        "",
        "check its indentation",
    ),
    (
        "guards:",
        "guards: *none\nx:",
        (15, 9),
        "",
        "no &anchor of this name",
    ),
    ("for: 60s }", "for: 60s", (17, 7), "", "missing"),
];

#[test]
fn each_bad_input_is_named_at_its_field_and_line() {
    let wrong = CASES
        .iter()
        .filter_map(|(piece, by, place, path, message)| {
            let found = broken(piece, by);
            let right = (found.line, found.column) == (Some(place.0), Some(place.1))
                && found.path == *path
                && found.message.contains(message);
            (!right).then(|| format!("{by}: {found:?}"))
        });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn several_mistakes_show_at_once_in_document_order() {
    let text = example()
        .replace("count: 1", "count: x")
        .replace("15s", "15 sek")
        .replace(
            "    signal: SIGKILL",
            "    signal: SIGINT\n  - fault: container-kill\n    signal: SIGNIX",
        )
        .replace("repeat: 1", "again: 1");
    let paths: Vec<_> = problems(&text).into_iter().map(|p| p.path).collect();
    let expected = [
        "target.tasks.count",
        "hypothesis.recovers_within",
        "method[1].signal",
        "again",
    ];
    assert_eq!(paths, expected);

    let text = example()
        .replace("count: 1", "count: 0")
        .replace("repeat: 1", "repeat: 101");
    let paths: Vec<_> = problems(&text).into_iter().map(|p| p.path).collect();
    assert_eq!(paths, ["target.tasks.count", "repeat"]);
}

#[test]
fn json_is_read_with_places_too() {
    let json: serde_json::Value = serde_saphyr::from_str(example()).unwrap();
    let text = serde_json::to_string_pretty(&json).unwrap();
    assert_eq!(read(&text).unwrap(), read(example()).unwrap());
    let with_tabs = text.replace("  ", "\t");
    assert_eq!(read(&with_tabs).unwrap(), read(example()).unwrap());

    let line = |text: &str, what: &str| {
        let line = text.lines().position(|line| line.contains(what)).unwrap();
        u32::try_from(line + 1).unwrap()
    };
    let bad = text.replace("\"15s\"", "\"15 sek\"");
    let found = problems(&bad).remove(0);
    assert_eq!(found.line, Some(line(&bad, "15 sek")));
    assert_eq!(found.path, "hypothesis.recovers_within");
    let cut = &text[..text.len() / 2];
    let found = problems(cut).remove(0);
    assert_eq!(
        found.line.unwrap() as usize,
        cut.trim_end().lines().count(),
        "{found:?}"
    );
}

#[test]
fn what_would_harm_the_lab_is_refused_in_words() {
    let long = format!("{SHORT}# {}\n", "x".repeat(LONGEST));
    assert!(problems(&long)[0].message.contains("shorten it"));
    let deep = format!("{SHORT}repeat: {}1{}\n", "[".repeat(500), "]".repeat(500));
    assert!(
        problems(&deep)[0].message.contains("too deeply"),
        "{:?}",
        problems(&deep)
    );
    let deep: Vec<_> = (0..200).map(|i| " ".repeat(i) + "a:\n").collect();
    let deep = deep.concat();
    assert!(
        problems(&deep)[0].message.contains("too deeply"),
        "{:?}",
        problems(&deep)
    );
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let before = format!("*a{}", i - 1);
        let items = [before.as_str(); 10].join(", ");
        bomb = format!("{bomb}a{i}: &a{i} [{items}]\n");
    }
    let found = problems(&bomb).remove(0);
    assert!(found.message.contains("aliases"), "{found:?}");
    assert_eq!(found.line, Some(5));
    assert!(problems("a: &a [*a]")[0].line == Some(1));
    assert!(problems("").first().unwrap().message.contains("empty"));
    assert!(
        problems("# nothing\n")
            .first()
            .unwrap()
            .message
            .contains("empty")
    );
    let two = format!("{SHORT}---\n{SHORT}");
    let found = problems(&two).remove(0);
    assert!(found.message.contains("second document"));
    assert_eq!(found.line, Some(7));
    for text in ["just words", "- a\n- b\n", "5", "[]"] {
        assert!(
            problems(text)[0].message.contains("must be fields"),
            "{text}"
        );
    }
}

#[test]
fn anchors_and_merges_are_fine() {
    let text = "apiVersion: hivequake/v1
title: Anchored
target: { service: web }
hypothesis:
  probes:
    - name: a
      http: &pace { url: http://a.test/, every: 200ms }
    - name: b
      http: { <<: *pace, url: http://b.test/ }
  recovers_within: &long 40s
method: [{ fault: container-kill }]
timing: { baseline: 5s, observe: *long }
";
    let experiment = read(text).unwrap();
    let every = experiment.hypothesis.probes[1].every();
    assert_eq!(every.to_string(), "200ms");
    assert_eq!(experiment.timing.observe.to_string(), "40s");
    assert_eq!(locate(text, "timing.observe"), Some((12, 34)));
    assert_eq!(locate(text, "hypothesis.probes[1].http.url"), Some((9, 31)));
}

#[test]
fn places_are_found_by_path() {
    let cases = [
        ("title", Some((2, 8))),
        ("target.tasks.pick", Some((5, 28))),
        ("hypothesis", Some((6, 1))),
        ("hypothesis.probes[0]", Some((8, 7))),
        ("hypothesis.probes[0].http.every", Some((9, 53))),
        ("guards[0].abort_when.for", Some((16, 48))),
        ("guards[1]", None),
        ("timing.nothing", None),
        ("", Some((1, 1))),
        ("[", None),
        ("a..b", None),
    ];
    for (path, place) in cases {
        assert_eq!(locate(example(), path), place, "{path}");
    }
    assert_eq!(locate("é: ü\nß: {a: \"ö\", b: 1}", "ß.b"), Some((2, 16)));
    assert_eq!(locate(": [", "a"), None);
}

#[test]
fn the_schema_describes_the_example() {
    let schema = schema();
    assert_eq!(schema["title"], "Hivequake experiment");
    assert!(schema.get("$id").is_none());
    assert_eq!(schema["additionalProperties"], false);
    let example: Experiment = serde_json::from_value(schema["examples"][0].clone()).unwrap();
    assert_eq!(example, read(crate::document::example()).unwrap());
    // Everything that the example writes is a field of the schema.
    let mut missing = Vec::new();
    described(&schema, &schema, &schema["examples"][0], "", &mut missing);
    assert_eq!(missing, Vec::<String>::new());
    let mut missing = Vec::new();
    let odd = serde_json::json!({"title": 5, "targets": {}, "method": [{"fault": "container-kill", "x": 1}]});
    described(&schema, &schema, &odd, "", &mut missing);
    assert_eq!(missing, ["/method/0/x", "/targets", "/title is no string"]);
}

/// Paths in a document that a schema does not describe: the keywords that ours uses.
fn described(
    all: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    path: &str,
    missing: &mut Vec<String>,
) {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return described(all, &all["$defs"][name], value, path, missing);
    }
    let options = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(options) = options {
        let tried = options.iter().map(|option| {
            let mut wrong = Vec::new();
            described(all, option, value, path, &mut wrong);
            wrong
        });
        return missing.extend(tried.min_by_key(Vec::len).unwrap_or_default());
    }
    let kinds = [&schema["type"]];
    let kinds = schema["type"]
        .as_array()
        .map_or(kinds.to_vec(), |all| all.iter().collect());
    let fits = kinds
        .iter()
        .any(|kind| match kind.as_str().unwrap_or_default() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => false,
        });
    let fixed = schema.get("const").is_none_or(|fixed| fixed == value);
    if !fits || !fixed {
        return missing.push(format!(
            "{path} is no {}",
            schema["type"].as_str().unwrap_or("match")
        ));
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let here = format!("{path}/{key}");
        match schema["properties"].get(key) {
            Some(schema) => described(all, schema, inner, &here, missing),
            None => missing.push(here),
        }
    }
    for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
        described(
            all,
            &schema["items"],
            inner,
            &format!("{path}/{i}"),
            missing,
        );
    }
}
