//! Links to reports.
//!
//! Guarantee: only the hash of a link's token is stored; a link that was revoked stays so.

use super::rows::parsed;
use crate::store::{Share, Stored};
use app::model::run::RunId;
use app::model::time::At;
use sqlx::{FromRow, SqliteConnection, query, query_as, query_scalar};

#[derive(Debug, FromRow)]
struct ShareRow {
    id: i64,
    run: String,
    made: i64,
    expires: Option<i64>,
    revoked: Option<i64>,
}

impl ShareRow {
    fn share(self) -> Stored<Share> {
        Ok(Share {
            id: self.id,
            run: parsed("the run of a link", &self.run)?,
            made: At(self.made),
            expires: self.expires.map(At),
            revoked: self.revoked.map(At),
        })
    }
}

/// See [`crate::store::Store::add_share`].
pub(super) async fn add(
    conn: &mut SqliteConnection,
    run: RunId,
    token_hash: &str,
    made: At,
    expires: Option<At>,
) -> Stored<i64> {
    let id = query_scalar(
        "INSERT INTO shares (run, token_hash, made, expires) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .bind(run.to_string())
    .bind(token_hash)
    .bind(made.0)
    .bind(expires.map(|at| at.0))
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// See [`crate::store::Store::share`].
pub(super) async fn by_hash(
    conn: &mut SqliteConnection,
    token_hash: &str,
) -> Stored<Option<Share>> {
    let row: Option<ShareRow> =
        query_as("SELECT id, run, made, expires, revoked FROM shares WHERE token_hash = $1")
            .bind(token_hash)
            .fetch_optional(conn)
            .await?;
    row.map(ShareRow::share).transpose()
}

/// See [`crate::store::Store::shares_of`].
pub(super) async fn of(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<Share>> {
    let rows: Vec<ShareRow> = query_as(
        "SELECT id, run, made, expires, revoked FROM shares WHERE run = $1 ORDER BY id DESC",
    )
    .bind(run.to_string())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(ShareRow::share).collect()
}

/// See [`crate::store::Store::revoke_share`].
pub(super) async fn revoke(conn: &mut SqliteConnection, id: i64, now: At) -> Stored<bool> {
    let changed = query("UPDATE shares SET revoked = coalesce(revoked, $2) WHERE id = $1")
        .bind(id)
        .bind(now.0)
        .execute(conn)
        .await?;
    Ok(changed.rows_affected() == 1)
}
