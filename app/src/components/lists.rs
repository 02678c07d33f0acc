//! Lists of runs, services and tasks, the same wherever they stand.

use super::badge::badge_of;
use super::frame::current;
use super::islands::{FreshList, Given};
use super::web::encoded;
use crate::api::views::{Permission, RunRow, ServiceRow, TaskRow};
use leptos::prelude::*;

/// A run's address.
pub fn run_href(run: &RunRow) -> String {
    format!("/runs/{}", run.id)
}

/// A service's address.
pub fn service_href(name: &str) -> String {
    format!("/services/{}", encoded(name))
}

/// Where an experiment on a service begins.
pub fn start_href(name: &str) -> String {
    format!("/designs/new?service={}", encoded(name))
}

/// The head over the longest stretch in which answers failed, all of them or some.
pub const OUTAGE: &str = "Longest outage";

/// Runs as rows; `head` is the table's header row.
pub fn run_table(rows: &[RunRow], head: AnyView) -> AnyView {
    let body = rows.iter().map(run_row).collect_view();
    view! {
        <div class="scroll">
            <table class="list runs">
                <thead><tr>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The header of a table of runs that cannot be sorted.
pub fn plain_head() -> AnyView {
    view! {
        <th scope="col">"Verdict"</th>
        <th scope="col">"Experiment"</th>
        <th scope="col">"Service"</th>
        <th scope="col" class="n">"Full strength"</th>
        <th scope="col" class="n">{OUTAGE}</th>
        <th scope="col">"When (UTC)"</th>
    }
    .into_any()
}

fn run_row(run: &RunRow) -> AnyView {
    let figure = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    view! {
        <tr>
            <td class="c-verdict">{badge_of(run)}</td>
            <td class="c-title">
                <a href=run_href(run)>{run.title.clone()}</a>
                <small>{about(run)}</small>
            </td>
            <td class="c-service">
                <a class="quiet" href=service_href(&run.service)>{run.service.clone()}</a>
            </td>
            <td class="n" data-name="full strength">{figure(&run.recovery)}</td>
            <td class="n" data-name="longest outage">{figure(&run.outage)}</td>
            <td class="c-when"><time datetime=run.when_iso.clone()>{run.when.clone()}</time></td>
        </tr>
    }
    .into_any()
}

/// A run's fault and how it ended, on one line.
fn about(run: &RunRow) -> String {
    match run.reason.as_str() {
        "" => run.fault.clone(),
        reason => format!("{} · {reason}", run.fault),
    }
}

/// Loads a page with runs on it anew when one has begun or ended.
pub fn kept_fresh() -> AnyView {
    view! { <FreshList first=Given(current()) /> }.into_any()
}

/// Services as rows.
pub fn service_table(rows: &[ServiceRow]) -> AnyView {
    let body = rows.iter().map(service_row).collect_view();
    view! {
        <div class="scroll">
            <table class="list services">
                <thead>
                    <tr>
                        <th scope="col">"Service"</th>
                        <th scope="col" class="n">"Tasks"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"As a target"</th>
                        <th scope="col"><span class="said">"Next step"</span></th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn service_row(row: &ServiceRow) -> AnyView {
    let start = matches!(row.target, Permission::Allowed(_)).then(|| {
        view! { <a class="button" href=start_href(&row.name)>"Start an experiment"</a> }
    });
    view! {
        <tr>
            <td class="c-title">
                <a href=service_href(&row.name)>{row.name.clone()}</a>
                <small>{row.image.clone()} " · " {row.mode.clone()}</small>
            </td>
            <td class="n" data-name="tasks">{row.running} " of " {row.desired}</td>
            <td class="c-state">{state(row)}</td>
            <td class="c-target">{permission(&row.target)}</td>
            <td class="c-act">{start}</td>
        </tr>
    }
    .into_any()
}

/// A service's state, as word and mark.
pub fn state(row: &ServiceRow) -> AnyView {
    let class = if row.steady { "mark ok" } else { "mark warn" };
    view! { <span class=class>{row.state.clone()}</span> }.into_any()
}

/// Whether a service may be attacked; the reason follows in small.
pub fn permission(target: &Permission) -> AnyView {
    let (class, word, why) = match target {
        Permission::Allowed(why) => ("mark ok", "allowed", why),
        Permission::NotListed(why) => ("mark none", "not listed", why),
        Permission::Protected(why) => ("mark no", "protected", why),
    };
    view! {
        <span class=class>{word}</span>
        <small>{why.clone()}</small>
    }
    .into_any()
}

/// Tasks as rows, with Swarm's own error text uncut.
pub fn task_table(rows: &[TaskRow]) -> AnyView {
    let body = rows.iter().map(task_row).collect_view();
    view! {
        <div class="scroll">
            <table class="list tasks">
                <thead>
                    <tr>
                        <th scope="col">"Task"</th>
                        <th scope="col">"Node"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Swarm wants"</th>
                        <th scope="col">"Since"</th>
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn task_row(task: &TaskRow) -> AnyView {
    let class = match (task.failed, task.state.as_str()) {
        (true, _) => "mark no",
        (false, "running") => "mark ok",
        _ => "mark none",
    };
    let error = task
        .error
        .clone()
        .map(|text| view! { <p class="said-by-swarm">{text}</p> });
    view! {
        <tr>
            <td class="c-title">
                {task.slot.clone()} " " <code>{task.id.clone()}</code>
                {error}
            </td>
            <td data-name="on">{task.node.clone()}</td>
            <td><span class=class>{task.state.clone()}</span></td>
            <td data-name="wanted">{task.desired.clone()}</td>
            <td class="c-when">{task.since.clone()}</td>
        </tr>
    }
    .into_any()
}
