//! Taking up what a process left behind that ended in the middle of a run.
//!
//! Guarantee: runs of processes that still live are not touched.

use super::Shared;
use super::journal;
use super::recorder::Recorder;
use crate::store::{Stored, Unfinished};
use crate::timeline::Clock;
use app::model::run::{Phase, RunId, Verdict};
use app::model::stream::LiveBody;
use app::model::timeline::{Event, What};
use app::model::undo::UndoEntry;

/// What is said of faults that were in the journal when the process ended, and perhaps sent.
const IN_DOUBT: &str = "whether it was sent is not known: the lab ended at that moment";

/// What recovery did, for people.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Runs that were closed.
    pub runs: Vec<RunId>,
    /// What was put back, or found in no need of it, one sentence each.
    pub settled: Vec<String>,
    /// What is not back in place, one sentence each.
    pub left_behind: Vec<String>,
    /// Runs that another process, or this one, still executes; they were left alone.
    pub still_on: Vec<RunId>,
}

/// Why interrupted runs end, in words.
pub const INTERRUPTED: &str = "lab restarted (the process that executed the run had ended)";

impl Shared {
    /// Restores everything that is open and closes the runs of processes that are gone.
    pub async fn recover(&self) -> Stored<Recovered> {
        let _alone = self.owner.alone().await;
        let mut done = Recovered::default();
        let clock = &self.clock();
        // The journal first: what it holds by now, the living have begun by now.
        let open = self.store.open_undo().await?;
        let alive = self.runs_of_the_living().await?;
        let open = open
            .into_iter()
            .filter(|e| !alive.contains(&e.run))
            .collect();
        for entry in journal::restore(&*self.store, &self.swarm, clock, open).await {
            if entry.state.is_settled() {
                done.settled.push(entry.told());
            }
            done.left_behind
                .extend(journal::left_behind(std::slice::from_ref(&entry)));
        }
        for left in self.store.unfinished().await? {
            if !self.is_executed(&left) {
                self.close(&left, clock).await?;
                done.runs.push(left.run.id);
            }
        }
        done.still_on = alive;
        Ok(done)
    }

    /// Runs that are left whose process is gone.
    pub(super) async fn orphans(&self) -> Stored<Vec<RunId>> {
        let left = self.store.unfinished().await?.into_iter();
        Ok(left
            .filter(|run| !self.is_executed(run))
            .map(|left| left.run.id)
            .collect())
    }

    /// Whether somebody still executes a run: another process that lives, or this one. A run of
    /// this process whose end could not be written is nobody's.
    pub(super) fn is_executed(&self, left: &Unfinished) -> bool {
        if left.owner == self.owner.name() {
            return self.on().contains(&left.run.id);
        }
        self.owner.is_alive(&left.owner)
    }

    async fn runs_of_the_living(&self) -> Stored<Vec<RunId>> {
        let left = self.store.unfinished().await?.into_iter();
        Ok(left
            .filter(|run| self.is_executed(run))
            .map(|left| left.run.id)
            .collect())
    }

    /// Closes an interrupted run with what was recorded of it.
    async fn close(&self, left: &Unfinished, clock: &Clock) -> Stored<()> {
        let run = left.run.id;
        let mut pen = Recorder::resume(self.store.clone(), run, clock).await?;
        self.note_silence(&mut pen, run, clock).await?;
        pen.lab(
            clock.now(),
            What::Aborted {
                text: INTERRUPTED.to_owned(),
            },
        );
        let entries = self.store.undo_of(run).await?;
        note_doubt(&mut pen, &entries, clock);
        for entry in &entries {
            pen.lab(clock.now(), What::Undo { text: entry.told() });
        }
        pen.lab(
            clock.now(),
            What::Phase {
                phase: Phase::Analyse,
            },
        );
        pen.flush().await?;
        if let Ok(after) = self
            .swarm
            .snapshot(&left.run.experiment.target.service)
            .await
        {
            self.store
                .keep(run, &[crate::store::Evidence::After(after)])
                .await?;
        }
        let preset = Some((Verdict::Aborted, INTERRUPTED.to_owned()));
        self.finish(run, preset, journal::left_behind(&entries), clock)
            .await;
        self.pack(run).await;
        tracing::warn!(%run, "closed a run that was interrupted");
        Ok(())
    }

    /// Notes from when to when nobody watched.
    async fn note_silence(&self, pen: &mut Recorder, run: RunId, clock: &Clock) -> Stored<()> {
        let items = self.store.items_after(run, 0, u32::MAX).await?;
        let last = items.iter().map(|item| match &item.body {
            LiveBody::Event(event) => event.at,
            LiveBody::Bin(bin) => bin.at,
        });
        if let Some(from) = last.max() {
            let to = clock.now();
            pen.lab(
                to,
                What::Gap {
                    text: "the process that executed the run had ended, and nobody watched"
                        .to_owned(),
                    from,
                    to,
                },
            );
        }
        Ok(())
    }

    /// Reverts what is open of one run and notes it on its timeline; what is left, in words.
    pub(super) async fn restore_run(
        &self,
        run: RunId,
        clock: &Clock,
        pen: &mut Recorder,
    ) -> Vec<String> {
        let entries = match self.store.undo_of(run).await {
            Ok(entries) => entries,
            Err(error) => {
                return vec![format!(
                    "The undo journal cannot be read ({error}): run hivequake recover once it can"
                )];
            }
        };
        let open = entries
            .into_iter()
            .rev()
            .filter(|e| !e.state.is_settled())
            .collect();
        let settled = journal::restore(&*self.store, &self.swarm, clock, open).await;
        for entry in &settled {
            pen.lab(clock.now(), What::Undo { text: entry.told() });
        }
        journal::left_behind(&settled)
    }
}

/// A fault that is in the journal and that no event tells of may have been sent or not.
fn note_doubt(pen: &mut Recorder, entries: &[UndoEntry], clock: &Clock) {
    let is_sent = |event: &Event| matches!(event.what, What::FaultSent { .. });
    if pen.events().iter().any(is_sent) {
        return;
    }
    if let Some(first) = entries.first() {
        let (fault, text) = (first.fault, IN_DOUBT.to_owned());
        pen.lab(clock.now(), What::FaultNotProven { fault, text });
    }
}
