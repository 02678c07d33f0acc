//! Evidence that is kept once per run, packed: snapshots, picked tasks, quality, and the events
//! of a run that is over.
//!
//! Guarantee: of each kind there is one piece per run, the last one kept.

use crate::store::packed::{pack_json, unpack_json};
use crate::store::{Evidence, Stored};
use app::model::run::RunId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{SqliteConnection, query, query_scalar};

/// What a piece of evidence is, as the database names it.
pub(super) mod kind {
    pub const BEFORE: &str = "before";
    pub const AFTER: &str = "after";
    pub const PICKED: &str = "picked";
    pub const QUALITY: &str = "quality";
    pub const EVENTS: &str = "events";
}

/// See [`crate::store::Store::keep`].
pub(super) async fn keep(
    conn: &mut SqliteConnection,
    run: RunId,
    evidence: &[Evidence],
) -> Stored<()> {
    for piece in evidence {
        match piece {
            Evidence::Before(snapshot) => put(conn, run, kind::BEFORE, snapshot).await?,
            Evidence::After(snapshot) => put(conn, run, kind::AFTER, snapshot).await?,
            Evidence::Picked(tasks) => put(conn, run, kind::PICKED, tasks).await?,
            Evidence::Quality(quality) => put(conn, run, kind::QUALITY, quality).await?,
        }
    }
    Ok(())
}

/// Keeps a piece, replacing the one of its kind.
pub(super) async fn put<T: Serialize + Sync>(
    conn: &mut SqliteConnection,
    run: RunId,
    kind: &'static str,
    value: &T,
) -> Stored<()> {
    query(
        "INSERT INTO evidence (run, kind, body) VALUES ($1, $2, $3) \
         ON CONFLICT (run, kind) DO UPDATE SET body = excluded.body",
    )
    .bind(run.to_string())
    .bind(kind)
    .bind(pack_json(value)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// The piece of a kind, if it was kept.
pub(super) async fn get<T: DeserializeOwned>(
    conn: &mut SqliteConnection,
    run: RunId,
    kind: &'static str,
) -> Stored<Option<T>> {
    let body: Option<Vec<u8>> =
        query_scalar("SELECT body FROM evidence WHERE run = $1 AND kind = $2")
            .bind(run.to_string())
            .bind(kind)
            .fetch_optional(conn)
            .await?;
    body.map(|b| unpack_json(&b)).transpose()
}
