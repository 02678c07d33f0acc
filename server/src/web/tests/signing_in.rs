//! Signing in, staying in, signing out.

use crate::web::testing::{Reply, Site};
use std::time::{Duration, Instant};

const TOKEN: &str = "a token of some length";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const PAGE: (&str, &str) = ("accept", "text/html");

async fn sign_in(site: &Site, token: &str) -> Reply {
    let body = format!("token={}", token.replace(' ', "+"));
    site.send("POST", "/sign-in", &[FORM, PAGE], body).await
}

/// What a browser sends back.
fn kept(reply: &Reply) -> String {
    let (pair, _) = reply.header("set-cookie").split_once(';').unwrap();
    pair.to_owned()
}

#[tokio::test]
async fn a_browser_is_in_from_signing_in_to_signing_out() {
    let site = Site::open(Some(TOKEN)).await;
    let stranger = site.send("GET", "/", &[PAGE], "").await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.header("location")),
        (303, "/sign-in")
    );

    let entered = sign_in(&site, TOKEN).await;
    assert_eq!(
        (entered.status.as_u16(), entered.header("location")),
        (303, "/")
    );
    let cookie = kept(&entered);
    let known = [("cookie", cookie.as_str()), PAGE];
    assert_eq!(site.send("GET", "/runs", &known, "").await.status, 200);
    let frame = site.send("POST", "/rpc/frame", &[known[0]], "").await;
    assert_eq!(
        frame.json()["signed_in"],
        true,
        "so that the page can offer to sign out"
    );

    let left = site.send("POST", "/sign-out", &known, "").await;
    assert_eq!(
        (left.status.as_u16(), left.header("location")),
        (303, "/sign-in")
    );
    assert!(left.header("set-cookie").contains("Max-Age=0"), "{left:?}");
    let after = site.send("GET", "/runs", &known, "").await;
    assert_eq!(
        after.header("location"),
        "/sign-in",
        "the old cookie is worth nothing"
    );
}

#[tokio::test]
async fn each_guess_takes_a_while_and_holds_nobody_up() {
    let site = Site::open(Some(TOKEN)).await;
    let begun = Instant::now();
    let guesses =
        (0..200).map(|i| sign_in(&site, Box::leak(format!("guess {i}").into_boxed_str())));
    let (wrong, right) = tokio::join!(futures::future::join_all(guesses), sign_in(&site, TOKEN));
    let took = begun.elapsed();
    assert!(wrong.iter().all(|reply| reply.status == 401));
    assert!(wrong[0].body.contains("not the access token"));
    assert_eq!(right.status, 303);
    assert!(
        took >= Duration::from_millis(500) && took < Duration::from_secs(10),
        "{took:?}"
    );

    let begun = Instant::now();
    let header = [("authorization", "Bearer a guess")];
    let reply = site.send("GET", "/api/v1", &header, "").await;
    assert_eq!(reply.status, 401);
    assert!(
        reply.sentence().contains("Authorization: Bearer"),
        "{reply:?}"
    );
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[tokio::test]
async fn a_script_presents_the_token_itself() {
    let site = Site::open(Some(TOKEN)).await;
    let bearer = format!("Bearer {TOKEN}");
    let reply = site
        .send("GET", "/api/v1", &[("authorization", &bearer)], "")
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_form_without_a_token_is_a_wrong_one() {
    let site = Site::open(Some(TOKEN)).await;
    let reply = site.send("POST", "/sign-in", &[FORM, PAGE], "tokn=x").await;
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("not the access token"), "{reply:?}");
}

#[tokio::test]
async fn where_there_is_no_token_nobody_signs_in() {
    let site = Site::open(None).await;
    let page = site.get("/sign-in").await;
    assert_eq!((page.status.as_u16(), page.header("location")), (303, "/"));
    let frame = site.send("POST", "/rpc/frame", &[], "").await;
    assert_eq!(frame.json()["signed_in"], false);
}
