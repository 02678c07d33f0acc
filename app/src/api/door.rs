//! How pages and server functions reach the lab.

use super::{Lab, Refusal, RefusalKind};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// The lab that the server put into context.
pub fn lab() -> Result<Arc<dyn Lab>, Refusal> {
    use_context::<Arc<dyn Lab>>().ok_or_else(|| {
        Refusal::new(
            RefusalKind::Internal,
            "The lab is not ready. Reload in a moment.",
        )
    })
}

/// Gives the response the status of a refusal; a form that was sent without a script goes back to
/// its page instead, with the refusal in the address.
pub fn answered<T>(answer: Result<T, Refusal>) -> Result<T, Refusal> {
    if let (Err(refusal), Some(response)) = (&answer, use_context::<ResponseOptions>())
        && !is_form()
        && let Ok(status) = StatusCode::from_u16(refusal.status())
    {
        response.set_status(status);
    }
    answer
}

/// Whether a browser's form asks, which takes a page for an answer.
fn is_form() -> bool {
    use_context::<Parts>().is_some_and(|request| {
        let accepts = request.headers.get(header::ACCEPT);
        let page = accepts.and_then(|value| value.to_str().ok());
        request.method == Method::POST && page.is_some_and(|types| types.contains("text/html"))
    })
}
