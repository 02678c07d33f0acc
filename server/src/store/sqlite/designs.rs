//! Designs and their versions.
//!
//! Guarantee: the text of a version that a run points at never changes.

use super::rows::{fetch, parsed, select_runs};
use crate::store::{
    DesignSummary, DesignText, DesignVersion, Over, RUNS_OF_VERSION, RunSummary, StoreError,
    Stored, StoredDesign,
};
use app::model::digest::digest;
use app::model::run::DesignId;
use app::model::time::At;
use sqlx::{FromRow, SqliteConnection, query, query_as, query_scalar};
use std::collections::HashMap;
use uuid::{NoContext, Timestamp, Uuid};

#[derive(Debug, FromRow)]
struct DesignRow {
    id: String,
    version: u32,
    text: String,
    title: String,
    service: String,
    valid: bool,
    changed: i64,
    has_runs: bool,
}

impl DesignRow {
    fn design(self) -> Stored<StoredDesign> {
        Ok(StoredDesign {
            id: parsed("a design's id", &self.id)?,
            version: self.version,
            text: self.text,
            title: self.title,
            service: self.service,
            valid: self.valid,
            changed: At(self.changed),
            has_runs: self.has_runs,
        })
    }
}

/// See [`crate::store::Store::save_design`].
pub(super) async fn save(
    conn: &mut SqliteConnection,
    id: Option<DesignId>,
    text: &DesignText<'_>,
    over: Over,
    now: At,
) -> Stored<Option<(DesignId, u32)>> {
    let Some(id) = id else {
        let id = new_id(now);
        put(conn, id, 1, text, now).await?;
        return Ok(Some((id, 1)));
    };
    let Some(newest) = one(conn, id, None).await? else {
        return Ok(None);
    };
    if newest.is(text) {
        return Ok(Some((id, newest.version)));
    }
    let differs = newest.text != text.text;
    if differs && matches!(over, Over::Only(known) if known != digest(&newest.text)) {
        return Err(StoreError::Outdated(newest.version));
    }
    let must_stay = differs && (newest.has_runs || over == Over::Nothing);
    let version = newest.version + u32::from(must_stay);
    put(conn, id, version, text, now).await?;
    Ok(Some((id, version)))
}

/// A new id, ordered by time.
fn new_id(now: At) -> DesignId {
    let micros = now.0.max(0).unsigned_abs();
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
    let time = Timestamp::from_unix(NoContext, micros / 1_000_000, nanos);
    DesignId(Uuid::new_v7(time))
}

async fn put(
    conn: &mut SqliteConnection,
    id: DesignId,
    version: u32,
    text: &DesignText<'_>,
    now: At,
) -> Stored<()> {
    query(
        "INSERT INTO designs (id, version, title, service, valid, changed, text) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id, version) DO UPDATE SET title = excluded.title, \
         service = excluded.service, valid = excluded.valid, changed = excluded.changed, \
         text = excluded.text",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(text.title)
    .bind(text.service)
    .bind(text.valid)
    .bind(now.0)
    .bind(text.text)
    .execute(conn)
    .await?;
    Ok(())
}

/// See [`crate::store::Store::design`].
pub(super) async fn one(
    conn: &mut SqliteConnection,
    id: DesignId,
    version: Option<u32>,
) -> Stored<Option<StoredDesign>> {
    let row: Option<DesignRow> = query_as(
        "SELECT id, version, text, title, service, valid, changed, EXISTS \
         (SELECT 1 FROM runs r WHERE r.design = d.id AND r.version = d.version) AS has_runs \
         FROM designs d WHERE id = $1 AND ($2 IS NULL OR version = $2) \
         ORDER BY version DESC LIMIT 1",
    )
    .bind(id.to_string())
    .bind(version)
    .fetch_optional(conn)
    .await?;
    row.map(DesignRow::design).transpose()
}

/// See [`crate::store::Store::versions`].
pub(super) async fn versions(
    conn: &mut SqliteConnection,
    id: DesignId,
) -> Stored<Vec<DesignVersion>> {
    let mut runs = last_runs_of_versions(conn, id).await?;
    let rows: Vec<(u32, i64, i64)> = query_as(
        "SELECT version, changed, \
         (SELECT count(*) FROM runs r WHERE r.design = d.id AND r.version = d.version) \
         FROM designs d WHERE id = $1 ORDER BY version DESC",
    )
    .bind(id.to_string())
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(version, changed, count)| DesignVersion {
            version,
            changed: At(changed),
            run_count: count.unsigned_abs(),
            runs: runs.remove(&version).unwrap_or_default(),
        })
        .collect())
}

async fn last_runs_of_versions(
    conn: &mut SqliteConnection,
    id: DesignId,
) -> Stored<HashMap<u32, Vec<RunSummary>>> {
    let mut query = select_runs(
        " WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER \
         (PARTITION BY version ORDER BY created DESC, id DESC) AS nth FROM runs WHERE design = ",
    );
    query.push_bind(id.to_string()).push(") WHERE nth <= ");
    query.push_bind(RUNS_OF_VERSION);
    query.push(") ORDER BY created DESC, id DESC");
    let mut found: HashMap<u32, Vec<RunSummary>> = HashMap::new();
    for row in fetch(conn, query).await? {
        found.entry(row.version).or_default().push(row.summary()?);
    }
    Ok(found)
}

/// See [`crate::store::Store::design_named`].
pub(super) async fn named(
    conn: &mut SqliteConnection,
    title: &str,
    service: &str,
) -> Stored<Option<StoredDesign>> {
    let found: Option<String> = query_scalar(
        "SELECT id FROM designs d WHERE title = $1 AND service = $2 \
         AND version = (SELECT max(version) FROM designs n WHERE n.id = d.id) \
         ORDER BY changed DESC, id DESC LIMIT 1",
    )
    .bind(title)
    .bind(service)
    .fetch_optional(&mut *conn)
    .await?;
    match found {
        Some(id) => one(conn, parsed("a design's id", &id)?, None).await,
        None => Ok(None),
    }
}

/// See [`crate::store::Store::designs`].
pub(super) async fn all(
    conn: &mut SqliteConnection,
) -> Stored<Vec<(DesignSummary, Option<RunSummary>)>> {
    let mut last_runs = last_runs(conn).await?;
    let rows: Vec<(String, u32, String, String, bool, i64)> = query_as(
        "SELECT id, version, title, service, valid, changed \
         FROM designs d WHERE version = (SELECT max(version) FROM designs n WHERE n.id = d.id) \
         ORDER BY changed DESC, id DESC",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(id, version, title, service, valid, changed)| {
            let id = parsed("a design's id", &id)?;
            let design = DesignSummary {
                id,
                version,
                title,
                service,
                valid,
                changed: At(changed),
            };
            Ok((design, last_runs.remove(&id)))
        })
        .collect()
}

async fn last_runs(conn: &mut SqliteConnection) -> Stored<HashMap<DesignId, RunSummary>> {
    let query = select_runs(
        " WHERE id IN (SELECT (SELECT r.id FROM runs r WHERE r.design = d.id \
         ORDER BY r.created DESC, r.id DESC LIMIT 1) FROM designs d)",
    );
    let rows = fetch(conn, query).await?;
    rows.into_iter()
        .map(|row| row.summary().map(|s| (s.design, s)))
        .collect()
}
