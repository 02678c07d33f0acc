//! The history by its address.

use crate::web::testing::Site;

#[tokio::test]
async fn a_filter_that_means_nothing_is_refused_not_ignored() {
    let site = Site::open(None).await;
    for (ask, words) in [
        ("verdict=foo", "running, held"),
        ("from=yesterday", "2026-11-23"),
        ("to=31.12.2026", "2026-11-23"),
        ("sort=foo", "recovery"),
        ("fault=nope", "one of container-kill, service-label"),
        ("page=0", "from 1 on"),
        ("page=abc", "from 1 on"),
    ] {
        let reply = site.get(&format!("/api/v1/runs?{ask}")).await;
        let sentence = reply.sentence();
        let (field, given) = ask.split_once('=').unwrap();
        assert_eq!(reply.status, 422, "{ask}: {sentence}");
        for word in [field, given, words] {
            assert!(sentence.contains(word), "{ask}: {sentence}");
        }
    }
}

#[tokio::test]
async fn filters_that_mean_something_or_are_empty_are_asked() {
    let site = Site::open(None).await;
    for ask in [
        "",
        "fault=service-label",
        "verdict=running&sort=-when&page=1",
        "from=2026-11-23&to=&verdict=",
    ] {
        let reply = site.get(&format!("/api/v1/runs?{ask}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["total"], 0);
    }
}

#[tokio::test]
async fn the_page_says_so_too() {
    let site = Site::open(None).await;
    let page = site.get("/runs?verdict=foo").await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("running, held"), "{}", page.body);
}
