//! Promises about what steers runs, and about links.

use super::{ended, refused, started};
use crate::store::{Figures, Hold, Settings, Store};
use app::model::run::{RunId, Verdict};
use app::model::time::At;
use uuid::Uuid;

/// See its name.
pub async fn an_abort_keeps_its_first_reason(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    assert_eq!(store.abort_requested(run).await.unwrap(), None);
    store.request_abort(run, "Ann pressed abort").await.unwrap();
    store.request_abort(run, "Ben, later").await.unwrap();
    let why = store.abort_requested(run).await.unwrap();
    assert_eq!(why.as_deref(), Some("Ann pressed abort"));

    let other = started(store, "b", "api", At(2)).await;
    assert_eq!(store.abort_requested(other).await.unwrap(), None);
    let nobody = RunId(Uuid::new_v4());
    assert!(refused(store.request_abort(nobody, "x").await));
    assert_eq!(store.abort_requested(nobody).await.unwrap(), None);
}

fn hold_of(who: &str) -> Hold {
    Hold {
        who: who.to_owned(),
        since: At(77),
    }
}

/// See its name.
pub async fn the_hold_is_set_and_released(store: &dyn Store) {
    assert_eq!(store.hold().await.unwrap(), None);
    for who in ["Ann", "Ben"] {
        let hold = hold_of(who);
        store.set_hold(Some(&hold)).await.unwrap();
        assert_eq!(store.hold().await.unwrap(), Some(hold));
    }
    let on = started(store, "a", "web", At(1)).await;
    let over = started(store, "b", "api", At(2)).await;
    ended(store, over, Verdict::Held, Figures::default()).await;
    store.set_hold(Some(&hold_of("Ann"))).await.unwrap();
    store.set_hold(None).await.unwrap();
    store.set_hold(None).await.unwrap();
    let why = store.abort_requested(on).await.unwrap();
    assert_eq!(why.as_deref(), Some("everything was stopped by Ann"));
    assert_eq!(store.abort_requested(over).await.unwrap(), None);
    assert_eq!(store.hold().await.unwrap(), None);
}

/// See its name.
pub async fn settings_start_with_the_default(store: &dyn Store) {
    assert_eq!(store.settings().await.unwrap(), Settings::default());
    for max_tasks in [2, 9] {
        let changed = Settings {
            allow: vec!["web".to_owned(), "ärger \"quoted\"".to_owned()],
            max_tasks,
        };
        store.save_settings(&changed).await.unwrap();
        assert_eq!(store.settings().await.unwrap(), changed);
    }
}

/// See its name.
pub async fn links_are_found_until_and_after_they_end(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let first = store.add_share(run, "hash 1", At(5), None).await.unwrap();
    let second = store
        .add_share(run, "hash 2", At(6), Some(At(9)))
        .await
        .unwrap();

    let found = store.share("hash 2").await.unwrap().unwrap();
    assert_eq!((found.id, found.run, found.made), (second, run, At(6)));
    assert_eq!((found.expires, found.revoked), (Some(At(9)), None));
    assert_eq!(store.share("hash").await.unwrap(), None);
    assert!(refused(store.add_share(run, "hash 2", At(7), None).await));

    assert!(store.revoke_share(first, At(20)).await.unwrap());
    assert!(store.revoke_share(first, At(30)).await.unwrap());
    assert!(!store.revoke_share(second + 100, At(20)).await.unwrap());
    let found = store.share("hash 1").await.unwrap().unwrap();
    assert_eq!(found.revoked, Some(At(20)), "the first time stays");

    let ids: Vec<_> = store.shares_of(run).await.unwrap();
    let ids: Vec<_> = ids.iter().map(|s| s.id).collect();
    assert_eq!(ids, [second, first]);
    let other = started(store, "b", "api", At(2)).await;
    assert_eq!(store.shares_of(other).await.unwrap(), []);
}

/// See its name.
pub async fn it_says_that_it_can_be_written(store: &dyn Store) {
    store.check_writable().await.unwrap();
}
