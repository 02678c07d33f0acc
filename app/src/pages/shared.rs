//! A shared report: read-only, without the frame, and without a word about anything else.

use super::param;
use crate::api::calls::shared;
use crate::components::load::loaded;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// The page.
pub fn page() -> AnyView {
    let token = param("token");
    let answer = Resource::new(move || token.get(), shared);
    view! {
        <Meta name="robots" content="noindex" />
        <Title text="Shared report" />
        {loaded(answer, |view| {
            view! {
                <Title text=view.title />
                <article class="report" inner_html=view.report></article>
            }
            .into_any()
        })}
    }
    .into_any()
}
