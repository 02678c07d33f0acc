//! How pages and server functions reach the lab.

use super::{Lab, Refusal, RefusalKind};
use axum::http::StatusCode;
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

/// Gives the response the status of a refusal.
pub fn answered<T>(answer: Result<T, Refusal>) -> Result<T, Refusal> {
    if let (Err(refusal), Some(response)) = (&answer, use_context::<ResponseOptions>())
        && let Ok(status) = StatusCode::from_u16(refusal.status())
    {
        response.set_status(status);
    }
    answer
}
