//! What goes into the store and what comes out of it. Plain data: nothing here can fail.

use app::model::experiment::Experiment;
use app::model::facts::Snapshot;
use app::model::record::{Picked, Quality};
use app::model::run::{DesignId, Phase, Run, RunId, Verdict};
use app::model::time::{At, Micros};

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

impl StoredDesign {
    /// Whether a text and all that is known of it are stored already.
    pub fn is(&self, text: &DesignText<'_>) -> bool {
        let stored = (&*self.text, &*self.title, &*self.service, self.valid);
        stored == (text.text, text.title, text.service, text.valid)
    }
}

/// A design in a list, as its newest version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignSummary {
    /// Its name over all versions.
    pub id: DesignId,
    /// From 1.
    pub version: u32,
    /// The title, where it could be read.
    pub title: String,
    /// The target service, where it could be read.
    pub service: String,
    /// Whether the text was valid when it was stored.
    pub valid: bool,
    /// When this version was last written.
    pub changed: At,
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

/// What saving a design may write over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Whatever is stored.
    Any,
    /// The text with this [`digest`](app::model::digest::digest) and no other.
    Only(u64),
    /// Nothing: another text makes the next version.
    Nothing,
}

/// A version of a design in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignVersion {
    /// From 1.
    pub version: u32,
    /// When it was last written.
    pub changed: At,
    /// How many runs point at it.
    pub run_count: u64,
    /// The last of them, newest first, at most [`RUNS_OF_VERSION`].
    pub runs: Vec<RunSummary>,
}

/// Most runs that are listed of one version.
pub const RUNS_OF_VERSION: u32 = 10;

/// A run to be created, in phase preflight.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its name.
    pub id: RunId,
    /// The design and version it executes.
    pub design: DesignId,
    /// See `design`.
    pub version: u32,
    /// The [`digest`](app::model::digest::digest) that the version's text must have by then; none
    /// where it may be any.
    pub text: Option<u64>,
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
    /// What preflight saw.
    pub first: Vec<Evidence>,
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
    /// The longest outage of any probe, in whole or in part.
    pub outage: Option<Micros>,
    /// Whether that outage was not over when the run ended: then it lasted at least as long.
    pub outage_open: bool,
}

/// What the history page shows of the runs that match a query.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// One page of them.
    pub rows: Vec<RunSummary>,
    /// How many match in all.
    pub total: u64,
    /// For the chart: those that are over and recovered, or were watched and did not. Oldest
    /// first, at most the newest [`CHARTED`].
    pub recoveries: Vec<RunSummary>,
    /// How many `recoveries` there would be without that limit.
    pub measured: u64,
    /// Services that have runs, sorted, whatever the query.
    pub services: Vec<String>,
    /// Kinds of fault ("container-kill") that have runs, sorted, whatever the query.
    pub faults: Vec<String>,
}

/// Most runs in the chart of a history.
pub const CHARTED: u32 = 120;

/// Rows in one page of a history.
pub const PAGE: u32 = 50;

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

impl Hold {
    /// Why runs end, for people.
    pub fn stopped(&self) -> String {
        format!("everything was stopped by {}", self.who)
    }
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
