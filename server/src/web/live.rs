//! Server-sent events of a run, as the timeline keeps them for programs, and as the live page shows
//! them. The id of each event is the item's number, so that a browser that reconnects misses
//! nothing.

use super::Web;
use super::asked::{EVENT, Given, OfRun};
use super::refused::Refused;
use crate::lab::live::Live;
use app::api::live::Told;
use app::model::run::RunId;
use app::model::stream::LiveItem;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures::{Stream, StreamExt};
use serde::Serialize;
use std::convert::Infallible;

/// What a run's stream answers with.
type Events<S> = Result<Sse<S>, Refused>;

/// The stream of the live page: `GET /runs/{id}/live`.
pub fn routes() -> Router<Web> {
    Router::new().route("/runs/{id}/live", get(page))
}

async fn page(
    State(web): State<Web>,
    OfRun(id): OfRun,
    given: Given,
    headers: HeaderMap,
) -> Events<impl Stream<Item = Result<Event, Infallible>>> {
    stream(web, id, given, &headers, |item| data(&Told::from(item))).await
}

/// `GET /api/v1/runs/{id}/events`: what came after `Last-Event-ID`, or after `?after=`, then what
/// comes; ends with an event named "done".
pub async fn events(
    State(web): State<Web>,
    OfRun(id): OfRun,
    given: Given,
    headers: HeaderMap,
) -> Events<impl Stream<Item = Result<Event, Infallible>>> {
    stream(web, id, given, &headers, data).await
}

async fn stream(
    web: Web,
    id: RunId,
    given: Given,
    headers: &HeaderMap,
    write: fn(&LiveItem) -> Event,
) -> Events<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let asked = given.only(&["after"])?.optional("after", &EVENT)?;
    web.lab.run_row(id).await?;
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok());
    let after = last.or(asked).unwrap_or(0);
    let items = web.lab.hub.read(id, after);
    let events = items.map(move |live| Ok(event(&live, write)));
    let until = web.shutdown.clone().cancelled_owned();
    Ok(Sse::new(events.take_until(until)).keep_alive(KeepAlive::default()))
}

fn event(live: &Live, write: fn(&LiveItem) -> Event) -> Event {
    match live {
        Live::Over => Event::default().event("done").data("{}"),
        Live::Item(item) => write(item).id(item.seq.to_string()),
    }
}

fn data(item: &impl Serialize) -> Event {
    Event::default()
        .json_data(item)
        .unwrap_or_else(|_| Event::default().comment("an item that cannot be written"))
}
