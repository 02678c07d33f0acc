//! Undo before do, and putting back.
//!
//! Guarantee: the steps of a run are in the journal, durable, before [`intend`] returns; and
//! whatever is open in the journal is reverted by [`restore`], by whichever process comes first, as
//! often as needed.

use crate::faults::{self, Step};
use crate::store::{Store, Stored};
use crate::swarm::Swarm;
use crate::timeline::Clock;
use app::model::run::RunId;
use app::model::undo::{UndoEntry, UndoState};
use std::time::Duration;

/// How often a failed revert is tried at once; after that it stays open and is tried again later.
const TRIES: u32 = 3;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(300);

/// Writes the inverses of all steps of a run into the journal, which moves it to phase inject; the
/// numbers of the entries, in the order of the steps.
pub async fn intend(
    store: &dyn Store,
    clock: &Clock,
    run: RunId,
    steps: &[Step],
) -> Stored<Vec<i64>> {
    let undos: Vec<_> = steps.iter().map(|s| (s.fault, s.undo.clone())).collect();
    store.intend(run, &undos, clock.now()).await
}

/// Notes that a step was applied.
pub async fn applied(store: &dyn Store, clock: &Clock, entry: i64) -> Stored<()> {
    store
        .set_undo(entry, &UndoState::Applied, clock.now())
        .await
}

/// Reverts entries in the order given (newest first) and notes what became of each. A store that
/// cannot be written does not stop the reverting.
pub async fn restore(
    store: &dyn Store,
    swarm: &Swarm,
    clock: &Clock,
    entries: Vec<UndoEntry>,
) -> Vec<UndoEntry> {
    let mut settled = Vec::with_capacity(entries.len());
    for mut entry in entries {
        entry.state = revert(swarm, &entry).await;
        entry.changed = clock.now();
        if let Err(error) = store.set_undo(entry.id, &entry.state, entry.changed).await {
            tracing::error!(entry = entry.id, %error, "an undo entry's state could not be written");
        }
        settled.push(entry);
    }
    settled
}

async fn revert(swarm: &Swarm, entry: &UndoEntry) -> UndoState {
    // What was intended and never noted as applied may have been, or may yet be.
    let in_doubt = entry.state != UndoState::Applied;
    for attempt in 1..=TRIES {
        let state = faults::revert(&entry.undo, swarm, in_doubt).await;
        if state.is_settled() || attempt == TRIES {
            return state;
        }
        tokio::time::sleep(PAUSE).await;
    }
    entry.state.clone()
}

/// What is not back in place, one sentence each with the commands that put it back.
pub fn left_behind(entries: &[UndoEntry]) -> Vec<String> {
    entries.iter().filter_map(sentence).collect()
}

fn sentence(entry: &UndoEntry) -> Option<String> {
    let (recover, by_hand) = entry.commands()?;
    let told = entry.told();
    Some(format!("{told}. Run {recover}, or by hand: {by_hand}"))
}
