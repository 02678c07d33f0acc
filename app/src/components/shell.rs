//! The HTML document around the app: the one place that names the bundle's files.
//!
//! Its inline scripts carry the response's nonce; nothing else on any page is inline.

use crate::pages::App;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Where the bundle's files are, as paths from the root. The server provides it as context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// The script that loads the WASM module.
    pub js: String,
    /// The WASM module.
    pub wasm: String,
    /// The one style sheet.
    pub css: String,
    /// The icon (SVG).
    pub icon: String,
}

/// Sets the stored theme before anything is painted.
const THEME: &str = "try{const t=localStorage.getItem('theme');\
    if(t)document.documentElement.dataset.theme=t}catch{}";

/// The document for one response. Needs [`Assets`] in context; without a script in them the page
/// stays as the server drew it, complete and working by links and forms.
pub fn shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let start = (!assets.js.is_empty()).then(|| start(&assets));
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="referrer" content="same-origin" />
                <link rel="icon" type="image/svg+xml" href=assets.icon />
                <link rel="stylesheet" href=assets.css />
                {start}
                <script nonce=use_nonce()>{THEME}</script>
                <MetaTags />
            </head>
            <body>
                <p id="asleep" class="note bad" role="alert" hidden="">
                    "The program of this page could not be loaded: what is on it may be out of date, \
                     and not every button works. Load it anew; if that does not help, start the lab \
                     again."
                </p>
                <App />
            </body>
        </html>
    }
}

/// Wakes every island by its entry point, then marks the document as awake.
const WAKE: &str = "app.hydrate();\
    for(const e of document.querySelectorAll('leptos-island'))app[e.dataset.component](e);\
    document.documentElement.dataset.awake=''";

/// Says that the page stays as the server drew it.
const ASLEEP: &str = "document.getElementById('asleep').hidden=false";

/// Loads the bundle and wakes the page.
fn start(assets: &Assets) -> impl IntoView + use<> {
    let Assets { js, wasm, .. } = assets;
    let script = format!(
        "import({}).then(app=>app.default({{module_or_path:{}}}).then(()=>{{{WAKE}}})).catch(e=>{{{ASLEEP};throw e}})",
        quoted(js),
        quoted(wasm),
    );
    view! {
        <link rel="modulepreload" href=js.clone() />
        <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="" />
        <script type="module" nonce=use_nonce()>
            {script}
        </script>
    }
}

/// A path as a script's string; paths are the bundle's own, so that this only guards typing errors.
fn quoted(path: &str) -> String {
    serde_json::to_string(path)
        .unwrap_or_default()
        .replace('<', "\\u003c")
}
