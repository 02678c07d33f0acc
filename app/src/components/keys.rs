//! The keyboard: search, going places, the list of keys. Never while somebody types.

use super::web;
use crate::components::web::effect;
use leptos::{ev, html, prelude::*};

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Wait for the letter that says where to.
    Go,
    /// Go there.
    To(&'static str),
    /// To the search field.
    Search,
    /// Show the list.
    List,
    /// Close what is open.
    Close,
    /// None.
    Nothing,
}

/// The places that `g` and a letter go to.
const PLACES: [(&str, &str, &str); 5] = [
    ("h", "/", "Home"),
    ("s", "/services", "Services"),
    ("e", "/designs", "Experiments"),
    ("r", "/runs", "Runs"),
    ("c", "/settings", "Settings"),
];

/// What `key` means after `g` was (or was not) pressed.
fn meaning(after_g: bool, key: &str) -> Meaning {
    if after_g && let Some((_, path, _)) = PLACES.iter().find(|(letter, ..)| *letter == key) {
        return Meaning::To(path);
    }
    match key {
        "g" => Meaning::Go,
        "/" => Meaning::Search,
        "?" => Meaning::List,
        "Escape" => Meaning::Close,
        _ => Meaning::Nothing,
    }
}

/// Closes every open disclosure that asks to be closed.
fn close_all() {
    let Ok(open) = document().query_selector_all("details[data-closes][open]") else {
        return;
    };
    for i in 0..open.length() {
        let node = open
            .item(i)
            .map(leptos::wasm_bindgen::JsCast::unchecked_into);
        if let Some(element) = node {
            let element: web_sys::Element = element;
            let _ = element.remove_attribute("open");
        }
    }
}

/// Listens to the keyboard and holds the list of keys.
#[component]
pub fn Keys() -> impl IntoView {
    let list = NodeRef::<html::Dialog>::new();
    effect(move || {
        let after_g = StoredValue::new(false);
        let listener = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            if key == "Escape" {
                close_all();
            }
            if event.ctrl_key() || event.alt_key() || event.meta_key() || web::is_typing() {
                return;
            }
            let meant = meaning(after_g.get_value(), &key);
            after_g.set_value(meant == Meaning::Go);
            match meant {
                Meaning::To(path) => web::go(path),
                Meaning::Search if web::focus("search") => {}
                Meaning::Search => web::go("/runs?find"),
                Meaning::List => show(list),
                Meaning::Go | Meaning::Close | Meaning::Nothing => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || listener.remove());
    });
    view! {
        <dialog class="keys" node_ref=list aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>
                <dt><kbd>"/"</kbd></dt><dd>"Search"</dd>
                {PLACES.map(|(letter, _, name)| view! {
                    <dt><kbd>"g"</kbd>" "<kbd>{letter}</kbd></dt><dd>{name}</dd>
                })}
                <dt><kbd>"←"</kbd>" "<kbd>"→"</kbd></dt><dd>"Along a live picture"</dd>
                <dt><kbd>"?"</kbd></dt><dd>"This list"</dd>
                <dt><kbd>"Esc"</kbd></dt><dd>"Close"</dd>
            </dl>
            <form method="dialog"><button>"Close"</button></form>
        </dialog>
    }
}

fn show(list: NodeRef<html::Dialog>) {
    if let Some(dialog) = list.get_untracked()
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_goes_somewhere_only_after_g() {
        assert_eq!(meaning(false, "r"), Meaning::Nothing);
        assert_eq!(meaning(false, "g"), Meaning::Go);
        assert_eq!(meaning(true, "r"), Meaning::To("/runs"));
        assert_eq!(meaning(true, "x"), Meaning::Nothing);
        assert_eq!(meaning(true, "/"), Meaning::Search);
    }
}
