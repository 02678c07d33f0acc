//! The server functions: each hands its arguments to one use case and its answer back.

#![allow(missing_docs, reason = "the macro makes a type of each argument list")]

use super::Refusal;
use super::views::{
    DesignAsk, DesignRow, DesignView, Frame, HistoryView, HomeView, NewShare, RunQuery, RunView,
    ServiceRow, ServiceView, SettingsEdit, SettingsView,
};
use crate::model::run::{DesignId, RunId};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
type SharedLab = std::sync::Arc<dyn super::Lab>;

/// The lab that the server put into context.
#[cfg(feature = "ssr")]
fn lab() -> Result<SharedLab, Refusal> {
    use_context::<SharedLab>().ok_or_else(|| {
        Refusal::new(
            super::RefusalKind::Internal,
            "The lab is not ready. Reload in a moment.",
        )
    })
}

/// Gives a refusal its HTTP status.
#[cfg(feature = "ssr")]
fn answered<T>(answer: Result<T, Refusal>) -> Result<T, Refusal> {
    if let (Err(refusal), Some(response)) = (&answer, use_context::<leptos_axum::ResponseOptions>())
        && let Ok(status) = axum::http::StatusCode::from_u16(refusal.status())
    {
        response.set_status(status);
    }
    answer
}

macro_rules! call {
    ($(#[$doc:meta])* $name:ident / $endpoint:literal ($($arg:ident : $type:ty),*) -> $out:ty = |$lab:ident| $body:expr) => {
        $(#[$doc])*
        #[server(endpoint = $endpoint, prefix = "/rpc")]
        pub async fn $name($($arg: $type),*) -> Result<$out, Refusal> {
            let $lab = lab()?;
            answered($body.await)
        }
    };
}

call!(
    /// See [`super::Lab::frame`].
    current_frame / "frame" () -> Frame = |lab| lab.frame()
);
call!(
    /// See [`super::Lab::home`].
    home / "home" () -> HomeView = |lab| lab.home()
);
call!(
    /// See [`super::Lab::services`].
    services / "services" () -> Vec<ServiceRow> = |lab| lab.services()
);
call!(
    /// See [`super::Lab::service`].
    service / "service" (name: String) -> ServiceView = |lab| lab.service(&name)
);
call!(
    /// See [`super::Lab::designs`].
    designs / "designs" () -> Vec<DesignRow> = |lab| lab.designs()
);
call!(
    /// See [`super::Lab::design`].
    design / "design" (id: DesignId) -> DesignView = |lab| lab.design(id)
);
call!(
    /// See [`super::Lab::new_design`].
    new_design / "new-design" (service: Option<String>) -> DesignView = |lab| lab.new_design(service.as_deref())
);
call!(
    /// See [`super::Lab::save_design`].
    save_design / "save-design" (id: Option<DesignId>, text: String) -> DesignId = |lab| lab.save_design(id, &text)
);
call!(
    /// See [`super::Lab::launch`].
    launch / "launch" (id: DesignId) -> RunId = |lab| lab.launch(id)
);
call!(
    /// See [`super::Lab::abort`].
    abort / "abort" (run: RunId) -> () = |lab| lab.abort(run, "somebody in the browser")
);
call!(
    /// See [`super::Lab::stop_all`].
    stop_all / "stop-all" () -> () = |lab| lab.stop_all("somebody in the browser")
);
call!(
    /// See [`super::Lab::release`].
    release / "release" () -> () = |lab| lab.release("somebody in the browser")
);
call!(
    /// See [`super::Lab::run`].
    run / "run" (id: RunId) -> RunView = |lab| lab.run(id)
);
call!(
    /// See [`super::Lab::share`].
    share / "share" (run: RunId, days: Option<u32>) -> NewShare = |lab| lab.share(run, days)
);
call!(
    /// See [`super::Lab::revoke`].
    revoke / "revoke" (share: i64) -> () = |lab| lab.revoke(share)
);
call!(
    /// See [`super::Lab::settings`].
    settings / "settings" () -> SettingsView = |lab| lab.settings()
);

/// See [`super::Lab::check_design`].
#[server(endpoint = "check-design", prefix = "/rpc", input = server_fn::codec::Json)]
pub async fn check_design(ask: DesignAsk) -> Result<DesignView, Refusal> {
    let lab = lab()?;
    answered(lab.check_design(ask).await)
}

/// See [`super::Lab::history`].
#[server(endpoint = "history", prefix = "/rpc", input = server_fn::codec::Json)]
pub async fn history(query: RunQuery) -> Result<HistoryView, Refusal> {
    let lab = lab()?;
    answered(lab.history(query).await)
}

/// See [`super::Lab::save_settings`].
#[server(endpoint = "save-settings", prefix = "/rpc", input = server_fn::codec::Json)]
pub async fn save_settings(edit: SettingsEdit) -> Result<(), Refusal> {
    let lab = lab()?;
    answered(lab.save_settings(edit).await)
}
