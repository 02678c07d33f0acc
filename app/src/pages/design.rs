//! The designer's page: form and YAML side by side, as tabs on a phone.

use super::param;
use crate::api::calls::{design, new_design};
use crate::api::views::DesignView;
use crate::components::designer::{Actions, Desk, FormSide, TextSide};
use crate::components::load::{loaded, missing, refused};
use crate::model::run::DesignId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// A fresh design; `?service=` names its target.
pub fn new_page() -> AnyView {
    let query = use_query_map();
    let service = Memo::new(move |_| query.with(|q| q.get("service")));
    let answer = Resource::new(move || service.get(), new_design);
    view! {
        <Title text="New experiment" />
        {loaded(answer, move |view| {
            let key = format!("draft:new:{}", service.get_untracked().unwrap_or_default());
            view! { <Designer view key /> }.into_any()
        })}
    }
    .into_any()
}

/// A stored design.
pub fn page() -> AnyView {
    let id = param("id");
    let answer = Resource::new(
        move || id.get(),
        async |id| match id.parse::<DesignId>() {
            Ok(id) => design(id).await,
            Err(_) => Err(missing(
                "There is no experiment at this address. Nothing was changed.",
            )),
        },
    );
    let content = loaded(answer, move |view| {
        let key = format!("draft:{}", id.get_untracked());
        view! {
            <Title text=title(&view) />
            <Designer view key />
        }
        .into_any()
    });
    view! { <Title text="Experiment" /> {content} }.into_any()
}

fn title(view: &DesignView) -> String {
    match view.title.trim() {
        "" => "Untitled experiment".to_owned(),
        title => title.to_owned(),
    }
}

/// What version is on the desk, and what saving makes of it.
fn standing(desk: Desk) -> String {
    let dirty = desk.is_dirty();
    desk.view.with(|view| match (view.id, dirty) {
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
    })
}

#[component]
fn Designer(view: DesignView, key: String) -> impl IntoView {
    let desk = Desk::new(view, key);
    let text_first = RwSignal::new(false);
    let taken_up = RwSignal::new(false);
    Effect::new(move || taken_up.set(desk.take_up()));
    warn_before_leaving(desk);
    view! {
        <p class="crumbs">
            <a href="/designs">"Experiments"</a> " / " {move || standing(desk)}
        </p>
        <div class="head">
            <h1>{move || desk.view.with(title)}</h1>
            <Actions desk saved=after_saving(desk) />
        </div>
        <Show when=move || taken_up.get() && desk.is_dirty()>
            <p class="note hold">
                <span>"These are the changes you had not saved."</span>
                <button type="button" on:click=move |_| desk.drop_changes()>"Drop them"</button>
            </p>
        </Show>
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

/// A first save gives the design its address; later ones only renew what is known of it.
fn after_saving(desk: Desk) -> Callback<DesignId> {
    let navigate = use_navigate();
    Callback::new(move |id: DesignId| {
        if desk.id() == Some(id) {
            desk.again();
            return;
        }
        let replace = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&format!("/designs/{id}"), replace);
    })
}

/// The browser asks before a page with unsaved changes is closed. Going elsewhere within the
/// app needs no question: the changes are kept in the tab and taken up again.
fn warn_before_leaving(desk: Desk) {
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
            if untrack(|| desk.is_dirty()) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}
