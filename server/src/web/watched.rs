//! The bundle as `cargo leptos watch` makes it, for those who work on the lab with it: plain files
//! under names that stay the same, and the style sheets as they are. Debug builds only.

use super::site::Names;
use std::io;
use std::path::{Path, PathBuf};

/// Where the sheets and the icon lie.
const STYLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../style");

/// The names, when cargo-leptos started this server.
pub(super) fn names() -> Option<Names> {
    setting("LEPTOS_WATCH")?;
    let name = setting("LEPTOS_OUTPUT_NAME")?;
    Some(Names {
        js: format!("{name}.js"),
        wasm: format!("{name}.wasm"),
        css: format!("{name}.css"),
        icon: Some("favicon.svg".to_owned()),
    })
}

/// A file as it is now.
pub(super) fn read(name: &str) -> Option<Vec<u8>> {
    let style = Path::new(STYLE);
    match Path::new(name).extension()?.to_str()? {
        "css" => joined(style).ok(),
        "svg" => std::fs::read(style.join(name)).ok(),
        _ => std::fs::read(made()?.join(name)).ok(),
    }
}

/// Where cargo-leptos puts what it makes.
fn made() -> Option<PathBuf> {
    Some(Path::new(&setting("LEPTOS_SITE_ROOT")?).join(setting("LEPTOS_SITE_PKG_DIR")?))
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// All sheets of a folder, in the order of their names.
fn joined(folder: &Path) -> io::Result<Vec<u8>> {
    let mut sheets = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    sheets.retain(|path| path.extension().is_some_and(|end| end == "css"));
    sheets.sort();
    let sheets: Vec<_> = sheets
        .iter()
        .map(std::fs::read)
        .collect::<io::Result<_>>()?;
    Ok(sheets.join(&b'\n'))
}
