//! Why no bundle was made.

use std::io;
use std::path::{Path, PathBuf};

/// Why no bundle was made; the one that was there is untouched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Help was asked for: no trouble at all.
    #[error("help")]
    Help,
    /// The command line is wrong.
    #[error("{0}\n{help}", help = super::options::HELP)]
    Usage(String),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing to make a style sheet of.
    #[error("{} holds no .css file: the pages would have no style", .0.display())]
    NoStyle(PathBuf),
    /// Cargo could not be started, or compiling failed; cargo has said why.
    #[error("the browser's half did not compile ({0}): see above")]
    Cargo(String),
    /// wasm-bindgen did not take the module.
    #[error("wasm-bindgen: {0}")]
    Bindgen(String),
    /// The module came with JavaScript files of its own, which this bundle has no place for.
    #[error(
        "{0} JavaScript snippets came with the module: write them into the Rust code as imports \
         of what browsers have, or teach the bundle to carry them"
    )]
    Snippets(usize),
    /// The wasm-opt that was asked for cannot be used.
    #[error("{0}")]
    WasmOpt(String),
    /// The bundle was made but is too big for the first load.
    #[error("over budget: {0} (without --budget it passes)")]
    TooBig(String),
}

/// For `map_err` on file operations.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Trouble {
    let path = path.to_owned();
    move |source| Trouble::File { path, source }
}
