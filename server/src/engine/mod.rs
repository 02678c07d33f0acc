//! A run's state machine, its guards and the undo journal.
//!
//! preflight -> baseline -> inject -> observe -> restore -> analyse -> done, where inject and
//! observe may end early and restore never is left out.
//!
//! Guarantee: nothing is touched before its inverse is durable ([`journal`]), and every run ends
//! restored and with an outcome, in this process ([`run`]) or in the next one ([`recovery`]).

pub mod abort;
mod claim;
mod early;
mod error;
mod finish;
mod guard;
pub mod journal;
mod off_target;
mod owner;
pub mod permission;
mod preflight;
mod recorder;
mod recovery;
mod run;
mod series;
mod set_clock;
mod standing;
mod watching;

pub use error::LaunchError;
pub use owner::Owner;
pub use preflight::{Preflight, Ready};
pub use recovery::Recovered;
pub use series::Order;

use crate::store::{Store, Stored};
use crate::swarm::{Swarm, Watcher};
use crate::timeline::Clock;
use app::model::experiment::Experiment;
use app::model::run::{Outcome, RunId};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Ends of runs that a listener may lag behind; more than one launch makes.
const ENDS: usize = 256;

/// What all runs of a process share.
pub struct Shared {
    store: Arc<dyn Store>,
    swarm: Swarm,
    watcher: Watcher,
    owner: Owner,
    shutdown: CancellationToken,
    ended: broadcast::Sender<(RunId, Outcome)>,
    /// Runs that this process executes now.
    on: Mutex<BTreeSet<RunId>>,
}

impl Shared {
    /// Runs that this process executes now.
    fn on(&self) -> MutexGuard<'_, BTreeSet<RunId>> {
        self.on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine's clock, as the watcher measured it last.
    fn clock(&self) -> Clock {
        Clock::new(self.watcher.clock())
    }
}

/// The engine of one process.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    runs: TaskTracker,
}

/// What an engine is made of.
pub struct Parts {
    /// Where everything is remembered.
    pub store: Arc<dyn Store>,
    /// The swarm.
    pub swarm: Swarm,
    /// The one watcher of that swarm.
    pub watcher: Watcher,
    /// This process.
    pub owner: Owner,
    /// Cancelled when the process is to end: runs abort and restore.
    pub shutdown: CancellationToken,
}

impl Engine {
    /// An engine with no run on.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            swarm,
            watcher,
            owner,
            shutdown,
        } = parts;
        let shared = Shared {
            store,
            swarm,
            watcher,
            owner,
            shutdown,
            ended: broadcast::channel(ENDS).0,
            on: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            runs: TaskTracker::new(),
        }
    }

    /// What preflight says now.
    pub async fn preflight(&self, experiment: &Experiment, seed: u64) -> Stored<Preflight> {
        self.shared.look(experiment, seed).await
    }

    /// Whether a launch would be let in now; nothing is stored or touched, but that what processes
    /// left that are gone is put back first.
    pub async fn admit(&self, experiment: &Experiment, seed: u64) -> Result<(), LaunchError> {
        self.adopt().await?;
        series::ready(&self.shared, experiment, seed)
            .await
            .map(drop)
    }

    /// Runs that were left open by processes that are gone.
    pub async fn orphans(&self) -> Stored<Vec<RunId>> {
        self.shared.orphans().await
    }

    /// Starts the runs of an order, one after the other; the first one's id. Nothing was touched
    /// where it answers with an error. Whoever asked may go away meanwhile: a run that was created
    /// is executed all the same.
    pub async fn launch(&self, order: Order) -> Result<RunId, LaunchError> {
        let engine = self.clone();
        let launched = tokio::spawn(async move {
            engine.adopt().await?;
            let (first, rest) = series::begin(&engine.shared, order).await?;
            engine.runs.spawn(rest);
            Ok(first)
        });
        launched
            .await
            .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// Tells of every run of this process that ends from now on.
    pub fn ended(&self) -> broadcast::Receiver<(RunId, Outcome)> {
        self.shared.ended.subscribe()
    }

    /// Restores and closes runs whose process is gone, if there are any: nobody else would, while no
    /// server runs.
    pub async fn adopt(&self) -> Stored<()> {
        if !self.shared.orphans().await?.is_empty() {
            self.shared.recover().await?;
        }
        Ok(())
    }

    /// Restores and closes what processes left behind that are gone.
    pub async fn recover(&self) -> Stored<Recovered> {
        self.shared.recover().await
    }

    /// What the swarm's watcher says is wrong now, for people.
    pub fn trouble(&self) -> Option<String> {
        self.shared.watcher.trouble()
    }

    /// Waits until all runs are over. No more are started once the shutdown token is cancelled.
    pub async fn finished(&self) {
        self.runs.close();
        self.runs.wait().await;
    }
}
