//! Who may come in: everybody on this machine, or whoever has the token.
//!
//! Guarantee: without a token the lab answers only to names of this machine (so that no web page
//! can reach it under a name of its own); with one, only to those who present it.

use super::refused::refused;
use crate::lab::sharing::hash;
use app::api::{Refusal, RefusalKind};
use axum::Router;
use axum::extract::{Form, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY, COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The cookie that a signed-in browser presents: the hash of the token.
const COOKIE_NAME: &str = "hivequake";

/// A bare page may load our style sheet and post to itself, nothing else.
const BARE_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The rule of one server.
pub struct Access {
    token_hash: Option<String>,
    listening: SocketAddr,
}

impl Access {
    /// With or without a token.
    pub fn new(token: Option<String>, listening: SocketAddr) -> Self {
        Self {
            token_hash: token.map(|token| hash(&token)),
            listening,
        }
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        match &self.token_hash {
            Some(expected) => presented(headers).iter().any(|hash| same(hash, expected)),
            None => self.is_own_name(headers),
        }
    }

    fn is_own_name(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
            return true;
        };
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or(host, |(name, _)| name);
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|ip| ip.is_loopback() || ip == self.listening.ip())
    }
}

/// Hashes of all tokens that a request presents.
fn presented(headers: &HeaderMap) -> Vec<String> {
    let text = |name| {
        headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
    };
    let bearer = text(AUTHORIZATION)
        .filter_map(|value| value.strip_prefix("Bearer "))
        .map(|token| hash(token.trim()));
    let cookies = text(COOKIE)
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let cookies = cookies
        .filter(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned());
    bearer.chain(cookies).collect()
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |acc, (x, y)| acc | (x ^ y))
            == 0
}

/// Open to everybody: sign-in, share links, the bundle, and whether the server lives.
fn is_open(path: &str) -> bool {
    ["/sign-in", "/s/", "/assets/", "/healthz"]
        .iter()
        .any(|open| path.starts_with(open))
}

/// The check before every handler.
pub async fn check(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    if access.lets_in(request.headers())
        || (access.token_hash.is_some() && is_open(request.uri().path()))
    {
        return next.run(request).await;
    }
    if access.token_hash.is_none() {
        return refused(&Refusal::new(
            RefusalKind::Forbidden,
            "Hivequake answers only under this machine's own address. Open it as http://127.0.0.1 with its port, or set an access token.",
        ));
    }
    let wants_page = request
        .headers()
        .get("accept")
        .and_then(|a| a.to_str().ok())
        .is_some_and(|a| a.contains("text/html"));
    if wants_page {
        return Redirect::to("/sign-in").into_response();
    }
    let mut response = refused(&Refusal::new(
        RefusalKind::Forbidden,
        "Present the access token: Authorization: Bearer TOKEN.",
    ));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// The sign-in page.
pub fn routes(access: Arc<Access>) -> Router {
    Router::new()
        .route("/sign-in", get(|| async { page("") }).post(sign_in))
        .with_state(access)
}

#[derive(Deserialize)]
struct SignIn {
    token: String,
}

async fn sign_in(State(access): State<Arc<Access>>, Form(form): Form<SignIn>) -> Response {
    let given = hash(form.token.trim());
    if access
        .token_hash
        .as_ref()
        .is_some_and(|expected| same(&given, expected))
    {
        let cookie =
            format!("{COOKIE_NAME}={given}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000");
        return ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response();
    }
    (
        StatusCode::UNAUTHORIZED,
        page("This is not the access token. Copy it from where the lab was started."),
    )
        .into_response()
}

fn page(wrong: &'static str) -> Response {
    let form = format!(
        "<form method=\"post\" action=\"/sign-in\"><p><label>Access token \
         <input type=\"password\" name=\"token\" autocomplete=\"current-password\" required autofocus></label></p>\
         <p role=\"alert\">{wrong}</p><p><button class=\"primary\">Sign in</button></p></form>"
    );
    bare_page("Sign in", &form)
}

/// A page without a script and without anything around it. Both arguments are the lab's own markup.
pub fn bare_page(title: &'static str, markup: &str) -> Response {
    let css = super::assets::assets().css;
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Hivequake</title><link rel=\"stylesheet\" href=\"{css}\"></head>\
         <body class=\"bare\"><main><h1>{title}</h1>{markup}</main></body></html>"
    );
    ([(CONTENT_SECURITY_POLICY, BARE_POLICY)], Html(body)).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use axum::http::HeaderValue;

    fn with(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn here() -> SocketAddr {
        "127.0.0.1:7373".parse().unwrap()
    }

    #[test]
    fn without_a_token_only_this_machines_names_are_answered() {
        let access = Access::new(None, here());
        for host in [
            "127.0.0.1:7373",
            "localhost:7373",
            "localhost",
            "[::1]:7373",
        ] {
            assert!(access.lets_in(&with(HOST, host)), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7373",
            "127.0.0.1.evil.example",
        ] {
            assert!(!access.lets_in(&with(HOST, host)), "{host}");
        }
    }

    #[test]
    fn with_a_token_only_those_who_present_it_come_in() {
        let access = Access::new(Some("a token of some length".to_owned()), here());
        assert!(access.lets_in(&with(AUTHORIZATION, "Bearer a token of some length")));
        assert!(!access.lets_in(&with(AUTHORIZATION, "Bearer another")));
        assert!(!access.lets_in(&with(HOST, "127.0.0.1:7373")));
        let cookie = format!("x=1; {COOKIE_NAME}={}", hash("a token of some length"));
        assert!(access.lets_in(&with(COOKIE, &cookie)));
        assert!(!access.lets_in(&with(COOKIE, "hivequake=a token of some length")));
    }
}
