//! A button that asks once, in place, before it does something.
//!
//! It is a disclosure around a form: with or without JavaScript the first press only asks.

use super::asked::Asked;
use super::refusal::refused;
use crate::components::web::effect;
use leptos::{ev, html, prelude::*};

/// The words of a question.
#[derive(Clone, Copy)]
pub struct Words {
    /// On the button.
    pub label: &'static str,
    /// What is asked.
    pub question: &'static str,
    /// On the button that does it.
    pub yes: &'static str,
}

/// The form behind the question.
#[derive(Clone, Copy)]
pub struct Post {
    /// Where it goes without JavaScript.
    pub url: &'static str,
    /// Its one hidden field, if it has one: name and value.
    pub field: Option<(&'static str, StoredValue<String>)>,
    /// Whether it is under way, and how the last attempt ended.
    pub asked: Asked,
}

/// Asks, then calls `go`. Closes itself once the answer is yes.
#[component]
pub fn Confirm(
    /// What it says.
    words: Words,
    /// What it sends.
    post: Post,
    /// Does it, in the browser.
    go: Callback<()>,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    effect(move || {
        if post.asked.is_done()
            && let Some(details) = details.get_untracked()
        {
            details.set_open(false);
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        go.run(());
    };
    let field = post.field.map(|(name, value)| {
        view! { <input type="hidden" name=name value=value.get_value() /> }
    });
    view! {
        <details class="confirm" node_ref=details data-closes="">
            <summary class="button danger">{words.label}</summary>
            <form class="ask" method="post" action=post.url on:submit=submit>
                <p>{words.question}</p>
                {field}
                <button class="danger solid" type="submit" disabled=move || post.asked.pending.get()>
                    {words.yes}
                </button>
                {move || post.asked.no().map(|no| refused(&no))}
            </form>
        </details>
    }
}
