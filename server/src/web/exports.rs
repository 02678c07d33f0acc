//! A report as a file: HTML, Markdown, JSON, `JUnit`.

use super::Web;
use super::asked::{Given, OfRun};
use super::refused::Refused;
use super::share::document;
use crate::report;
use app::api::{Refusal, RefusalKind};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// All routes.
pub fn routes() -> Router<Web> {
    Router::new().route("/runs/{id}/{file}", get(export))
}

async fn export(
    State(web): State<Web>,
    OfRun(id): OfRun,
    Path((_, file_name)): Path<(String, String)>,
    how: Given,
) -> Result<Response, Refused> {
    let (record, analysis) = web.lab.reported(id).await?;
    let file = |kind: &'static str, extension: &str, text: String| {
        let name = format!("attachment; filename=\"hivequake-{id}.{extension}\"");
        (
            [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)],
            text,
        )
            .into_response()
    };
    match file_name.as_str() {
        "report.html" => {
            let open = if how.text("print").is_empty() {
                report::html::Open::Closed
            } else {
                report::html::Open::All
            };
            Ok(document(report::html::document(&record, &analysis, open)))
        }
        "report.md" => Ok(file(
            "text/markdown; charset=utf-8",
            "md",
            report::markdown::write(&record, &analysis),
        )),
        "report.json" => Ok(file(
            "application/json",
            "json",
            format!("{:#}", report::json::value(&record, &analysis)),
        )),
        "report.xml" => Ok(file(
            "application/xml",
            "xml",
            report::junit::write(&record, &analysis),
        )),
        _ => Err(Refusal::new(
            RefusalKind::NotFound,
            "There is no such file: choose report.html, report.md, report.json or report.xml.",
        )
        .into()),
    }
}

/// The JSON report, for scripts.
pub async fn json(State(web): State<Web>, OfRun(id): OfRun) -> Result<Response, Refused> {
    let (record, analysis) = web.lab.reported(id).await?;
    Ok(axum::Json(report::json::value(&record, &analysis)).into_response())
}
