//! The server functions, which islands call: each hands its arguments to one use case and its
//! answer back.

#![allow(missing_docs, reason = "the macro makes a type of each argument list")]

use super::Refusal;
use super::views::{DesignAsk, DesignView, Frame, NewShare, SettingsEdit};
use crate::model::run::{DesignId, RunId};
use leptos::prelude::*;

macro_rules! call {
    ($(#[$doc:meta])* $name:ident / $endpoint:literal ($($arg:ident : $type:ty),*) -> $out:ty = |$lab:ident| $body:expr) => {
        $(#[$doc])*
        #[server(endpoint = $endpoint, prefix = "/rpc")]
        pub async fn $name($($arg: $type),*) -> Result<$out, Refusal> {
            let $lab = super::lab()?;
            super::answered($body.await)
        }
    };
}

call!(
    /// See [`super::Lab::frame`].
    current_frame / "frame" () -> Frame = |lab| lab.frame()
);
call!(
    /// See [`super::Lab::save_design`].
    save_design / "save-design" (id: Option<DesignId>, text: String, from: Option<u64>) -> DesignId = |lab| lab.save_design(id, &text, from)
);
call!(
    /// See [`super::Lab::launch`].
    launch / "launch" (id: DesignId, from: Option<u64>) -> RunId = |lab| lab.launch(id, from)
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
    /// See [`super::Lab::share`].
    share / "share" (run: RunId, days: Option<u32>) -> NewShare = |lab| lab.share(run, days)
);
call!(
    /// See [`super::Lab::revoke`].
    revoke / "revoke" (share: i64) -> () = |lab| lab.revoke(share)
);

/// See [`super::Lab::check_design`].
#[server(endpoint = "check-design", prefix = "/rpc", input = server_fn::codec::Json)]
pub async fn check_design(ask: DesignAsk) -> Result<DesignView, Refusal> {
    let lab = super::lab()?;
    super::answered(lab.check_design(ask).await)
}

/// See [`super::Lab::save_settings`].
#[server(endpoint = "save-settings", prefix = "/rpc", input = server_fn::codec::Json)]
pub async fn save_settings(edit: SettingsEdit) -> Result<(), Refusal> {
    let lab = super::lab()?;
    super::answered(lab.save_settings(edit).await)
}
