//! What is alive on the pages. Each island is drawn by the server with everything else and woken
//! in the browser by its own entry point; what is in none of them is no part of the browser's
//! module.

#![allow(
    unsafe_code,
    reason = "what wasm-bindgen generates for an entry point"
)]

use super::designer::Designer;
use super::keys::Keys;
use super::live::Live;
use super::pulse::{Bar, Notes, RunningNow};
use super::refusal::Answer;
use super::settings::SettingsForm;
use super::share::Sharing;
use super::theme::ThemePicker;
use crate::api::views::{DesignView, Frame, LiveView, SettingsEdit, ShareRow};
use crate::model::run::RunId;
use leptos::prelude::*;

/// What runs now, and the way to stop it.
#[island]
pub fn FrameBar(first: Answer<Frame>) -> impl IntoView {
    view! { <Bar first /> }
}

/// What is amiss.
#[island]
pub fn FrameNotes(first: Answer<Frame>) -> impl IntoView {
    view! { <Notes first /> }
}

/// The runs that are on, on the start page.
#[island]
pub fn RunningSection(first: Answer<Frame>) -> impl IntoView {
    view! { <RunningNow first /> }
}

/// The keyboard.
#[island]
pub fn KeyList() -> impl IntoView {
    view! { <Keys /> }
}

/// Light or dark.
#[island]
pub fn Theme() -> impl IntoView {
    view! { <ThemePicker /> }
}

/// The designer.
#[island]
pub fn DesignerIsland(view: DesignView, key: String) -> impl IntoView {
    view! { <Designer view key /> }
}

/// A run while it is on.
#[island]
pub fn LiveRun(run: RunId, live: LiveView) -> impl IntoView {
    view! { <Live run live /> }
}

/// Links to a report.
#[island]
pub fn ShareLinks(run: RunId, shares: Vec<ShareRow>) -> impl IntoView {
    view! { <Sharing run shares /> }
}

/// The settings' form.
#[island]
pub fn SettingsIsland(settings: SettingsEdit) -> impl IntoView {
    view! { <SettingsForm settings /> }
}
