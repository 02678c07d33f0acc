//! Use cases about runs: the history, a live run, a report.

use super::live::readable;
use super::{LocalLab, refusals, words};
use crate::analysis::{self, Analysis};
use crate::engine::journal;
use crate::report;
use crate::report::chart::history::{HistoryPoint, Length, history as draw};
use crate::report::text::clean;
use crate::store::RunSummary;
use app::api::live::{LiveView, Told};
use app::api::views::{HistoryView, RunQuery, RunRow, RunView};
use app::api::{Refusal, RefusalKind};
use app::model::record::Record;
use app::model::run::{Phase, Run, RunId};
use tokio::sync::Semaphore;

/// Runs that are analysed at the same time; more would only slow each other down.
static AT_A_TIME: Semaphore = Semaphore::const_new(4);

impl LocalLab {
    pub(super) async fn history_view(&self, query: RunQuery) -> Result<HistoryView, Refusal> {
        super::query::check(&query)?;
        let found = self.store.history(&query).await;
        let found = found.map_err(|e| refusals::store(&e))?;
        super::query::fault(&query.fault, &found.faults)?;
        let pages = found.total.div_ceil(u64::from(crate::store::PAGE));
        Ok(HistoryView {
            total: found.total,
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
            chart: history(&found.recoveries, found.measured),
            rows: found.rows.into_iter().map(words::run_row).collect(),
            services: words::cleaned(&found.services),
            faults: words::cleaned(&found.faults),
        })
    }

    /// One run as lists show it.
    pub async fn run_row(&self, id: RunId) -> Result<RunRow, Refusal> {
        let summary = self
            .store
            .summary(id)
            .await
            .map_err(|e| refusals::store(&e))?;
        summary
            .map(words::run_row)
            .ok_or_else(|| refusals::missing("run", &id.to_string()))
    }

    /// What a run has moved that is not back in place, one sentence each with the commands that put
    /// it back.
    pub async fn left_behind(&self, id: RunId) -> Result<Vec<String>, Refusal> {
        let entries = self.store.undo_of(id).await;
        let entries = entries.map_err(|e| refusals::store(&e))?;
        Ok(words::cleaned(&journal::left_behind(&entries)))
    }

    pub(super) async fn run_view(&self, id: RunId) -> Result<RunView, Refusal> {
        let run = self.known_run(id).await?;
        let shares = self
            .store
            .shares_of(id)
            .await
            .map_err(|e| refusals::store(&e))?;
        let over = run.phase == Phase::Done;
        let report = if over {
            Some(self.report_body(id).await?)
        } else {
            None
        };
        Ok(RunView {
            row: self.run_row(id).await?,
            design: run.design,
            version: run.version,
            live: if over {
                None
            } else {
                Some(self.live_view(&run).await?)
            },
            report,
            shares: shares
                .iter()
                .map(|share| words::share_row(share, self.now()))
                .collect(),
        })
    }

    pub(super) async fn known_run(&self, id: RunId) -> Result<Run, Refusal> {
        let run = self.store.run(id).await.map_err(|e| refusals::store(&e))?;
        run.ok_or_else(|| refusals::missing("run", &id.to_string()))
    }

    async fn live_view(&self, run: &Run) -> Result<LiveView, Refusal> {
        let items = self
            .store
            .items_after(run.id, 0, u32::MAX)
            .await
            .map_err(|e| refusals::store(&e))?;
        let experiment = &run.experiment;
        Ok(LiveView {
            baseline: experiment.timing.baseline.get().as_secs_f64(),
            observe: experiment.timing.observe.get().as_secs_f64(),
            probes: experiment
                .hypothesis
                .probes
                .iter()
                .map(|p| clean(&p.name))
                .collect(),
            faults: experiment
                .method
                .iter()
                .map(|fault| clean(&fault.summary()))
                .collect(),
            now: self.now(),
            items: items
                .into_iter()
                .map(|item| Told::from(&readable(item)))
                .collect(),
        })
    }

    /// The same of a run that is over: before, it would say what is not yet so.
    pub async fn reported(&self, id: RunId) -> Result<(Record, Analysis), Refusal> {
        let (record, analysis) = self.analysed(id).await?;
        if record.run.phase == Phase::Done {
            return Ok((record, analysis));
        }
        Err(refusals::no(
            RefusalKind::Conflict,
            "The run is still on: its report is there once it is over. Nothing was changed; ask again then.",
        ))
    }

    async fn report_body(&self, id: RunId) -> Result<String, Refusal> {
        let (record, analysis) = self.reported(id).await?;
        aside(move || report::html::body(&record, &analysis)).await
    }

    /// A run's record and what it shows by the newest rules, as far as it has come.
    pub async fn analysed(&self, id: RunId) -> Result<(Record, Analysis), Refusal> {
        // The record of a long run is large as well: as many as are analysed are held.
        let _turn = AT_A_TIME.acquire().await;
        let record = self
            .store
            .record(id)
            .await
            .map_err(|e| refusals::store(&e))?;
        let record = record.ok_or_else(|| refusals::missing("run", &id.to_string()))?;
        aside(move || {
            let analysis = analysis::analyse(&record);
            (record, analysis)
        })
        .await
    }
}

/// Does work that takes a while where it keeps nobody else waiting.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| {
        tracing::error!(%error, "a report could not be made");
        refusals::no(
            RefusalKind::Internal,
            "The report could not be made; nothing was changed. The lab's log says why.",
        )
    })
}

/// Recovery time across runs, as a figure.
fn history(runs: &[RunSummary], total: u64) -> String {
    let points: Vec<HistoryPoint> = runs.iter().filter_map(point).collect();
    draw(&points, total)
}

fn point(run: &RunSummary) -> Option<HistoryPoint> {
    let never = run
        .figures
        .not_recovered_within
        .map(|least| Length::MoreThan(least.as_secs_f64()));
    Some(HistoryPoint {
        id: run.id,
        title: run.title.clone(),
        series: format!("{}: {}", run.service, run.fault),
        at: run.created,
        verdict: run.verdict?,
        recovery: run
            .figures
            .recovery
            .map(|span| Length::Seen(span.as_secs_f64()))
            .or(never)?,
    })
}
