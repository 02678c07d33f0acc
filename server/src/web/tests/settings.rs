//! Settings, as the page saves them.

use crate::web::testing::{Reply, Site};

async fn save(site: &Site, edit: &str) -> Reply {
    let headers = [("content-type", "application/json")];
    let body = format!(r#"{{"edit":{edit}}}"#);
    site.send("POST", "/rpc/save-settings", &headers, body)
        .await
}

#[tokio::test]
async fn a_number_out_of_bounds_is_told_the_bounds() {
    let site = Site::open(None).await;
    for number in ["0", "-3", "1001", "99999999999", "1e40"] {
        let edit = format!(r#"{{"allow":[],"max_tasks":{number}}}"#);
        let reply = save(&site, &edit).await;
        assert_eq!(reply.status, 422, "{number}: {reply:?}");
        let sentence = reply.sentence();
        assert!(sentence.contains("1 to 1000"), "{sentence}");
        assert!(sentence.contains("Nothing was changed"), "{sentence}");
    }
}

#[tokio::test]
async fn a_name_that_no_service_has_yet_is_kept() {
    let site = Site::open(None).await;
    let reply = save(&site, r#"{"allow":[" later "],"max_tasks":1000}"#).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let page = site.get("/settings").await;
    assert!(page.body.contains("later"), "{}", page.body);
}
