//! One run, from its first baseline second to its outcome.
//!
//! Guarantee: however [`Running::execute`] leaves the method (as planned, aborted, by a guard, by
//! an error), it restores, analyses and finishes the run, in this order.

mod inject;

use super::Shared;
use super::abort::Abort;
use super::claim::Claim;
use super::early::Early;
use super::preflight::Ready;
use super::recorder::Recorder;
use super::standing::standing;
use super::watching::Watching;
use crate::store::Evidence;
use crate::timeline::Clock;
use app::model::record::Quality;
use app::model::run::{Outcome, Phase, Run, RunId, Verdict};
use app::model::timeline::What;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long answers are waited for when the run is to end at once.
const HURRY: Duration = Duration::from_millis(200);

/// A run that is on.
pub struct Running {
    shared: Arc<Shared>,
    run: Run,
    ready: Ready,
    recorder: Recorder,
    abort: Abort,
    /// Steps that are proven, by their positions.
    proven: BTreeSet<usize>,
    _claim: Claim,
}

impl Running {
    /// Takes a run up right after preflight.
    pub fn new(shared: Arc<Shared>, run: Run, ready: Ready, claim: Claim) -> Self {
        let recorder = Recorder::new(
            shared.store.clone(),
            run.id,
            &ready.clock,
            run.experiment.hypothesis.probes.len(),
        );
        let abort = Abort::listen(shared.store.clone(), run.id, shared.shutdown.clone());
        Self {
            shared,
            run,
            ready,
            recorder,
            abort,
            proven: BTreeSet::new(),
            _claim: claim,
        }
    }

    /// Which run it is.
    pub fn id(&self) -> RunId {
        self.run.id
    }

    fn clock(&self) -> &Clock {
        &self.ready.clock
    }

    /// Executes the method and ends the run; its outcome.
    pub async fn execute(mut self) -> Outcome {
        let early = self.method().await.err();
        let mut left = self.restore().await;
        let outcome = self.conclude(early, &mut left).await;
        tracing::info!(run = %self.run.id, verdict = outcome.verdict.word(), reason = outcome.reason, "run over");
        self.shared.on().remove(&self.run.id);
        let _ = self.shared.ended.send((self.run.id, outcome.clone()));
        outcome
    }

    async fn method(&mut self) -> Result<(), Early> {
        self.recorder.lab(
            self.run.created,
            What::Phase {
                phase: Phase::Preflight,
            },
        );
        for event in standing(&self.ready.before) {
            self.recorder.event(event);
        }
        let mut watching =
            Watching::start(&self.shared, &self.run, &self.ready).map_err(Early::Broken)?;
        let went = self.stages(&mut watching).await;
        let patience = if went.is_ok() {
            self.longest_answer()
        } else {
            HURRY
        };
        let abort = &mut self.abort;
        watching.finish(&mut self.recorder, patience, abort).await;
        self.keep_quality(watching.quality()).await;
        went
    }

    /// The longest that an answer may still take.
    fn longest_answer(&self) -> Duration {
        let timeouts = self
            .run
            .experiment
            .hypothesis
            .probes
            .iter()
            .map(|p| p.timeout().get());
        timeouts.max().unwrap_or_default() + HURRY
    }

    async fn stages(&mut self, watching: &mut Watching) -> Result<(), Early> {
        let timing = self.run.experiment.timing.clone();
        if timing.baseline.is_zero() {
            // Over at once; storing it would only put the fault off.
            self.note(Phase::Baseline);
        } else {
            self.enter(Phase::Baseline).await?;
        }
        let until = Instant::now() + timing.baseline.get();
        watching
            .until(until, &mut self.recorder, &mut self.abort)
            .await?;
        self.still_steady()?;
        if !timing.baseline.is_zero() {
            self.still_allowed().await?;
        }
        let zero = Instant::now();
        self.inject(watching).await?;
        self.enter(Phase::Observe).await?;
        watching
            .until(
                zero + timing.observe.get(),
                &mut self.recorder,
                &mut self.abort,
            )
            .await?;
        self.last_proof().await;
        Ok(())
    }

    /// What preflight saw must still hold when the fault is due: a service that has lost tasks of
    /// itself meanwhile is spared.
    fn still_steady(&self) -> Result<(), Early> {
        let events = self.recorder.events().iter();
        let strengths = events.filter_map(|event| match event.what {
            What::Strength { running, desired } => Some((event.at, running, desired)),
            _ => None,
        });
        match strengths.max_by_key(|(at, ..)| *at) {
            Some((_, running, desired)) if running < desired => Err(Early::Aborted(format!(
                "the service was not steady any more when the fault was due ({running} of {desired} tasks run), so it was not sent"
            ))),
            _ => Ok(()),
        }
    }

    /// Somebody may have protected the service, or begun to deploy it, while the baseline was taken.
    async fn still_allowed(&self) -> Result<(), Early> {
        let refused = self.shared.spared(&self.ready.before.service.id).await?;
        refused.map_or(Ok(()), |why| {
            Err(Early::Aborted(format!("{why}; so the fault was not sent")))
        })
    }

    fn note(&mut self, phase: Phase) {
        self.run.phase = phase;
        self.recorder
            .lab(self.ready.clock.now(), What::Phase { phase });
    }

    async fn enter(&mut self, phase: Phase) -> Result<(), Early> {
        self.note(phase);
        self.shared.store.set_phase(self.run.id, phase).await?;
        // Until the fault is sent, what is written down waits for the next regular writing: each
        // write is synced to the disk, and would put the fault off.
        if phase >= Phase::Observe {
            self.recorder.flush().await?;
        }
        Ok(())
    }

    async fn keep_quality(&self, quality: Quality) {
        if let Err(error) = self
            .shared
            .store
            .keep(self.run.id, &[Evidence::Quality(quality)])
            .await
        {
            tracing::warn!(run = %self.run.id, %error, "the evidence's quality could not be kept");
        }
    }

    /// Puts back what is open in the journal; what is left, in words.
    async fn restore(&mut self) -> Vec<String> {
        if let Err(Early::Aborted(why) | Early::Broken(why)) = self.enter(Phase::Restore).await {
            tracing::error!(run = %self.run.id, why, "restoring all the same");
        }
        let left = self
            .shared
            .restore_run(self.run.id, &self.ready.clock, &mut self.recorder)
            .await;
        if let Ok(after) = self
            .shared
            .swarm
            .snapshot(&self.ready.before.service.id)
            .await
        {
            let kept = self
                .shared
                .store
                .keep(self.run.id, &[Evidence::After(after)])
                .await;
            if let Err(error) = kept {
                tracing::warn!(run = %self.run.id, %error, "the snapshot after the run could not be kept");
            }
        }
        left
    }

    async fn conclude(&mut self, early: Option<Early>, left: &mut Vec<String>) -> Outcome {
        if let Some(Early::Aborted(text)) = &early {
            self.recorder
                .lab(self.ready.clock.now(), What::Aborted { text: text.clone() });
        }
        if let Err(Early::Aborted(why) | Early::Broken(why)) = self.enter(Phase::Analyse).await {
            tracing::error!(run = %self.run.id, why, "analysing all the same");
        }
        let preset = early.map(|early| match early {
            Early::Aborted(reason) => (Verdict::Aborted, reason),
            Early::Broken(reason) => (Verdict::Invalid, reason),
        });
        self.shared
            .finish(self.run.id, preset, std::mem::take(left), self.clock())
            .await
    }
}
