//! Rows of the table of runs, and what they mean.
//!
//! Guarantee: a value that this version does not know is [`StoreError::Corrupt`], never a guess.

use crate::store::{Figures, RunSummary, StoreError, Stored};
use app::model::experiment::Experiment;
use app::model::run::{Outcome, Phase, Run, RunId, Verdict};
use app::model::time::{At, Micros};
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};
use std::fmt::Display;
use std::str::FromStr;

/// What is read of a run. Named, so that a column added by a newer version changes nothing here.
const COLUMNS: &str = "id, design, version, title, service, fault, seed, repeat, created, owner, \
     phase, ended, verdict, reason, left_behind, recovery, not_recovered_within, outage, \
     outage_open";

/// One row.
#[derive(Debug, FromRow)]
pub(super) struct RunRow {
    id: String,
    design: String,
    pub version: u32,
    title: String,
    service: String,
    fault: String,
    seed: i64,
    repeat: u32,
    created: i64,
    pub owner: String,
    phase: String,
    ended: Option<i64>,
    verdict: Option<String>,
    reason: String,
    left_behind: String,
    recovery: Option<i64>,
    not_recovered_within: Option<i64>,
    outage: Option<i64>,
    outage_open: bool,
}

/// Names the index of the runs that are on, and says so. Left to itself, `SQLite` would rather
/// read all runs in the order asked for.
pub(super) const ON: &str = " INDEXED BY one_run_per_target WHERE phase <> 'done'";

/// A query for runs; `rest` begins with " WHERE" or the like.
pub(super) fn select_runs(rest: &str) -> QueryBuilder<Sqlite> {
    select_from(&format!("runs{rest}"))
}

/// A query for runs from more than their table.
pub(super) fn select_from(tables: &str) -> QueryBuilder<Sqlite> {
    QueryBuilder::new(format!("SELECT {COLUMNS} FROM {tables}"))
}

/// Runs that a query finds.
pub(super) async fn fetch(
    conn: &mut SqliteConnection,
    mut query: QueryBuilder<Sqlite>,
) -> Stored<Vec<RunRow>> {
    let rows: Vec<SqliteRow> = query.build().fetch_all(conn).await?;
    rows.iter()
        .map(|row| RunRow::from_row(row).map_err(StoreError::corrupt))
        .collect()
}

impl RunRow {
    pub fn run_id(&self) -> Stored<RunId> {
        parsed("a run's id", &self.id)
    }

    fn phase(&self) -> Stored<Phase> {
        let known = Phase::ALL.into_iter().find(|p| p.word() == self.phase);
        known.ok_or_else(|| unknown("phase", &self.phase))
    }

    fn verdict(&self) -> Stored<Option<Verdict>> {
        let word = self.verdict.as_deref();
        word.map(|w| Verdict::from_word(w).ok_or_else(|| unknown("verdict", w)))
            .transpose()
    }

    fn figures(&self) -> Figures {
        Figures {
            recovery: self.recovery.map(Micros),
            not_recovered_within: self.not_recovered_within.map(Micros),
            outage: self.outage.map(Micros),
            outage_open: self.outage_open,
        }
    }

    fn outcome(&self) -> Stored<Option<Outcome>> {
        let Some(verdict) = self.verdict()? else {
            return Ok(None);
        };
        Ok(Some(Outcome {
            verdict,
            reason: self.reason.clone(),
            left_behind: from_json("what a run left behind", &self.left_behind)?,
        }))
    }

    /// As the run that it is, with its document.
    pub fn run(&self, experiment: Experiment) -> Stored<Run> {
        Ok(Run {
            id: self.run_id()?,
            design: parsed("a design's id", &self.design)?,
            version: self.version,
            experiment,
            seed: self.seed.cast_unsigned(),
            repeat: self.repeat,
            created: At(self.created),
            ended: self.ended.map(At),
            phase: self.phase()?,
            outcome: self.outcome()?,
        })
    }

    /// As lists show it.
    pub fn summary(self) -> Stored<RunSummary> {
        Ok(RunSummary {
            id: self.run_id()?,
            design: parsed("a design's id", &self.design)?,
            phase: self.phase()?,
            verdict: self.verdict()?,
            created: At(self.created),
            figures: self.figures(),
            title: self.title,
            service: self.service,
            fault: self.fault,
            reason: self.reason,
        })
    }
}

/// Text that was written by this program, as what it was.
pub(super) fn parsed<T: FromStr<Err: Display>>(what: &str, text: &str) -> Stored<T> {
    text.parse()
        .map_err(|e| StoreError::Corrupt(format!("{what}: {e}")))
}

/// JSON that was written by this program, as what it was.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Stored<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Corrupt(format!("{what}: {e}")))
}

/// A value as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Stored<String> {
    serde_json::to_string(value).map_err(StoreError::corrupt)
}

/// A position in a document, as the database has numbers.
pub(super) fn position(index: usize) -> Stored<i64> {
    i64::try_from(index).map_err(StoreError::corrupt)
}

/// That a row which had to be there is not.
pub(super) fn missing(what: impl Into<String>) -> StoreError {
    StoreError::Database(sqlx::Error::InvalidArgument(what.into()))
}

fn unknown(what: &str, word: &str) -> StoreError {
    StoreError::Corrupt(format!("\"{word}\" is no {what} that this version knows"))
}
