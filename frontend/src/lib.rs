//! The browser's entry point: wakes the page that the server has drawn.
//!
//! Guarantee: nothing but what starts `app` is in here; on any other target than the browser
//! the crate is empty.

#[cfg(target_arch = "wasm32")]
pub use entry::hydrate;

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "what wasm-bindgen generates for an export")]
mod entry {
    use wasm_bindgen::prelude::wasm_bindgen;

    // The islands are entry points of their own; naming the crate keeps them.
    use app as _;

    /// Called once by the page's script when the module has loaded, before the islands.
    #[wasm_bindgen]
    pub fn hydrate() {
        leptos::mount::hydrate_islands();
    }
}
