//! The REST API, version 1: the same use cases as the pages, in JSON.
//!
//! Guarantee: `GET /api/v1` lists every route, because the router is made from the same table.

use super::Web;
use super::asked::{DAYS, Given, Json as Sent, OfLink, OfRun, SEED, Text};
use super::refused::Refused;
use super::{designs, live};
use crate::lab::query;
use app::api::views::{HistoryView, RunQuery, RunRow, ServiceRow};
use app::api::{Lab, Refusal};
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use serde::Serialize;
use serde_json::{Value, json};
use std::future::ready;

/// Who the log names for what comes through here.
const WHO: &str = "a caller of the API";

/// One route of the API: what the router is made of, and what `GET /api/v1` lists.
#[derive(Serialize)]
struct Route {
    method: &'static str,
    path: &'static str,
    does: &'static str,
    #[serde(skip)]
    handler: fn() -> MethodRouter<Web>,
}

/// Every route. One that is not here does not exist.
const ROUTES: [Route; 17] = [
    Route {
        method: "GET",
        path: "/api/v1",
        does: "This list.",
        handler: || get(|| ready(index())),
    },
    Route {
        method: "GET",
        path: "/api/v1/services",
        does: "The swarm's services, and which of them may be attacked.",
        handler: || get(services),
    },
    Route {
        method: "GET",
        path: "/api/v1/designs",
        does: "The stored experiments, last changed first.",
        handler: || get(designs::list),
    },
    Route {
        method: "POST",
        path: "/api/v1/designs",
        does: "Stores the text in the body as a new experiment, valid or not.",
        handler: || post(designs::add),
    },
    Route {
        method: "GET",
        path: "/api/v1/designs/{id}",
        does: "One stored experiment with its text; the ETag names the text.",
        handler: || get(designs::one),
    },
    Route {
        method: "POST",
        path: "/api/v1/designs/{id}",
        does: "Stores the text in the body. With If-Match, only while the stored text has that ETag; else 409.",
        handler: || post(designs::change),
    },
    Route {
        method: "GET",
        path: "/api/v1/runs",
        does: "Runs, newest first, 50 a page. Filters: text, service, fault, verdict, from, to, sort, page.",
        handler: || get(runs),
    },
    Route {
        method: "POST",
        path: "/api/v1/runs",
        does: "Launches the experiment in the body, YAML or JSON. With ?seed=N, picks as that run did.",
        handler: || post(launch),
    },
    Route {
        method: "GET",
        path: "/api/v1/runs/{id}",
        does: "One run: where it is, how it ended.",
        handler: || get(run),
    },
    Route {
        method: "POST",
        path: "/api/v1/runs/{id}/abort",
        does: "Ends a run within a second and restores.",
        handler: || post(abort),
    },
    Route {
        method: "GET",
        path: "/api/v1/runs/{id}/events",
        does: "The run as it happens, as server-sent events; goes on after Last-Event-ID or ?after=N.",
        handler: || get(live::events),
    },
    Route {
        method: "GET",
        path: "/api/v1/runs/{id}/report.json",
        does: "The report. Also /runs/{id}/report.html, report.md and report.xml (JUnit).",
        handler: || get(super::exports::json),
    },
    Route {
        method: "POST",
        path: "/api/v1/runs/{id}/shares",
        does: "Makes a link to the report: {\"days\": 1 to 3650}, or {} for ever.",
        handler: || post(share),
    },
    Route {
        method: "POST",
        path: "/api/v1/shares/{id}/revoke",
        does: "Ends a link.",
        handler: || post(revoke),
    },
    Route {
        method: "POST",
        path: "/api/v1/stop-all",
        does: "Ends all runs, restores, and lets none start until they are released.",
        handler: || post(stop_all),
    },
    Route {
        method: "POST",
        path: "/api/v1/release",
        does: "Lets runs start again.",
        handler: || post(release),
    },
    Route {
        method: "GET",
        path: "/api/v1/schema",
        does: "The JSON Schema of an experiment.",
        handler: || get(schema),
    },
];

/// All routes.
pub fn routes() -> Router<Web> {
    let add = |router: Router<Web>, route: &Route| router.route(route.path, (route.handler)());
    ROUTES
        .iter()
        .fold(Router::new(), add)
        .route("/api/v1/", get(|| ready(index())))
}

fn index() -> Json<Value> {
    Json(json!({ "routes": ROUTES }))
}

async fn schema() -> Json<Value> {
    Json(crate::document::schema())
}

type Answer<T> = Result<Json<T>, Refused>;

async fn services(State(web): State<Web>) -> Answer<Vec<ServiceRow>> {
    Ok(Json(web.lab.services().await?))
}

/// What a [`RunQuery`] is made of. A name that is none of these is refused, like a value.
const FILTERS: [&str; 8] = [
    "text", "service", "fault", "verdict", "from", "to", "sort", "page",
];

fn filters(given: Given) -> Result<RunQuery, Refusal> {
    let given = given.only(&FILTERS)?;
    Ok(RunQuery {
        page: query::page(&given.text("page"))?,
        text: given.text("text"),
        service: given.text("service"),
        fault: given.text("fault"),
        verdict: given.text("verdict"),
        from: given.text("from"),
        to: given.text("to"),
        sort: given.text("sort"),
    })
}

async fn runs(State(web): State<Web>, given: Given) -> Answer<Value> {
    let HistoryView {
        rows, total, pages, ..
    } = web.lab.history(filters(given)?).await?;
    Ok(Json(
        json!({ "runs": rows, "total": total, "pages": pages }),
    ))
}

/// One run, and what of it is not back in place.
#[derive(Serialize)]
struct OneRun {
    #[serde(flatten)]
    row: RunRow,
    left_behind: Vec<String>,
}

async fn run(State(web): State<Web>, OfRun(id): OfRun) -> Answer<OneRun> {
    let row = web.lab.run_row(id).await?;
    // What is still to be restored in a run that is on is not left behind.
    let left_behind = match row.verdict {
        Some(_) => web.lab.left_behind(id).await?,
        None => Vec::new(),
    };
    Ok(Json(OneRun { row, left_behind }))
}

/// The body is the experiment's text, YAML or JSON.
async fn launch(
    State(web): State<Web>,
    given: Given,
    Text(text): Text,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let seed = given.only(&["seed"])?.optional("seed", &SEED)?;
    let id = web.lab.launch_text(&text, seed).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "run_id": id, "path": format!("/runs/{id}") })),
    ))
}

async fn abort(State(web): State<Web>, OfRun(id): OfRun) -> Answer<Value> {
    web.lab.abort(id, WHO).await?;
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

async fn share(State(web): State<Web>, OfRun(id): OfRun, Sent(given): Sent) -> Answer<Value> {
    let days = given.only(&["days"])?.optional("days", &DAYS)?;
    let made = web.lab.share(id, days).await?;
    Ok(Json(
        json!({ "path": made.path, "id": made.row.id, "expires": made.row.expires }),
    ))
}

async fn revoke(State(web): State<Web>, OfLink(id): OfLink) -> Answer<Value> {
    web.lab.revoke(id).await?;
    Ok(Json(json!({ "revoked": true })))
}
