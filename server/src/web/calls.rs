//! The arguments of the server functions, looked at before leptos reads them, so that a wrong one
//! is named in the lab's own words.
//!
//! Guarantee: refuses only what no server function could read.

use super::asked::{DAYS, DESIGN, EDIT, Given, LINK, NAMES, NUMBER, OPENED, RUN, TEXT};
use super::refused::refused;
use app::api::Refusal;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::ACCEPT;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Looks at what is sent to a server function.
pub async fn check(request: Request, next: Next) -> Response {
    let path = request.uri().path().strip_prefix("/rpc/");
    let Some(call) = path.filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    let call = call.to_owned();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, super::BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // A form sent without a script is told on its page, which is where leptos sends it.
    let accepts = parts.headers.get(ACCEPT).and_then(|a| a.to_str().ok());
    let of_a_page = accepts.is_some_and(|accepts| accepts.contains("text/html"));
    match arguments(&call, body.clone()).await {
        Err(wrong) if !of_a_page => refused(&untouched(wrong)),
        _ => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

fn untouched(mut wrong: Refusal) -> Refusal {
    wrong.message.push_str(" Nothing was changed.");
    wrong
}

/// What each server function that takes something takes.
async fn arguments(call: &str, body: Bytes) -> Result<(), Refusal> {
    match call {
        "check-design" => {
            let ask = Given::json(&body)?.inside("ask")?;
            // An empty text is one.
            ask.optional("text", &TEXT)?;
            ask.optional("edit", &EDIT)?;
            ask.optional("id", &DESIGN)?;
        }
        "save-settings" => {
            let edit = Given::json(&body)?.inside("edit")?;
            edit.needed("allow", &NAMES)?;
            edit.needed("max_tasks", &NUMBER)?;
        }
        "save-design" => {
            let given = Given::form(body).await;
            given.optional("id", &DESIGN)?;
            given.optional("from", &OPENED)?;
        }
        "launch" => {
            let given = Given::form(body).await;
            given.needed("id", &DESIGN)?;
            given.optional("from", &OPENED)?;
        }
        "abort" => {
            Given::form(body).await.needed("run", &RUN)?;
        }
        "share" => {
            let given = Given::form(body).await;
            given.needed("run", &RUN)?;
            given.optional("days", &DAYS)?;
        }
        "revoke" => {
            Given::form(body).await.needed("share", &LINK)?;
        }
        _ => {}
    }
    Ok(())
}
