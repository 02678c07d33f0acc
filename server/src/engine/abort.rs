//! Being asked to stop: from this process, another process, or because everything is on hold.
//!
//! Guarantee: whoever waits on [`Abort::asked`] hears of it within [`LOOK_EVERY`], whichever
//! process the request came from.

use crate::store::Store;
use app::model::run::RunId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How often the store is asked; together with restoring, an abort stays within a second.
pub const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The ear of one run.
#[derive(Debug)]
pub struct Abort {
    heard: watch::Receiver<Option<String>>,
    _listening: DropGuard,
}

impl Abort {
    /// Listens for a run until dropped.
    pub fn listen(store: Arc<dyn Store>, run: RunId, shutdown: CancellationToken) -> Self {
        let (tell, heard) = watch::channel(None);
        let over = CancellationToken::new();
        let token = over.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = token.cancelled() => {}
                why = first_reason(store, run, shutdown) => { tell.send_replace(Some(why)); }
            }
        });
        Self {
            heard,
            _listening: over.drop_guard(),
        }
    }

    /// Waits until somebody asks to stop; why, for people. May be awaited again and again.
    pub async fn asked(&mut self) -> String {
        let heard = self.heard.wait_for(Option::is_some).await;
        heard
            .ok()
            .and_then(|why| why.clone())
            .unwrap_or_else(|| "the lab is going down".to_owned())
    }
}

async fn first_reason(store: Arc<dyn Store>, run: RunId, shutdown: CancellationToken) -> String {
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return "the lab was stopped".to_owned(),
            _ = look.tick() => {}
        }
        if let Ok(Some(why)) = store.abort_requested(run).await {
            return why;
        }
        if let Ok(Some(hold)) = store.hold().await {
            return hold.stopped();
        }
    }
}
