//! What steers runs from outside: abort requests, the hold, settings.
//!
//! Guarantee: it lies in the database, so that every process that executes runs obeys it, also
//! after a restart.

use super::rows::{from_json, missing, to_json};
use crate::store::{Hold, Settings, Stored};
use app::model::run::RunId;
use app::model::time::At;
use sqlx::{SqliteConnection, query, query_as, query_scalar};

/// See [`crate::store::Store::request_abort`].
pub(super) async fn request_abort(
    conn: &mut SqliteConnection,
    run: RunId,
    why: &str,
) -> Stored<()> {
    let changed = query("UPDATE runs SET abort_why = coalesce(abort_why, $2) WHERE id = $1")
        .bind(run.to_string())
        .bind(why)
        .execute(conn)
        .await?;
    if changed.rows_affected() == 1 {
        return Ok(());
    }
    Err(missing(format!("there is no run {run}")))
}

/// See [`crate::store::Store::abort_requested`].
pub(super) async fn abort_requested(
    conn: &mut SqliteConnection,
    run: RunId,
) -> Stored<Option<String>> {
    let why: Option<Option<String>> = query_scalar("SELECT abort_why FROM runs WHERE id = $1")
        .bind(run.to_string())
        .fetch_optional(conn)
        .await?;
    Ok(why.flatten())
}

/// See [`crate::store::Store::hold`].
pub(super) async fn hold(conn: &mut SqliteConnection) -> Stored<Option<Hold>> {
    let row: Option<(String, i64)> = query_as("SELECT who, since FROM hold")
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|(who, since)| Hold {
        who,
        since: At(since),
    }))
}

/// See [`crate::store::Store::set_hold`].
pub(super) async fn set_hold(conn: &mut SqliteConnection, hold: Option<&Hold>) -> Stored<()> {
    query("DELETE FROM hold").execute(&mut *conn).await?;
    if let Some(hold) = hold {
        query("INSERT INTO hold (one, who, since) VALUES (1, $1, $2)")
            .bind(&hold.who)
            .bind(hold.since.0)
            .execute(&mut *conn)
            .await?;
        // Whoever executes a run may look only after the hold is released again.
        query("UPDATE runs SET abort_why = coalesce(abort_why, $1) WHERE phase <> 'done'")
            .bind(hold.stopped())
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// See [`crate::store::Store::settings`].
pub(super) async fn settings(conn: &mut SqliteConnection) -> Stored<Settings> {
    let body: Option<String> = query_scalar("SELECT body FROM settings")
        .fetch_optional(conn)
        .await?;
    let settings = body.map(|b| from_json("the settings", &b)).transpose()?;
    Ok(settings.unwrap_or_default())
}

/// See [`crate::store::Store::save_settings`].
pub(super) async fn save_settings(conn: &mut SqliteConnection, settings: &Settings) -> Stored<()> {
    query(
        "INSERT INTO settings (one, body) VALUES (1, $1) \
         ON CONFLICT (one) DO UPDATE SET body = excluded.body",
    )
    .bind(to_json(settings)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the number that marks the file as ours ("Hivq"). It is the same each time, but it has
/// to be written, which is what is asked here.
pub(super) async fn write_something(conn: &mut SqliteConnection) -> Stored<()> {
    query("PRAGMA application_id = 1214871153")
        .execute(conn)
        .await?;
    Ok(())
}
