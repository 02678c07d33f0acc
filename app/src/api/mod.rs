//! The use cases: the one door between browser and server.
//!
//! The server implements [`Lab`] and provides it as context; pages reach it through the server
//! functions in [`calls`]; the REST API and the command line call the same trait. Nothing here
//! has logic of its own.

pub mod calls;
pub mod live;
mod refusal;
pub mod views;

pub use refusal::{Refusal, RefusalKind};

#[cfg(feature = "ssr")]
mod door;
#[cfg(feature = "ssr")]
pub use door::{answered, lab};

#[cfg(feature = "ssr")]
use crate::model::run::{DesignId, RunId};
#[cfg(feature = "ssr")]
use views::{
    Compared, DesignAsk, DesignRow, DesignView, Frame, HistoryView, HomeView, NewShare, RunQuery,
    RunView, ServiceRow, ServiceView, SettingsEdit, SettingsView, VersionsView,
};

/// Everything a person can do with the lab, one method each.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait Lab: Send + Sync {
    /// What every page shows around its content: what runs now, whether everything is on hold.
    async fn frame(&self) -> Result<Frame, Refusal>;
    /// What is running, the last runs, the services.
    async fn home(&self) -> Result<HomeView, Refusal>;
    /// All services of the swarm.
    async fn services(&self) -> Result<Vec<ServiceRow>, Refusal>;
    /// One service, by name.
    async fn service(&self, name: &str) -> Result<ServiceView, Refusal>;
    /// All designs, last changed first.
    async fn designs(&self) -> Result<Vec<DesignRow>, Refusal>;
    /// A stored design at its newest version.
    async fn design(&self, id: DesignId) -> Result<DesignView, Refusal>;
    /// A fresh design for a service (or for none yet), not stored.
    async fn new_design(&self, service: Option<&str>) -> Result<DesignView, Refusal>;
    /// Applies a form edit to a text, if any, and says what is wrong, what would be hit, and what
    /// preflight would say now. Stores nothing.
    async fn check_design(&self, ask: DesignAsk) -> Result<DesignView, Refusal>;
    /// The versions of a design, and what one of them changed.
    async fn versions(&self, id: DesignId, which: Compared) -> Result<VersionsView, Refusal>;
    /// Stores a text, valid or not. A design that has runs gets a new version. `from` is the
    /// [`digest`](crate::model::digest::digest) of the stored text that this one was made from:
    /// when another is stored by now, nothing is ([`RefusalKind::Outdated`]). Without it,
    /// whatever is stored is written over.
    async fn save_design(
        &self,
        id: Option<DesignId>,
        text: &str,
        from: Option<u64>,
    ) -> Result<DesignId, Refusal>;
    /// Starts the newest version of a design; answers with the first run. With `from`, as in
    /// [`Lab::save_design`], only while that is the text of the newest version.
    async fn launch(&self, id: DesignId, from: Option<u64>) -> Result<RunId, Refusal>;
    /// Ends a run within a second and restores.
    async fn abort(&self, run: RunId, who: &str) -> Result<(), Refusal>;
    /// Ends all runs, restores, and lets none start until [`Lab::release`].
    async fn stop_all(&self, who: &str) -> Result<(), Refusal>;
    /// Lets runs start again.
    async fn release(&self, who: &str) -> Result<(), Refusal>;
    /// Past and present runs, filtered and sorted.
    async fn history(&self, query: RunQuery) -> Result<HistoryView, Refusal>;
    /// One run: live while it is on, its report afterwards.
    async fn run(&self, id: RunId) -> Result<RunView, Refusal>;
    /// Makes a link to a run's report that anyone who has it can read; `days` none: for ever.
    async fn share(&self, run: RunId, days: Option<u32>) -> Result<NewShare, Refusal>;
    /// Ends a link.
    async fn revoke(&self, share: i64) -> Result<(), Refusal>;
    /// Settings, and what works on this machine.
    async fn settings(&self) -> Result<SettingsView, Refusal>;
    /// Changes the settings.
    async fn save_settings(&self, edit: SettingsEdit) -> Result<(), Refusal>;
}
