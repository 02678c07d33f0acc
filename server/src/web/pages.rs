//! The pages: rendered by leptos, with the lab in context.

use super::{Web, assets, headers};
use app::api::views::Frame;
use app::api::{Lab, Refusal};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
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
        .layer(from_fn_with_state(web.clone(), with_frame))
}

/// What every page shows around its content, asked for once per page.
type CurrentFrame = Result<Frame, Refusal>;

/// Asks for it before a page is drawn.
async fn with_frame(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    if request.method() == Method::GET {
        let frame: CurrentFrame = web.lab.frame().await;
        request.extensions_mut().insert(frame);
    }
    next.run(request).await
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
        let frame =
            use_context::<Parts>().and_then(|p| p.extensions.get::<CurrentFrame>().cloned());
        if let Some(frame) = frame {
            provide_context(frame);
        }
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}
