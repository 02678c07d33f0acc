//! A run's samples, and its whole record put together.
//!
//! Guarantee: lossless; compacting changes how evidence is kept, never what it says.

use super::evidence::{get, kind};
use super::rows::position;
use super::{journal, runs, stream};
use crate::store::{StoreError, Stored, samples};
use app::model::experiment::Probe;
use app::model::record::{ProbeSeries, Record, Sample};
use app::model::run::RunId;
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use std::collections::BTreeMap;

/// The samples of one probe of a run, in few big chunks.
#[derive(Debug)]
pub(super) struct Merged {
    probe: i64,
    /// The chunks up to this one are replaced.
    last: i64,
    chunks: Vec<Vec<u8>>,
}

/// Chunks of a probe as they are stored: number and body, in order.
type Chunks = Vec<(i64, Vec<u8>)>;

/// See [`crate::store::Store::add_samples`].
pub(super) async fn add_samples(
    conn: &mut SqliteConnection,
    run: RunId,
    probe: usize,
    samples: &[Sample],
) -> Stored<()> {
    let probe = position(probe)?;
    let last: Option<i64> =
        query_scalar("SELECT max(chunk) FROM samples WHERE run = $1 AND probe = $2")
            .bind(run.to_string())
            .bind(probe)
            .fetch_one(&mut *conn)
            .await?;
    for (chunk, body) in (last.unwrap_or(0) + 1..).zip(samples::encode(samples)) {
        put_chunk(conn, run, probe, chunk, &body?).await?;
    }
    Ok(())
}

async fn put_chunk(
    conn: &mut SqliteConnection,
    run: RunId,
    probe: i64,
    chunk: i64,
    body: &[u8],
) -> Stored<()> {
    query("INSERT INTO samples (run, probe, chunk, body) VALUES ($1, $2, $3, $4)")
        .bind(run.to_string())
        .bind(probe)
        .bind(chunk)
        .bind(body)
        .execute(conn)
        .await?;
    Ok(())
}

async fn chunks(conn: &mut SqliteConnection, run: RunId) -> Stored<BTreeMap<i64, Chunks>> {
    let rows: Vec<(i64, i64, Vec<u8>)> =
        query_as("SELECT probe, chunk, body FROM samples WHERE run = $1 ORDER BY probe, chunk")
            .bind(run.to_string())
            .fetch_all(conn)
            .await?;
    let mut found = BTreeMap::<i64, Chunks>::new();
    for (probe, chunk, body) in rows {
        found.entry(probe).or_default().push((chunk, body));
    }
    Ok(found)
}

/// The samples of one probe in order of intended send.
fn in_order(chunks: &Chunks) -> Stored<Vec<Sample>> {
    let mut all = Vec::new();
    for (_, body) in chunks {
        all.append(&mut samples::decode(body)?);
    }
    all.sort_by_key(|s| s.intended);
    Ok(all)
}

/// Reads a run's samples and packs them again, better: outside of any write transaction, because
/// packing takes a while and others want to write.
pub(super) async fn merge(conn: &mut SqliteConnection, run: RunId) -> Stored<Vec<Merged>> {
    let chunks = chunks(conn, run).await?;
    off_thread(move || chunks.into_iter().map(|(p, c)| merged(p, &c)).collect()).await
}

fn merged(probe: i64, chunks: &Chunks) -> Stored<Merged> {
    let samples = in_order(chunks)?;
    Ok(Merged {
        probe,
        last: chunks.last().map_or(0, |(chunk, _)| *chunk),
        chunks: samples::encode(&samples).collect::<Stored<_>>()?,
    })
}

/// Replaces the small chunks by the big ones, archives the events and drops the bins. There are never more big ones
/// than there were small ones, so what was added meanwhile keeps its place.
pub(super) async fn compact(
    conn: &mut SqliteConnection,
    run: RunId,
    merged: &[Merged],
) -> Stored<()> {
    stream::archive(conn, run).await?;
    for Merged {
        probe,
        last,
        chunks,
    } in merged
    {
        query("DELETE FROM samples WHERE run = $1 AND probe = $2 AND chunk <= $3")
            .bind(run.to_string())
            .bind(probe)
            .bind(last)
            .execute(&mut *conn)
            .await?;
        for (chunk, body) in (1..).zip(chunks) {
            put_chunk(conn, run, *probe, chunk, body).await?;
        }
    }
    Ok(())
}

/// Gives unused pages back to the disk.
pub(super) async fn shrink(conn: &mut SqliteConnection) -> Stored<()> {
    query("PRAGMA incremental_vacuum").fetch_all(conn).await?;
    Ok(())
}

/// See [`crate::store::Store::record`].
pub(super) async fn whole(conn: &mut SqliteConnection, run: RunId) -> Stored<Option<Record>> {
    let Some(found) = runs::one(conn, run).await? else {
        return Ok(None);
    };
    let chunks = chunks(conn, run).await?;
    let probes = found.experiment.hypothesis.probes.clone();
    Ok(Some(Record {
        run: found,
        before: get(conn, run, kind::BEFORE).await?,
        after: get(conn, run, kind::AFTER).await?,
        picked: get(conn, run, kind::PICKED).await?.unwrap_or_default(),
        events: stream::events(conn, run).await?,
        probes: off_thread(move || series(probes, &chunks)).await?,
        undo: journal::of(conn, run).await?,
        quality: get(conn, run, kind::QUALITY).await?.unwrap_or_default(),
    }))
}

/// One series per probe of the document, also for those that were never sent.
fn series(probes: Vec<Probe>, chunks: &BTreeMap<i64, Chunks>) -> Stored<Vec<ProbeSeries>> {
    let named = (0_i64..).zip(probes);
    named
        .map(|(position, probe)| {
            let samples = chunks.get(&position).map(in_order).transpose()?;
            Ok(ProbeSeries {
                name: probe.name,
                samples: samples.unwrap_or_default(),
            })
        })
        .collect()
}

/// Lets long work not hold up whoever else this thread serves.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Stored<T> + Send + 'static,
) -> Stored<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StoreError::Database(sqlx::Error::WorkerCrashed))?
}
