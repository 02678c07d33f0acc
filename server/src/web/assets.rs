//! Where the bundle's files are, for pages and for whoever asks for them.

use super::site::{Names, Site};
use app::Assets;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::LazyLock;

/// The bundle belongs to the binary: there is one, and it does not change while this runs.
static SITE: LazyLock<Option<Site>> = LazyLock::new(|| {
    Site::load()
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()
});

/// All routes.
pub fn routes() -> Router {
    Router::new().route("/assets/{name}", get(serve))
}

/// What pages refer to; all empty where nothing was bundled.
pub fn assets() -> Assets {
    let Some(Names {
        js,
        wasm,
        css,
        icon,
    }) = SITE.as_ref().map(Site::names)
    else {
        return Assets::default();
    };
    let path = |name: &String| format!("/assets/{name}");
    Assets {
        js: path(js),
        wasm: path(wasm),
        css: path(css),
        icon: icon.as_ref().map(path).unwrap_or_default(),
    }
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match SITE.as_ref() {
        Some(site) => site.serve(&name, &headers),
        None => (
            StatusCode::NOT_FOUND,
            "The browser's files were not bundled.\n",
        )
            .into_response(),
    }
}
