//! From Rust to a module and the JavaScript around it.
//!
//! Guarantee: wasm-bindgen's own half is compiled from the same `Cargo.lock` as the module, so
//! the two always fit.

use super::trouble::{Trouble, at};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wasm_bindgen_cli_support::Bindgen;

/// Compiles the browser's half; where the module is.
pub(crate) fn wasm(root: &Path, dev: bool) -> Result<PathBuf, Trouble> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let compiled = Command::new(cargo)
        .current_dir(root)
        .args(["build", "--package", "frontend", "--lib"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["--profile", if dev { "dev" } else { "wasm-release" }])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Trouble::Cargo(error.to_string()))?;
    if !compiled.status.success() {
        return Err(Trouble::Cargo(compiled.status.to_string()));
    }
    let messages = String::from_utf8_lossy(&compiled.stdout);
    module_in(&messages).ok_or_else(|| Trouble::Cargo("cargo named no module".into()))
}

/// Where cargo says the module is: wherever its settings put the target folder.
fn module_in(messages: &str) -> Option<PathBuf> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "frontend");
    let files = artifacts.flat_map(|artifact| match artifact["filenames"].clone() {
        Value::Array(files) => files,
        _ => Vec::new(),
    });
    files
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| file.extension().is_some_and(|end| end == "wasm"))
}

/// Runs wasm-bindgen; the JavaScript and the module.
pub(crate) fn bind(module: &Path) -> Result<(Vec<u8>, Vec<u8>), Trouble> {
    let bytes = fs::read(module).map_err(at(module))?;
    let mut bindgen = Bindgen::new();
    let failed = |error: &dyn std::fmt::Display| Trouble::Bindgen(format!("{error:#}"));
    bindgen
        .input_bytes("hivequake", bytes)
        .typescript(false)
        // The page's script says where the module is: its name carries a hash.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.web(true).map_err(|e| failed(&e))?;
    let mut output = bindgen.generate_output().map_err(|e| failed(&e))?;
    // Every crate has a list of snippets; nearly always an empty one.
    let inline: usize = output.snippets().values().map(Vec::len).sum();
    let snippets = inline + output.local_modules().len();
    if snippets > 0 {
        return Err(Trouble::Snippets(snippets));
    }
    let wasm = output.wasm_mut().emit_wasm();
    Ok((output.js().as_bytes().to_vec(), wasm))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_module_among_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"app"},"filenames":["/t/app.wasm"]}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"frontend"},"filenames":["/t/libfrontend.rlib","/t/frontend.wasm"]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(module_in(messages), Some("/t/frontend.wasm".into()));
        assert_eq!(module_in(""), None);
    }
}
