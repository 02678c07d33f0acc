//! axum: pages, REST, live events, share links, sign-in.
//!
//! Guarantee: state changes only by POST, never across origins; every answer carries the security
//! headers; with a token set, nothing but sign-in, share links and the bundle is open without it;
//! an error under `/api` or `/rpc` is JSON with a sentence.

mod access;
mod answers;
mod asked;
mod assets;
mod calls;
mod designs;
mod exports;
mod guesses;
mod headers;
mod live;
mod pages;
mod refused;
mod rest;
mod serving;
mod sessions;
mod share;
mod sign_in;
pub mod site;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(debug_assertions)]
mod watched;

pub use access::Access;
pub use serving::serve;

use crate::lab::LocalLab;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::limit::RequestBodyLimitLayer;

/// Largest request body in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub lab: LocalLab,
    /// Cancelled when the process is to end: live streams end.
    pub shutdown: CancellationToken,
}

/// Everything that is answered at an address.
pub fn router(lab: LocalLab, access: Access, shutdown: &CancellationToken) -> Router {
    let lab = LocalLab {
        signs_in: access.has_token(),
        ..lab
    };
    let web = Web {
        lab,
        shutdown: shutdown.clone(),
    };
    let access = Arc::new(access);
    let api = Router::new()
        .merge(rest::routes())
        .merge(exports::routes())
        .merge(live::routes())
        .merge(share::routes())
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/api/{*rest}", any(|| async { StatusCode::NOT_FOUND }))
        .route("/rpc/{*rest}", any(|| async { StatusCode::NOT_FOUND }))
        .with_state(web.clone());
    let inside = pages::routes(&web)
        .merge(api)
        .merge(assets::routes())
        .merge(sign_in::routes(access.clone()))
        .layer(from_fn(calls::check))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(from_fn_with_state(access, access::check))
        .layer(from_fn(headers::check_origin))
        .layer(CatchPanicLayer::new());
    // A router sets `Allow` after its own layers, so what reads that stands around it.
    Router::new()
        .fallback_service(inside)
        .layer(from_fn(answers::shape))
        .layer(compression())
        .layer(from_fn(headers::secure))
}

/// Pages and JSON are compressed; the bundle comes compressed, and live events must not wait.
fn compression() -> CompressionLayer<impl Predicate> {
    let fit = SizeAbove::new(512)
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::new("application/wasm"))
        .and(NotForContentType::new("text/javascript"))
        .and(NotForContentType::new("text/css"));
    CompressionLayer::new()
        .gzip(true)
        .br(true)
        .quality(tower_http::CompressionLevel::Fastest)
        .compress_when(fit)
}
