//! Makes what the browser loads: `cargo run -p frontend --bin bundle`.
//!
//! Guarantee: `target/site/` is replaced as a whole and only by a bundle that was made to its
//! end; its files are named after their contents, so that they can be cached for ever.
//!
//! Compiles the browser's half, runs wasm-bindgen (as a library, so that its version is the one
//! in `Cargo.lock`), npm's wasm-opt where there is one, joins the style sheets, and writes brotli
//! and gzip siblings and `manifest.json`.

mod compile;
mod inputs;
mod optimise;
mod options;
mod site;
mod style;
mod trouble;

use optimise::WasmOpt;
use options::Options;
use site::{Site, Sizes};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use trouble::Trouble;

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|options| bundle(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::Help) => {
            println!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("bundle: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn bundle(options: &Options) -> Result<(), Trouble> {
    let begun = Instant::now();
    let root = workspace();
    let folder = root.join("target/site");
    let optimiser = if options.dev {
        None
    } else {
        WasmOpt::find(options.wasm_opt.as_deref(), &root)?
    };
    let inputs = inputs::digest(&root, options, optimiser.as_ref())?;
    let sizes = match Site::unchanged(&folder, &inputs) {
        Some(sizes) => {
            println!("nothing has changed since the bundle was made");
            sizes
        }
        None => make(&root, &folder, options, optimiser.as_ref(), &inputs)?,
    };
    println!(
        "{sizes}\nbundle ready in {:.1} s: {}",
        begun.elapsed().as_secs_f32(),
        folder.display()
    );
    check(sizes, options, optimiser.is_some())
}

fn make(
    root: &Path,
    folder: &Path,
    options: &Options,
    optimiser: Option<&WasmOpt>,
    inputs: &str,
) -> Result<Sizes, Trouble> {
    // Before the long part, so that a fault in a style sheet shows at once.
    let css = style::join(&root.join("style"))?;
    let icon = style::icon(&root.join("style"))?;
    let compiled = step("compiled", || compile::wasm(root, options.dev))?;
    let (js, mut wasm) = step("bound", || compile::bind(&compiled))?;
    if let Some(optimiser) = optimiser {
        wasm = step("optimised", || optimiser.run(&wasm, &root.join("target")))?;
    } else if !options.dev {
        println!("{}", optimise::NONE_AT_HAND);
    }
    let site = Site {
        js,
        wasm,
        css,
        icon,
    };
    step("packed", || site.write(folder, inputs, options.dev))
}

fn step<T>(done: &str, work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    let begun = Instant::now();
    let result = work()?;
    println!("{done:>10} in {:.1} s", begun.elapsed().as_secs_f32());
    Ok(result)
}

/// Only a bundle made as for a release can be held to its size.
fn check(sizes: Sizes, options: &Options, optimised: bool) -> Result<(), Trouble> {
    match sizes.over_budget() {
        Some(over) if optimised && !options.no_budget => Err(Trouble::TooBig(over)),
        Some(over) => {
            println!("over budget, not held to it this time: {over}");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Where the workspace is: cargo says so at run time, wherever the program was compiled.
fn workspace() -> PathBuf {
    let frontend = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    frontend.parent().map(Path::to_path_buf).unwrap_or(frontend)
}
