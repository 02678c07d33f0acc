//! What a bundle is made of, as one digest, so that nothing is made twice.
//!
//! Guarantee: the digest changes when any file that can change the bundle does, and when the
//! compiler, the optimiser or the options do.

use super::optimise::WasmOpt;
use super::options::Options;
use super::trouble::{Trouble, at};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Relative to the workspace; folders count with all that is in them.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    ".cargo",
    "app",
    "frontend",
    "style",
];

/// The digest of everything that goes into a bundle.
pub(crate) fn digest(
    root: &Path,
    options: &Options,
    optimiser: Option<&WasmOpt>,
) -> Result<String, Trouble> {
    let mut sum = Sha256::new();
    part(&mut sum, format!("dev {}", options.dev).as_bytes());
    part(&mut sum, format!("{optimiser:?}").as_bytes());
    part(&mut sum, &compiler(root));
    for source in SOURCES {
        add(&mut sum, &root.join(source), root)?;
    }
    Ok(hex(&sum.finalize()))
}

/// Adds a part with its length, so that no two lists of parts look the same.
fn part(sum: &mut Sha256, bytes: &[u8]) {
    sum.update((bytes.len() as u64).to_le_bytes());
    sum.update(bytes);
}

/// A missing source counts as such; compiling will say what is wrong with that.
fn add(sum: &mut Sha256, path: &Path, root: &Path) -> Result<(), Trouble> {
    let name = path.strip_prefix(root).unwrap_or(path);
    part(sum, name.as_os_str().as_encoded_bytes());
    if path.is_dir() {
        for inner in listing(path)? {
            add(sum, &inner, root)?;
        }
    } else if path.exists() {
        part(sum, &fs::read(path).map_err(at(path))?);
    }
    Ok(())
}

/// What is in a folder, in name order.
pub(crate) fn listing(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(at(folder))?;
    paths.sort();
    Ok(paths)
}

fn compiler(root: &Path) -> Vec<u8> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc).arg("-vV").current_dir(root).output();
    asked.map(|answer| answer.stdout).unwrap_or_default()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_change_of_a_source_shows() {
        let root = tempfile::tempdir().unwrap();
        let style = root.path().join("style");
        fs::create_dir(&style).unwrap();
        let now = |options: &Options| digest(root.path(), options, None).unwrap();
        let plain = Options::default();
        let mut seen = vec![now(&plain)];
        let mut changed = |what: &str| {
            let digest = now(&plain);
            assert!(!seen.contains(&digest), "{what}");
            seen.push(digest);
        };
        fs::write(style.join("a.css"), "x").unwrap();
        changed("a new file");
        fs::write(style.join("a.css"), "y").unwrap();
        changed("new contents");
        fs::rename(style.join("a.css"), style.join("b.css")).unwrap();
        changed("a new name");
        fs::write(root.path().join("Cargo.lock"), "").unwrap();
        changed("a lock file");
        assert_eq!(now(&plain), now(&plain));
        let dev = Options {
            dev: true,
            ..Options::default()
        };
        assert_ne!(now(&plain), now(&dev));
    }
}
