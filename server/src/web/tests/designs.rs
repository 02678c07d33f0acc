//! Designs: saving never writes over what somebody else saved, and what changed can be seen.

use crate::store::Over;
use crate::web::testing::{Reply, Site};
use app::model::digest::digest;
use axum::body::Body;

const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];

/// A new design; its id.
async fn stored(site: &Site, text: impl Into<Body>) -> String {
    let reply = site.send("POST", "/api/v1/designs", &[], text).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}

async fn save(site: &Site, id: &str, tag: &str, text: &'static str) -> Reply {
    let path = format!("/api/v1/designs/{id}");
    site.send("POST", &path, &[("if-match", tag)], text).await
}

async fn text(site: &Site, id: &str) -> String {
    let reply = site.get(&format!("/api/v1/designs/{id}")).await;
    reply.json()["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn of_two_who_change_one_text_the_second_is_told() {
    let site = Site::open(None).await;
    let id = stored(&site, "title: opened\n").await;
    let opened = site.get(&format!("/api/v1/designs/{id}")).await;
    let tag = opened.header("etag");

    let theirs = save(&site, &id, tag, "title: theirs\n").await;
    assert_eq!(theirs.status, 200, "{theirs:?}");
    let mine = save(&site, &id, tag, "title: mine\n").await;
    assert_eq!(mine.status, 409);
    assert!(
        mine.sentence().contains("save yours in its place"),
        "{mine:?}"
    );
    assert_eq!(text(&site, &id).await, "title: theirs\n");

    let known = theirs.header("etag");
    assert_eq!(save(&site, &id, known, "title: both\n").await.status, 200);
    let odd = save(&site, &id, "\"odd\"", "title: odd\n").await;
    assert_eq!(odd.status, 422, "{odd:?}");
    assert_eq!(text(&site, &id).await, "title: both\n");
    assert_eq!(save(&site, &id, "*", "title: mine\n").await.status, 200);
    assert_eq!(text(&site, &id).await, "title: mine\n");
}

#[tokio::test]
async fn the_pages_are_told_so_too_when_saving_and_when_launching() {
    let site = Site::open(None).await;
    let id = stored(&site, "title: theirs\n").await;
    let opened = digest("title: opened\n");
    for (path, body) in [
        (
            "/rpc/save-design",
            format!("id={id}&text=mine&from={opened}"),
        ),
        ("/rpc/launch", format!("id={id}&from={opened}")),
    ] {
        let reply = site.send("POST", path, FORM, body).await;
        assert_eq!(reply.status, 409, "{path}: {reply:?}");
        assert_eq!(reply.json()["kind"], "Outdated", "{path}");
    }
    let anyway = format!("id={id}&text=mine");
    let reply = site.send("POST", "/rpc/save-design", FORM, anyway).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(text(&site, &id).await, "mine");
}

#[tokio::test]
async fn a_launch_that_is_refused_stores_nothing() {
    let site = Site::open(None).await;
    let document = include_str!("../../../../tests/fixtures/experiments/canary-kill.yaml");
    let changed = format!("{document}# A thought that took an hour.\n");
    let id = stored(&site, changed.clone()).await;
    // No swarm, so no run.
    let refused = site.send("POST", "/api/v1/runs", &[], document).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert_eq!(text(&site, &id).await, changed);
}

#[tokio::test]
async fn what_changed_between_versions_can_be_seen() {
    let site = Site::open(None).await;
    let document = include_str!("../../../../tests/fixtures/experiments/canary-kill.yaml");
    let changed = format!("{document}# A thought that took an hour.\n");
    let id = stored(&site, changed).await;
    // As a launch does it, which spares a draft that was saved meanwhile.
    let design = Some(id.parse().unwrap());
    let kept = site.lab.keep_design(design, document, Over::Nothing).await;
    assert_eq!(kept.unwrap().1, 2);
    assert_eq!(text(&site, &id).await, document);
    let page = site.get(&format!("/designs/{id}/versions")).await;
    assert_eq!(page.status, 200);
    let line = "<del>- # A thought that took an hour.";
    assert!(page.body.replace("<!>", "").contains(line), "{}", page.body);
}

#[tokio::test]
async fn versions_that_are_none_are_said_to_be_none() {
    let site = Site::open(None).await;
    let id = stored(&site, "title: one\n").await;
    let only = site.get(&format!("/designs/{id}/versions")).await;
    assert!(only.body.contains("There is one version so far"));
    let none = site.get(&format!("/designs/{id}/versions?version=9")).await;
    assert_eq!(none.status, 404, "{}", none.body);
    let page = site.get(&format!("/designs/{id}")).await;
    assert!(page.body.contains(&format!("/designs/{id}/versions")));
}

#[tokio::test]
async fn the_designer_says_what_a_dry_run_would() {
    let site = Site::open(None).await;
    let page = site.get("/designs/new").await;
    assert!(page.body.contains("Dry run"), "{}", page.body);
}
