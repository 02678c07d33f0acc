//! All services of the swarm, searchable.

use crate::api::lab;
use crate::api::views::ServiceRow;
use crate::components::lists::service_table;
use crate::components::load::{empty, loaded_below};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page. The search is in the address, and works without JavaScript.
pub fn page() -> AnyView {
    let lab = lab();
    let answer = async move { lab?.services().await };
    let words = use_query_map().with_untracked(|q| q.get("q").unwrap_or_default());
    let typed = words.clone();
    view! {
        <Title text="Services" />
        <div class="head">
            <h1>"Services"</h1>
            <form action="/services" method="get">
                <div class="row" role="search">
                    <input id="search" type="search" name="q" placeholder="Name or image" aria-label="Search services"
                        value=typed />
                    <button type="submit">"Search"</button>
                </div>
            </form>
        </div>
        {loaded_below(answer, move |rows| content(rows, &words))}
    }
    .into_any()
}

fn content(mut rows: Vec<ServiceRow>, words: &str) -> AnyView {
    if rows.is_empty() {
        return empty(
            "Every service of the swarm shows here; there is none yet. Deploy a stack, for example with docker stack deploy.",
            "/settings",
            "See what works",
        );
    }
    rows.retain(|row| matches(row, words));
    if rows.is_empty() {
        return empty(
            "No service has these words in its name or image.",
            "/services",
            "Show all",
        );
    }
    service_table(&rows)
}

/// Whether every word occurs in a service's name or image.
fn matches(row: &ServiceRow, words: &str) -> bool {
    let text = format!("{} {}", row.name, row.image).to_lowercase();
    words
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::views::Permission;

    #[test]
    fn every_word_must_occur_somewhere() {
        let row = ServiceRow {
            name: "neotix_api".into(),
            image: "registry/canary:1".into(),
            mode: "replicated".into(),
            running: 1,
            desired: 1,
            state: "steady".into(),
            steady: true,
            target: Permission::Allowed(String::new()),
        };
        assert!(matches(&row, "API canary"));
        assert!(matches(&row, "  "));
        assert!(!matches(&row, "api worker"));
    }
}
