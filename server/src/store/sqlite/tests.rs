//! What is true of `SQLite` besides the contract: one file that many processes share.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::store::contract::stream::{event, sample};
use crate::store::contract::{ended, planned, saved, started};
use app::model::run::Verdict;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Barrier;

pub(super) async fn fresh() -> (SqliteStore, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("lab.db")).await.unwrap();
    (store, dir)
}

contract_tests!(fresh);

#[tokio::test]
async fn the_file_is_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made/for/it/lab.db");
    let store = SqliteStore::open(&path).await.unwrap();
    saved(&store, None, "x", At(1)).await;
    let mut modes = Vec::new();
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        modes.push((
            entry.file_name(),
            entry.metadata().unwrap().permissions().mode() & 0o777,
        ));
    }
    assert_eq!(modes.len(), 3, "the file, its log and its index: {modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[tokio::test]
async fn closing_leaves_one_file_that_opens_again() {
    let (store, dir) = fresh().await;
    let path = dir.path().join("lab.db");
    let (id, _) = saved(&store, None, "kept", At(1)).await;
    store.close().await;
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.design(id, None).await.unwrap().unwrap().text, "kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_can_make_it_at_once() {
    for round in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lab.db");
        let start = Arc::new(Barrier::new(8));
        let opens = (0..8).map(|_| {
            let (path, start) = (path.clone(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                SqliteStore::open(&path).await
            })
        });
        for opened in futures::future::join_all(opens).await {
            saved(&opened.unwrap().unwrap(), None, "x", At(1)).await;
        }
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.designs().await.unwrap().len(), 8, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_file_agree_who_has_the_target() {
    let (one, dir) = fresh().await;
    let two = SqliteStore::open(&dir.path().join("lab.db")).await.unwrap();
    for round in 0..20 {
        let a = planned(&one, "a", "web", At(round)).await;
        let b = planned(&two, "b", "web", At(round)).await;
        let ids = [a.id, b.id];
        let (a, b) = tokio::join!(one.create_run(a), two.create_run(b));
        let won = match (a, b) {
            (Ok(()), Err(StoreError::TargetBusy(run))) if run == ids[0] => ids[0],
            (Err(StoreError::TargetBusy(run)), Ok(())) if run == ids[1] => ids[1],
            other => panic!("{other:?}"),
        };
        ended(&two, won, Verdict::Held, Figures::default()).await;
    }
}

#[tokio::test]
async fn the_index_alone_would_keep_two_runs_off_one_target() {
    let (store, _dir) = fresh().await;
    started(&store, "a", "web", At(1)).await;
    let done = sqlx::query(
        "INSERT INTO runs (id, design, version, title, service, fault, seed, repeat, created, \
         owner, phase, words) SELECT 'other', design, version, title, service, fault, seed, \
         repeat, created, owner, phase, words FROM runs",
    )
    .execute(&store.writer)
    .await;
    assert!(
        done.unwrap_err()
            .as_database_error()
            .unwrap()
            .is_unique_violation()
    );
}

#[tokio::test]
async fn writes_are_synced_and_references_checked() {
    let (store, _dir) = fresh().await;
    for (pragma, wanted) in [
        ("PRAGMA synchronous", 2),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA auto_vacuum", 2),
        ("PRAGMA busy_timeout", 10_000),
    ] {
        let value: i64 = sqlx::query_scalar(pragma)
            .fetch_one(&store.writer)
            .await
            .unwrap();
        assert_eq!(value, wanted, "{pragma}");
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn what_is_no_database_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.db");
    std::fs::write(
        &path,
        "just some notes, long enough to be looked at".repeat(100),
    )
    .unwrap();
    let error = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert!(
        error
            .for_people()
            .contains("lab.db is no database of Hivequake"),
        "{error}"
    );
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("just some notes")
    );
}

#[tokio::test]
async fn a_newer_versions_file_is_left_alone() {
    let (store, dir) = fresh().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 1)",
    )
    .execute(&store.writer)
    .await
    .unwrap();
    store.close().await;
    let error = SqliteStore::open(&dir.path().join("lab.db"))
        .await
        .unwrap_err();
    assert!(
        error.for_people().contains("probably a newer one"),
        "{error}"
    );
}

#[tokio::test]
async fn damaged_evidence_is_said_and_not_made_up() {
    let (store, _dir) = fresh().await;
    let run = started(&store, "a", "web", At(1)).await;
    store
        .add_samples(run, 0, &[sample(1), sample(2)])
        .await
        .unwrap();
    for damage in [
        "UPDATE samples SET body = x'01ff00ff'",
        "UPDATE samples SET body = x'07'",
        "UPDATE samples SET body = x''",
        "UPDATE experiments SET body = '{}'",
        "UPDATE runs SET phase = 'dancing'",
    ] {
        sqlx::query(damage).execute(&store.writer).await.unwrap();
        let error = store.record(run).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Corrupt(_)),
            "{damage}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_holds_up_no_other() {
    let (store, _dir) = fresh().await;
    let run = started(&store, "a", "web", At(1)).await;
    for seq in 1..=50 {
        let batch = [event(seq)];
        let write = store.append(run, &batch);
        // Dropped at its first, second, third … wait.
        let _ = tokio::time::timeout(std::time::Duration::from_micros(seq.into()), write).await;
    }
    let other = SqliteStore::open(&store.path).await.unwrap();
    saved(&other, None, "still writable", At(2)).await;
    saved(&store, None, "here too", At(2)).await;
}
