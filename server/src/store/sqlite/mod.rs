//! The store in one `SQLite` file, shared by every process that opens it.
//!
//! Guarantee: every write is one transaction that takes the write lock at its beginning, and is
//! on the disk when the method returns; nothing depends on what this process remembers.

mod control;
mod designs;
mod evidence;
mod history;
mod journal;
mod open;
mod record;
mod rows;
mod runs;
mod shares;
mod stream;
mod trouble;

#[cfg(test)]
mod bad_disk_tests;
#[cfg(test)]
mod many_tests;
#[cfg(test)]
mod size_tests;
#[cfg(test)]
mod tests;

use super::{
    DesignSummary, DesignText, DesignVersion, Evidence, Figures, History, Hold, NewRun, Over,
    RunSummary, Settings, Share, Store, StoreError, Stored, StoredDesign, Unfinished,
};
use app::api::views::RunQuery;
use app::model::record::{Record, Sample};
use app::model::run::{DesignId, Outcome, Phase, Run, RunId};
use app::model::stream::LiveItem;
use app::model::time::At;
use app::model::undo::{Undo, UndoEntry, UndoState};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Sqlite, SqlitePool};
use std::path::PathBuf;

/// The store in an `SQLite` file. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    /// One connection: `SQLite` has one writer at a time anyway, and waiting here is fair.
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Does work in one write transaction: all of it is stored, or nothing.
macro_rules! written {
    ($store:ident, |$tx:ident| $work:expr) => {{
        let mut conn = $store.writing().await?;
        let answer = async {
            let mut $tx = conn.begin_with("BEGIN IMMEDIATE").await?;
            let answer = $work.await?;
            $tx.commit().await?;
            Ok(answer)
        }
        .await;
        $store.after_write(conn, answer).await
    }};
}

/// Does work in one read transaction: it sees one moment of the database.
macro_rules! read {
    ($store:ident, |$tx:ident| $work:expr) => {{
        let answer = async {
            let mut $tx = $store.readers.begin().await?;
            $work.await
        };
        answer.await.map_err(|e| $store.explained(e))
    }};
}

impl SqliteStore {
    /// Writes everything into the one file and ends all connections; what is called afterwards
    /// fails. A store that is just dropped loses nothing either.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn writing(&self) -> Stored<PoolConnection<Sqlite>> {
        let conn = self.writer.acquire().await;
        conn.map_err(|e| trouble::explain(&self.path, e))
    }

    fn explained(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Database(error) => trouble::explain(&self.path, error),
            other => other,
        }
    }

    /// Says what went wrong for people, and lets go of a connection that saw the database fail:
    /// `SQLite` may have rolled back by itself, which the pool would not know of.
    async fn after_write<T>(&self, conn: PoolConnection<Sqlite>, answer: Stored<T>) -> Stored<T> {
        if matches!(answer, Err(StoreError::Database(_)))
            && let Err(error) = conn.close().await
        {
            tracing::warn!(%error, "closing the writing connection after an error");
        }
        answer.map_err(|e| self.explained(e))
    }
}

#[async_trait::async_trait]
impl Store for SqliteStore {
    async fn save_design(
        &self,
        id: Option<DesignId>,
        text: DesignText<'_>,
        over: Over,
        now: At,
    ) -> Stored<Option<(DesignId, u32)>> {
        written!(self, |tx| designs::save(&mut tx, id, &text, over, now))
    }

    async fn design(&self, id: DesignId, version: Option<u32>) -> Stored<Option<StoredDesign>> {
        read!(self, |tx| designs::one(&mut tx, id, version))
    }

    async fn versions(&self, id: DesignId) -> Stored<Vec<DesignVersion>> {
        read!(self, |tx| designs::versions(&mut tx, id))
    }

    async fn design_named(&self, title: &str, service: &str) -> Stored<Option<StoredDesign>> {
        read!(self, |tx| designs::named(&mut tx, title, service))
    }

    async fn designs(&self) -> Stored<Vec<(DesignSummary, Option<RunSummary>)>> {
        read!(self, |tx| designs::all(&mut tx))
    }

    async fn create_run(&self, run: NewRun) -> Stored<()> {
        written!(self, |tx| runs::create(&mut tx, &run))
    }

    async fn set_phase(&self, run: RunId, phase: Phase) -> Stored<()> {
        written!(self, |tx| runs::set_phase(&mut tx, run, phase))
    }

    async fn finish_run(
        &self,
        run: RunId,
        outcome: &Outcome,
        figures: Figures,
        now: At,
    ) -> Stored<()> {
        written!(self, |tx| runs::finish(&mut tx, run, outcome, figures, now))
    }

    async fn run(&self, id: RunId) -> Stored<Option<Run>> {
        read!(self, |tx| runs::one(&mut tx, id))
    }

    async fn summary(&self, id: RunId) -> Stored<Option<RunSummary>> {
        read!(self, |tx| runs::summary(&mut tx, id))
    }

    async fn runs(&self, query: &RunQuery) -> Stored<Vec<RunSummary>> {
        read!(self, |tx| history::page(&mut tx, query))
    }

    async fn history(&self, query: &RunQuery) -> Stored<History> {
        read!(self, |tx| history::history(&mut tx, query))
    }

    async fn unfinished(&self) -> Stored<Vec<Unfinished>> {
        read!(self, |tx| runs::unfinished(&mut tx))
    }

    async fn append(&self, run: RunId, items: &[LiveItem]) -> Stored<()> {
        written!(self, |tx| stream::append(&mut tx, run, items))
    }

    async fn items_after(&self, run: RunId, seq: u64, limit: u32) -> Stored<Vec<LiveItem>> {
        read!(self, |tx| stream::items_after(&mut tx, run, seq, limit))
    }

    async fn add_samples(&self, run: RunId, probe: usize, samples: &[Sample]) -> Stored<()> {
        written!(self, |tx| record::add_samples(&mut tx, run, probe, samples))
    }

    async fn keep(&self, run: RunId, evidence: &[Evidence]) -> Stored<()> {
        written!(self, |tx| evidence::keep(&mut tx, run, evidence))
    }

    async fn compact(&self, run: RunId) -> Stored<()> {
        let merged = read!(self, |tx| record::merge(&mut tx, run))?;
        written!(self, |tx| record::compact(&mut tx, run, &merged))?;
        // Pages that nothing uses any more go back to the disk.
        let mut conn = self.writing().await?;
        let answer = record::shrink(&mut conn).await;
        self.after_write(conn, answer).await
    }

    async fn record(&self, run: RunId) -> Stored<Option<Record>> {
        read!(self, |tx| record::whole(&mut tx, run))
    }

    async fn intend(&self, run: RunId, undos: &[(usize, Undo)], now: At) -> Stored<Vec<i64>> {
        written!(self, |tx| journal::intend(&mut tx, run, undos, now))
    }

    async fn set_undo(&self, entry: i64, state: &UndoState, now: At) -> Stored<()> {
        written!(self, |tx| journal::set(&mut tx, entry, state, now))
    }

    async fn open_undo(&self) -> Stored<Vec<UndoEntry>> {
        read!(self, |tx| journal::open(&mut tx))
    }

    async fn undo_of(&self, run: RunId) -> Stored<Vec<UndoEntry>> {
        read!(self, |tx| journal::of(&mut tx, run))
    }

    async fn request_abort(&self, run: RunId, why: &str) -> Stored<()> {
        written!(self, |tx| control::request_abort(&mut tx, run, why))
    }

    async fn abort_requested(&self, run: RunId) -> Stored<Option<String>> {
        read!(self, |tx| control::abort_requested(&mut tx, run))
    }

    async fn hold(&self) -> Stored<Option<Hold>> {
        read!(self, |tx| control::hold(&mut tx))
    }

    async fn set_hold(&self, hold: Option<&Hold>) -> Stored<()> {
        written!(self, |tx| control::set_hold(&mut tx, hold))
    }

    async fn settings(&self) -> Stored<Settings> {
        read!(self, |tx| control::settings(&mut tx))
    }

    async fn save_settings(&self, settings: &Settings) -> Stored<()> {
        written!(self, |tx| control::save_settings(&mut tx, settings))
    }

    async fn add_share(
        &self,
        run: RunId,
        token_hash: &str,
        made: At,
        expires: Option<At>,
    ) -> Stored<i64> {
        written!(self, |tx| shares::add(
            &mut tx, run, token_hash, made, expires
        ))
    }

    async fn share(&self, token_hash: &str) -> Stored<Option<Share>> {
        read!(self, |tx| shares::by_hash(&mut tx, token_hash))
    }

    async fn shares_of(&self, run: RunId) -> Stored<Vec<Share>> {
        read!(self, |tx| shares::of(&mut tx, run))
    }

    async fn revoke_share(&self, id: i64, now: At) -> Stored<bool> {
        written!(self, |tx| shares::revoke(&mut tx, id, now))
    }

    async fn check_writable(&self) -> Stored<()> {
        written!(self, |tx| control::write_something(&mut tx))
    }
}
