//! Light, dark, or as the system has it; remembered in this browser.

use crate::components::web::effect;
use leptos::prelude::*;

/// Where the choice is stored; the document's own script reads the same name.
const KEY: &str = "theme";

fn stored() -> String {
    let storage = window().local_storage().ok().flatten();
    storage
        .and_then(|s| s.get_item(KEY).ok().flatten())
        .unwrap_or_default()
}

fn choose(theme: &str) {
    if let Some(root) = document().document_element() {
        let _ = if theme.is_empty() {
            root.remove_attribute("data-theme")
        } else {
            root.set_attribute("data-theme", theme)
        };
    }
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = if theme.is_empty() {
            storage.remove_item(KEY)
        } else {
            storage.set_item(KEY, theme)
        };
    }
}

/// The choice between the three.
#[component]
pub fn ThemePicker() -> impl IntoView {
    let theme = RwSignal::new(None::<String>);
    effect(move || theme.set(Some(stored())));
    view! {
        <label class="theme">
            <span>"Theme"</span>
            <select
                disabled=move || theme.with(Option::is_none)
                prop:value=move || theme.get().unwrap_or_default()
                on:change:target=move |event| {
                    let chosen = event.target().value();
                    choose(&chosen);
                    theme.set(Some(chosen));
                }
            >
                <option value="">"as the system"</option>
                <option value="light">"light"</option>
                <option value="dark">"dark"</option>
            </select>
        </label>
    }
}
