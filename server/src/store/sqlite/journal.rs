//! The undo journal.
//!
//! Guarantee: an entry is on the disk before its number is known to anybody (promise 1), and it
//! is open until its state says that nothing is left to do.

use super::rows::{from_json, missing, parsed, position, to_json};
use super::runs::set_phase;
use crate::store::{StoreError, Stored};
use app::model::run::{Phase, RunId};
use app::model::time::At;
use app::model::undo::{Undo, UndoEntry, UndoState};
use sqlx::{FromRow, SqliteConnection, query, query_as, query_scalar};

#[derive(Debug, FromRow)]
struct EntryRow {
    id: i64,
    run: String,
    fault: i64,
    undo: String,
    state: String,
    changed: i64,
}

impl EntryRow {
    fn entry(self) -> Stored<UndoEntry> {
        let what = format!("entry {} of the undo journal", self.id);
        Ok(UndoEntry {
            id: self.id,
            run: parsed(&what, &self.run)?,
            fault: usize::try_from(self.fault).map_err(StoreError::corrupt)?,
            undo: from_json(&what, &self.undo)?,
            state: from_json(&what, &self.state)?,
            changed: At(self.changed),
        })
    }
}

/// See [`crate::store::Store::intend`].
pub(super) async fn intend(
    conn: &mut SqliteConnection,
    run: RunId,
    undos: &[(usize, Undo)],
    now: At,
) -> Stored<Vec<i64>> {
    set_phase(conn, run, Phase::Inject).await?;
    let mut entries = Vec::with_capacity(undos.len());
    for (fault, undo) in undos {
        let entry = query_scalar(
            "INSERT INTO undo (run, fault, undo, state, settled, changed) \
             VALUES ($1, $2, $3, $4, FALSE, $5) RETURNING id",
        )
        .bind(run.to_string())
        .bind(position(*fault)?)
        .bind(to_json(undo)?)
        .bind(to_json(&UndoState::Intended)?)
        .bind(now.0)
        .fetch_one(&mut *conn)
        .await?;
        entries.push(entry);
    }
    Ok(entries)
}

/// See [`crate::store::Store::set_undo`]. A settled entry may open again: a fault that took hold
/// after somebody found nothing to put back has to be put back all the same.
pub(super) async fn set(
    conn: &mut SqliteConnection,
    entry: i64,
    state: &UndoState,
    now: At,
) -> Stored<()> {
    let changed = query("UPDATE undo SET state = $2, settled = $3, changed = $4 WHERE id = $1")
        .bind(entry)
        .bind(to_json(state)?)
        .bind(state.is_settled())
        .bind(now.0)
        .execute(conn)
        .await?;
    if changed.rows_affected() == 1 {
        return Ok(());
    }
    Err(missing(format!("the undo journal has no entry {entry}")))
}

/// See [`crate::store::Store::open_undo`].
pub(super) async fn open(conn: &mut SqliteConnection) -> Stored<Vec<UndoEntry>> {
    let rows: Vec<EntryRow> = query_as(
        "SELECT id, run, fault, undo, state, changed FROM undo WHERE settled = 0 ORDER BY id DESC",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// See [`crate::store::Store::undo_of`].
pub(super) async fn of(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<UndoEntry>> {
    let rows: Vec<EntryRow> = query_as(
        "SELECT id, run, fault, undo, state, changed FROM undo WHERE run = $1 ORDER BY id",
    )
    .bind(run.to_string())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}
