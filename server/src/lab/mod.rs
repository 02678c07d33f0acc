//! The use cases, one method each, behind the one door [`app::api::Lab`].
//!
//! Guarantee: pages, REST API and command line all come through here; none has logic of its own.

mod designs;
pub mod doctor;
mod facts;
pub mod live;
mod open;
pub mod query;
pub mod refusals;
mod runs;
mod services;
mod settings;
pub mod sharing;
mod versions;
pub mod words;

pub use open::open;

use crate::engine::Engine;
use crate::store::{Hold, Over, Store};
use crate::swarm::Swarm;
use app::api::views::{
    Compared, DesignAsk, DesignRow, DesignView, Frame, HistoryView, HomeView, NewShare, RunQuery,
    RunView, ServiceRow, ServiceView, SettingsEdit, SettingsView, VersionsView,
};
use app::api::{Lab, Refusal, RefusalKind};
use app::model::run::{DesignId, Phase, RunId};
use app::model::time::At;
use live::Hub;
use std::sync::Arc;

/// Rows of recent runs on the start page and on a service's page.
const RECENT: usize = 8;

/// The lab of one process.
#[derive(Clone)]
pub struct LocalLab {
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// The swarm.
    pub swarm: Swarm,
    /// What executes runs.
    pub engine: Engine,
    /// Live streams.
    pub hub: Hub,
    /// Whether people sign in before they see a page.
    pub signs_in: bool,
    /// The lab's own clock, for what has nothing to do with a run.
    pub clock: fn() -> At,
}

impl LocalLab {
    /// Now, by the lab's own clock.
    pub(crate) fn now(&self) -> At {
        (self.clock)()
    }
}

#[async_trait::async_trait]
impl Lab for LocalLab {
    async fn frame(&self) -> Result<Frame, Refusal> {
        self.frame_now().await
    }

    async fn home(&self) -> Result<HomeView, Refusal> {
        // Without a swarm there is still a history to show; the frame says what is wrong.
        let services = self.service_rows().await.unwrap_or_default();
        let runs = self
            .store
            .runs(&RunQuery::default())
            .await
            .map_err(|e| refusals::store(&e))?;
        let recent = runs.into_iter().take(RECENT).map(words::run_row).collect();
        Ok(HomeView { recent, services })
    }

    async fn services(&self) -> Result<Vec<ServiceRow>, Refusal> {
        self.service_rows().await
    }

    async fn service(&self, name: &str) -> Result<ServiceView, Refusal> {
        self.service_view(name).await
    }

    async fn designs(&self) -> Result<Vec<DesignRow>, Refusal> {
        self.design_rows().await
    }

    async fn design(&self, id: DesignId) -> Result<DesignView, Refusal> {
        self.stored_design(id).await
    }

    async fn new_design(&self, service: Option<&str>) -> Result<DesignView, Refusal> {
        self.fresh_design(service).await
    }

    async fn check_design(&self, ask: DesignAsk) -> Result<DesignView, Refusal> {
        self.checked_design(ask).await
    }

    async fn versions(&self, id: DesignId, which: Compared) -> Result<VersionsView, Refusal> {
        self.versions_view(id, which).await
    }

    async fn save_design(
        &self,
        id: Option<DesignId>,
        text: &str,
        from: Option<u64>,
    ) -> Result<DesignId, Refusal> {
        let over = from.map_or(Over::Any, Over::Only);
        self.keep_design(id, text, over).await.map(|(id, _)| id)
    }

    async fn launch(&self, id: DesignId, from: Option<u64>) -> Result<RunId, Refusal> {
        self.launch_design(id, from, None).await
    }

    async fn abort(&self, run: RunId, who: &str) -> Result<(), Refusal> {
        if self.known_run(run).await?.phase == Phase::Done {
            return Err(Refusal::new(
                RefusalKind::Conflict,
                "The run is over and everything was put back or is named in its report; there is nothing to abort.",
            ));
        }
        let why = format!("by {who}");
        let asked = self.store.request_abort(run, &why).await;
        asked.map_err(|e| refusals::store(&e))?;
        self.engine.adopt().await.map_err(|e| refusals::store(&e))
    }

    async fn stop_all(&self, who: &str) -> Result<(), Refusal> {
        let hold = Hold {
            who: who.to_owned(),
            since: self.now(),
        };
        let noted = self.store.set_hold(Some(&hold)).await;
        noted.map_err(|e| refusals::store(&e))?;
        self.engine.adopt().await.map_err(|e| refusals::store(&e))
    }

    async fn release(&self, who: &str) -> Result<(), Refusal> {
        tracing::info!(who, "released");
        self.store
            .set_hold(None)
            .await
            .map_err(|e| refusals::store(&e))
    }

    async fn history(&self, query: RunQuery) -> Result<HistoryView, Refusal> {
        self.history_view(query).await
    }

    async fn run(&self, id: RunId) -> Result<RunView, Refusal> {
        self.run_view(id).await
    }

    async fn share(&self, run: RunId, days: Option<u32>) -> Result<NewShare, Refusal> {
        self.new_share(run, days).await
    }

    async fn revoke(&self, share: i64) -> Result<(), Refusal> {
        self.revoke_share(share).await
    }

    async fn settings(&self) -> Result<SettingsView, Refusal> {
        self.settings_view().await
    }

    async fn save_settings(&self, edit: SettingsEdit) -> Result<(), Refusal> {
        self.keep_settings(&edit).await
    }
}
