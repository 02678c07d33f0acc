//! Many stored runs: what is read of them, by asking `SQLite` how it would answer and by counting
//! its steps; and that a database of the first version lists what it listed.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::history::{charting, counting, history, listing, page};
use super::open::MIGRATIONS;
use super::tests::fresh;
use super::*;
use crate::store::contract::{planned, started};
use crate::store::query::every_sort;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, QueryBuilder, Row as _, SqliteConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Everything that a list can be asked for, in all combinations.
fn queries() -> Vec<RunQuery> {
    let mut all = vec![RunQuery::default()];
    let mut vary = |values: &[&str], set: fn(&mut RunQuery, String)| {
        let with = |query: &RunQuery| {
            let query = query.clone();
            let one = move |value: &&str| {
                let mut query = query.clone();
                set(&mut query, (*value).to_owned());
                query
            };
            values.iter().map(one).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    };
    vary(&["", "web"], |q, value| q.service = value);
    vary(&["", "container-kill"], |q, value| q.fault = value);
    vary(&["", "held", "running"], |q, value| q.verdict = value);
    vary(&["", "2026-11-01"], |q, value| q.from = value);
    vary(&["", "2026-11-30"], |q, value| q.to = value);
    vary(&["", "test of"], |q, value| q.text = value);
    let sorts = every_sort();
    let sorts: Vec<&str> = sorts.iter().map(String::as_str).collect();
    vary(&sorts, |q, value| q.sort = value);
    all
}

/// What `SQLite` means to do for a query: one step a line, indented by what it is part of.
async fn plan(conn: &mut SqliteConnection, query: QueryBuilder<Sqlite>) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {}", query.into_string());
    let steps = sqlx::query(AssertSqlSafe(sql))
        .fetch_all(conn)
        .await
        .unwrap();
    let line = |step: &sqlx::sqlite::SqliteRow| {
        let inside = step.get::<i64, _>("parent") != 0;
        format!(
            "{}{}",
            if inside { "  " } else { "" },
            step.get::<String, _>("detail")
        )
    };
    steps.iter().map(line).collect()
}

/// The index that answers a query.
fn wanted(query: &RunQuery, sort: &str) -> &'static str {
    match (query.verdict.as_str(), sort.trim_start_matches('-')) {
        ("running", _) => "INDEX one_run_per_target",
        (_, "recovery") => "COVERING INDEX runs_by_recovery",
        (_, "outage") => "COVERING INDEX runs_by_outage",
        (_, "service") if sort == "service" => "COVERING INDEX runs_by_service_newest",
        (_, "service") => "COVERING INDEX runs_by_service",
        _ if query.service.is_empty() => "COVERING INDEX runs_by_time",
        _ => "COVERING INDEX runs_by_service",
    }
}

#[tokio::test]
async fn which_runs_match_is_read_from_one_index_in_its_order() {
    let (store, _dir) = fresh().await;
    let mut conn = store.readers.acquire().await.unwrap();
    for query in queries() {
        let index = format!(" USING {}", wanted(&query, ""));
        let count = plan(&mut conn, counting(&query)).await;
        assert!(
            count.len() == 1 && count[0].contains(&index),
            "{query:?}: {count:#?}"
        );

        for (sql, sort) in [
            (listing(&query), query.sort.as_str()),
            (charting(&query), ""),
        ] {
            let plan = plan(&mut conn, sql).await;
            let index = format!(" USING {}", wanted(&query, sort));
            assert!(
                plan[1].starts_with("  ") && plan[1].contains(&index),
                "{query:?}: {plan:#?}"
            );
            // Only the runs that are on are sorted before it is known which are shown.
            let sorted = plan
                .iter()
                .any(|step| step.starts_with("  USE TEMP B-TREE"));
            assert!(
                !sorted || query.verdict == "running",
                "{query:?}: {plan:#?}"
            );
            let rows: Vec<_> = plan.iter().filter(|step| step.contains(" runs ")).collect();
            assert_eq!(rows.len(), 2, "{query:?}: {plan:#?}");
            assert_eq!(
                rows[1], "SEARCH runs USING PRIMARY KEY (id=?)",
                "{query:?}: {plan:#?}"
            );
        }
    }
}

/// Stores runs that are over, a minute apart, on five services.
async fn fill(store: &SqliteStore, count: u32) {
    let pattern = started(store, "A test", "web", At(0)).await;
    sqlx::query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) \
         INSERT INTO runs (id, design, version, title, service, fault, seed, repeat, created, \
         owner, phase, ended, verdict, reason, words, kinds, recovery, recovery_rank, outage) \
         SELECT printf('00000000-0000-0000-0000-%012d', i), design, version, title, \
         'service_' || (i % 5), fault, 1, 1, i * 60000000, '', 'done', 1, 'held', 'as it was', \
         words, kinds, i, i, i FROM n, runs WHERE id = $1",
    )
    .bind(pattern.to_string())
    .bind(count)
    .execute(&store.writer)
    .await
    .unwrap();
}

/// How many steps `SQLite` takes for some work, in its own virtual machine.
async fn steps(store: &SqliteStore, work: impl AsyncFnOnce(&mut SqliteConnection)) -> u64 {
    let counted = Arc::new(AtomicU64::new(0));
    let mut conn = store.writer.acquire().await.unwrap();
    let tally = counted.clone();
    let count = move || {
        tally.fetch_add(1, Ordering::Relaxed);
        true
    };
    conn.lock_handle()
        .await
        .unwrap()
        .set_progress_handler(1, count);
    work(&mut conn).await;
    conn.lock_handle().await.unwrap().remove_progress_handler();
    counted.load(Ordering::Relaxed)
}

/// Steps with few runs and with many.
async fn few_and_many(work: impl AsyncFn(&mut SqliteConnection)) -> (u64, u64) {
    let (store, _dir) = fresh().await;
    fill(&store, 200).await;
    let few = steps(&store, &work).await;
    let (store, _dir) = fresh().await;
    fill(&store, 5_000).await;
    (few, steps(&store, &work).await)
}

#[tokio::test]
async fn what_every_page_asks_takes_no_longer_with_more_runs() {
    let running = RunQuery {
        verdict: "running".to_owned(),
        ..RunQuery::default()
    };
    let (few, many) = few_and_many(async |conn| {
        let found = page(conn, &running).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(runs::unfinished(conn).await.unwrap().len(), 1);
    })
    .await;
    assert_eq!(few, many);
    assert!(few > 20, "{few} steps are none");
}

#[tokio::test]
async fn a_launch_takes_no_longer_with_more_runs() {
    let mut took = Vec::new();
    for count in [200, 5_000] {
        let (store, _dir) = fresh().await;
        fill(&store, count).await;
        let plan = planned(&store, "again", "service_1", At(1)).await;
        let launch = steps(&store, async |conn| {
            runs::create(conn, &plan).await.unwrap();
        });
        took.push(launch.await);
    }
    assert_eq!(took[0], took[1]);
}

#[tokio::test]
async fn a_page_takes_few_steps_for_each_stored_run() {
    let query = |sort: &str, text: &str, service: &str| RunQuery {
        sort: sort.to_owned(),
        text: text.to_owned(),
        service: service.to_owned(),
        ..RunQuery::default()
    };
    for (query, most) in [
        (query("", "", ""), 4),
        (query("recovery", "", ""), 4),
        (query("", "test", ""), 8),
        (query("service", "test", ""), 8),
        (query("outage", "nowhere", ""), 8),
        (query("-recovery", "", "service_1"), 4),
        (query("-service", "nowhere", "service_1"), 2),
    ] {
        let work = async |conn: &mut SqliteConnection| {
            history(conn, &query).await.unwrap();
        };
        let (few, many) = few_and_many(work).await;
        let each = many.saturating_sub(few) / 4_800;
        assert!(
            each <= most,
            "{query:?}: {few} and {many} steps, {each} for each run"
        );
    }
}

#[tokio::test]
async fn a_database_of_the_first_version_lists_what_it_listed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.db");
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut conn = options.connect().await.unwrap();
    MIGRATIONS.run_to(1, &mut conn).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO designs VALUES ('00000000-0000-0000-0000-000000000001', 1, '', '', 1, 1, '');
         INSERT INTO runs (id, design, version, title, service, fault, seed, repeat, created, \
         owner, phase, ended, verdict, words, recovery, not_recovered_within) SELECT \
         '00000000-0000-0000-0000-00000000000' || column1, '00000000-0000-0000-0000-000000000001', \
         1, column2, 'web', '', 1, 1, column1, '', 'done', 1, 'held', column2, column3, column4 \
         FROM (VALUES (1, 'never', NULL, 60), (2, 'none', NULL, NULL), (3, 'slow', 90, NULL), \
         (4, 'quick', 5, NULL), (5, 'long', NULL, 9223372036854775807));
         INSERT INTO run_faults SELECT id, 'service-label' FROM runs WHERE title <> 'none';
         INSERT INTO run_faults SELECT id, 'container-kill' FROM runs WHERE title = 'slow';",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();

    let store = SqliteStore::open(&path).await.unwrap();
    let titles = async |fault: &str, sort: &str| {
        let query = RunQuery {
            fault: fault.to_owned(),
            sort: sort.to_owned(),
            ..RunQuery::default()
        };
        let rows = store.runs(&query).await.unwrap();
        rows.into_iter().map(|run| run.title).collect::<Vec<_>>()
    };
    assert_eq!(
        titles("", "recovery").await,
        ["quick", "slow", "never", "long", "none"]
    );
    assert_eq!(
        titles("service-label", "").await,
        ["long", "quick", "slow", "never"]
    );
    assert_eq!(titles("container-kill", "").await, ["slow"]);
}
