//! Links to reports, as whoever has one meets them.

use crate::store::Figures;
use crate::store::contract::{ended, started};
use crate::web::testing::Site;
use app::model::run::Verdict;
use app::model::time::At;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const MADE: i64 = 1_795_436_485_000_000;
const DAY: i64 = 86_400_000_000;

#[tokio::test]
async fn an_expired_link_shows_the_page_of_a_wrong_one_and_nothing_of_the_report() {
    let site = Site::open(None).await.at(|| At(MADE));
    let store = &*site.lab.store;
    let run = started(store, "Canary under a kill", "shop_api", At(MADE)).await;
    ended(store, run, Verdict::Held, Figures::default()).await;
    let shares = format!("/api/v1/runs/{run}/shares");
    let made = site.send("POST", &shares, JSON, r#"{"days":1}"#).await;
    let path = made.json()["path"].as_str().unwrap().to_owned();

    let site = site.at(|| At(MADE + DAY - 1));
    let report = site.get(&path).await;
    assert_eq!(report.status, 200);
    assert!(report.body.contains("Canary under a kill"), "{report:?}");

    let site = site.at(|| At(MADE + DAY));
    let (expired, wrong) = (site.get(&path).await, site.get("/s/wrong").await);
    assert_eq!((expired.status.as_u16(), wrong.status.as_u16()), (410, 404));
    assert_eq!(expired.body, wrong.body);
    for told in ["Canary", "shop_api", &run.to_string(), "held"] {
        assert!(!expired.body.contains(told), "{told}: {expired:?}");
    }
}
