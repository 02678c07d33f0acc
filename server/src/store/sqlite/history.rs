//! Past and present runs: filtered, sorted, in pages, and what a chart over them needs.
//!
//! Guarantee: the default page reads as many rows as it shows, however many runs there are; a
//! query that makes no sense shows less or the default, never an error.

use super::rows::{RunRow, fetch, select_runs};
use crate::store::{PAGE, RunPage, RunSummary, Stored};
use app::api::views::RunQuery;
use app::model::time::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, query_scalar};

/// Most words of a search that count.
const MOST_WORDS: usize = 20;

/// Most points of a chart.
const MOST_POINTS: u32 = 120;

/// See [`crate::store::Store::runs`].
pub(super) async fn page(conn: &mut SqliteConnection, query: &RunQuery) -> Stored<RunPage> {
    let rows = fetch(conn, listing(query)).await?;
    let mut count = filtered(QueryBuilder::new("SELECT count(*) FROM runs"), query);
    let total: i64 = count.build_query_scalar().fetch_one(conn).await?;
    Ok(RunPage {
        rows: rows
            .into_iter()
            .map(RunRow::summary)
            .collect::<Stored<_>>()?,
        total: total.unsigned_abs(),
    })
}

/// The query for one page.
pub(super) fn listing(query: &RunQuery) -> QueryBuilder<Sqlite> {
    let skip = i64::from(query.page.max(1) - 1) * i64::from(PAGE);
    let mut sql = filtered(select_runs(""), query);
    sql.push(" ORDER BY ").push(order(&query.sort));
    sql.push(" LIMIT ").push(PAGE).push(" OFFSET ").push(skip);
    sql
}

/// What the rows are ordered by. Runs without a value come last in either direction; ties are
/// broken by time and id, so that pages never overlap.
fn order(sort: &str) -> &'static str {
    match sort {
        "when" => "created, id",
        "recovery" => "recovery_rank NULLS LAST, created, id",
        "-recovery" => "recovery_rank DESC NULLS LAST, created DESC, id DESC",
        "outage" => "outage NULLS LAST, created, id",
        "-outage" => "outage DESC NULLS LAST, created DESC, id DESC",
        "service" => "service, created DESC, id DESC",
        "-service" => "service DESC, created DESC, id DESC",
        _ => "created DESC, id DESC",
    }
}

/// Adds the conditions of a query.
fn filtered(mut sql: QueryBuilder<Sqlite>, query: &RunQuery) -> QueryBuilder<Sqlite> {
    sql.push(" WHERE TRUE");
    if !query.service.is_empty() {
        sql.push(" AND service = ").push_bind(query.service.clone());
    }
    if !query.fault.is_empty() {
        sql.push(" AND id IN (SELECT run FROM run_faults WHERE kind = ");
        sql.push_bind(query.fault.clone()).push(")");
    }
    match query.verdict.as_str() {
        "" => {}
        "running" => {
            sql.push(" AND phase <> 'done'");
        }
        word => {
            sql.push(" AND verdict = ").push_bind(word.to_owned());
        }
    }
    if let Some(from) = day(&query.from).and_then(midnight) {
        sql.push(" AND created >= ").push_bind(from.0);
    }
    let day_after = day(&query.to).and_then(|d| d.tomorrow().ok());
    if let Some(end) = day_after.and_then(midnight) {
        sql.push(" AND created < ").push_bind(end.0);
    }
    // Found as it is: `instr` knows no wildcards, so there is nothing to escape.
    for word in query.text.split_whitespace().take(MOST_WORDS) {
        sql.push(" AND instr(words, ")
            .push_bind(word.to_lowercase())
            .push(") > 0");
    }
    sql
}

/// A day as the page's date field writes it; one that is none does not filter.
fn day(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

fn midnight(day: Date) -> Option<At> {
    let start = day.to_zoned(TimeZone::UTC).ok()?;
    Some(At(start.timestamp().as_microsecond()))
}

/// See [`crate::store::Store::recoveries`].
pub(super) async fn recoveries(
    conn: &mut SqliteConnection,
    query: &RunQuery,
) -> Stored<Vec<RunSummary>> {
    let mut sql = filtered(select_runs(""), query);
    sql.push(" AND verdict IS NOT NULL AND recovery_rank IS NOT NULL");
    sql.push(" ORDER BY created DESC, id DESC LIMIT ")
        .push(MOST_POINTS);
    let newest_first = fetch(conn, sql).await?;
    newest_first
        .into_iter()
        .rev()
        .map(RunRow::summary)
        .collect()
}

/// See [`crate::store::Store::facets`]. Each next name is looked up in the index, so that this
/// takes as many steps as there are names, not runs.
pub(super) async fn facets(conn: &mut SqliteConnection) -> Stored<(Vec<String>, Vec<String>)> {
    let services = query_scalar(
        "WITH RECURSIVE found (name) AS (SELECT min(service) FROM runs UNION ALL \
         SELECT (SELECT min(service) FROM runs WHERE service > name) FROM found \
         WHERE name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL ORDER BY name",
    )
    .fetch_all(&mut *conn)
    .await?;
    let kinds = query_scalar(
        "WITH RECURSIVE found (name) AS (SELECT min(kind) FROM run_faults UNION ALL \
         SELECT (SELECT min(kind) FROM run_faults WHERE kind > name) FROM found \
         WHERE name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL ORDER BY name",
    )
    .fetch_all(conn)
    .await?;
    Ok((services, kinds))
}
