//! The designer's page.

use super::param;
use crate::api::lab;
use crate::api::views::DesignView;
use crate::components::designer::{draft_key, titled};
use crate::components::islands::{DesignerIsland, Given};
use crate::components::load::{loaded, missing};
use crate::model::run::DesignId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// A fresh design; `?service=` names its target.
pub fn new_page() -> AnyView {
    let service = use_query_map().with_untracked(|q| q.get("service"));
    let key = draft_key(None, service.as_deref());
    let lab = lab();
    let answer = async move { lab?.new_design(service.as_deref()).await };
    let content = loaded(answer, |view| designer(view, key));
    view! { <Title text="New experiment" /> {content} }.into_any()
}

/// A stored design.
pub fn page() -> AnyView {
    let id = param("id").parse::<DesignId>().ok();
    let key = draft_key(id, None);
    let lab = lab();
    let answer = async move {
        let none = || missing("There is no experiment at this address. Nothing was changed.");
        lab?.design(id.ok_or_else(none)?).await
    };
    let content = loaded(answer, |view| {
        let versions = view.id.map(|id| format!("/designs/{id}/versions"));
        view! {
            <Title text=titled(&view.title) />
            {designer(view, key)}
            <p class="muted">
                <a href=versions>"What changed from version to version, and the runs of each"</a>
            </p>
        }
        .into_any()
    });
    view! { <Title text="Experiment" /> {content} }.into_any()
}

fn designer(view: DesignView, key: String) -> AnyView {
    view! {
        <noscript>
            <p class="note">
                "Changing and launching an experiment here takes JavaScript. Without it, write the text to a file and start it with "
                <code>"hivequake run FILE"</code> "."
            </p>
        </noscript>
        <DesignerIsland view=Given(view) key />
    }
    .into_any()
}
