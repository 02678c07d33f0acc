//! The page for an address that is none.

use crate::components::load::missing;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Says so, with the ways on; the response's status is 404.
pub fn page() -> AnyView {
    let path = use_location().pathname;
    let refusal = missing("There is no page at this address.");
    view! {
        <Title text="No such page" />
        <h1>"No such page"</h1>
        <p class="lead">{refusal.message} " Perhaps the link is incomplete, or what it named was removed."</p>
        <pre>{move || path.get()}</pre>
        <ul class="ways">
            <li><a href="/runs">"All runs"</a> ", with search"</li>
            <li><a href="/services">"All services"</a> " of the swarm"</li>
            <li><a href="/designs">"All experiments"</a></li>
        </ul>
    }
    .into_any()
}
