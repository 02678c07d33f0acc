//! Links to reports: one page, read-only, without sign-in, without a script.

use super::Web;
use crate::report;
use app::api::Refusal;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// All routes.
pub fn routes() -> Router<Web> {
    Router::new().route("/s/{token}", get(shared))
}

/// The policy of a standalone report: its own style sheet and nothing else.
pub fn document_headers() -> [(HeaderName, String); 2] {
    let policy = format!(
        "default-src 'none'; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        report::html::style_hash()
    );
    [(CONTENT_SECURITY_POLICY, policy), (HeaderName::from_static("x-robots-tag"), "noindex".to_owned())]
}

async fn shared(State(web): State<Web>, Path(token): Path<String>) -> Response {
    match web.lab.shared_record(&token).await {
        Ok((record, analysis)) => {
            let page = report::html::document(&record, &analysis, report::html::Open::None);
            (document_headers(), Html(page)).into_response()
        }
        Err(refusal) => sorry(&refusal),
    }
}

fn sorry(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, document_headers(), Html(report::html::notice("No report here", &refusal.message))).into_response()
}
