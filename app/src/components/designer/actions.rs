//! What can be done with a design: save, launch, import, export, copy.

use super::desk::Desk;
use crate::api::calls::{launch, save_design};
use crate::api::views::{CheckState, DesignView};
use crate::api::{Refusal, RefusalKind};
use crate::components::refusal::refused;
use crate::components::web;
use crate::model::run::DesignId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, closure::Closure};

/// The largest file that is read, in bytes; no experiment comes near it.
const LARGEST: f64 = 262_144.0;

/// Said after saving, until something is changed.
const SAVED: &str = "Saved.";

/// How many things are in the way of a launch.
fn to_mend(view: &DesignView) -> usize {
    let checks = view
        .checks
        .iter()
        .filter(|c| c.state == CheckState::No)
        .count();
    view.problems.len() + checks
}

/// What the launch button says.
fn launch_words(view: &DesignView) -> String {
    match (view.launchable, to_mend(view)) {
        (true, _) => "Launch".to_owned(),
        (false, 1) => "Launch: 1 thing to mend".to_owned(),
        (false, n) => format!("Launch: {n} things to mend"),
    }
}

/// A file name for a title: "canary-survives.yaml".
fn file_name(title: &str) -> String {
    let words = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty());
    let stem = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    if stem.is_empty() {
        "experiment.yaml".to_owned()
    } else {
        format!("{stem}.yaml")
    }
}

/// What is under way, and what went wrong last.
#[derive(Clone, Copy)]
struct Status {
    busy: RwSignal<bool>,
    no: RwSignal<Option<Refusal>>,
    said: RwSignal<Option<&'static str>>,
}

impl Status {
    fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            no: RwSignal::new(None),
            said: RwSignal::new(None),
        }
    }

    fn begin(self) {
        self.busy.set(true);
        self.no.set(None);
        self.said.set(None);
    }

    /// Takes an answer apart; shows a "no".
    fn end<T>(self, answer: Result<T, Refusal>) -> Option<T> {
        self.busy.set(false);
        answer.map_err(|no| self.no.set(Some(no))).ok()
    }
}

/// Stores the document, unless it is stored as it stands. `anyway` also where somebody else has
/// stored another meanwhile.
async fn stored(desk: Desk, anyway: bool) -> Result<DesignId, Refusal> {
    let text = desk.text.get_untracked();
    match desk.id() {
        Some(id) if !anyway && *desk.stored.read_untracked() == text => Ok(id),
        id => {
            let from = (!anyway).then(|| desk.from());
            let id = save_design(id, text.clone(), from).await?;
            desk.saved(text);
            Ok(id)
        }
    }
}

/// Save, launch and the rest.
#[component]
pub fn Actions(desk: Desk) -> impl IntoView {
    let status = Status::new();
    let save = move |anyway| {
        status.begin();
        spawn_local(async move {
            if let Some(id) = status.end(stored(desk, anyway).await) {
                status.said.set(Some(SAVED));
                desk.belongs_to(id);
            }
        });
    };
    let start = move |_| {
        status.begin();
        spawn_local(async move {
            let run = match stored(desk, false).await {
                Ok(id) => {
                    // Before launching: one that is refused must not store another copy next time.
                    desk.belongs_to(id);
                    launch(id, Some(desk.from())).await
                }
                Err(no) => Err(no),
            };
            if let Some(run) = status.end(run) {
                web::go(&format!("/runs/{run}"));
            }
        });
    };
    // Without a script the buttons do nothing, and look it.
    let awake = RwSignal::new(false);
    web::effect(move || awake.set(true));
    let can_save = move || {
        awake.get() && !status.busy.get() && (desk.is_dirty() || desk.view.read().id.is_none())
    };
    let can_launch = move || {
        awake.get() && !status.busy.get() && desk.settled.get() && desk.view.read().launchable
    };
    view! {
        <div class="actions">
            <div class="acts">
                <Files desk status />
                <button type="button" disabled=move || !can_save() on:click=move |_| save(false)>"Save draft"</button>
                <button type="button" class="primary" disabled=move || !can_launch() on:click=start>
                    {move || launch_words(&desk.view.read())}
                </button>
            </div>
            <p class="said-now" role="status">
                {move || status.said.get().filter(|said| *said != SAVED || !desk.is_dirty())}
            </p>
            {move || status.no.get().map(|no| view! {
                {refused(&no)}
                {(no.kind == RefusalKind::Outdated).then(|| view! {
                    <p class="acts">
                        <button type="button" on:click=move |_| save(true)>"Save mine anyway"</button>
                        <a class="button" href="" target="_blank">"Open theirs in a new tab"</a>
                    </p>
                })}
            })}
        </div>
    }
}

/// Import, export, copy.
#[component]
fn Files(desk: Desk, status: Status) -> impl IntoView {
    let href = move || {
        format!(
            "data:application/yaml;charset=utf-8,{}",
            web::encoded(&desk.text.read())
        )
    };
    let name = move || file_name(&desk.view.read().title);
    let copy = move |_| {
        let done = web::copy(&desk.text.read_untracked());
        status.said.set(Some(if done {
            "Copied."
        } else {
            "This browser copies only on a secure address: select the text and copy it."
        }));
    };
    view! {
        <details class="menu" data-closes="">
            <summary class="button">"File"</summary>
            <div class="drop">
                <label class="button">
                    "Import …"
                    <input type="file" accept=".yaml,.yml,.json" on:change:target=move |event| {
                        read_file(&event.target(), desk, status);
                    } />
                </label>
                <a class="button" rel="external" href=href download=name>"Export"</a>
                <button type="button" on:click=copy>"Copy as YAML"</button>
            </div>
        </details>
    }
}

/// Reads the chosen file into the document.
fn read_file(input: &web_sys::HtmlInputElement, desk: Desk, status: Status) {
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    let refuse = move |text: &str| {
        status
            .no
            .set(Some(Refusal::new(RefusalKind::Invalid, text)));
    };
    if file.size() > LARGEST {
        return refuse(
            "This file is larger than 256 kB, which no experiment is. Nothing was changed.",
        );
    }
    let Ok(reader) = web_sys::FileReader::new() else {
        return;
    };
    let done = reader.clone();
    let loaded = Closure::once_into_js(move || {
        if let Some(text) = done.result().ok().and_then(|text| text.as_string()) {
            // What the browser puts in the place of bytes that are none.
            if text.contains('\u{fffd}') {
                return refuse(
                    "This file is no text in UTF-8. Nothing was changed; save it as UTF-8.",
                );
            }
            desk.type_in(text);
            status.said.set(Some("Imported. Not saved yet."));
        }
    });
    reader.set_onload(Some(loaded.unchecked_ref()));
    let _ = reader.read_as_text(&file);
    input.set_value("");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(
            file_name("Canary survives: a kill"),
            "canary-survives-a-kill.yaml"
        );
        assert_eq!(file_name("../.. "), "experiment.yaml");
    }
}
