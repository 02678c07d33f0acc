//! What the lab remembers: designs, runs with their evidence, the undo journal, settings, links.
//!
//! Guarantee: when a write method has returned, its data survives `kill -9` and a power cut
//! ([`Store::append`] and [`Store::add_samples`] are the two exceptions: they survive `kill -9`,
//! and the last moments before a power cut may be missing).

pub mod contract;
mod samples;
mod sqlite;

pub use sqlite::SqliteStore;

use app::api::views::{LiveItem, RunQuery};
use app::model::experiment::Experiment;
use app::model::facts::Snapshot;
use app::model::record::{Picked, Quality, Record, Sample};
use app::model::run::{DesignId, Outcome, Phase, Run, RunId, Verdict};
use app::model::time::{At, Micros};
use app::model::undo::{Undo, UndoEntry, UndoState};

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run, still on, has the same target service.
    #[error("run {0} is still on for this target")]
    TargetBusy(RunId),
    /// The database cannot be written: read-only or full. For people.
    #[error("{0}")]
    NotWritable(String),
    /// What is stored cannot be read back: a defect, or a file from a newer version.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
}

/// Short for results of the store.
pub type Stored<T> = Result<T, StoreError>;

/// One version of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDesign {
    /// Its name over all versions.
    pub id: DesignId,
    /// From 1.
    pub version: u32,
    /// The document, byte for byte.
    pub text: String,
    /// The title, where it could be read.
    pub title: String,
    /// The target service, where it could be read.
    pub service: String,
    /// Whether the text was valid when it was stored.
    pub valid: bool,
    /// When this version was last written.
    pub changed: At,
    /// Whether runs point at this version.
    pub has_runs: bool,
}

/// A text to be stored as a design.
#[derive(Debug, Clone)]
pub struct DesignText<'a> {
    /// The document.
    pub text: &'a str,
    /// The title, where it can be read.
    pub title: &'a str,
    /// The target service, where it can be read.
    pub service: &'a str,
    /// Whether it is valid.
    pub valid: bool,
}

/// A run to be created, in phase preflight.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its name.
    pub id: RunId,
    /// The design and version it executes.
    pub design: DesignId,
    /// See `design`.
    pub version: u32,
    /// The document as types.
    pub experiment: Experiment,
    /// Where random choices come from.
    pub seed: u64,
    /// Its number within one launch.
    pub repeat: u32,
    /// When it was asked for.
    pub created: At,
    /// The process that executes it (see [`Store::unfinished`]).
    pub owner: String,
}

/// A run in a list, with what was measured kept beside it so that lists stay quick.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSummary {
    /// Its name.
    pub id: RunId,
    /// Its design.
    pub design: DesignId,
    /// The experiment's title.
    pub title: String,
    /// The target service.
    pub service: String,
    /// "container-kill SIGKILL"; several joined with ", ".
    pub fault: String,
    /// Where it is.
    pub phase: Phase,
    /// How it ended.
    pub verdict: Option<Verdict>,
    /// Why; empty while it is on.
    pub reason: String,
    /// When it was launched.
    pub created: At,
    /// What was measured.
    pub figures: Figures,
}

/// What lists show of a run's measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// From the fault to full strength.
    pub recovery: Option<Micros>,
    /// Set where it never recovered: at least this long.
    pub not_recovered_within: Option<Micros>,
    /// The longest time without service.
    pub outage: Option<Micros>,
}

/// One page of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPage {
    /// The runs of the page.
    pub rows: Vec<RunSummary>,
    /// How many match in all.
    pub total: u64,
}

/// Rows in one page of a history.
pub const PAGE: u32 = 50;

/// What a chart of recovery times shows, oldest first, at most the newest 500.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveryPoint {
    /// The run.
    pub id: RunId,
    /// Its service.
    pub service: String,
    /// When it was launched.
    pub created: At,
    /// How it ended.
    pub verdict: Verdict,
    /// What was measured.
    pub figures: Figures,
}

/// A run that is not over, and whose process executes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// The run.
    pub run: Run,
    /// The process that executes, or executed, it.
    pub owner: String,
}

/// Evidence that is kept once per run.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// The service before anything was touched.
    Before(Snapshot),
    /// The service after everything was put back.
    After(Snapshot),
    /// The tasks that were picked.
    Picked(Vec<Picked>),
    /// How good the evidence is.
    Quality(Quality),
}

/// That no run may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Who stopped everything, for people.
    pub who: String,
    /// When.
    pub since: At,
}

/// What can be set in the browser.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Services allowed as targets besides the labelled ones.
    pub allow: Vec<String>,
    /// Most tasks that one run may hit.
    pub max_tasks: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            max_tasks: 5,
        }
    }
}

/// A link to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its number.
    pub id: i64,
    /// The run whose report it shows.
    pub run: RunId,
    /// When it was made.
    pub made: At,
    /// Until when it works; none: for ever.
    pub expires: Option<At>,
    /// When it was revoked.
    pub revoked: Option<At>,
}

/// What the lab remembers. One method per use, not per table; `contract` tests what they promise.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    /// Stores a design. Without `id`, a new one at version 1. With it, overwrites the newest
    /// version, or makes the next one when runs point at the newest and the text differs.
    /// Answers with the id and the version; none when there is no such design.
    async fn save_design(
        &self,
        id: Option<DesignId>,
        text: DesignText<'_>,
        now: At,
    ) -> Stored<Option<(DesignId, u32)>>;
    /// A design at its newest version, or at a given one.
    async fn design(&self, id: DesignId, version: Option<u32>) -> Stored<Option<StoredDesign>>;
    /// All designs at their newest versions, last changed first, each with its last run.
    async fn designs(&self) -> Stored<Vec<(StoredDesign, Option<RunSummary>)>>;

    /// Creates a run; [`StoreError::TargetBusy`] when one that is still on has the same target
    /// service (atomically, over all processes that share the database).
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
    async fn runs(&self, query: &RunQuery) -> Stored<RunPage>;
    /// For the chart over the runs that match.
    async fn recoveries(&self, query: &RunQuery) -> Stored<Vec<RecoveryPoint>>;
    /// Services and kinds of fault ("container-kill") that have runs, each sorted.
    async fn facets(&self) -> Stored<(Vec<String>, Vec<String>)>;
    /// Runs that are not over, oldest first.
    async fn unfinished(&self) -> Stored<Vec<Unfinished>>;

    /// Appends to a run's live stream (timeline events and bins), numbered by the caller.
    async fn append(&self, run: RunId, items: &[LiveItem]) -> Stored<()>;
    /// Items after a number, in order, at most `limit`.
    async fn items_after(&self, run: RunId, seq: u64, limit: u32) -> Stored<Vec<LiveItem>>;
    /// Appends samples of the probe at a position of the document.
    async fn add_samples(&self, run: RunId, probe: usize, samples: &[Sample]) -> Stored<()>;
    /// Keeps evidence, replacing what was there of its kind.
    async fn keep(&self, run: RunId, evidence: Evidence) -> Stored<()>;
    /// Drops what only the live view needed (the bins: the samples say it all).
    async fn compact(&self, run: RunId) -> Stored<()>;
    /// The whole record of a run.
    async fn record(&self, run: RunId) -> Stored<Option<Record>>;

    /// Writes an entry into the undo journal, intended, durable when this returns; its number.
    async fn intend(&self, run: RunId, fault: usize, undo: &Undo, now: At) -> Stored<i64>;
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
    /// Sets or releases the hold.
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
