//! One run, from its first baseline second to its outcome.
//!
//! Guarantee: however [`Running::execute`] leaves the method (as planned, aborted, by a guard, by
//! an error), it restores, analyses and finishes the run, in this order.

use super::abort::Abort;
use super::claim::Claim;
use super::early::Early;
use super::preflight::Ready;
use super::recorder::Recorder;
use super::standing::standing;
use super::watching::Watching;
use super::{Shared, journal};
use crate::faults::{self, Step};
use crate::store::Evidence;
use crate::timeline::Clock;
use app::model::record::Quality;
use app::model::run::{Outcome, Phase, Run, Verdict};
use app::model::time::At;
use app::model::timeline::What;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the engine may take to do what a fault asks of it.
const APPLY_WITHIN: Duration = Duration::from_secs(15);

/// How long the run stays in phase inject waiting for proof; proof that comes later, while
/// observing, counts as well.
const PROOF_WITHIN: Duration = Duration::from_secs(2);

/// How long answers are waited for when the run is to end at once.
const HURRY: Duration = Duration::from_millis(200);

/// A run that is on.
pub struct Running {
    shared: Arc<Shared>,
    run: Run,
    ready: Ready,
    recorder: Recorder,
    abort: Abort,
    _claim: Claim,
}

impl Running {
    /// Takes a run up right after preflight.
    pub fn new(shared: Arc<Shared>, run: Run, ready: Ready, claim: Claim) -> Self {
        let recorder = Recorder::new(
            shared.store.clone(),
            run.id,
            run.experiment.hypothesis.probes.len(),
        );
        let abort = Abort::listen(shared.store.clone(), run.id, shared.shutdown.clone());
        Self {
            shared,
            run,
            ready,
            recorder,
            abort,
            _claim: claim,
        }
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
        watching.finish(&mut self.recorder, patience).await;
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
        self.enter(Phase::Baseline).await?;
        self.keep_first().await?;
        let until = Instant::now() + timing.baseline.get();
        watching
            .until(until, &mut self.recorder, &mut self.abort)
            .await?;
        self.still_steady()?;
        self.enter(Phase::Inject).await?;
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

    async fn enter(&mut self, phase: Phase) -> Result<(), Early> {
        self.run.phase = phase;
        self.recorder
            .lab(self.ready.clock.now(), What::Phase { phase });
        self.shared.store.set_phase(self.run.id, phase).await?;
        // Until the fault is sent, what is written down waits for the next regular writing: each
        // write is synced to the disk, and would put the fault off.
        if phase >= Phase::Observe {
            self.recorder.flush().await?;
        }
        Ok(())
    }

    async fn keep_first(&self) -> Result<(), Early> {
        let store = &self.shared.store;
        store
            .keep(self.run.id, Evidence::Before(self.ready.before.clone()))
            .await?;
        store
            .keep(self.run.id, Evidence::Picked(self.ready.picked.clone()))
            .await?;
        Ok(())
    }

    /// All entries into the journal first, then the steps fault by fault, those of one fault at
    /// the same time.
    async fn inject(&mut self, watching: &mut Watching) -> Result<(), Early> {
        let mut entries = Vec::new();
        for step in &self.ready.steps {
            entries.push(
                journal::intend(&*self.shared.store, &self.ready.clock, self.run.id, step).await?,
            );
        }
        let steps: Vec<(i64, Step)> = entries.into_iter().zip(self.ready.steps.clone()).collect();
        for of_one_fault in steps.chunk_by(|a, b| a.1.fault == b.1.fault) {
            let applied = tokio::select! {
                biased;
                why = self.abort.asked() => return Err(Early::Aborted(why)),
                applied = apply_all(&self.shared, &self.ready.clock, &mut self.recorder, of_one_fault) => applied,
            };
            applied?;
            self.prove(watching, of_one_fault).await?;
        }
        Ok(())
    }

    /// Watches until each step is proven or [`PROOF_WITHIN`] is over.
    async fn prove(&mut self, watching: &mut Watching, steps: &[(i64, Step)]) -> Result<(), Early> {
        let deadline = Instant::now() + PROOF_WITHIN;
        while Instant::now() < deadline {
            if self
                .note_proofs(steps.iter().map(|(_, step)| step.clone()).collect())
                .await
            {
                return Ok(());
            }
            let soon = Instant::now() + Duration::from_millis(20);
            watching
                .until(soon, &mut self.recorder, &mut self.abort)
                .await?;
        }
        Ok(())
    }

    /// Notes the proofs that there are by now; whether every one of the steps has one.
    async fn note_proofs(&mut self, steps: Vec<Step>) -> bool {
        let mut all = true;
        for step in steps {
            if self.is_noted(&step) {
                continue;
            }
            let proof = faults::prove(
                &step,
                self.sent(&step),
                self.recorder.events(),
                &self.shared.swarm,
            )
            .await;
            match proof {
                Ok(Some(text)) => {
                    let fault = step.fault;
                    self.recorder
                        .lab(self.ready.clock.now(), What::FaultProven { fault, text });
                }
                Ok(None) | Err(_) => all = false,
            }
        }
        all
    }

    /// When a step was sent.
    fn sent(&self, step: &Step) -> At {
        let sent = self.recorder.events().iter().find(|e| matches!(&e.what, What::FaultSent { fault, container, .. } if *fault == step.fault && *container == step.container));
        sent.map_or(At(i64::MAX), |event| event.at)
    }

    fn is_noted(&self, step: &Step) -> bool {
        let proven = self
            .recorder
            .events()
            .iter()
            .filter(|e| matches!(&e.what, What::FaultProven { fault, .. } if *fault == step.fault))
            .count();
        let position = self
            .ready
            .steps
            .iter()
            .filter(|s| s.fault == step.fault)
            .position(|s| s == step);
        position.is_some_and(|position| position < proven)
    }

    /// At the end of observation, what is still not proven never will be.
    async fn last_proof(&mut self) {
        self.note_proofs(self.ready.steps.clone()).await;
        for step in self.ready.steps.clone() {
            if !self.is_noted(&step) {
                let what = What::FaultNotProven {
                    fault: step.fault,
                    text: format!("{}: nothing shows that it took effect", step.text),
                };
                self.recorder.lab(self.ready.clock.now(), what);
            }
        }
    }

    async fn keep_quality(&self, quality: Quality) {
        if let Err(error) = self
            .shared
            .store
            .keep(self.run.id, Evidence::Quality(quality))
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
                .keep(self.run.id, Evidence::After(after))
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

/// Applies the steps of one fault at the same time. The moment before a request leaves is the
/// moment of the fault.
async fn apply_all(
    shared: &Shared,
    clock: &Clock,
    recorder: &mut Recorder,
    steps: &[(i64, Step)],
) -> Result<(), Early> {
    let tries = join_all(steps.iter().map(|(entry, step)| async move {
        let sent = clock.now();
        let went = tokio::time::timeout(APPLY_WITHIN, faults::apply(step, &shared.swarm)).await;
        (sent, *entry, step, went)
    }));
    for (sent, entry, step, went) in tries.await {
        let Step {
            fault,
            text,
            task,
            container,
            ..
        } = step.clone();
        recorder.lab(
            sent,
            What::FaultSent {
                fault,
                text,
                task,
                container,
            },
        );
        match went {
            Ok(Ok(())) => journal::applied(&*shared.store, clock, entry).await?,
            Ok(Err(error)) => return Err(not_applied(recorder, clock, step, &error.to_string())),
            Err(_) => {
                return Err(not_applied(
                    recorder,
                    clock,
                    step,
                    "the engine did not answer in time",
                ));
            }
        }
    }
    Ok(())
}

fn not_applied(recorder: &mut Recorder, clock: &Clock, step: &Step, why: &str) -> Early {
    // What to do next is for whoever asks now, not for who reads the report later.
    let cause = why.split(". Nothing was changed").next();
    let text = cause.unwrap_or(why).trim_end_matches('.').to_owned();
    recorder.lab(
        clock.now(),
        What::FaultNotProven {
            fault: step.fault,
            text: text.clone(),
        },
    );
    Early::Broken(format!("the fault was not applied: {text}"))
}
