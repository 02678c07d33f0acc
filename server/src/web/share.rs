//! Links to reports: one page, read-only, without sign-in, without a script.

use super::Web;
use super::sign_in::bare_page;
use crate::report;
use app::api::Refusal;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// All routes.
pub fn routes() -> Router<Web> {
    Router::new().route("/s/{token}", get(shared))
}

/// A standalone report as an answer: it may use the style sheet that it holds, and nothing else.
pub fn document(html: String) -> Response {
    let style = html
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"));
    let hash = style
        .map(|(style, _)| BASE64.encode(Sha256::digest(style.as_bytes())))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

async fn shared(State(web): State<Web>, Path(token): Path<String>) -> Response {
    // Who follows a link out of a report does not tell its address.
    let unlisted = [
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    match web.lab.shared_record(&token).await {
        Ok((record, analysis)) => {
            let page = report::html::document(&record, &analysis, report::html::Open::Closed);
            (unlisted, document(page)).into_response()
        }
        Err(refusal) => sorry(&refusal),
    }
}

/// A page that says why there is no report; the sentence is the lab's own.
fn sorry(refusal: &Refusal) -> Response {
    let status =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // What is wrong with the lab is nobody's business who only has a link.
    let sentence = if status.is_server_error() {
        "The lab cannot show this report now. Try again later."
    } else {
        refusal.message.as_str()
    };
    let page = bare_page("No report here", &format!("<p>{sentence}</p>"));
    (status, page).into_response()
}
