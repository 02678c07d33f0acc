//! The middle of a run: journal, faults, proof.
//!
//! Guarantee: nothing is sent before all of its inverses are durable, and nothing is sent any more
//! once [`Running::inject`] has returned.

use super::Running;
use crate::engine::early::Early;
use crate::engine::preflight::Ready;
use crate::engine::watching::Watching;
use crate::engine::{Shared, journal};
use crate::faults::{self, Step};
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
        let steps: Vec<Entered> = (0..)
            .zip(entries)
            .zip(steps.clone())
            .map(|((index, entry), step)| Entered { index, entry, step })
            .collect();
        for of_one_fault in steps.chunk_by(|a, b| a.step.fault == b.step.fault) {
            let doubts = self.apply(of_one_fault).await?;
            self.prove(watching, of_one_fault[0].step.fault).await?;
            self.resolve(doubts).await?;
        }
        Ok(())
    }

    /// Applies the steps of one fault; those of which the engine's answer leaves open whether they
    /// were, with why. The moment before the requests leave is the moment of the fault; it is
    /// written down soon after, whether or not an answer ever comes. An abort lets the engine
    /// finish for a moment, so that the journal knows what to put back.
    async fn apply(&mut self, steps: &[Entered]) -> Result<Vec<(Entered, String)>, Early> {
        if let Some(why) = self.abort.asked().now_or_never() {
            return Err(Early::Aborted(why));
        }
        for entered in steps {
            self.recorder
                .lab(self.ready.clock.now(), sending(&entered.step));
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
    async fn answered(
        &mut self,
        answers: Vec<(Entered, Answer)>,
    ) -> Result<Vec<(Entered, String)>, Early> {
        let (mut doubts, mut failed) = (Vec::new(), None);
        for (entered, answer) in answers {
            let clock = &self.ready.clock;
            match answer {
                Answer::Done => {
                    journal::applied(&*self.shared.store, clock, entered.entry).await?;
                }
                Answer::Open(why) => doubts.push((entered, why)),
                Answer::Refused(why) => failed = Some((entered, why)),
            }
        }
        match failed {
            Some((entered, why)) => Err(self.not_applied(&entered, &why)),
            None => Ok(doubts),
        }
    }

    /// What had no answer was applied where its effect was shown.
    async fn resolve(&mut self, doubts: Vec<(Entered, String)>) -> Result<(), Early> {
        for (entered, why) in doubts {
            if !self.proven.contains(&entered.index) {
                return Err(self.not_applied(&entered, &why));
            }
            journal::applied(&*self.shared.store, &self.ready.clock, entered.entry).await?;
        }
        Ok(())
    }

    fn not_applied(&mut self, entered: &Entered, why: &str) -> Early {
        // What to do next is for whoever asks now, not for who reads the report later.
        let cause = why.split(". Nothing was changed").next();
        let text = cause.unwrap_or(why).trim_end_matches('.').to_owned();
        let what = What::FaultNotProven {
            fault: entered.step.fault,
            text: text.clone(),
        };
        self.recorder.lab(self.ready.clock.now(), what);
        Early::Broken(format!("the fault was not applied: {text}"))
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

/// The earliest at which a step may have been sent.
fn sent(step: &Step, events: &[Event]) -> At {
    let is_it = |event: &&Event| {
        matches!(&event.what, What::FaultSent { fault, container, .. }
            if *fault == step.fault && *container == step.container)
    };
    events
        .iter()
        .find(is_it)
        .map_or(At(i64::MAX), |event| At(event.at.0 - event.resolution.0))
}

/// A step with its entry in the journal.
#[derive(Debug, Clone)]
struct Entered {
    /// Its position among the run's steps.
    index: usize,
    /// The entry's number.
    entry: i64,
    step: Step,
}

/// What came of asking the engine for a step.
enum Answer {
    Done,
    /// It was not done, and why.
    Refused(String),
    /// It may have been done, and why that is not known.
    Open(String),
}

/// Applies steps at the same time; what the engine answered to each.
async fn apply_all(shared: Arc<Shared>, steps: Vec<Entered>) -> Vec<(Entered, Answer)> {
    let shared = &shared;
    let answers = steps.into_iter().map(|entered| async move {
        let asked = faults::apply(&entered.step, &shared.swarm);
        let answer = match tokio::time::timeout(APPLY_WITHIN, asked).await {
            Ok(Ok(())) => Answer::Done,
            Ok(Err(error)) if error.leaves_open() => Answer::Open(error.to_string()),
            Ok(Err(error)) => Answer::Refused(error.to_string()),
            Err(_) => Answer::Open("the engine did not answer in time".to_owned()),
        };
        (entered, answer)
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
