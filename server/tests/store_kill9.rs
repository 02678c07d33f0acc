//! Killed in the middle of a write, the store loses nothing that it had acknowledged.
//!
//! The test starts itself again as a child that writes and says what was acknowledged; the child
//! is killed with SIGKILL while it writes on, and the file is looked at.

#![allow(clippy::unwrap_used, reason = "tests")]

use app::model::record::{ProbeOutcome, Sample};
use app::model::run::RunId;
use app::model::stream::{LiveBody, LiveItem};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, What};
use app::model::undo::{Undo, UndoEntry, UndoState};
use hivequake::store::{DesignText, NewRun, Over, SqliteStore, Store};
use sqlx::Connection as _;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use uuid::Uuid;

const DATABASE: &str = "HIVEQUAKE_TEST_KILL9_DATABASE";
const RUN: &str = "HIVEQUAKE_TEST_KILL9_RUN";

/// Items of one batch, so that a write is long enough to be hit.
const BATCH: u32 = 40;

fn item(seq: u32) -> LiveItem {
    LiveItem {
        seq: u64::from(seq),
        body: LiveBody::Event(Event {
            seq,
            at: At(i64::from(seq)),
            resolution: Micros(1),
            source: Source::Lab,
            what: What::Note {
                text: format!("note {seq} ").repeat(20),
            },
        }),
    }
}

fn sample(seq: u32) -> Sample {
    Sample {
        intended: At(i64::from(seq)),
        latency: Micros(7),
        lag: Micros(0),
        outcome: ProbeOutcome::Ok,
    }
}

/// The child: writes until it is killed. Does nothing when the test is run as a test.
#[tokio::test]
async fn child_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let run: RunId = std::env::var(RUN).unwrap().parse().unwrap();
    let store = SqliteStore::open(&PathBuf::from(path)).await.unwrap();
    let found = store.items_after(run, 0, u32::MAX).await.unwrap();
    let mut next = u32::try_from(found.len()).unwrap() + 1;
    loop {
        write_batch(&store, run, next).await;
        next += BATCH;
    }
}

async fn write_batch(store: &SqliteStore, run: RunId, first: u32) {
    let items: Vec<_> = (first..first + BATCH).map(item).collect();
    let samples: Vec<_> = (first..first + BATCH).map(sample).collect();
    store.append(run, &items).await.unwrap();
    acknowledge("items", i64::from(first + BATCH - 1));
    store.add_samples(run, 0, &samples).await.unwrap();
    acknowledge("samples", i64::from(first + BATCH - 1));
    let undo = Undo::Nothing {
        why: "x".repeat(2_000),
    };
    let entry = store.intend(run, &[(0, undo)], At(1)).await.unwrap()[0];
    acknowledge("intended", entry);
    if entry % 2 == 0 {
        store
            .set_undo(entry, &UndoState::Reverted, At(2))
            .await
            .unwrap();
        acknowledge("reverted", entry);
    }
}

fn acknowledge(what: &str, number: i64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {what} {number}").unwrap();
    out.flush().unwrap();
}

/// What the child was told is stored: numbers by kind.
type Acknowledged = BTreeMap<String, BTreeSet<i64>>;

/// Takes a line of the child; false for the harness's own.
fn take(known: &mut Acknowledged, line: &str) -> bool {
    // The harness may have begun the line with "test … ".
    let Some((_, said)) = line.split_once("acknowledged ") else {
        return false;
    };
    let (what, number) = said.split_once(' ').unwrap();
    let numbers = known.entry(what.to_owned()).or_default();
    numbers.insert(number.parse().unwrap());
    true
}

fn child(path: &Path, run: RunId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_writes_until_it_is_killed", "--nocapture"])
        .env(DATABASE, path)
        .env(RUN, run.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a child write until it has said so many lines, kills it, and hears it out.
fn write_and_kill(path: &Path, run: RunId, lines: usize, known: &mut Acknowledged) {
    let mut child = child(path, run);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut heard = 0;
    while heard < lines {
        let line = said.next().expect("the child ended by itself").unwrap();
        heard += usize::from(take(known, &line));
    }
    child.kill().unwrap();
    // What it still said before it died was acknowledged too.
    for line in said.map_while(Result::ok) {
        take(known, &line);
    }
    child.wait().unwrap();
}

async fn with_a_run(path: &Path) -> RunId {
    let store = SqliteStore::open(path).await.unwrap();
    let text = DesignText {
        text: "x",
        title: "x",
        service: "web",
        valid: true,
    };
    let saved = store
        .save_design(None, text, Over::Any, At(1))
        .await
        .unwrap();
    let (design, version) = saved.unwrap();
    let experiment = serde_json::json!({
        "apiVersion": "hivequake/v1", "title": "x", "target": { "service": "web" },
        "hypothesis": { "probes": [{ "name": "p", "tcp": { "address": "127.0.0.1:1" } }] },
        "method": [{ "fault": "container-kill" }]
    });
    let id = RunId(Uuid::new_v4());
    let run = NewRun {
        id,
        design,
        version,
        text: None,
        experiment: serde_json::from_value(experiment).unwrap(),
        seed: 1,
        repeat: 1,
        created: At(1),
        owner: "child".to_owned(),
        first: Vec::new(),
    };
    store.create_run(run).await.unwrap();
    store.close().await;
    id
}

async fn integrity(path: &Path) -> String {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut conn = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    let answer = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut conn)
        .await;
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&mut conn)
        .await;
    assert_eq!(broken.unwrap().len(), 0);
    conn.close().await.unwrap();
    answer.unwrap()
}

/// Everything acknowledged is there, and batches are whole.
async fn look(path: &Path, run: RunId, known: &Acknowledged) {
    assert_eq!(integrity(path).await, "ok");
    let store = SqliteStore::open(path).await.unwrap();
    let items = store.items_after(run, 0, u32::MAX).await.unwrap();
    let last = known["items"].last().copied();
    assert!(
        i64::try_from(items.len()).ok() >= last,
        "acknowledged {last:?}"
    );
    assert_eq!(
        items.len() % BATCH as usize,
        0,
        "a batch is whole or not there"
    );
    for (seq, found) in (1..).zip(&items) {
        assert_eq!(found, &item(seq), "no gap");
    }
    let record = store.record(run).await.unwrap().unwrap();
    samples_are_there(&record.probes[0].samples, known);
    undo_is_there(&record.undo, known);
    store.close().await;
}

fn samples_are_there(found: &[Sample], known: &Acknowledged) {
    assert_eq!(found.len() % BATCH as usize, 0);
    let sent: BTreeSet<i64> = found.iter().map(|s| s.intended.0).collect();
    assert_eq!(sent.len(), found.len());
    for last in known.get("samples").into_iter().flatten() {
        let first = last + 1 - i64::from(BATCH);
        assert!((first..=*last).all(|n| sent.contains(&n)), "up to {last}");
    }
}

fn undo_is_there(found: &[UndoEntry], known: &Acknowledged) {
    let numbers = |what| known.get(what).into_iter().flatten();
    for entry in numbers("intended") {
        assert!(found.iter().any(|e| e.id == *entry), "entry {entry}");
    }
    for entry in numbers("reverted") {
        let found = found.iter().find(|e| e.id == *entry).unwrap();
        assert_eq!(found.state, UndoState::Reverted);
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    if std::env::var_os(DATABASE).is_some() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.db");
    let run = with_a_run(&path).await;
    let mut known = Acknowledged::new();
    for lines in [1, 2, 3, 5, 8, 30, 75, 160] {
        write_and_kill(&path, run, lines, &mut known);
        look(&path, run, &known).await;
    }
    assert_eq!(known.len(), 4, "every kind was written: {known:?}");
}
