//! Server-sent events of a run. The id of each event is the item's number, so that a browser that
//! reconnects misses nothing.

use super::Web;
use super::refused::Refused;
use super::rest::run_id;
use crate::lab::live::Live;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use std::convert::Infallible;

#[derive(Deserialize)]
pub struct After {
    after: Option<u64>,
}

/// `GET /api/v1/runs/{id}/events`: what came after `Last-Event-ID`, or after `?after=`, then what
/// comes; ends with an event named "done".
pub async fn events(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(ask): Query<After>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refused> {
    let id = run_id(&id)?;
    web.lab.run_row(id).await?;
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok());
    let after = last.or(ask.after).unwrap_or(0);
    let items = web.lab.hub.read(id, after).map(|live| Ok(event(&live)));
    let until = web.shutdown.clone().cancelled_owned();
    Ok(Sse::new(items.take_until(until)).keep_alive(KeepAlive::default()))
}

fn event(live: &Live) -> Event {
    match live {
        Live::Over => Event::default().event("done").data("{}"),
        Live::Item(item) => {
            let numbered = Event::default().id(item.seq.to_string());
            numbered
                .json_data(item)
                .unwrap_or_else(|_| Event::default().comment("an item that cannot be written"))
        }
    }
}
