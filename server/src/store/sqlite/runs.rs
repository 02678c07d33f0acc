//! Runs from launch to end.
//!
//! Guarantee: at most one run is on per target service, over all processes, and a run that is
//! over stays as it ended.

use super::evidence::keep;
use super::rows::{ON, RunRow, fetch, from_json, missing, select_runs, to_json};
use crate::store::{Figures, NewRun, RunSummary, StoreError, Stored, Unfinished};
use app::model::digest::digest;
use app::model::experiment::{Experiment, Fault};
use app::model::run::{Outcome, Phase, Run, RunId};
use app::model::time::At;
use sqlx::{SqliteConnection, query, query_scalar};

/// See [`crate::store::Store::create_run`].
pub(super) async fn create(conn: &mut SqliteConnection, run: &NewRun) -> Stored<()> {
    if let Some(busy) = on_target(conn, &run.experiment.target.service).await? {
        return Err(StoreError::TargetBusy(busy));
    }
    refuse_overwritten(conn, run).await?;
    insert(conn, run).await?;
    query("INSERT INTO experiments (run, body) VALUES ($1, $2)")
        .bind(run.id.to_string())
        .bind(to_json(&run.experiment)?)
        .execute(&mut *conn)
        .await?;
    for fault in &run.experiment.method {
        query("INSERT INTO run_faults (run, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(run.id.to_string())
            .bind(fault.kind())
            .execute(&mut *conn)
            .await?;
    }
    keep(conn, run.id, &run.first).await
}

/// A version without runs may be written over between a launch and its run.
async fn refuse_overwritten(conn: &mut SqliteConnection, run: &NewRun) -> Stored<()> {
    let Some(known) = run.text else { return Ok(()) };
    let text: Option<String> =
        query_scalar("SELECT text FROM designs WHERE id = $1 AND version = $2")
            .bind(run.design.to_string())
            .bind(run.version)
            .fetch_optional(conn)
            .await?;
    if text.is_none_or(|text| digest(&text) == known) {
        return Ok(());
    }
    Err(StoreError::Outdated(run.version))
}

/// The run that is on for a service. The write lock is held by now, so nobody gets in between;
/// the index `one_run_per_target` would refuse them anyway.
async fn on_target(conn: &mut SqliteConnection, service: &str) -> Stored<Option<RunId>> {
    let mut query = select_runs(ON);
    query.push(" AND service = ").push_bind(service);
    let rows = fetch(conn, query).await?;
    rows.first().map(RunRow::run_id).transpose()
}

async fn insert(conn: &mut SqliteConnection, run: &NewRun) -> Stored<()> {
    let Experiment {
        title,
        target,
        method,
        ..
    } = &run.experiment;
    let faults: Vec<_> = method.iter().map(Fault::summary).collect();
    let kinds: Vec<_> = method.iter().map(Fault::kind).collect();
    query(
        "INSERT INTO runs (id, design, version, title, service, fault, seed, repeat, created, \
         owner, phase, words, kinds) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(run.id.to_string())
    .bind(run.design.to_string())
    .bind(run.version)
    .bind(title)
    .bind(&target.service)
    .bind(faults.join(", "))
    .bind(run.seed.cast_signed())
    .bind(run.repeat)
    .bind(run.created.0)
    .bind(&run.owner)
    .bind(Phase::Preflight.word())
    .bind(words(&[title, &target.service]))
    .bind(to_json(&kinds)?)
    .execute(conn)
    .await?;
    Ok(())
}

/// What a search looks at. Lower case is made here because `SQLite` knows only that of ASCII.
fn words(parts: &[&str]) -> String {
    parts.join("\n").to_lowercase()
}

/// See [`crate::store::Store::set_phase`].
pub(super) async fn set_phase(conn: &mut SqliteConnection, run: RunId, phase: Phase) -> Stored<()> {
    let changed = query("UPDATE runs SET phase = $2 WHERE id = $1 AND phase <> 'done'")
        .bind(run.to_string())
        .bind(phase.word())
        .execute(conn)
        .await?;
    was_on(run, changed.rows_affected())
}

/// See [`crate::store::Store::finish_run`].
pub(super) async fn finish(
    conn: &mut SqliteConnection,
    run: RunId,
    outcome: &Outcome,
    figures: Figures,
    now: At,
) -> Stored<()> {
    let changed = query(
        "UPDATE runs SET phase = $2, verdict = $3, reason = $4, left_behind = $5, recovery = $6, \
         not_recovered_within = $7, outage = $8, ended = $9, words = words || $10, \
         recovery_rank = $11, outage_open = $12 \
         WHERE id = $1 AND phase <> 'done'",
    )
    .bind(run.to_string())
    .bind(Phase::Done.word())
    .bind(outcome.verdict.word())
    .bind(&outcome.reason)
    .bind(to_json(&outcome.left_behind)?)
    .bind(figures.recovery.map(|m| m.0))
    .bind(figures.not_recovered_within.map(|m| m.0))
    .bind(figures.outage.map(|m| m.0))
    .bind(now.0)
    .bind(words(&["", &outcome.reason]))
    .bind(rank(figures))
    .bind(figures.outage_open)
    .execute(conn)
    .await?;
    was_on(run, changed.rows_affected())
}

/// How runs sort by recovery: those that never recovered after all that did.
fn rank(figures: Figures) -> Option<i64> {
    const NEVER: i64 = 1 << 62;
    let never = figures.not_recovered_within;
    never
        .map(|least| NEVER + least.0.min(NEVER - 1))
        .or(figures.recovery.map(|span| span.0))
}

/// A run that is over, perhaps closed by another process meanwhile, is not moved any more.
fn was_on(run: RunId, changed: u64) -> Stored<()> {
    if changed == 1 {
        return Ok(());
    }
    Err(missing(format!("run {run} is not on")))
}

/// See [`crate::store::Store::run`].
pub(super) async fn one(conn: &mut SqliteConnection, id: RunId) -> Stored<Option<Run>> {
    let Some(row) = row(conn, id).await? else {
        return Ok(None);
    };
    let experiment = experiment(conn, id).await?;
    row.run(experiment).map(Some)
}

/// See [`crate::store::Store::summary`].
pub(super) async fn summary(conn: &mut SqliteConnection, id: RunId) -> Stored<Option<RunSummary>> {
    row(conn, id).await?.map(RunRow::summary).transpose()
}

async fn row(conn: &mut SqliteConnection, id: RunId) -> Stored<Option<RunRow>> {
    let mut query = select_runs(" WHERE id = ");
    query.push_bind(id.to_string());
    Ok(fetch(conn, query).await?.pop())
}

async fn experiment(conn: &mut SqliteConnection, run: RunId) -> Stored<Experiment> {
    let body: Option<String> = query_scalar("SELECT body FROM experiments WHERE run = $1")
        .bind(run.to_string())
        .fetch_optional(conn)
        .await?;
    let body = body.ok_or_else(|| StoreError::Corrupt(format!("run {run} has no document")))?;
    from_json(&format!("the document of run {run}"), &body)
}

/// See [`crate::store::Store::unfinished`].
pub(super) async fn unfinished(conn: &mut SqliteConnection) -> Stored<Vec<Unfinished>> {
    let mut query = select_runs(ON);
    query.push(" ORDER BY created, id");
    let rows = fetch(conn, query).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let experiment = experiment(conn, row.run_id()?).await?;
        let run = row.run(experiment)?;
        found.push(Unfinished {
            run,
            owner: row.owner,
        });
    }
    Ok(found)
}
