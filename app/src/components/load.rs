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
    view! {
        <Transition fallback=|| view! { <p class="muted">"Loading …"</p> }>
            {move || {
                let show = show.clone();
                Suspend::new(async move {
                    match answer.await {
                        Ok(value) => show(value),
                        Err(refusal) => refused(&refusal),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

/// A "no", as it is, with a way on.
pub fn refused(refusal: &Refusal) -> AnyView {
    let (word, way) = match refusal.kind {
        RefusalKind::NotFound => ("Not here", Some(("/", "Go to the start page"))),
        RefusalKind::Gone => ("Gone", None),
        RefusalKind::Unavailable => ("Out of reach", Some(("/settings", "See what works"))),
        RefusalKind::Internal => ("A defect of the lab", Some(("/", "Go to the start page"))),
        RefusalKind::Invalid | RefusalKind::Conflict | RefusalKind::Forbidden => ("Refused", None),
    };
    view! {
        <div class="note bad" role="alert">
            <strong>{word}</strong>
            <p>{refusal.message.clone()}</p>
            {way.map(|(href, text)| view! { <p><a href=href>{text}</a></p> })}
        </div>
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
