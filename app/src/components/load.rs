//! Waiting for a use case's answer, and showing a "no" as it is.

use crate::api::{Refusal, RefusalKind};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// What a use case answers.
pub type Answer<T> = Result<T, Refusal>;

/// Shows an answer once it is there. On the server the page waits for it; in the browser the
/// last answer stays until the next is there.
pub fn loaded<T>(
    answer: Resource<Answer<T>>,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let frame = use_context::<super::frame::Pulse>().is_some();
    view! {
        <Transition fallback=|| view! { <p class="muted">"Loading …"</p> }>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match answer.await {
                        Ok(value) => show(value),
                        Err(refusal) => refused_page(&refusal, frame),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

/// What a kind of "no" is called, and the way on.
const fn named(kind: RefusalKind) -> (&'static str, Option<(&'static str, &'static str)>) {
    match kind {
        RefusalKind::NotFound => ("Not here", Some(("/", "Go to the start page"))),
        RefusalKind::Gone => ("Gone", None),
        RefusalKind::Unavailable => ("Out of reach", Some(("/settings", "See what works"))),
        RefusalKind::Internal => ("A defect of the lab", Some(("/", "Go to the start page"))),
        RefusalKind::Invalid | RefusalKind::Conflict | RefusalKind::Forbidden => ("Refused", None),
    }
}

/// A "no" to something that was tried, as it is.
pub fn refused(refusal: &Refusal) -> AnyView {
    let (word, way) = named(refusal.kind);
    view! {
        <div class="note bad" role="alert">
            <strong>{word}</strong>
            <p>{refusal.message.clone()}</p>
            {way.map(|(href, text)| view! { <p><a href=href>{text}</a></p> })}
        </div>
    }
    .into_any()
}

/// A "no" in place of a page. Behind a shared link there is nowhere else to go.
fn refused_page(refusal: &Refusal, frame: bool) -> AnyView {
    let (word, way) = named(refusal.kind);
    let way = way.filter(|_| frame);
    view! {
        <div role="alert">
            <h1>{word}</h1>
            <p class="lead">{refusal.message.clone()}</p>
        </div>
        {way.map(|(href, text)| view! { <p><a class="button" href=href>{text}</a></p> })}
    }
    .into_any()
}

/// A "not found" made by a page itself; gives the response its status.
pub fn missing(message: impl Into<String>) -> Refusal {
    let refusal = Refusal::new(RefusalKind::NotFound, message);
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    refusal
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
