//! The pages, one file each, and the table of their addresses.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|text: String| format!("{text} · Hivequake") />
        <Router>
            <main id="main">
                <Routes fallback=|| "Nothing here">
                    <Route path=path!("/") view=|| stub("Home") ssr=SsrMode::Async />
                    <Route path=path!("/services") view=|| stub("Services") ssr=SsrMode::Async />
                    <Route path=path!("/services/:name") view=|| stub("Service") ssr=SsrMode::Async />
                    <Route path=path!("/designs") view=|| stub("Experiments") ssr=SsrMode::Async />
                    <Route path=path!("/designs/new") view=|| stub("New") ssr=SsrMode::Async />
                    <Route path=path!("/designs/:id") view=|| stub("Design") ssr=SsrMode::Async />
                    <Route path=path!("/runs") view=|| stub("Runs") ssr=SsrMode::Async />
                    <Route path=path!("/runs/:id") view=|| stub("Run") ssr=SsrMode::Async />
                    <Route path=path!("/s/:token") view=|| stub("Shared") ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=|| stub("Settings") ssr=SsrMode::Async />
                </Routes>
            </main>
        </Router>
    }
}

fn stub(title: &'static str) -> AnyView {
    view! {
        <Title text=title />
        <h1>{title}</h1>
    }
    .into_any()
}
