//! Links to a report: made with one press, shown once, ended with two.

use super::asked::Asked;
use super::confirm::{Confirm, Post, Words};
use super::refusal::refused;
use super::web;
use crate::api::calls::{Revoke, revoke, share};
use crate::api::views::{NewShare, ShareRow};
use crate::components::web::{effect, when};
use crate::model::run::RunId;
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

/// How long a link can work: days (none: for ever) and the words.
const TERMS: [(&str, &str); 4] = [
    ("7", "7 days"),
    ("1", "1 day"),
    ("30", "30 days"),
    ("", "for ever"),
];

/// Makes, shows and ends links to one run's report.
#[component]
pub fn Sharing(
    /// The run.
    run: RunId,
    /// Its links so far.
    shares: Vec<ShareRow>,
) -> impl IntoView {
    let rows = RwSignal::new(shares);
    let days = RwSignal::new("7".to_owned());
    let new_link = Asked::<NewShare>::default();
    effect(move || {
        if let Some(Ok(new)) = new_link.answer.get() {
            rows.update(|rows| rows.insert(0, new.row));
        }
    });
    let make = move |_| {
        new_link.ask(share(run, days.read_untracked().parse().ok()));
    };
    view! {
        <div class="row sharing">
            <span class="joined">
                <button type="button" class="primary" on:click=make disabled=move || new_link.pending.get()>
                    "Share"
                </button>
                <select aria-label="How long a new link works" on:change:target=move |event| days.set(event.target().value())>
                    {TERMS.map(|(value, text)| view! { <option value=value>{text}</option> })}
                </select>
            </span>
            {when(move || !rows.read().is_empty(), move || view! {
                <details class="menu" data-closes="">
                    <summary class="button">"Links (" {move || rows.read().iter().filter(|row| row.works).count()} ")"</summary>
                    <ul class="drop shares">
                        <For each=move || rows.get() key=|row| (row.id, row.works) let(row)>
                            <Link row rows new_link />
                        </For>
                    </ul>
                </details>
            })}
        </div>
        {move || new_link.answer.get().map(|answer| match answer {
            Ok(new) => Either::Left(view! { <Fresh new /> }),
            Err(no) => Either::Right(refused(&no)),
        })}
    }
}

/// A link just made, in full.
#[component]
fn Fresh(new: NewShare) -> impl IntoView {
    let copied = RwSignal::new("Copy");
    let origin = window().location().origin().unwrap_or_default();
    let link = format!("{origin}{}", new.path);
    let text = link.clone();
    let copy = move |_| {
        copied.set(if web::copy(&text) {
            "Copied"
        } else {
            "Select and copy"
        });
    };
    view! {
        <div class="note fresh" role="status">
            <p>"Anyone who has this link can read this report, and nothing else. It is shown this once."</p>
            <div class="row">
                <input readonly aria-label="The link" value=link on:focus:target=|event| event.target().select() />
                <button type="button" on:click=copy>{move || copied.get()}</button>
            </div>
        </div>
    }
}

/// A link in the list.
#[component]
fn Link(row: ShareRow, rows: RwSignal<Vec<ShareRow>>, new_link: Asked<NewShare>) -> impl IntoView {
    let id = row.id;
    let ended = Asked::default();
    effect(move || {
        if ended.is_done() {
            rows.update(|rows| {
                for row in rows.iter_mut().filter(|row| row.id == id) {
                    row.works = false;
                    "revoked just now".clone_into(&mut row.expires);
                }
            });
            // It may be the one that is shown in full.
            new_link.answer.set(None);
        }
    });
    let words = Words {
        label: "Revoke",
        question: "End this link? Whoever has it can no longer read the report.",
        yes: "End it",
    };
    let post = Post {
        url: Revoke::PATH,
        field: Some(("share", StoredValue::new(id.to_string()))),
        asked: ended,
    };
    let go = Callback::new(move |()| {
        ended.ask(revoke(id));
    });
    view! {
        <li class:over=!row.works>
            <span>"made " {row.made.clone()} ", " {row.expires.clone()}</span>
            {row.works.then(|| view! { <Confirm words post go /> })}
        </li>
    }
}
