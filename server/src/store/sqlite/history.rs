//! Past and present runs: filtered, sorted, in pages, and what a chart over them needs.
//!
//! Guarantee: which runs match is read from one index that holds all it takes, in the order asked
//! for (but for the few that are on, which have an index of their own); of those that are over,
//! only the rows that are shown are read. A query that makes no sense shows less or the default,
//! never an error.

use super::rows::{RunRow, fetch, select_from};
use crate::store::query::day;
use crate::store::{CHARTED, History, PAGE, RunSummary, Stored};
use app::api::views::RunQuery;
use app::model::time::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// Most words of a search that count.
const MOST_WORDS: usize = 20;

/// A longer one, in bytes, is in no title and in no reason; `SQLite` refuses patterns of 50,000.
const LONGEST_WORD: usize = 10_000;

/// See [`crate::store::Store::runs`].
pub(super) async fn page(conn: &mut SqliteConnection, query: &RunQuery) -> Stored<Vec<RunSummary>> {
    summaries(conn, listing(query)).await
}

/// See [`crate::store::Store::history`].
pub(super) async fn history(conn: &mut SqliteConnection, query: &RunQuery) -> Stored<History> {
    let rows = page(conn, query).await?;
    let (total, measured, recoveries) = if are_all(query, &rows) {
        let recoveries = recoveries_of(&rows);
        (rows.len() as u64, recoveries.len() as u64, recoveries)
    } else {
        let (total, measured) = counts(conn, query).await?;
        (total, measured, recoveries(conn, query).await?)
    };
    Ok(History {
        rows,
        total,
        recoveries,
        measured,
        services: names(conn, "runs", "service").await?,
        faults: names(conn, "run_faults", "kind").await?,
    })
}

/// Whether a page holds all that match: a first page with room left. Then there is nothing to
/// count or to look for again, which is what a search that finds little would take longest for.
fn are_all(query: &RunQuery, rows: &[RunSummary]) -> bool {
    query.page <= 1 && rows.len() < PAGE as usize
}

async fn summaries(
    conn: &mut SqliteConnection,
    query: QueryBuilder<Sqlite>,
) -> Stored<Vec<RunSummary>> {
    let rows = fetch(conn, query).await?;
    rows.into_iter().map(RunRow::summary).collect()
}

/// The query for one page.
pub(super) fn listing(query: &RunQuery) -> QueryBuilder<Sqlite> {
    let skip = i64::from(query.page.max(1) - 1) * i64::from(PAGE);
    shown(query, &query.sort, "", &format!("{PAGE} OFFSET {skip}"))
}

/// The query for what a chart shows, newest first. The database has a rank for nothing but the
/// runs that are over and recovered, or were watched and did not.
pub(super) fn charting(query: &RunQuery) -> QueryBuilder<Sqlite> {
    let measured = " AND recovery_rank IS NOT NULL";
    shown(query, NEWEST, measured, &CHARTED.to_string())
}

/// The query for how many match, and how many of these have a place in a chart.
pub(super) fn counting(query: &RunQuery) -> QueryBuilder<Sqlite> {
    let (index, _) = order(query, NEWEST);
    let count = "SELECT count(*), count(recovery_rank)";
    let sql = QueryBuilder::new(format!("{count} FROM runs INDEXED BY {index} WHERE TRUE"));
    filtered(sql, query)
}

/// A query for rows of runs that match: which, it reads from the index; only these it looks up.
/// (`SQLite` takes a `CROSS JOIN` in the order in which it is written.)
fn shown(query: &RunQuery, sort: &str, and: &str, limit: &str) -> QueryBuilder<Sqlite> {
    let (index, order) = order(query, sort);
    let hits = format!("(SELECT id AS hit FROM runs INDEXED BY {index} WHERE TRUE");
    let mut sql = filtered(select_from(&hits), query);
    sql.push(and);
    sql.push(format!(" ORDER BY {order} LIMIT {limit})"));
    sql.push(format!(" CROSS JOIN runs ON id = hit ORDER BY {order}"));
    sql
}

/// The sort of what is newest first, as any that makes no sense.
const NEWEST: &str = "";

/// The index to read, and what the rows are ordered by. Runs without a value come last in either
/// direction; ties are broken by time and id, so that pages never overlap.
fn order(query: &RunQuery, sort: &str) -> (&'static str, &'static str) {
    let (index, order) = match sort {
        "when" => ("runs_by_time", "created, id"),
        "recovery" => ("runs_by_recovery", "recovery_rank NULLS LAST, created, id"),
        "-recovery" => (
            "runs_by_recovery",
            "recovery_rank DESC NULLS LAST, created DESC, id DESC",
        ),
        "outage" => ("runs_by_outage", "outage NULLS LAST, created, id"),
        "-outage" => (
            "runs_by_outage",
            "outage DESC NULLS LAST, created DESC, id DESC",
        ),
        "service" => ("runs_by_service_newest", "service, created DESC, id DESC"),
        "-service" => ("runs_by_service", "service DESC, created DESC, id DESC"),
        _ => ("runs_by_time", "created DESC, id DESC"),
    };
    match index {
        _ if query.verdict == RUNNING => ("one_run_per_target", order), // few, quickly sorted
        "runs_by_time" if !query.service.is_empty() => ("runs_by_service", order),
        _ => (index, order),
    }
}

/// What is asked for instead of a verdict to see the runs that are on.
const RUNNING: &str = "running";

/// Adds the conditions of a query.
fn filtered(mut sql: QueryBuilder<Sqlite>, query: &RunQuery) -> QueryBuilder<Sqlite> {
    if !query.service.is_empty() {
        sql.push(" AND service = ").push_bind(query.service.clone());
    }
    if !query.fault.is_empty() {
        // In quotes as it stands in the array, it can be found as nothing but one whole element.
        let element = serde_json::Value::from(query.fault.as_str()).to_string();
        sql.push(" AND instr(kinds, ")
            .push_bind(element)
            .push(") > 0");
    }
    match query.verdict.as_str() {
        "" => {}
        RUNNING => {
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
    for word in query.text.split_whitespace().take(MOST_WORDS) {
        if word.len() > LONGEST_WORD {
            sql.push(" AND FALSE");
        } else {
            sql.push(" AND words GLOB ")
                .push_bind(anywhere(&word.to_lowercase()));
        }
    }
    sql
}

/// The pattern for a word as it is, wherever it stands. (Where it does not stand, this takes
/// `SQLite` about half as long as `instr` would.)
fn anywhere(word: &str) -> String {
    let mut pattern = String::from("*");
    for c in word.chars() {
        match c {
            '*' | '?' | '[' => pattern.extend(['[', c, ']']),
            _ => pattern.push(c),
        }
    }
    pattern.push('*');
    pattern
}

fn midnight(day: Date) -> Option<At> {
    let start = day.to_zoned(TimeZone::UTC).ok()?;
    Some(At(start.timestamp().as_microsecond()))
}

/// How many match, and how many of them were measured.
async fn counts(conn: &mut SqliteConnection, query: &RunQuery) -> Stored<(u64, u64)> {
    let (total, measured): (i64, i64) = counting(query).build_query_as().fetch_one(conn).await?;
    Ok((total.unsigned_abs(), measured.unsigned_abs()))
}

/// What a chart over the runs that match shows.
async fn recoveries(conn: &mut SqliteConnection, query: &RunQuery) -> Stored<Vec<RunSummary>> {
    let mut newest_first = summaries(conn, charting(query)).await?;
    newest_first.reverse();
    Ok(newest_first)
}

/// The same where all runs that match are at hand.
fn recoveries_of(all: &[RunSummary]) -> Vec<RunSummary> {
    let measured = |run: &&RunSummary| {
        run.figures.recovery.is_some() || run.figures.not_recovered_within.is_some()
    };
    let mut found: Vec<_> = all.iter().filter(measured).cloned().collect();
    found.sort_by_key(|run| (run.created, run.id));
    found
}

/// The different values of a column, sorted. Each next one is looked up in the column's index, so
/// that this takes as many steps as there are names, not runs.
async fn names(conn: &mut SqliteConnection, table: &str, column: &str) -> Stored<Vec<String>> {
    let mut sql = QueryBuilder::<Sqlite>::new(format!(
        "WITH RECURSIVE found (name) AS (SELECT min({column}) FROM {table} UNION ALL \
         SELECT (SELECT min({column}) FROM {table} WHERE {column} > name) FROM found \
         WHERE name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL ORDER BY name"
    ));
    Ok(sql.build_query_scalar().fetch_all(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::{RunQuery, order};
    use crate::store::query::{SORTS, every_sort};
    use std::collections::BTreeSet;

    #[test]
    fn each_way_of_sorting_is_another_order() {
        let all = RunQuery::default();
        let orders: BTreeSet<_> = every_sort().iter().map(|by| order(&all, by)).collect();
        // No sort is the newest first, which is one of them.
        assert_eq!(orders.len(), 2 * SORTS.len());
    }
}
