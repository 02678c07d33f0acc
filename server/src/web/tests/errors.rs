//! Every "no" to a program is JSON, with a sentence that says what to do.

use crate::web::testing::{Reply, Site};
use axum::body::Body;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const RUN: &str = "/api/v1/runs/0198c0de-0000-7000-8000-000000000000";

#[track_caller]
fn says(reply: &Reply, status: u16, words: &str) {
    let sentence = reply.sentence();
    assert_eq!(reply.status.as_u16(), status, "{sentence}");
    assert!(sentence.contains(words), "{words:?} is not in: {sentence}");
}

#[tokio::test]
async fn an_api_call_that_cannot_be_read_is_told_why() {
    let site = Site::open(None).await;
    let shares = format!("{RUN}/shares");
    let seed = site.send("POST", "/api/v1/runs?seed=x", &[], "title: a");
    says(&seed.await, 400, "seed: invalid digit");
    let unmarked = site.send("POST", &shares, &[], "{}").await;
    says(&unmarked, 415, "Content-Type: application/json");
    let broken = site.send("POST", &shares, JSON, "{").await;
    says(&broken, 400, "EOF while parsing");
    let wrong = site.send("POST", &shares, JSON, r#"{"days":"x"}"#).await;
    says(&wrong, 422, "days: invalid type");
    let odd = site.send("POST", "/api/v1/shares/x/revoke", &[], "");
    says(&odd.await, 400, "`x`");
    let binary = site.send("POST", "/api/v1/runs", &[], vec![0xff, 0xfe]);
    says(&binary.await, 400, "UTF-8");
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
async fn a_server_function_that_cannot_read_its_body_is_not_at_fault() {
    let site = Site::open(None).await;
    for (path, headers, body) in [
        ("/rpc/launch", FORM, "id=nonsense"),
        ("/rpc/launch", FORM, ""),
        ("/rpc/check-design", JSON, "{"),
        ("/rpc/save-settings", JSON, r#"{"edit":{}}"#),
    ] {
        let reply = site.send("POST", path, headers, body).await;
        says(&reply, 400, "Nothing was changed");
        assert_eq!(reply.json()["kind"], "Invalid", "as pages read it");
    }
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
