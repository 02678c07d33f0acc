//! What the lab remembers: designs, runs with their evidence, the undo journal, settings, links.
//!
//! Guarantee: when a write method has returned, its data survives `kill -9` and a power cut
//! ([`Store::append`] and [`Store::add_samples`] are the two exceptions: they survive `kill -9`,
//! and the last moments before a power cut may be missing).

#[cfg(test)]
#[macro_use]
pub mod contract;
mod error;
mod packed;
pub mod query;
mod samples;
mod sqlite;
mod types;

pub use error::{StoreError, Stored};
pub use sqlite::SqliteStore;
pub use types::*;

use app::api::views::RunQuery;
use app::model::record::{Record, Sample};
use app::model::run::{DesignId, Outcome, Phase, Run, RunId};
use app::model::stream::LiveItem;
use app::model::time::At;
use app::model::undo::{Undo, UndoEntry, UndoState};

/// What the lab remembers. One method per use, not per table; `contract` tests what they promise.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    /// Stores a design. Without `id`, a new one at version 1. With it, overwrites the newest
    /// version, or makes the next one when runs point at the newest and the text differs; what is
    /// stored already stays, with the moment of its last change. Answers with the id and the
    /// version; none when there is no such design. [`StoreError::Outdated`] when another text is
    /// stored than `over` allows (atomically, over all processes that share the database), unless
    /// that is the text to be saved.
    async fn save_design(
        &self,
        id: Option<DesignId>,
        text: DesignText<'_>,
        over: Over,
        now: At,
    ) -> Stored<Option<(DesignId, u32)>>;
    /// A design at its newest version, or at a given one.
    async fn design(&self, id: DesignId, version: Option<u32>) -> Stored<Option<StoredDesign>>;
    /// The versions of a design, newest first; none where there is no such design.
    async fn versions(&self, id: DesignId) -> Stored<Vec<DesignVersion>>;
    /// The design whose newest version has this title and target service; of several, the last
    /// changed.
    async fn design_named(&self, title: &str, service: &str) -> Stored<Option<StoredDesign>>;
    /// All designs at their newest versions, last changed first, each with its last run.
    async fn designs(&self) -> Stored<Vec<(DesignSummary, Option<RunSummary>)>>;

    /// Creates a run; [`StoreError::TargetBusy`] when one that is still on has the same target
    /// service (atomically, over all processes that share the database);
    /// [`StoreError::Outdated`] when the design's version has another text than the run's by now.
    /// Its first evidence is kept with it, or neither.
    async fn create_run(&self, run: NewRun) -> Stored<()>;
    /// Moves a run to a phase.
    async fn set_phase(&self, run: RunId, phase: Phase) -> Stored<()>;
    /// Ends a run: phase done, outcome, figures, and the target free again.
    async fn finish_run(
        &self,
        run: RunId,
        outcome: &Outcome,
        figures: Figures,
        now: At,
    ) -> Stored<()>;
    /// One run.
    async fn run(&self, id: RunId) -> Stored<Option<Run>>;
    /// One run as a list shows it.
    async fn summary(&self, id: RunId) -> Stored<Option<RunSummary>>;
    /// Runs that match, one page (of [`PAGE`] rows).
    async fn runs(&self, query: &RunQuery) -> Stored<Vec<RunSummary>>;
    /// The same page with all that the history shows around it, as of one moment. Counting takes
    /// a look at every run that is stored, which [`Store::runs`] spares.
    async fn history(&self, query: &RunQuery) -> Stored<History>;
    /// Runs that are not over, oldest first.
    async fn unfinished(&self) -> Stored<Vec<Unfinished>>;

    /// Appends to a run's live stream (timeline events and bins), numbered by the caller.
    async fn append(&self, run: RunId, items: &[LiveItem]) -> Stored<()>;
    /// Items after a number, in order, at most `limit`.
    async fn items_after(&self, run: RunId, seq: u64, limit: u32) -> Stored<Vec<LiveItem>>;
    /// Appends samples of the probe at a position of the document.
    async fn add_samples(&self, run: RunId, probe: usize, samples: &[Sample]) -> Stored<()>;
    /// Keeps evidence, all of it or nothing, replacing what was there of its kinds.
    async fn keep(&self, run: RunId, evidence: &[Evidence]) -> Stored<()>;
    /// Drops what only the live view needed (the bins: the samples say it all).
    async fn compact(&self, run: RunId) -> Stored<()>;
    /// The whole record of a run.
    async fn record(&self, run: RunId) -> Stored<Option<Record>>;

    /// Moves a run to phase inject and writes what will put its faults back (by their positions in
    /// the method) into the undo journal, as intended; the numbers of the entries, in that order.
    /// All of it is durable when this returns. Fails where the run is over by now.
    async fn intend(&self, run: RunId, undos: &[(usize, Undo)], now: At) -> Stored<Vec<i64>>;
    /// Moves an entry on.
    async fn set_undo(&self, entry: i64, state: &UndoState, now: At) -> Stored<()>;
    /// Entries that are not settled, newest first (the order of undoing).
    async fn open_undo(&self) -> Stored<Vec<UndoEntry>>;
    /// A run's entries, oldest first.
    async fn undo_of(&self, run: RunId) -> Stored<Vec<UndoEntry>>;

    /// Asks whoever executes a run to end it; the first reason stays.
    async fn request_abort(&self, run: RunId, why: &str) -> Stored<()>;
    /// Whether a run was asked to end, and why.
    async fn abort_requested(&self, run: RunId) -> Stored<Option<String>>;
    /// Whether no run may start.
    async fn hold(&self) -> Stored<Option<Hold>>;
    /// Sets the hold and asks for the end of all runs that are on, or releases it.
    async fn set_hold(&self, hold: Option<&Hold>) -> Stored<()>;
    /// The settings.
    async fn settings(&self) -> Stored<Settings>;
    /// Changes the settings.
    async fn save_settings(&self, settings: &Settings) -> Stored<()>;

    /// Remembers a link by the hash of its token; its number.
    async fn add_share(
        &self,
        run: RunId,
        token_hash: &str,
        made: At,
        expires: Option<At>,
    ) -> Stored<i64>;
    /// The link with this hash, working or not.
    async fn share(&self, token_hash: &str) -> Stored<Option<Share>>;
    /// A run's links, newest first.
    async fn shares_of(&self, run: RunId) -> Stored<Vec<Share>>;
    /// Ends a link; false when there is none.
    async fn revoke_share(&self, id: i64, now: At) -> Stored<bool>;
    /// Answers when the database can be written (for `doctor` and start-up).
    async fn check_writable(&self) -> Stored<()>;
}
