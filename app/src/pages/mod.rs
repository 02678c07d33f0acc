//! The pages, one file each, and the table of their addresses. The server alone draws them.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views own what they show; how is the macro's choice"
)]

mod design;
mod designs;
mod history;
mod home;
mod not_found;
mod run;
mod service;
mod services;
mod settings;
mod versions;

use crate::components::frame::Layout;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};

/// A part of the address.
fn param(name: &str) -> String {
    use_params_map().with_untracked(|p| p.get(name).unwrap_or_default())
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Every page waits for its data on the server, so that status, title and content are right
    // without JavaScript.
    view! {
        <Title formatter=|text: String| title_of(&text) />
        <Router>
            <Layout>
                <Routes fallback=not_found::page>
                    <Route path=path!("/") view=home::page ssr=SsrMode::Async />
                    <Route path=path!("/services") view=services::page ssr=SsrMode::Async />
                    <Route path=path!("/services/:name") view=service::page ssr=SsrMode::Async />
                    <Route path=path!("/designs") view=designs::page ssr=SsrMode::Async />
                    <Route path=path!("/designs/new") view=design::new_page ssr=SsrMode::Async />
                    <Route path=path!("/designs/:id") view=design::page ssr=SsrMode::Async />
                    <Route path=path!("/designs/:id/versions") view=versions::page ssr=SsrMode::Async />
                    <Route path=path!("/runs") view=history::page ssr=SsrMode::Async />
                    <Route path=path!("/runs/:id") view=run::page ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=settings::page ssr=SsrMode::Async />
                </Routes>
            </Layout>
        </Router>
    }
}

/// A page's title. It is written into the document as it is, so what could end the element, or
/// turn the direction of the text, is replaced.
fn title_of(text: &str) -> String {
    let safe = |c: char| match c {
        '<' => '‹',
        '>' => '›',
        '&' => '＆',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => ' ',
        c => c,
    };
    format!("{} · Hivequake", text.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod title_tests {
    use super::title_of;

    #[test]
    fn a_title_cannot_leave_its_element() {
        let hostile = "</title><meta http-equiv=\"refresh\" content=\"0;url=/x\">&lt;\u{202e}";
        let shown = title_of(hostile);
        assert!(!shown.contains(['<', '>', '&', '\u{202e}']), "{shown}");
        assert!(shown.ends_with(" · Hivequake"));
    }
}
