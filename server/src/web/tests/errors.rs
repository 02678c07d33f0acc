//! Every "no" to a program is JSON, with a sentence that says what to do.

use crate::web::testing::{Reply, Site};
use axum::body::Body;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const NONE: &[(&str, &str)] = &[];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const RUN: &str = "/api/v1/runs/0198c0de-0000-7000-8000-000000000000";

#[track_caller]
fn says(reply: &Reply, status: u16, words: &str) {
    let sentence = reply.sentence();
    assert_eq!(reply.status.as_u16(), status, "{sentence}");
    assert!(sentence.contains(words), "{words:?} is not in: {sentence}");
}

/// What axum, serde and the standard library say where nobody puts it into words.
const RAW: [&str; 10] = [
    "deserialize",
    "invalid digit",
    "invalid type",
    "missing field",
    "unknown field",
    "expected",
    "EOF",
    "parse",
    "UUID",
    "target type",
];

/// Method, address, headers, body; the status and the words of the answer.
type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    u16,
    &'static str,
);

const UNREADABLE: [Case; 16] = [
    (
        "POST",
        "/api/v1/runs?seed=x",
        NONE,
        "a",
        422,
        r#"seed is "x", which means nothing here. Write a whole number"#,
    ),
    (
        "POST",
        "/api/v1/runs?sed=1",
        NONE,
        "a",
        422,
        r#"no parameter "sed" here. Write one of seed"#,
    ),
    (
        "POST",
        "/api/v1/runs?seed=1&seed=2",
        NONE,
        "a",
        422,
        "seed is given twice",
    ),
    (
        "GET",
        "/api/v1/runs?verdct=held",
        NONE,
        "",
        422,
        r#"no parameter "verdct" here. Write one of text, service"#,
    ),
    (
        "GET",
        "RUN/events?after=x",
        NONE,
        "",
        422,
        r#"after is "x", which means nothing here. Write the number of an event"#,
    ),
    (
        "GET",
        "/api/v1/runs/x",
        NONE,
        "",
        404,
        r#""x" is no run's id. Copy it"#,
    ),
    (
        "GET",
        "/api/v1/runs/%ff",
        NONE,
        "",
        404,
        "is no run's id. Copy it",
    ),
    (
        "POST",
        "/api/v1/runs/x/abort",
        NONE,
        "",
        404,
        r#""x" is no run's id"#,
    ),
    (
        "POST",
        "/api/v1/shares/x/revoke",
        NONE,
        "",
        404,
        r#""x" is no link's number"#,
    ),
    (
        "POST",
        "RUN/shares",
        NONE,
        "{}",
        415,
        "Content-Type: application/json",
    ),
    (
        "POST",
        "RUN/shares",
        JSON,
        "{",
        422,
        "breaks off in line 1, column 1",
    ),
    (
        "POST",
        "RUN/shares",
        JSON,
        "{\n'a': 1}",
        422,
        "line 2, column 1 is wrong",
    ),
    ("POST", "RUN/shares", JSON, "[7]", 422, "not a JSON object"),
    (
        "POST",
        "RUN/shares",
        JSON,
        r#"{"days":"x"}"#,
        422,
        r#"days is "x", which means nothing here. Write a whole number of days from 1 to 3650"#,
    ),
    (
        "POST",
        "RUN/shares",
        JSON,
        r#"{"days":-1}"#,
        422,
        r#"days is "-1""#,
    ),
    (
        "POST",
        "RUN/shares",
        JSON,
        r#"{"dys":7}"#,
        422,
        r#"no parameter "dys" here. Write one of days"#,
    ),
];

#[tokio::test]
async fn an_api_call_that_cannot_be_read_is_told_which_part_and_what_to_write() {
    let site = Site::open(None).await;
    for (method, path, headers, body, status, words) in UNREADABLE {
        let path = path.replace("RUN", RUN);
        let reply = site.send(method, &path, headers, body).await;
        says(&reply, status, words);
        let sentence = reply.sentence();
        let raw = RAW.iter().find(|raw| sentence.contains(**raw));
        assert_eq!(raw, None, "{path}: {sentence}");
    }
    let binary = site.send("POST", "/api/v1/runs", &[], vec![0xff, 0xfe]);
    says(&binary.await, 422, "no text in UTF-8. Send an experiment");
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::open(None).await;
    let reply = site.send("DELETE", "/api/v1/runs", &[], "").await;
    says(&reply, 405, "GET, HEAD, POST only");
    assert_eq!(reply.header("allow").replace(' ', ""), "GET,HEAD,POST");
    says(&site.get("/api/v1/stop-all").await, 405, "POST only");
    says(&site.get("/rpc/launch").await, 405, "POST only");
}

#[tokio::test]
async fn an_address_that_is_none_is_told_where_the_list_is() {
    let site = Site::open(None).await;
    for path in [
        "/api",
        "/api/",
        "/api/v2",
        "/api/v1/nope",
        "/rpc",
        "/rpc/nope",
    ] {
        says(&site.get(path).await, 404, "GET /api/v1");
        let posted = site.send("POST", path, FORM, "a=b").await;
        says(&posted, 404, "GET /api/v1");
    }
    let page = site.get("/nowhere").await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_at_every_door() {
    let site = Site::open(None).await;
    let large = "#".repeat(5 * 1024 * 1024);
    let length = large.len().to_string();
    for path in ["/api/v1/runs", "/rpc/save-design", "/rpc/check-design"] {
        let told = [("content-length", length.as_str())];
        let reply = site.send("POST", path, &told, large.clone()).await;
        says(&reply, 413, "1024 kB");
        let untold = Body::from_stream(futures::stream::iter([Ok::<_, std::io::Error>(
            large.clone(),
        )]));
        says(&site.send("POST", path, &[], untold).await, 413, "1024 kB");
    }
}

#[tokio::test]
async fn a_server_function_that_cannot_read_its_arguments_is_told_which_and_is_not_at_fault() {
    let site = Site::open(None).await;
    for (call, headers, body, words) in [
        ("launch", FORM, "id=nonsense", r#"id is "nonsense""#),
        (
            "launch",
            FORM,
            "",
            "id is missing. Write an experiment's id",
        ),
        ("save-design", FORM, "id=x&text=a", r#"id is "x""#),
        (
            "abort",
            FORM,
            "run=x",
            r#"run is "x", which means nothing here. Write a run's id"#,
        ),
        (
            "share",
            FORM,
            "run=0198c0de-0000-7000-8000-000000000000&days=x",
            r#"days is "x""#,
        ),
        ("revoke", FORM, "share=x", r#"share is "x""#),
        ("check-design", JSON, "{", "breaks off in line 1"),
        ("check-design", JSON, "{}", "ask is missing"),
        (
            "check-design",
            JSON,
            r#"{"ask":{"text":7}}"#,
            r#"ask.text is "7""#,
        ),
        (
            "check-design",
            JSON,
            r#"{"ask":{"edit":{"X":1}}}"#,
            "ask.edit is",
        ),
        (
            "save-settings",
            JSON,
            r#"{"edit":{}}"#,
            "edit.allow is missing",
        ),
        (
            "save-settings",
            JSON,
            r#"{"edit":{"allow":[],"max_tasks":"x"}}"#,
            r#"edit.max_tasks is "x""#,
        ),
    ] {
        let path = format!("/rpc/{call}");
        let reply = site.send("POST", &path, headers, body).await;
        says(&reply, 422, words);
        says(&reply, 422, "Nothing was changed");
        assert_eq!(reply.json()["kind"], "Invalid", "as pages read it");
        let sentence = reply.sentence();
        let raw = RAW.iter().find(|raw| sentence.contains(**raw));
        assert_eq!(raw, None, "{path}: {sentence}");
    }
    let untold = site.send("POST", "/rpc/save-design", FORM, "").await;
    says(&untold, 400, "cannot be read. Nothing was changed");
}

#[tokio::test]
async fn a_refusal_for_the_pages_is_one_that_they_can_read() {
    let site = Site::open(Some("a token of some length")).await;
    let stranger = site.send("POST", "/rpc/frame", FORM, "").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(stranger.json()["kind"], "Forbidden");
    let elsewhere = [("origin", "http://evil.example")];
    let forged = site.send("POST", "/rpc/stop-all", &elsewhere, "").await;
    assert_eq!(forged.status, 403);
    assert_eq!(forged.json()["kind"], "Forbidden");
}

#[tokio::test]
async fn a_form_that_was_refused_without_a_script_goes_back_to_its_page() {
    let site = Site::open(None).await;
    let headers = [
        FORM[0],
        ("accept", "text/html"),
        ("referer", "http://127.0.0.1:7373/runs"),
    ];
    let body = "run=0198c0de-0000-7000-8000-000000000000";
    let reply = site.send("POST", "/rpc/abort", &headers, body).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    assert!(reply.header("location").contains("/runs?"), "{reply:?}");
    assert!(reply.header("location").contains("__err="), "{reply:?}");
}
