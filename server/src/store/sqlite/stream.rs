//! A run's live stream: events and bins, numbered by whoever records them.
//!
//! Guarantee: a batch is stored whole or not at all, and no number is given twice to a run that
//! is on. When it is over, its events are packed together and its bins are gone.

use super::evidence::{get, kind, put};
use super::rows::{from_json, to_json};
use crate::store::Stored;
use app::model::run::RunId;
use app::model::stream::{LiveBody, LiveItem};
use app::model::timeline::Event;
use sqlx::{SqliteConnection, query, query_as};

/// See [`crate::store::Store::append`].
pub(super) async fn append(
    conn: &mut SqliteConnection,
    run: RunId,
    items: &[LiveItem],
) -> Stored<()> {
    let run = run.to_string();
    for item in items {
        query("INSERT INTO items (run, seq, body) VALUES ($1, $2, $3)")
            .bind(&run)
            .bind(number(item.seq))
            .bind(to_json(&item.body)?)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// See [`crate::store::Store::items_after`].
pub(super) async fn items_after(
    conn: &mut SqliteConnection,
    run: RunId,
    seq: u64,
    limit: u32,
) -> Stored<Vec<LiveItem>> {
    let mut items = archived(conn, run).await?;
    items.retain(|item| item.seq > seq);
    items.truncate(limit as usize);
    let room = limit - u32::try_from(items.len()).unwrap_or(limit);
    items.append(&mut live(conn, run, seq, room).await?);
    Ok(items)
}

/// What is still kept item by item. All of it has higher numbers than what is archived.
async fn live(
    conn: &mut SqliteConnection,
    run: RunId,
    seq: u64,
    limit: u32,
) -> Stored<Vec<LiveItem>> {
    let rows: Vec<(i64, String)> =
        query_as("SELECT seq, body FROM items WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(run.to_string())
            .bind(number(seq))
            .bind(limit)
            .fetch_all(conn)
            .await?;
    let item = |(seq, body): &(i64, String)| {
        Ok(LiveItem {
            seq: seq.unsigned_abs(),
            body: from_json(&format!("item {seq} of run {run}"), body)?,
        })
    };
    rows.iter().map(item).collect()
}

async fn archived(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<LiveItem>> {
    Ok(get(conn, run, kind::EVENTS).await?.unwrap_or_default())
}

/// A run's timeline, in order of recording.
pub(super) async fn events(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<Event>> {
    let items = items_after(conn, run, 0, u32::MAX).await?;
    let events = items.into_iter().filter_map(|item| match item.body {
        LiveBody::Event(event) => Some(event),
        LiveBody::Bin(_) => None,
    });
    Ok(events.collect())
}

/// Packs the events together, which takes a fifth of the space, and drops the bins.
pub(super) async fn archive(conn: &mut SqliteConnection, run: RunId) -> Stored<()> {
    let mut items = items_after(conn, run, 0, u32::MAX).await?;
    items.retain(|item| matches!(item.body, LiveBody::Event(_)));
    put(conn, run, kind::EVENTS, &items).await?;
    query("DELETE FROM items WHERE run = $1")
        .bind(run.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// A number as the database has them. Nobody counts up to 2^63; who asks for what comes after
/// that gets nothing.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
