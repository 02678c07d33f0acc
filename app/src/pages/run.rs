//! One run: watched while it is on, its report afterwards.

use super::param;
use crate::api::lab;
use crate::api::views::RunView;
use crate::components::badge::badge;
use crate::components::islands::{Given, LiveRun, ShareLinks};
use crate::components::lists::service_href;
use crate::components::load::{loaded, missing};
use crate::model::run::RunId;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page() -> AnyView {
    let id = param("id").parse::<RunId>().ok();
    let lab = lab();
    let answer = async move {
        let none = || missing("There is no run at this address.");
        lab?.run(id.ok_or_else(none)?).await
    };
    view! { <Title text="Run" /> {loaded(answer, content)} }.into_any()
}

fn content(view: RunView) -> AnyView {
    let title = view.row.title.clone();
    let body = match (view.live.clone(), view.report.clone()) {
        (Some(live), _) => {
            let run = view.row.id;
            view! {
                {heading(&view)}
                <LiveRun run live=Given(live) />
            }
            .into_any()
        }
        (None, Some(report)) => written_up(&view, report),
        (None, None) => {
            view! {
                {heading(&view)}
                <p class="lead">{view.row.reason.clone()}</p>
                <p class="empty">"The report is being written. " <a href=format!("/runs/{}", view.row.id) rel="external">"Look again"</a></p>
            }
            .into_any()
        }
    };
    view! {
        <Title text=title />
        {crumbs(&view)}
        {body}
    }
    .into_any()
}

fn crumbs(view: &RunView) -> AnyView {
    view! {
        <p class="crumbs">
            <a href="/runs">"Runs"</a> " / "
            <a href=service_href(&view.row.service)>{view.row.service.clone()}</a> " / "
            <a href=format!("/designs/{}", view.design)>"version " {view.version}</a> " · "
            <time datetime=view.row.when_iso.clone()>{view.row.when.clone()} " UTC"</time>
        </p>
    }
    .into_any()
}

fn heading(view: &RunView) -> AnyView {
    view! { <h1>{view.row.title.clone()} " " {badge(view.row.verdict, "running")}</h1> }.into_any()
}

/// The report with what can be done with it.
fn written_up(view: &RunView, report: String) -> AnyView {
    let id = view.row.id;
    let export = move |kind: &'static str, text: &'static str| {
        view! { <a class="button" rel="external" href=format!("/runs/{id}/report.{kind}") download="">{text}</a> }
    };
    view! {
        <div class="report-acts">
            <ShareLinks run=id shares=Given(view.shares.clone()) />
            <details class="menu" data-closes="">
                <summary class="button">"Export"</summary>
                <div class="drop">
                    {export("html", "HTML, one file")}
                    {export("md", "Markdown")}
                    {export("json", "JSON")}
                    {export("xml", "JUnit XML")}
                </div>
            </details>
            <a class="button" rel="external" target="_blank" href=format!("/runs/{id}/report.html?print=1")>"Print"</a>
            <a class="button" href=format!("/designs/{}", view.design)>"Run again"</a>
        </div>
        <article class="report" inner_html=report></article>
    }
    .into_any()
}
