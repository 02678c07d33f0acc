//! Promises about designs.

use super::{ended, planned, saved, started};
use crate::store::{DesignText, Figures, Over, RUNS_OF_VERSION, Store, StoreError};
use app::model::digest::digest;
use app::model::run::{DesignId, RunId, Verdict};
use app::model::time::At;
use uuid::Uuid;

/// See its name.
pub async fn the_text_is_kept_byte_for_byte(store: &dyn Store) {
    let text = "\u{feff}title: Grüße 🐝\r\n\t# comment \u{0} '\"\\ %_\n\n";
    let draft = DesignText {
        text,
        title: "Grüße",
        service: "",
        valid: false,
    };
    let saved = store.save_design(None, draft, Over::Any, At(5));
    let saved = saved.await.unwrap();
    let (id, version) = saved.unwrap();
    assert_eq!(version, 1);
    let found = store.design(id, None).await.unwrap().unwrap();
    assert_eq!(found.text, text);
    assert_eq!((found.id, found.version), (id, 1));
    assert_eq!(
        (found.title.as_str(), found.service.as_str()),
        ("Grüße", "")
    );
    assert_eq!((found.valid, found.has_runs), (false, false));
    assert_eq!(found.changed, At(5));
}

/// See its name.
pub async fn saving_overwrites_until_runs_point_at_a_version(store: &dyn Store) {
    let (id, _) = saved(store, None, "one", At(1)).await;
    assert_eq!(saved(store, Some(id), "two", At(2)).await, (id, 1));
    assert_eq!(text(store, id, None).await, "two");

    let mut run = planned(store, "r", "web", At(3)).await;
    (run.design, run.version) = (id, 1);
    store.create_run(run).await.unwrap();
    assert!(store.design(id, None).await.unwrap().unwrap().has_runs);

    // The same text needs no new version, another one does, and that can be overwritten again.
    assert_eq!(saved(store, Some(id), "two", At(4)).await, (id, 1));
    assert_eq!(saved(store, Some(id), "three", At(5)).await, (id, 2));
    assert_eq!(saved(store, Some(id), "four", At(6)).await, (id, 2));
    assert_eq!(text(store, id, Some(1)).await, "two");
    assert_eq!(text(store, id, Some(2)).await, "four");
    assert_eq!(text(store, id, None).await, "four");
    let newest = store.design(id, None).await.unwrap().unwrap();
    assert_eq!((newest.changed, newest.has_runs), (At(6), false));
}

async fn text(store: &dyn Store, id: DesignId, version: Option<u32>) -> String {
    store.design(id, version).await.unwrap().unwrap().text
}

fn draft(text: &str) -> DesignText<'_> {
    DesignText {
        text,
        title: text,
        service: "web",
        valid: true,
    }
}

/// See its name.
pub async fn saving_spares_what_somebody_else_saved(store: &dyn Store) {
    let (id, _) = saved(store, None, "opened", At(1)).await;
    let from = Over::Only(digest("opened"));
    let save = |text, now| store.save_design(Some(id), draft(text), from, At(now));
    assert_eq!(save("theirs", 2).await.unwrap(), Some((id, 1)));

    let mine = save("mine", 3).await;
    assert!(matches!(mine, Err(StoreError::Outdated(1))), "{mine:?}");
    assert_eq!(text(store, id, None).await, "theirs");
    // Sent twice, because the first answer was lost on the way: nothing is in the way of that.
    assert_eq!(save("theirs", 4).await.unwrap(), Some((id, 1)));
    // "Save mine anyway".
    assert_eq!(saved(store, Some(id), "mine", At(5)).await, (id, 1));
    assert_eq!(text(store, id, None).await, "mine");
}

/// See its name.
pub async fn of_two_saves_from_the_same_text_one_gets_in(store: &dyn Store) {
    let (id, _) = saved(store, None, "opened", At(1)).await;
    let from = Over::Only(digest("opened"));
    let save = |text| store.save_design(Some(id), draft(text), from, At(2));
    let (one, other) = tokio::join!(save("one"), save("other"));
    let kept = if one.is_ok() { "one" } else { "other" };
    let refused = if one.is_ok() { other } else { one };
    assert!(
        matches!(refused, Err(StoreError::Outdated(1))),
        "{refused:?}"
    );
    assert_eq!(text(store, id, None).await, kept);
}

/// See its name.
pub async fn saving_over_nothing_makes_the_next_version(store: &dyn Store) {
    let (id, _) = saved(store, None, "one", At(1)).await;
    let save = |text| store.save_design(Some(id), draft(text), Over::Nothing, At(2));
    assert_eq!(save("one").await.unwrap(), Some((id, 1)));
    assert_eq!(save("two").await.unwrap(), Some((id, 2)));
    assert_eq!(text(store, id, Some(1)).await, "one");
}

/// See its name.
pub async fn versions_come_newest_first_with_their_own_runs(store: &dyn Store) {
    let first = planned(store, "one", "web", At(10)).await;
    let id = first.design;
    let mut newest_first = Vec::new();
    for nth in 0..i64::from(RUNS_OF_VERSION) + 2 {
        let mut run = first.clone();
        (run.id, run.created) = (RunId(Uuid::new_v4()), At(20 + nth));
        newest_first.insert(0, run.id);
        let on = run.id;
        store.create_run(run).await.unwrap();
        ended(store, on, Verdict::Held, Figures::default()).await;
    }
    newest_first.truncate(RUNS_OF_VERSION as usize);
    assert_eq!(saved(store, Some(id), "two", At(50)).await, (id, 2));
    started(store, "another design's", "api", At(60)).await;

    let versions = store.versions(id).await.unwrap();
    let shown: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.changed, v.run_count))
        .collect();
    let count = u64::from(RUNS_OF_VERSION) + 2;
    assert_eq!(shown, [(2, At(50), 0), (1, At(10), count)]);
    assert_eq!(versions[0].runs, []);
    let listed: Vec<_> = versions[1].runs.iter().map(|r| r.id).collect();
    assert_eq!(listed, newest_first);
}

/// See its name.
pub async fn what_is_not_there_is_none(store: &dyn Store) {
    let nothing = DesignId(Uuid::new_v4());
    let text = DesignText {
        text: "x",
        title: "x",
        service: "web",
        valid: true,
    };
    let nowhere = store.save_design(Some(nothing), text, Over::Any, At(1));
    assert_eq!(nowhere.await.unwrap(), None);
    assert_eq!(store.versions(nothing).await.unwrap(), []);
    assert_eq!(store.design(nothing, None).await.unwrap(), None);
    let (id, _) = saved(store, None, "one", At(1)).await;
    assert_eq!(store.design(id, Some(2)).await.unwrap(), None);
    let run = RunId(Uuid::new_v4());
    assert_eq!(store.run(run).await.unwrap(), None);
    assert_eq!(store.summary(run).await.unwrap(), None);
    assert_eq!(store.record(run).await.unwrap(), None);
    assert_eq!(store.items_after(run, 0, 10).await.unwrap(), []);
}

/// See its name.
pub async fn all_come_last_changed_first_with_their_last_run(store: &dyn Store) {
    let (quiet, _) = saved(store, None, "quiet", At(10)).await;
    let first = planned(store, "busy", "web", At(20)).await;
    let (busy, id) = (first.design, first.id);
    let mut second = first.clone();
    store.create_run(first).await.unwrap();
    ended(store, id, Verdict::Held, Figures::default()).await;
    (second.id, second.created) = (RunId(Uuid::new_v4()), At(30));
    let last = second.id;
    store.create_run(second).await.unwrap();
    // The last run counts over all versions, not just the newest.
    saved(store, Some(busy), "busy, changed", At(40)).await;
    saved(store, Some(quiet), "quiet, changed", At(50)).await;

    let all = store.designs().await.unwrap();
    let shown: Vec<_> = all
        .iter()
        .map(|(d, run)| {
            (
                d.id,
                d.version,
                d.title.as_str(),
                run.as_ref().map(|r| r.id),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (quiet, 1, "quiet, changed", None),
            (busy, 2, "busy, changed", Some(last)),
        ]
    );
    let other = started(store, "newest", "api", At(60)).await;
    let all = store.designs().await.unwrap();
    assert_eq!(all[0].1.as_ref().map(|r| r.id), Some(other));
}

/// See its name.
pub async fn a_design_is_found_by_its_newest_title_and_service(store: &dyn Store) {
    let (first, _) = saved(store, None, "kill", At(10)).await;
    let (second, _) = saved(store, None, "kill", At(20)).await;
    let named = async |title, service| {
        let found = store.design_named(title, service).await.unwrap();
        found.map(|d| (d.id, d.version, d.text))
    };
    assert_eq!(
        named("kill", "web").await,
        Some((second, 1, "kill".to_owned())),
        "the last changed"
    );
    assert_eq!(named("kill", "Web").await, None);
    assert_eq!(named("Kill", "web").await, None);
    let run = planned(store, "other", "api", At(25)).await;
    let with_runs = run.design;
    store.create_run(run).await.unwrap();
    saved(store, Some(with_runs), "kill", At(30)).await;
    assert_eq!(
        named("other", "web").await,
        None,
        "no version but the newest"
    );
    assert_eq!(
        named("kill", "web").await,
        Some((with_runs, 2, "kill".to_owned()))
    );
    saved(store, Some(with_runs), "renamed", At(40)).await;
    saved(store, Some(first), "kill", At(50)).await;
    assert_eq!(named("kill", "web").await.map(|d| d.0), Some(second));
}
