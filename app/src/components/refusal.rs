//! Showing a "no" as it is.

use crate::api::{Refusal, RefusalKind};
use leptos::prelude::*;

/// What a use case answers.
pub type Answer<T> = Result<T, Refusal>;

/// What a kind of "no" is called, and the way on.
pub const fn named(kind: RefusalKind) -> (&'static str, Option<(&'static str, &'static str)>) {
    match kind {
        RefusalKind::NotFound => ("Not here", Some(("/", "Go to the start page"))),
        RefusalKind::Gone => ("Gone", None),
        RefusalKind::Unavailable => ("Out of reach", Some(("/settings", "See what works"))),
        RefusalKind::Internal => ("A defect of the lab", Some(("/", "Go to the start page"))),
        RefusalKind::Invalid
        | RefusalKind::Conflict
        | RefusalKind::Outdated
        | RefusalKind::Forbidden => ("Refused", None),
    }
}

/// A "no" to something that was tried, as it is.
pub fn refused(refusal: &Refusal) -> impl IntoView + use<> {
    let (word, way) = named(refusal.kind);
    view! {
        <div class="note bad" role="alert">
            <strong>{word}</strong>
            <p>{refusal.message.clone()}</p>
            {way.map(|(href, text)| view! { <p><a href=href>{text}</a></p> })}
        </div>
    }
}
