//! The designer as a whole: form and YAML side by side, as tabs on a phone.

use super::actions::Actions;
use super::desk::Desk;
use super::form::FormSide;
use super::problems::TextSide;
use crate::api::views::DesignView;
use crate::components::refusal::refused;
use crate::components::web;
use crate::components::web::{effect, when};
use leptos::prelude::*;
use std::time::Duration;

/// What a design with this title is called.
pub fn titled(title: &str) -> String {
    match title.trim() {
        "" => "Untitled experiment".to_owned(),
        title => title.to_owned(),
    }
}

/// How often is looked whether what is in the way of a launch has passed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// What version is on the desk, and what saving makes of it.
fn standing(desk: Desk) -> String {
    let dirty = desk.is_dirty();
    let view = desk.view.read();
    match (view.id, dirty) {
        (None, _) => "new, not saved yet".to_owned(),
        (Some(_), false) => format!("version {}, saved", view.version),
        (Some(_), true) if view.has_runs => {
            format!(
                "version {} with changes; it has runs, so saving makes version {}",
                view.version,
                view.version + 1
            )
        }
        (Some(_), true) => format!("version {} with changes that are not saved", view.version),
    }
}

/// The designer. `key` is where unsaved changes are kept in this tab.
#[component]
pub fn Designer(view: DesignView, key: String) -> impl IntoView {
    let desk = Desk::new(view, key);
    let text_first = RwSignal::new(false);
    let taken_up = RwSignal::new(false);
    effect(move || taken_up.set(desk.take_up()));
    warn_before_leaving(desk);
    look_again_while_blocked(desk);
    view! {
        <p class="crumbs">
            <a href="/designs">"Experiments"</a> " / " {move || standing(desk)}
        </p>
        <div class="head">
            <h1>{move || titled(&desk.view.read().title)}</h1>
            <Actions desk />
        </div>
        {when(move || taken_up.get() && desk.is_dirty(), move || {
            let (said, drop) = match desk.id() {
                None => ("This is the draft you had not saved.", "Start again"),
                Some(_) => ("These are the changes you had not saved.", "Drop them"),
            };
            view! {
                <p class="note hold">
                    <span>{said}</span>
                    <button type="button" on:click=move |_| desk.drop_changes()>{drop}</button>
                </p>
            }
        })}
        {move || desk.trouble.get().map(|no| view! {
            {refused(&no)}
            <p><button type="button" on:click=move |_| desk.again()>"Try again"</button></p>
        })}
        <Tabs text_first />
        <div class="cols" class:text-first=move || text_first.get()>
            <FormSide desk />
            <TextSide desk />
        </div>
    }
}

fn look_again_while_blocked(desk: Desk) {
    effect(move || {
        set_interval(
            move || {
                if !document().hidden() && desk.is_blocked() {
                    desk.again();
                }
            },
            LOOK_AGAIN,
        );
    });
}

/// Which side a phone shows; wide screens show both.
#[component]
fn Tabs(text_first: RwSignal<bool>) -> impl IntoView {
    let tab = move |text: bool, word: &'static str| {
        let chosen = move || (text_first.get() == text).to_string();
        view! {
            <button type="button" aria-pressed=chosen on:click=move |_| text_first.set(text)>{word}</button>
        }
    };
    view! {
        <div class="tabs" role="group" aria-label="Side">{tab(false, "Form")} {tab(true, "YAML")}</div>
    }
}

/// The browser asks before a page with unsaved changes is closed. Going elsewhere within the
/// lab needs no question: the changes are kept in the tab and taken up again.
fn warn_before_leaving(desk: Desk) {
    effect(move || {
        window_event_listener(leptos::ev::click, |event| web::follow(&event));
        window_event_listener(leptos::ev::beforeunload, move |event| {
            if !web::stays_within() && untrack(|| desk.is_dirty()) {
                event.prevent_default();
            }
        });
    });
}
