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
async fn a_browser_signs_in_over_plain_http_from_another_machine() {
    let site = Site::open(Some(TOKEN)).await;
    let form = site.send("GET", "/sign-in", &[PAGE], "").await;
    // With `no-referrer` a browser would send "Origin: null" with the form.
    assert_eq!(form.header("referrer-policy"), "same-origin");
    let came = [
        FORM,
        PAGE,
        ("host", "10.0.0.5:7373"),
        ("origin", "http://10.0.0.5:7373"),
    ];
    let body = format!("token={}", TOKEN.replace(' ', "+"));
    assert_eq!(site.send("POST", "/sign-in", &came, body).await.status, 303);
}

#[tokio::test]
async fn each_guess_takes_a_while_and_holds_nobody_up() {
    let site = &Site::open(Some(TOKEN)).await;
    let begun = Instant::now();
    let guesses = (0..200).map(|i| async move {
        let (peer, form) = ("10.0.0.1", format!("token=guess+{i}"));
        site.post_from(peer, "/sign-in", &[FORM, PAGE], form).await
    });
    let (wrong, right) = tokio::join!(futures::future::join_all(guesses), sign_in(site, TOKEN));
    let took = begun.elapsed();
    let listened_to = wrong.iter().filter(|reply| reply.status == 401);
    assert_eq!(listened_to.count(), 10);
    assert!(wrong[0].body.contains("not the access token"));
    let last = &wrong[199];
    assert_eq!(
        (last.status.as_u16(), last.header("retry-after")),
        (429, "60")
    );
    assert!(last.body.contains("Too many wrong tokens"), "{last:?}");
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
        reply.sentence().contains("not the access token"),
        "{reply:?}"
    );
    assert!(begun.elapsed() >= Duration::from_millis(500));
}

#[tokio::test]
async fn too_many_wrong_tokens_shut_out_their_address_and_no_other() {
    let site = Site::open(Some(TOKEN)).await;
    let right = format!("Bearer {TOKEN}");
    let (right, wrong) = (
        [("authorization", right.as_str())],
        [("authorization", "Bearer x")],
    );
    let guesses = (0..10).map(|_| site.get_from("10.0.0.1", "/api/v1", &wrong));
    let told = futures::future::join_all(guesses).await;
    assert!(told.iter().all(|reply| reply.status == 401));

    for guess in [&wrong, &right] {
        let reply = site.get_from("10.0.0.1", "/api/v1", guess).await;
        assert_eq!(reply.status, 429, "a right guess looks like a wrong one");
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{reply:?}");
        assert!(reply.sentence().contains("too many wrong"), "{reply:?}");
    }
    let elsewhere = site.get_from("10.0.0.2", "/api/v1", &right).await;
    assert_eq!(elsewhere.status, 200);
    let entered = kept(&sign_in(&site, TOKEN).await);
    let known = [wrong[0], ("cookie", entered.as_str())];
    let browser = site.get_from("10.0.0.1", "/api/v1", &known).await;
    assert_eq!(browser.status, 200, "who is signed in does not guess");
}

#[tokio::test]
async fn behind_a_proxy_those_behind_it_are_told_apart() {
    let site = Site::behind_a_proxy(TOKEN).await;
    let right = format!("Bearer {TOKEN}");
    let wrong = [
        ("authorization", "Bearer x"),
        ("x-forwarded-for", "10.9.9.9, 10.0.0.1"),
    ];
    let guesses = (0..10).map(|_| site.get_from("127.0.0.1", "/api/v1", &wrong));
    futures::future::join_all(guesses).await;
    let asks = async |peer, forwarded| {
        let headers = [
            ("authorization", right.as_str()),
            ("x-forwarded-for", forwarded),
        ];
        site.get_from(peer, "/api/v1", &headers)
            .await
            .status
            .as_u16()
    };
    assert_eq!(asks("127.0.0.1", "10.0.0.1").await, 429);
    assert_eq!(
        asks("127.0.0.1", "10.9.9.9").await,
        200,
        "what the sender says is not believed"
    );
    assert_eq!(asks("127.0.0.1", "10.0.0.1, 10.0.0.2").await, 200);
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
