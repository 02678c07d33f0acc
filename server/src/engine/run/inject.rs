//! The middle of a run: journal, faults, proof.
//!
//! Guarantee: nothing is sent before all of its inverses are durable, and nothing is sent any more
//! once [`Running::inject`] has returned.

use super::Running;
use crate::engine::early::Early;
use crate::engine::preflight::Ready;
use crate::engine::recorder::Recorder;
use crate::engine::watching::Watching;
use crate::engine::{Shared, journal};
use crate::faults::{self, Step};
use crate::timeline::Clock;
use app::model::run::Phase;
use app::model::time::At;
use app::model::timeline::{Event, What};
use futures::FutureExt;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the engine may take to do what a fault asks of it.
const APPLY_WITHIN: Duration = Duration::from_secs(15);

/// After how long it is written down that something was sent and has not been answered yet.
const WRITE_AFTER: Duration = Duration::from_millis(100);

/// How long an abort waits for what the engine was asked for just before.
const FINISH_WITHIN: Duration = Duration::from_millis(400);

/// How long the run stays in phase inject waiting for proof; proof that comes later, while
/// observing, counts as well.
const PROOF_WITHIN: Duration = Duration::from_secs(2);

impl Running {
    /// All entries into the journal first, then the steps fault by fault, those of one fault at
    /// the same time.
    pub(super) async fn inject(&mut self, watching: &mut Watching) -> Result<(), Early> {
        self.note(Phase::Inject);
        let Ready { clock, steps, .. } = &self.ready;
        let entries = journal::intend(&*self.shared.store, clock, self.run.id, steps).await?;
        let steps: Vec<(i64, Step)> = entries.into_iter().zip(steps.clone()).collect();
        for of_one_fault in steps.chunk_by(|a, b| a.1.fault == b.1.fault) {
            self.apply(of_one_fault).await?;
            self.prove(watching, of_one_fault[0].1.fault).await?;
        }
        Ok(())
    }

    /// Applies the steps of one fault. The moment before the requests leave is the moment of the
    /// fault; it is written down soon after, whether or not an answer ever comes. An abort lets the
    /// engine finish for a moment, so that the journal knows what to put back.
    async fn apply(&mut self, steps: &[(i64, Step)]) -> Result<(), Early> {
        if let Some(why) = self.abort.asked().now_or_never() {
            return Err(Early::Aborted(why));
        }
        for (_, step) in steps {
            self.recorder.lab(self.ready.clock.now(), sending(step));
        }
        let mut requests = tokio::spawn(apply_all(self.shared.clone(), steps.to_vec()));
        // A write to the disk at the same moment would put the fault off.
        if let Ok(answers) = tokio::time::timeout(WRITE_AFTER, &mut requests).await {
            return self.answered(answers.unwrap_or_default()).await;
        }
        // What cannot be written now is tried again by the next writing, which says so.
        let _ = self.recorder.flush().await;
        let why = tokio::select! {
            biased;
            answers = &mut requests => return self.answered(answers.unwrap_or_default()).await,
            why = self.abort.asked() => why,
        };
        if let Ok(answers) = tokio::time::timeout(FINISH_WITHIN, &mut requests).await {
            self.answered(answers.unwrap_or_default()).await?;
        } else {
            // Nothing may be sent any more once what was applied is put back.
            requests.abort();
            let _ = requests.await;
        }
        Err(Early::Aborted(why))
    }

    /// Notes what the engine answered to each step, then fails with what was not applied.
    async fn answered(&mut self, answers: Vec<(i64, Step, Answer)>) -> Result<(), Early> {
        let mut failed = Ok(());
        for (entry, step, answer) in answers {
            let (pen, clock) = (&mut self.recorder, &self.ready.clock);
            match answer {
                Ok(()) => journal::applied(&*self.shared.store, clock, entry).await?,
                Err(why) => failed = Err(not_applied(pen, clock, &step, &why)),
            }
        }
        failed
    }

    /// Watches until each step of a fault is proven or [`PROOF_WITHIN`] is over.
    async fn prove(&mut self, watching: &mut Watching, fault: usize) -> Result<(), Early> {
        let deadline = Instant::now() + PROOF_WITHIN;
        while Instant::now() < deadline && !self.note_proofs(fault).await {
            let soon = Instant::now() + Duration::from_millis(20);
            watching
                .until(soon, &mut self.recorder, &mut self.abort)
                .await?;
        }
        Ok(())
    }

    /// Notes the proofs of a fault's steps that there are by now; whether each of them has one.
    async fn note_proofs(&mut self, fault: usize) -> bool {
        let mut all = true;
        for (index, step) in self.ready.steps.iter().enumerate() {
            if step.fault != fault || self.proven.contains(&index) {
                continue;
            }
            let events = self.recorder.events();
            let proof = faults::prove(step, sent(step, events), events, &self.shared.swarm).await;
            let Ok(Some(faults::Proof { text, at })) = proof else {
                all = false;
                continue;
            };
            self.proven.insert(index);
            let at = at.unwrap_or_else(|| self.ready.clock.now());
            self.recorder.lab(at, What::FaultProven { fault, text });
        }
        all
    }

    /// At the end of observation, what is still not proven never will be.
    pub(super) async fn last_proof(&mut self) {
        for fault in 0..self.run.experiment.method.len() {
            self.note_proofs(fault).await;
        }
        for (index, step) in self.ready.steps.iter().enumerate() {
            if !self.proven.contains(&index) {
                let what = What::FaultNotProven {
                    fault: step.fault,
                    text: format!("{}: nothing shows that it took effect", step.text),
                };
                self.recorder.lab(self.ready.clock.now(), what);
            }
        }
    }
}

/// When a step was sent.
fn sent(step: &Step, events: &[Event]) -> At {
    let is_it = |event: &&Event| {
        matches!(&event.what, What::FaultSent { fault, container, .. }
            if *fault == step.fault && *container == step.container)
    };
    events
        .iter()
        .find(is_it)
        .map_or(At(i64::MAX), |event| event.at)
}

/// Why a step could not be applied, where it could not.
type Answer = Result<(), String>;

/// Applies steps at the same time; what the engine answered to each.
async fn apply_all(shared: Arc<Shared>, steps: Vec<(i64, Step)>) -> Vec<(i64, Step, Answer)> {
    let shared = &shared;
    let answers = steps.into_iter().map(|(entry, step)| async move {
        let went = tokio::time::timeout(APPLY_WITHIN, faults::apply(&step, &shared.swarm)).await;
        let answer = match went {
            Ok(went) => went.map_err(|error| error.to_string()),
            Err(_) => Err("the engine did not answer in time".to_owned()),
        };
        (entry, step, answer)
    });
    join_all(answers).await
}

fn sending(step: &Step) -> What {
    let Step {
        fault,
        text,
        task,
        container,
        ..
    } = step.clone();
    What::FaultSent {
        fault,
        text,
        task,
        container,
    }
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
