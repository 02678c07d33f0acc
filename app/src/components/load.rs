//! A page's content: the server waits for the lab's answer and draws it, or the "no" in its place.

use super::frame::current;
use super::refusal::{Answer, named, refused};
use crate::api::{Refusal, RefusalKind, answered};
use leptos::prelude::*;

/// Shows an answer. The response waits for it, so that its status is right; a "no" gives the
/// status, and stands in place of the page.
pub fn loaded<T: 'static>(
    answer: impl Future<Output = Answer<T>> + Send + 'static,
    show: impl FnOnce(T) -> AnyView + Send + 'static,
) -> AnyView {
    shown(answer, show, refused_page)
}

/// The same below a page's own heading, where a "no" is a note.
pub fn loaded_below<T: 'static>(
    answer: impl Future<Output = Answer<T>> + Send + 'static,
    show: impl FnOnce(T) -> AnyView + Send + 'static,
) -> AnyView {
    shown(answer, show, |refusal, told| {
        if told {
            out_of_reach()
        } else {
            refused(refusal).into_any()
        }
    })
}

/// `no` draws a "no", knowing whether the frame above every page tells it already.
fn shown<T: 'static>(
    answer: impl Future<Output = Answer<T>> + Send + 'static,
    show: impl FnOnce(T) -> AnyView + Send + 'static,
    no: fn(&Refusal, bool) -> AnyView,
) -> AnyView {
    let trouble = current().ok().and_then(|frame| frame.swarm_trouble);
    Suspend::new(async move {
        match answered(answer.await) {
            Ok(value) => show(value),
            Err(refusal) => no(&refusal, trouble.as_ref() == Some(&refusal.message)),
        }
    })
    .into_any()
}

fn out_of_reach() -> AnyView {
    empty(
        "What belongs here shows once the swarm is in reach.",
        "/settings",
        "See what works",
    )
}

/// A "no" in place of a page.
fn refused_page(refusal: &Refusal, told: bool) -> AnyView {
    let (word, way) = named(refusal.kind);
    if told {
        return view! { <h1>{word}</h1> {out_of_reach()} }.into_any();
    }
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
