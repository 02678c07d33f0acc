//! The API's list of itself.

use crate::web::testing::Site;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Path to the methods that the list names for it.
async fn listed(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for route in site.get("/api/v1").await.json()["routes"]
        .as_array()
        .unwrap()
    {
        assert!(text(&route["does"]).ends_with('.'), "{route}");
        let methods = listed.entry(text(&route["path"])).or_default();
        assert!(methods.insert(text(&route["method"])), "twice: {route}");
    }
    listed
}

#[tokio::test]
async fn it_names_exactly_the_methods_that_each_address_takes() {
    let site = Site::open(None).await;
    let listed = listed(&site).await;
    assert_eq!(listed.len(), 14);
    for (path, methods) in listed {
        let address = path.replace("{id}", "1");
        let reply = site.send("OPTIONS", &address, &[], "").await;
        let allowed = reply.header("allow").split(',').map(str::trim);
        let taken: BTreeSet<_> = allowed
            .filter(|m| *m != "HEAD")
            .map(str::to_owned)
            .collect();
        assert_eq!(taken, methods, "{path}");
    }
}

#[tokio::test]
async fn it_is_there_with_and_without_a_slash() {
    let site = Site::open(None).await;
    let (plain, slash) = (site.get("/api/v1").await, site.get("/api/v1/").await);
    assert_eq!((plain.status.as_u16(), slash.status.as_u16()), (200, 200));
    assert_eq!(plain.json(), slash.json());
}
