//! All experiments.

use crate::api::lab;
use crate::api::views::DesignRow;
use crate::components::badge::badge_of;
use crate::components::lists::{kept_fresh, run_href, service_href};
use crate::components::load::{empty, loaded_below};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let lab = lab();
    let answer = async move { lab?.designs().await };
    view! {
        <Title text="Experiments" />
        {kept_fresh()}
        <div class="head">
            <h1>"Experiments"</h1>
            <a class="button primary" href="/designs/new">"New experiment"</a>
        </div>
        {loaded_below(answer, content)}
    }
    .into_any()
}

fn content(rows: Vec<DesignRow>) -> AnyView {
    if rows.is_empty() {
        return empty(
            "Designs of experiments show here, drafts too.",
            "/services",
            "Pick a service and start one",
        );
    }
    let body = rows.iter().map(row).collect_view();
    view! {
        <div class="scroll">
            <table class="list designs">
                <thead>
                    <tr>
                        <th scope="col">"Experiment"</th>
                        <th scope="col">"Service"</th>
                        <th scope="col">"Version"</th>
                        <th scope="col">"Changed"</th>
                        <th scope="col">"Last run"</th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(design: &DesignRow) -> AnyView {
    let href = format!("/designs/{}", design.id);
    let last = match &design.last_run {
        Some(run) => view! { <a class="bare" href=run_href(run)>{badge_of(run)}</a> <small>{run.when.clone()}</small> }
            .into_any(),
        None => view! { <span class="muted">"never"</span> }.into_any(),
    };
    let service = (!design.service.is_empty()).then(|| {
        view! { <a class="quiet" href=service_href(&design.service)>{design.service.clone()}</a> }
    });
    view! {
        <tr>
            <td class="c-title">
                <a href=href>{design.title.clone()}</a>
                {(!design.valid).then(|| view! { <small>"draft: something is to be mended before it can launch"</small> })}
            </td>
            <td class="c-service">{service}</td>
            <td data-name="version">{design.version}</td>
            <td class="c-when">{design.changed.clone()}</td>
            <td class="c-last">{last}</td>
        </tr>
    }
    .into_any()
}
