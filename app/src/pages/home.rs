//! The start page: what runs now, the last runs, the services.

use crate::api::lab;
use crate::api::views::HomeView;
use crate::components::frame::current;
use crate::components::islands::{Given, RunningSection};
use crate::components::lists::{kept_fresh, plain_head, run_table, service_table};
use crate::components::load::{empty, loaded_below};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let lab = lab();
    let answer = async move { lab?.home().await };
    view! {
        <Title text="Home" />
        <div class="head">
            <h1>"What the swarm withstands"</h1>
            <a class="button primary" href="/designs/new">"New experiment"</a>
        </div>
        <RunningSection first=Given(current()) />
        {kept_fresh()}
        {loaded_below(answer, content)}
    }
    .into_any()
}

fn content(view: HomeView) -> AnyView {
    let recent = if view.recent.is_empty() {
        empty(
            "Runs show here with their verdict once there are some.",
            "/services",
            "Pick a service to experiment on",
        )
    } else {
        run_table(&view.recent, plain_head())
    };
    let services = if view.services.is_empty() {
        empty(
            "The services of the swarm show here; there are none, or the swarm is out of reach.",
            "/settings",
            "See what works",
        )
    } else {
        service_table(&view.services)
    };
    view! {
        <section>
            <div class="head"><h2>"Last runs"</h2><a href="/runs">"All runs"</a></div>
            {recent}
        </section>
        <section>
            <div class="head"><h2>"Services"</h2><a href="/services">"All services"</a></div>
            {services}
        </section>
    }
    .into_any()
}
