//! Waiting for a use case's answer, and showing a "no" as it is.

use crate::api::{Refusal, RefusalKind};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// What a use case answers.
pub type Answer<T> = Result<T, Refusal>;

/// Shows an answer once it is there. On the server the page waits for it.
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
