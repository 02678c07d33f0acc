//! The start page: what runs now, the last runs, the services.

use crate::api::calls::home;
use crate::api::views::{Frame, HomeView, RunRow};
use crate::components::badge::badge_of;
use crate::components::frame::Pulse;
use crate::components::lists::{plain_head, run_href, run_table, service_table};
use crate::components::load::{Answer, empty, loaded};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let answer = Resource::new(|| (), |()| home());
    let now = use_context::<Pulse>().map(|pulse| pulse.show(running, draw_running));
    view! {
        <Title text="Home" />
        <div class="head">
            <h1>"What the swarm withstands"</h1>
            <a class="button primary" href="/designs/new">"New experiment"</a>
        </div>
        {now}
        {loaded(answer, content)}
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

fn running(frame: &Answer<Frame>) -> Vec<RunRow> {
    frame
        .as_ref()
        .map(|frame| frame.running.clone())
        .unwrap_or_default()
}

#[expect(
    clippy::ptr_arg,
    reason = "a part of the frame is handed over as it is"
)]
fn draw_running(runs: &Vec<RunRow>) -> AnyView {
    if runs.is_empty() {
        return ().into_any();
    }
    let items = runs.iter().map(|run| {
        view! {
            <li>
                {badge_of(run)}
                <a href=run_href(run)>{run.title.clone()}</a>
                <small>{run.fault.clone()} " on " {run.service.clone()}</small>
            </li>
        }
    });
    view! {
        <section>
            <h2>"Running now"</h2>
            <ul class="running">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}
