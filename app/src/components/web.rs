//! The few things the browser is asked for directly, each safe where it is missing.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use std::fmt::Write as _;
use std::time::Duration;

/// Does something in the browser, again whenever what it looked at changes. All share one piece
/// of machinery, which an `Effect` for each would repeat in the module.
pub fn effect(run: impl FnMut() + 'static) {
    boxed(Box::new(run));
}

fn boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// Shows something while a condition holds; what is shown stays as it is meanwhile.
pub fn when<V: IntoView + 'static>(
    holds: impl Fn() -> bool + Send + Sync + 'static,
    show: impl Fn() -> V + Send + 'static,
) -> impl IntoView {
    let holds = Memo::new(move |_| holds());
    move || holds.get().then(&show)
}

/// Whether the element that has the focus takes text.
pub fn is_typing() -> bool {
    let Some(focused) = document().active_element() else {
        return false;
    };
    matches!(focused.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Whether somebody is at something that loading the page anew would take away: text, or a menu or
/// question that is open.
pub fn is_busy() -> bool {
    let focused = document().active_element();
    let at = focused.and_then(|e| e.closest("input,select,textarea,[open]").ok().flatten());
    at.is_some()
}

/// Whether an element has the focus.
pub fn has_focus(element: &web_sys::Element) -> bool {
    document().active_element().as_ref() == Some(element)
}

/// Puts the focus on the element with an id, if there is one.
pub fn focus(id: &str) -> bool {
    let found = document().get_element_by_id(id);
    match found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(element) => element.focus().is_ok(),
        None => false,
    }
}

/// Copies a text; false where the browser does not allow it.
pub fn copy(text: &str) -> bool {
    let secure = window().is_secure_context();
    if secure {
        let _ = window().navigator().clipboard().write_text(text);
    }
    secure
}

/// Milliseconds since the page opened, on a clock that never jumps; 0 on the server.
pub fn uptime() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// What the browser remembers for this tab.
pub fn kept(key: &str) -> Option<String> {
    let storage = window().session_storage().ok().flatten()?;
    storage.get_item(key).ok().flatten()
}

/// Remembers a text for this tab, or forgets it. Where storage is off, nothing is kept.
pub fn keep(key: &str, text: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = match text {
            Some(text) => storage.set_item(key, text),
            None => storage.remove_item(key),
        };
    }
}

thread_local! {
    /// Set once a link within the lab was followed.
    static WITHIN: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// How long following a link may take until its page is left.
const LEAVING: Duration = Duration::from_secs(1);

/// Goes to a place within the lab.
pub fn go(path: &str) {
    leave_within();
    let _ = window().location().assign(path);
}

/// Loads the page anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// Gives the page another address without loading it.
pub fn rename(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

/// What follows the # in the address.
pub fn fragment() -> Option<String> {
    let hash = window().location().hash().ok()?;
    hash.strip_prefix('#').map(str::to_owned)
}

/// How far across an element inside the listening one a pointer is: 0 at its left, 1 at its right.
pub fn share_across(event: &web_sys::PointerEvent, inner: &str) -> Option<f64> {
    let around = event
        .current_target()?
        .dyn_into::<web_sys::Element>()
        .ok()?;
    let area = around
        .query_selector(inner)
        .ok()??
        .get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - area.left()) / area.width();
    share.is_finite().then_some(share)
}

/// Notes when a click follows a link within the lab.
pub fn follow(event: &web_sys::MouseEvent) {
    let target = event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let link = target.and_then(|t| t.closest("a[href^='/']").ok().flatten());
    if link.is_some() {
        leave_within();
    }
}

fn leave_within() {
    WITHIN.set(true);
    set_timeout(|| WITHIN.set(false), LEAVING);
}

/// Whether the page is being left for another of the lab's.
pub fn stays_within() -> bool {
    WITHIN.get()
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_escapes_its_place_in_an_address() {
        assert_eq!(encoded("a_b-c.d~9"), "a_b-c.d~9");
        assert_eq!(encoded("a/b?c=d&e#f"), "a%2Fb%3Fc%3Dd%26e%23f");
        assert_eq!(encoded("µ %"), "%C2%B5%20%25");
    }
}
