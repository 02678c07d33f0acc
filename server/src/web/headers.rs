//! Security headers on every answer, and no change of state across origins.
//!
//! Guarantee: a request that may change something and comes from another site's page is refused
//! before any handler sees it.

use super::refused::refused;
use app::api::{Refusal, RefusalKind};
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

/// For answers that bring no policy of their own: nothing may load at all.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The policy of a page whose scripts carry a nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Adds what every answer carries.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: forms would be sent with "Origin: null" then, and be refused.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(NOTHING));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses changes of state that another site's page asks for. Scripts send neither header and
/// pass; browsers always send at least one of the two with a POST.
pub async fn check_origin(request: Request, next: Next) -> Response {
    let reading = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reading || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    refused(&Refusal::new(
        RefusalKind::Forbidden,
        "This came from another site's page. Nothing was changed; do it from Hivequake's own pages.",
    ))
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(&header::ORIGIN) else {
        return !headers.contains_key(header::ORIGIN);
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(&header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came_with(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers
            .iter()
            .map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v)));
        is_same_origin(&pairs.collect())
    }

    #[test]
    fn only_our_own_pages_and_scripts_change_state() {
        assert!(came_with(&[("host", "lab:1")]));
        assert!(came_with(&[("host", "lab:1"), ("origin", "http://lab:1")]));
        assert!(came_with(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://lab:1")
        ]));
        assert!(!came_with(&[("host", "lab:1"), ("origin", "http://evil")]));
        assert!(!came_with(&[("host", "lab:1"), ("origin", "null")]));
        assert!(!came_with(&[
            ("sec-fetch-site", "cross-site"),
            ("host", "lab:1")
        ]));
        assert!(!came_with(&[
            ("sec-fetch-site", "same-site"),
            ("host", "lab:1"),
            ("origin", "http://lab:1")
        ]));
    }
}
