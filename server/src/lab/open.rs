//! Putting a lab together from its settings.

use super::LocalLab;
use super::live::Hub;
use crate::config::Base;
use crate::engine::{Engine, Owner, Parts};
use crate::store::{SqliteStore, Store};
use crate::swarm::{Swarm, Watcher, lab_now};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The database in the data folder.
const DATABASE: &str = "hivequake.db";

/// The folder of the processes that share it.
const OWNERS: &str = "owners";

/// Opens store and swarm; needs no engine that answers.
pub async fn open(
    base: &Base,
    shutdown: CancellationToken,
) -> Result<LocalLab, Box<dyn Error + Send + Sync>> {
    let store = SqliteStore::open(&base.data.join(DATABASE)).await;
    let store: Arc<dyn Store> = Arc::new(store.map_err(|error| error.for_people())?);
    let owner = Owner::take(&base.data.join(OWNERS)).map_err(|error| {
        format!(
            "{} cannot be written ({error}): choose another folder with --data",
            base.data.display()
        )
    })?;
    let patience = Duration::from_secs(base.engine_timeout);
    let swarm = Swarm::connect(base.docker_host.as_deref(), patience)?;
    let watcher = Watcher::start(swarm.clone(), shutdown.clone());
    watcher.settled().await;
    let engine = Engine::new(Parts {
        store: store.clone(),
        swarm: swarm.clone(),
        watcher,
        owner,
        shutdown,
    });
    Ok(LocalLab {
        hub: Hub::new(store.clone()),
        store,
        swarm,
        engine,
        signs_in: false,
        clock: lab_now,
    })
}
