//! The few things the browser is asked for directly, each safe where it is missing.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::fmt::Write as _;

/// Whether the element that has the focus takes text.
pub fn is_typing() -> bool {
    let Some(focused) = document().active_element() else {
        return false;
    };
    matches!(focused.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
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
