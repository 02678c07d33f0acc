//! A page's content: the server waits for the lab's answer and draws it, or the "no" in its place.

use super::refusal::{Answer, named};
use crate::api::{Refusal, RefusalKind, answered};
use leptos::prelude::*;

/// Shows an answer. The response waits for it, so that its status is right; a "no" gives the
/// status.
pub fn loaded<T: 'static>(
    answer: impl Future<Output = Answer<T>> + Send + 'static,
    show: impl FnOnce(T) -> AnyView + Send + 'static,
) -> AnyView {
    Suspend::new(async move {
        match answered(answer.await) {
            Ok(value) => show(value),
            Err(refusal) => refused_page(&refusal),
        }
    })
    .into_any()
}

/// A "no" in place of a page.
fn refused_page(refusal: &Refusal) -> AnyView {
    let (word, way) = named(refusal.kind);
    view! {
        <div role="alert">
            <h1>{word}</h1>
            <p class="lead">{refusal.message.clone()}</p>
        </div>
        {way.map(|(href, text)| view! { <p><a class="button" href=href>{text}</a></p> })}
    }
    .into_any()
}

/// A "not found" made by a page itself.
pub fn missing(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::NotFound, message)
}

/// Says what belongs in an empty place, and the one next step.
pub fn empty(text: &'static str, href: &'static str, step: &'static str) -> AnyView {
    view! {
        <p class="empty">
            {text} " " <a href=href>{step}</a>
        </p>
    }
    .into_any()
}
