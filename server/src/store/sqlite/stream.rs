//! A run's live stream: events and bins, numbered by whoever records them.
//!
//! Guarantee: a batch is stored whole or not at all, and no number is given twice.

use super::rows::{from_json, to_json};
use crate::store::Stored;
use app::api::views::{LiveBody, LiveItem};
use app::model::run::RunId;
use app::model::timeline::Event;
use sqlx::{SqliteConnection, query, query_as, query_scalar};

/// See [`crate::store::Store::append`].
pub(super) async fn append(
    conn: &mut SqliteConnection,
    run: RunId,
    items: &[LiveItem],
) -> Stored<()> {
    let run = run.to_string();
    for item in items {
        query("INSERT INTO items (run, seq, is_event, body) VALUES ($1, $2, $3, $4)")
            .bind(&run)
            .bind(number(item.seq))
            .bind(matches!(item.body, LiveBody::Event(_)))
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
    let rows: Vec<(i64, String)> =
        query_as("SELECT seq, body FROM items WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(run.to_string())
            .bind(number(seq))
            .bind(limit)
            .fetch_all(conn)
            .await?;
    rows.iter()
        .map(|(seq, body)| {
            Ok(LiveItem {
                seq: seq.unsigned_abs(),
                body: from_json(&format!("item {seq} of run {run}"), body)?,
            })
        })
        .collect()
}

/// A run's timeline, in order of recording.
pub(super) async fn events(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<Event>> {
    let bodies: Vec<String> =
        query_scalar("SELECT body FROM items WHERE run = $1 AND is_event = 1 ORDER BY seq")
            .bind(run.to_string())
            .fetch_all(conn)
            .await?;
    let bodies = bodies.iter().map(|b| from_json("an event", b));
    bodies
        .filter_map(|body| match body {
            Ok(LiveBody::Event(event)) => Some(Ok(event)),
            Ok(LiveBody::Bin(_)) => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

/// Drops the bins.
pub(super) async fn drop_bins(conn: &mut SqliteConnection, run: RunId) -> Stored<()> {
    query("DELETE FROM items WHERE run = $1 AND is_event = 0")
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
