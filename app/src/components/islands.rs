//! What is alive on the pages. Each island is drawn by the server with everything else and woken
//! in the browser by its own entry point; what is in none of them is no part of the browser's
//! module.

#![allow(
    unsafe_code,
    missing_docs,
    reason = "what the macro and wasm-bindgen generate for an entry point"
)]

use super::designer::Designer;
use super::keys::Keys;
use super::live::Live;
use super::pulse::{Bar, Notes, Relist, RunningNow};
use super::refusal::Answer;
use super::settings::SettingsForm;
use super::share::Sharing;
use super::theme::ThemePicker;
use crate::api::live::LiveView;
use crate::api::views::{DesignView, Frame, SettingsEdit, ShareRow};
use crate::model::run::RunId;
use leptos::prelude::*;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an island starts with: JSON in a text. It is read from bytes, as every answer of the lab
/// is, so that the browser's module holds one reader for it; and only the server writes it.
pub struct Given<T>(pub T);

impl<T: Serialize> Serialize for Given<T> {
    #[cfg(feature = "ssr")]
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        to.serialize_str(&text)
    }

    #[cfg(not(feature = "ssr"))]
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let read = serde_json::from_slice(text.as_bytes());
        read.map(Self).map_err(D::Error::custom)
    }
}

/// What runs now, and the way to stop it.
#[island]
pub fn FrameBar(first: Given<Answer<Frame>>) -> impl IntoView {
    view! { <Bar first=first.0 /> }
}

/// What is amiss.
#[island]
pub fn FrameNotes(first: Given<Answer<Frame>>) -> impl IntoView {
    view! { <Notes first=first.0 /> }
}

/// The runs that are on, on the start page.
#[island]
pub fn RunningSection(first: Given<Answer<Frame>>) -> impl IntoView {
    view! { <RunningNow first=first.0 /> }
}

/// What keeps a list of runs fresh.
#[island]
pub fn FreshList(first: Given<Answer<Frame>>) -> impl IntoView {
    view! { <Relist first=first.0 /> }
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
pub fn DesignerIsland(view: Given<DesignView>, key: String) -> impl IntoView {
    view! { <Designer view=view.0 key /> }
}

/// A run while it is on.
#[island]
pub fn LiveRun(run: RunId, live: Given<LiveView>) -> impl IntoView {
    view! { <Live run live=live.0 /> }
}

/// Links to a report.
#[island]
pub fn ShareLinks(run: RunId, shares: Given<Vec<ShareRow>>) -> impl IntoView {
    view! { <Sharing run shares=shares.0 /> }
}

/// The settings' form.
#[island]
pub fn SettingsIsland(settings: Given<SettingsEdit>) -> impl IntoView {
    view! { <SettingsForm settings=settings.0 /> }
}
