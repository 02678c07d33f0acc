//! One service: its definition in words, its tasks and their failures, its runs.

use super::param;
use crate::api::lab;
use crate::api::views::{Permission, ServiceView};
use crate::components::lists::{permission, plain_head, run_table, start_href, state, task_table};
use crate::components::load::loaded;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let name = param("name");
    let title = name.clone();
    let lab = lab();
    let answer = async move { lab?.service(&name).await };
    view! {
        <Title text=title />
        <p class="crumbs"><a href="/services">"Services"</a></p>
        {loaded(answer, content)}
    }
    .into_any()
}

fn content(view: ServiceView) -> AnyView {
    let ServiceView {
        row,
        facts,
        tasks,
        runs,
    } = view;
    let start = matches!(row.target, Permission::Allowed(_)).then(|| {
        view! { <a class="button primary" href=start_href(&row.name)>"Start an experiment"</a> }
    });
    let failures = tasks.iter().filter(|task| task.failed).count();
    view! {
        <div class="head"><h1>{row.name.clone()}</h1>{start}</div>
        <p class="lead">
            {state(&row)} " · "
            {(!row.state.ends_with("running")).then(|| format!("{} of {} running · ", row.running, row.desired))}
            {row.mode.clone()} " · "
            <code>{row.image.clone()}</code>
        </p>
        <p class="target">{permission(&row.target)}</p>
        <div class="facts">{facts.into_iter().map(fact_group).collect_view()}</div>
        <section>
            <h2>"Tasks"</h2>
            {(failures > 0).then(|| view! {
                <p class="muted">
                    {if failures == 1 { "1 failure".to_owned() } else { format!("{failures} failures") }}
                    " in the history that Swarm keeps, in its own words."
                </p>
            })}
            {task_table(&tasks)}
        </section>
        <section>
            <h2>"Runs"</h2>
            {if runs.is_empty() {
                view! { <p class="empty">"No experiment was run on this service yet."</p> }.into_any()
            } else {
                run_table(&runs, plain_head())
            }}
        </section>
    }
    .into_any()
}

fn fact_group((title, facts): (String, Vec<(String, String)>)) -> AnyView {
    let facts = facts
        .into_iter()
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    view! {
        <section class="card">
            <h2 class="minor">{title}</h2>
            <dl>{facts}</dl>
        </section>
    }
    .into_any()
}
