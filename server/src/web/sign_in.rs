//! Signing in and out: pages without a script.

use super::access::Access;
use axum::Router;
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use std::sync::Arc;

/// A bare page may load our style sheet and post to itself, nothing else.
const BARE_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All routes.
pub fn routes(access: Arc<Access>) -> Router {
    Router::new()
        .route("/sign-in", get(ask).post(sign_in))
        .route("/sign-out", post(sign_out))
        .with_state(access)
}

#[derive(Deserialize)]
struct SignIn {
    token: String,
}

async fn ask(State(access): State<Arc<Access>>) -> Response {
    if !access.has_token() {
        return Redirect::to("/").into_response();
    }
    page("")
}

/// A form that cannot be read has no token in it.
async fn sign_in(State(access): State<Arc<Access>>, request: Request) -> Response {
    let sender = access.sender(&request);
    let form = Form::<SignIn>::from_request(request, &()).await;
    let token = form.map(|Form(form)| form.token).unwrap_or_default();
    match access.guess(sender, &token).await {
        Ok(true) => {}
        Ok(false) => {
            let wrong =
                page("This is not the access token. Copy it from where the lab was started.");
            return (StatusCode::UNAUTHORIZED, wrong).into_response();
        }
        Err(wait) => {
            let head = [(RETRY_AFTER, (wait.as_secs() + 1).to_string())];
            let wrong =
                page("Too many wrong tokens came from here. Wait a minute, then try again.");
            return (StatusCode::TOO_MANY_REQUESTS, head, wrong).into_response();
        }
    }
    match access.sign_in() {
        Some(cookie) => ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        None => page("The system gave no randomness, so nobody was signed in. Try again."),
    }
}

async fn sign_out(State(access): State<Arc<Access>>, headers: HeaderMap) -> Response {
    let cookie = access.sign_out(&headers);
    ([(SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
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
