//! Designs in the REST API: list, read, save.
//!
//! Guarantee: a save that names the text it was made from, by `If-Match`, writes over no other.

use super::Web;
use super::asked::{OfDesign, Text};
use super::refused::Refused;
use crate::store::Over;
use app::api::views::DesignRow;
use app::api::{Lab, Refusal, RefusalKind};
use app::model::digest::digest;
use app::model::run::DesignId;
use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use serde_json::json;

/// Every design, last changed first.
pub async fn list(State(web): State<Web>) -> Result<Json<Vec<DesignRow>>, Refused> {
    Ok(Json(web.lab.designs().await?))
}

/// One design with its text; `ETag` names the text.
pub async fn one(
    State(web): State<Web>,
    OfDesign(id): OfDesign,
) -> Result<impl IntoResponse, Refused> {
    let design = web.lab.newest(id).await?;
    let body = json!({ "id": design.id, "version": design.version, "text": design.text });
    Ok((tagged(&design.text), Json(body)))
}

/// Stores the body as a new design.
pub async fn add(State(web): State<Web>, Text(text): Text) -> Result<impl IntoResponse, Refused> {
    let saved = save(&web, None, &text, Over::Any).await?;
    Ok((StatusCode::CREATED, saved))
}

/// Stores the body as a design's text.
pub async fn change(
    State(web): State<Web>,
    OfDesign(id): OfDesign,
    headers: HeaderMap,
    Text(text): Text,
) -> Result<impl IntoResponse, Refused> {
    save(&web, Some(id), &text, over(&headers)?).await
}

async fn save(
    web: &Web,
    id: Option<DesignId>,
    text: &str,
    over: Over,
) -> Result<impl IntoResponse + use<>, Refused> {
    let (id, version) = web.lab.keep_design(id, text, over).await?;
    let body = json!({ "id": id, "version": version, "path": format!("/designs/{id}") });
    Ok((tagged(text), Json(body)))
}

fn tagged(text: &str) -> AppendHeaders<[(axum::http::HeaderName, String); 1]> {
    AppendHeaders([(ETAG, format!("\"{}\"", digest(text)))])
}

/// What a request lets a save write over.
fn over(headers: &HeaderMap) -> Result<Over, Refusal> {
    let Some(tag) = headers.get(IF_MATCH) else {
        return Ok(Over::Any);
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Ok(Over::Any);
    }
    let bare = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let known = bare.and_then(|digits| digits.parse().ok());
    known.map(Over::Only).ok_or_else(|| {
        let text = "If-Match takes one ETag as GET or the last save of this experiment gave it. Nothing was stored.";
        Refusal::new(RefusalKind::Invalid, text)
    })
}
