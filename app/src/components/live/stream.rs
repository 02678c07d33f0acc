//! The stream of a live run. The browser reconnects by itself and says where it was, unless what
//! answered was no stream: then it says so, and has to be told to listen again.

use crate::api::live;
use crate::model::run::RunId;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// What a stream tells.
pub enum Told {
    /// An item came.
    Item(Box<live::Told>),
    /// The connection is there, or was lost.
    Connected(bool),
    /// The browser has given up: something answered that was no stream.
    GivenUp,
    /// The run is over.
    Done,
}

/// A handler that lives as long as the stream.
type Handler = Closure<dyn FnMut(MessageEvent)>;

/// Listens from after an item on, until the owner is gone.
pub fn listen(run: RunId, after: u64, tell: impl Fn(Told) + Clone + 'static) {
    let Ok(source) = EventSource::new(&format!("/runs/{run}/live?after={after}")) else {
        tell(Told::Connected(false));
        return;
    };
    let handlers: Vec<(&'static str, Handler)> = vec![
        (
            "message",
            handler(tell.clone(), |event| item(&event).map(Told::Item)),
        ),
        (
            "open",
            handler(tell.clone(), |_| Some(Told::Connected(true))),
        ),
        ("error", handler(tell.clone(), |event| Some(lost(&event)))),
        ("done", handler(tell, |_| Some(Told::Done))),
    ];
    for (name, handler) in &handlers {
        let _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    }
    let open = StoredValue::new_local(Some((source, handlers)));
    on_cleanup(move || {
        if let Some((source, handlers)) = open.try_update_value(Option::take).flatten() {
            source.close();
            drop(handlers);
        }
    });
}

fn handler(
    tell: impl Fn(Told) + 'static,
    read: impl Fn(MessageEvent) -> Option<Told> + 'static,
) -> Handler {
    Closure::new(move |event| {
        if let Some(told) = read(event) {
            tell(told);
        }
    })
}

fn lost(event: &MessageEvent) -> Told {
    let source = event.target().map(JsCast::unchecked_into::<EventSource>);
    match source.map(|source| source.ready_state()) {
        Some(EventSource::CLOSED) => Told::GivenUp,
        _ => Told::Connected(false),
    }
}

fn item(event: &MessageEvent) -> Option<Box<live::Told>> {
    // From bytes, as all that comes from the lab: the module holds one reader, not two.
    serde_json::from_slice(event.data().as_string()?.as_bytes()).ok()
}
