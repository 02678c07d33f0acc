//! The REST API, version 1: the same use cases as the pages, in JSON.

use super::Web;
use super::live;
use super::refused::Refused;
use app::api::views::{HistoryView, RunQuery, RunRow, ServiceRow};
use app::api::{Lab, Refusal, RefusalKind};
use app::model::run::RunId;
use axum::Json;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

/// Who the log names for what comes through here.
const WHO: &str = "a caller of the API";

/// All routes.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/services", get(services))
        .route("/runs", get(runs).post(launch))
        .route("/runs/{id}", get(run))
        .route("/runs/{id}/abort", post(abort))
        .route("/runs/{id}/events", get(live::events))
        .route("/runs/{id}/report.json", get(super::exports::json))
        .route("/runs/{id}/shares", post(share))
        .route("/shares/{id}/revoke", post(revoke))
        .route("/stop-all", post(stop_all))
        .route("/release", post(release))
        .route("/schema", get(|| async { Json(crate::document::schema()) }))
}

type Answer<T> = Result<Json<T>, Refused>;

/// A run's id out of an address.
pub fn run_id(text: &str) -> Result<RunId, Refused> {
    let wrong = || {
        Refusal::new(
            RefusalKind::NotFound,
            "This is no run's id. Copy it from the list of runs.",
        )
    };
    text.parse().map_err(|_| Refused(wrong()))
}

async fn services(State(web): State<Web>) -> Answer<Vec<ServiceRow>> {
    Ok(Json(web.lab.services().await?))
}

async fn runs(State(web): State<Web>, Query(query): Query<RunQuery>) -> Answer<Value> {
    let HistoryView {
        rows, total, pages, ..
    } = web.lab.history(query).await?;
    Ok(Json(
        json!({ "runs": rows, "total": total, "pages": pages }),
    ))
}

async fn run(State(web): State<Web>, Path(id): Path<String>) -> Answer<RunRow> {
    Ok(Json(web.lab.run_row(run_id(&id)?).await?))
}

#[derive(Deserialize)]
struct Launch {
    seed: Option<u64>,
}

/// The body is the experiment's text, YAML or JSON.
async fn launch(
    State(web): State<Web>,
    Query(ask): Query<Launch>,
    text: String,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let id = web.lab.launch_text(&text, ask.seed).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "run_id": id, "path": format!("/runs/{id}") })),
    ))
}

async fn abort(State(web): State<Web>, Path(id): Path<String>) -> Answer<Value> {
    web.lab.abort(run_id(&id)?, WHO).await?;
    Ok(Json(json!({ "aborting": true })))
}

async fn stop_all(State(web): State<Web>) -> Answer<Value> {
    web.lab.stop_all(WHO).await?;
    Ok(Json(json!({ "on_hold": true })))
}

async fn release(State(web): State<Web>) -> Answer<Value> {
    web.lab.release(WHO).await?;
    Ok(Json(json!({ "on_hold": false })))
}

#[derive(Deserialize)]
struct Share {
    days: Option<u32>,
}

async fn share(
    State(web): State<Web>,
    Path(id): Path<String>,
    Json(ask): Json<Share>,
) -> Answer<Value> {
    let made = web.lab.share(run_id(&id)?, ask.days).await?;
    Ok(Json(
        json!({ "path": made.path, "id": made.row.id, "expires": made.row.expires }),
    ))
}

async fn revoke(State(web): State<Web>, Path(id): Path<i64>) -> Answer<Value> {
    web.lab.revoke(id).await?;
    Ok(Json(json!({ "revoked": true })))
}
