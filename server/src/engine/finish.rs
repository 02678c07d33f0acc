//! The end of a run: what its record shows, and the verdict that follows.
//!
//! Guarantee: a run that cannot be judged is invalid, never held.

use super::Shared;
use crate::analysis;
use crate::store::Figures;
use crate::timeline::Clock;
use app::model::run::{Outcome, RunId, Verdict};
use std::time::Duration;

/// How long a live view may need to look at a run once more.
const READ_BY_THEN: Duration = Duration::from_millis(500);

impl Shared {
    /// Works out what the record shows and ends the run. `preset` is a verdict that stands already.
    pub(super) async fn finish(
        &self,
        run: RunId,
        preset: Option<(Verdict, String)>,
        left_behind: Vec<String>,
        clock: &Clock,
    ) -> Outcome {
        let (outcome, figures) = self.judge(run, preset, left_behind).await;
        let finished = self
            .store
            .finish_run(run, &outcome, figures, clock.now())
            .await;
        if let Err(error) = finished {
            tracing::error!(%run, %error, "the run's end could not be written; the next start does it");
        }
        outcome
    }

    /// Packs what was recorded of a run that is over, once those who watch it have had the time to
    /// read to its end: what only the live view needs is gone then.
    pub(super) async fn pack(&self, run: RunId) {
        tokio::time::sleep(READ_BY_THEN).await;
        if let Err(error) = self.store.compact(run).await {
            tracing::warn!(%run, %error, "a run could not be packed; it takes more room than it needs");
        }
    }

    async fn judge(
        &self,
        run: RunId,
        preset: Option<(Verdict, String)>,
        left_behind: Vec<String>,
    ) -> (Outcome, Figures) {
        let fallback = |reason: String| {
            (
                Outcome {
                    verdict: Verdict::Invalid,
                    reason,
                    left_behind: left_behind.clone(),
                },
                Figures::default(),
            )
        };
        let mut record = match self.store.record(run).await {
            Ok(Some(record)) => record,
            Ok(None) => return fallback("the run's record is gone".to_owned()),
            Err(error) => return fallback(format!("the run's record cannot be read ({error})")),
        };
        record.run.outcome = preset.map(|(verdict, reason)| Outcome {
            verdict,
            reason,
            left_behind: left_behind.clone(),
        });
        let analysis = analysis::analyse(&record);
        let analysis::Figures {
            recovery,
            not_recovered_within,
            outage,
            outage_open,
        } = analysis::figures(&analysis);
        let figures = Figures {
            recovery,
            not_recovered_within,
            outage,
            outage_open,
        };
        (
            Outcome {
                verdict: analysis.verdict,
                reason: analysis.reason,
                left_behind,
            },
            figures,
        )
    }
}
