//! Settings, and what works on this machine.

use crate::api::lab;
use crate::api::views::{SettingsEdit, SettingsView};
use crate::components::checks::checks;
use crate::components::frame::sign_out;
use crate::components::islands::{Given, SettingsIsland, Theme};
use crate::components::load::loaded_below;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let lab = lab();
    let answer = async move { lab?.settings().await };
    view! {
        <Title text="Settings" />
        <h1>"Settings"</h1>
        {loaded_below(answer, content)}
        <section class="phone-only">
            <h2>"Appearance"</h2>
            <Theme />
            {sign_out()}
        </section>
    }
    .into_any()
}

fn content(view: SettingsView) -> AnyView {
    let SettingsView {
        allow,
        max_tasks,
        doctor,
    } = view;
    view! {
        <SettingsIsland settings=Given(SettingsEdit { allow, max_tasks }) />
        <section>
            <h2>"What works here"</h2>
            <p class="muted">"The same that " <code>"hivequake doctor"</code> " says on the command line."</p>
            {checks(&doctor)}
        </section>
    }
    .into_any()
}
