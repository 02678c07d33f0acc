//! The pages: rendered by leptos, with the lab in context.

use super::{Web, assets, headers};
use app::api::Lab;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use std::sync::Arc;

/// Pages and the server functions behind them.
pub fn routes(web: &Web) -> Router {
    let options = LeptosOptions::builder().output_name("hivequake").build();
    let context = context(web);
    let not_found = render_app_async_with_context(context.clone(), app::shell);
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), context, app::shell)
        .fallback(move |request: Request| {
            let page = not_found(request);
            async move { missing(page.await) }
        })
        .with_state(options)
}

fn missing(page: impl IntoResponse) -> Response {
    let mut response = page.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// What every page and every server function finds in its context.
fn context(web: &Web) -> impl Fn() + Clone + Send + Sync + 'static {
    let lab: Arc<dyn Lab> = Arc::new(web.lab.clone());
    move || {
        provide_context(lab.clone());
        provide_context(assets::assets());
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}
