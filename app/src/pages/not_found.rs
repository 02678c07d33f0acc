//! The page for an address that is none.

use crate::api::answered;
use crate::components::load::missing;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Says so, with the ways on; the response's status is 404.
pub fn page() -> AnyView {
    let path = use_location().pathname.get_untracked();
    let none = missing("There is no page at this address.");
    let message = none.message.clone();
    let _ = answered::<()>(Err(none));
    view! {
        <Title text="No such page" />
        <h1>"No such page"</h1>
        <p class="lead">{message} " Perhaps the link is incomplete, or what it named was removed."</p>
        <pre>{path}</pre>
        <ul class="ways">
            <li><a href="/runs">"All runs"</a> ", with search"</li>
            <li><a href="/services">"All services"</a> " of the swarm"</li>
            <li><a href="/designs">"All experiments"</a></li>
        </ul>
    }
    .into_any()
}
