//! A design's versions: what one changed, and the runs of each.

use super::param;
use crate::api::lab;
use crate::api::views::{Compared, DiffKind, DiffLine, VersionRow, VersionsView};
use crate::components::designer::titled;
use crate::components::lists::{plain_head, run_table};
use crate::components::load::{loaded, missing};
use crate::model::run::DesignId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page; `?version=` and `?since=` name what is compared.
pub fn page() -> AnyView {
    let id = param("id").parse::<DesignId>().ok();
    let asked = use_query_map();
    let number = |name: &str| {
        let given = asked.with_untracked(|query| query.get(name));
        given.and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    let which = Compared {
        version: number("version"),
        since: number("since"),
    };
    let lab = lab();
    let answer = async move {
        let none = || missing("There is no experiment at this address.");
        lab?.versions(id.ok_or_else(none)?, which).await
    };
    view! { <Title text="Versions" /> {loaded(answer, content)} }.into_any()
}

fn content(view: VersionsView) -> AnyView {
    let title = titled(&view.title);
    let all = view.versions.iter().map(|row| version(&view, row));
    let all = all.collect_view();
    view! {
        <Title text=format!("Versions of {title}") />
        <p class="crumbs">
            <a href="/designs">"Experiments"</a> " / " <a href=design_href(&view)>{title}</a>
        </p>
        <div class="head"><h1>"Versions"</h1></div>
        {changes(&view)}
        {all}
    }
    .into_any()
}

fn design_href(view: &VersionsView) -> String {
    format!("/designs/{}", view.id)
}

/// What the compared versions differ in.
fn changes(view: &VersionsView) -> AnyView {
    let Compared { version, since } = view.compared;
    if view.versions.len() < 2 {
        let text =
            "There is one version so far. Saving a change makes the next once this one has runs.";
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let lines = if view.diff.is_empty() {
        view! { <p class="muted">"No line differs."</p> }.into_any()
    } else {
        let lines = view.diff.iter().map(line).collect_view();
        view! { <pre class="diff" tabindex="0">{lines}</pre> }.into_any()
    };
    view! {
        <section id="changes">
            <h2>{format!("What changed in version {version} since version {since}")}</h2>
            {lines}
        </section>
    }
    .into_any()
}

/// A line, marked by its sign and its element, never by colour alone.
fn line(line: &DiffLine) -> AnyView {
    let text = format!("{}\n", line.text);
    match line.kind {
        DiffKind::Same => view! { <span>"  " {text}</span> }.into_any(),
        DiffKind::Added => view! { <ins>"+ " {text}</ins> }.into_any(),
        DiffKind::Removed => view! { <del>"- " {text}</del> }.into_any(),
        DiffKind::Skipped => view! { <span class="muted">"… " {text}</span> }.into_any(),
    }
}

/// One version with its runs, and the ways to compare it.
fn version(view: &VersionsView, row: &VersionRow) -> AnyView {
    let since = |other: u32| {
        let href = format!(
            "{}/versions?version={}&since={other}#changes",
            design_href(view),
            row.version
        );
        view! { " · " <a href=href>"What changed since version " {other}</a> }
    };
    let before = (row.version > 1).then(|| since(row.version - 1));
    let first = (row.version > 2).then(|| since(1));
    view! {
        <section>
            <h2>"Version " {row.version}</h2>
            <p class="muted">"saved " {row.changed.clone()} " · " {counted(row)} {before} {first}</p>
            {(!row.runs.is_empty()).then(|| run_table(&row.runs, plain_head()))}
        </section>
    }
    .into_any()
}

fn counted(row: &VersionRow) -> String {
    match (row.run_count, row.runs.len()) {
        (0, _) => "no run".to_owned(),
        (1, _) => "1 run".to_owned(),
        (all, shown) if all > shown as u64 => format!("{all} runs, the last {shown} of them here"),
        (all, _) => format!("{all} runs"),
    }
}
