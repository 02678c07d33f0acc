//! Text that hides or turns round what stands beside it.

use crate::web::testing::{Reply, Site};

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[track_caller]
fn tidy(reply: &Reply) {
    let tricky = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!reply.body.contains(tricky), "{:?}", reply.body);
}

#[tokio::test]
async fn it_does_not_get_into_lists() {
    let site = Site::open(None).await;
    let text = "title%3A+%22web%5Cu202Egpj%5Cu0007%22";
    let saved = site.send("POST", "/rpc/save-design", &[FORM], format!("text={text}"));
    assert_eq!(saved.await.status, 200);
    let page = site.get("/designs").await;
    assert!(
        page.body.contains("web\u{fffd}gpj\u{fffd}"),
        "{}",
        page.body
    );
    tidy(&page);
}

#[tokio::test]
async fn it_does_not_get_into_sentences() {
    let site = Site::open(None).await;
    let launch = "title: a\ntilte\u{202e}: b\n";
    tidy(&site.send("POST", "/api/v1/runs", &[], launch).await);
    tidy(&site.get("/api/v1/runs?verdict=%E2%80%AEfoo").await);
    tidy(&site.get("/api/v1/runs?%E2%80%AEfoo=1").await);
    let ask = serde_json::json!({ "ask": { "text": launch, "edit": null, "id": null } });
    let checked = site.send("POST", "/rpc/check-design", &[JSON], ask.to_string());
    let problems = checked.await.json()["problems"].to_string();
    assert!(problems.contains("tilte\u{fffd}"), "{problems}");
}
