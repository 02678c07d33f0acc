//! Errors as programs read them: every "no" under `/api` and `/rpc` is JSON with a sentence.
//!
//! Guarantee: whoever said it (a handler, axum, a limit, the router), it has the form of its door,
//! and the sentence says what to do next.

use super::refused::refused;
use app::api::{Refusal, RefusalKind};
use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_LENGTH, LOCATION};
use axum::http::response::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Longest error that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Who asks, and so which form an error has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Programs, under `/api`: `{"error": "…"}`.
    Api,
    /// The lab's own pages, under `/rpc`: a [`Refusal`].
    Rpc,
}

impl Door {
    fn of(path: &str) -> Option<Self> {
        match path.split('/').nth(1) {
            Some("api") => Some(Self::Api),
            Some("rpc") => Some(Self::Rpc),
            _ => None,
        }
    }

    fn form(self, refusal: &Refusal) -> Response {
        match self {
            Self::Api => refused(refusal),
            Self::Rpc => Json(refusal).into_response(),
        }
    }
}

/// Gives errors the form of their door.
pub async fn shape(request: Request, next: Next) -> Response {
    let door = Door::of(request.uri().path());
    let response = next.run(request).await;
    let status = response.status();
    match door {
        Some(door) if status.is_client_error() || status.is_server_error() => {
            shaped(door, response).await
        }
        _ => response,
    }
}

async fn shaped(door: Door, response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if parts.headers.contains_key(LOCATION) {
        // A form sent without a script: its page shows the refusal, which is in the address.
        parts.status = StatusCode::SEE_OTHER;
        return Response::from_parts(parts, body);
    }
    let said = to_bytes(body, LONGEST).await.unwrap_or_default();
    let refusal = read(&mut parts, &said);
    let (json, body) = door.form(&refusal).into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(json.headers);
    Response::from_parts(parts, body)
}

/// What an error says, in whichever form it came.
fn read(parts: &mut Parts, said: &[u8]) -> Refusal {
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(said) {
        return from_server_function(parts, refusal);
    }
    let json: Option<Value> = serde_json::from_slice(said).ok();
    let sentence = json
        .as_ref()
        .and_then(|json| json["error"].as_str())
        .map(str::to_owned);
    let sentence = sentence.unwrap_or_else(|| words(parts));
    Refusal::new(kind(parts.status), sentence)
}

/// A server function that cannot read what was sent answers 500, which it is not.
fn from_server_function(parts: &mut Parts, refusal: Refusal) -> Refusal {
    if parts.status != StatusCode::INTERNAL_SERVER_ERROR || refusal.kind != RefusalKind::Invalid {
        return refusal;
    }
    parts.status = StatusCode::BAD_REQUEST;
    refusal
}

fn kind(status: StatusCode) -> RefusalKind {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            RefusalKind::Forbidden
        }
        StatusCode::NOT_FOUND => RefusalKind::NotFound,
        StatusCode::CONFLICT => RefusalKind::Conflict,
        StatusCode::GONE => RefusalKind::Gone,
        StatusCode::SERVICE_UNAVAILABLE => RefusalKind::Unavailable,
        status if status.is_server_error() => RefusalKind::Internal,
        _ => RefusalKind::Invalid,
    }
}

/// The sentence for an error that brought none.
fn words(parts: &Parts) -> String {
    match parts.status {
        StatusCode::NOT_FOUND => {
            "There is nothing at this address. GET /api/v1 lists what there is.".to_owned()
        }
        StatusCode::METHOD_NOT_ALLOWED => format!(
            "This address takes {} only. Nothing was changed; GET /api/v1 lists what there is.",
            header(parts, &ALLOW).replace(',', ", ")
        ),
        StatusCode::PAYLOAD_TOO_LARGE => format!(
            "The body is larger than {} kB, the most that is read. Nothing was changed; send less.",
            super::BODY_LIMIT / 1024
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "The body is not marked as JSON. Nothing was \
             changed; send it with the header Content-Type: application/json."
            .to_owned(),
        status if status.is_client_error() => "This request cannot be read. Nothing was changed; \
             GET /api/v1 lists what can be asked, and how."
            .to_owned(),
        _ => "The lab failed at this; its log says why. Look at what is running before you try \
              again."
            .to_owned(),
    }
}

fn header<'p>(parts: &'p Parts, name: &axum::http::HeaderName) -> &'p str {
    let value = parts.headers.get(name);
    value.and_then(|v| v.to_str().ok()).unwrap_or_default()
}
