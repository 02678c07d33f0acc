//! wasm-opt, where a good one is at hand.
//!
//! Guarantee: one that is known to break modules is never used: not the one on `PATH` (Debian's
//! is 108, whose output browsers refuse), and no other older than 117.

use super::trouble::{Trouble, at};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest that keeps wasm-bindgen's tables whole.
const OLDEST: u32 = 117;

pub(crate) const NONE_AT_HAND: &str =
    "     no wasm-opt at hand: the module stays larger than need be (npm ci in tests/ brings one)";

/// What the compiler may have used and every browser since 2022 has; nothing newer is let in.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// A wasm-opt that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WasmOpt {
    path: PathBuf,
    version: u32,
}

impl WasmOpt {
    /// The one asked for (which must be good), else the one that the tests bring, if it is there.
    pub(crate) fn find(asked: Option<&Path>, root: &Path) -> Result<Option<Self>, Trouble> {
        let by_environment = std::env::var_os("WASM_OPT").map(PathBuf::from);
        if let Some(path) = asked.map(Path::to_path_buf).or(by_environment) {
            return Self::check(path).map(Some);
        }
        let brought = root.join("tests/node_modules/.bin/wasm-opt");
        brought.exists().then(|| Self::check(brought)).transpose()
    }

    fn check(path: PathBuf) -> Result<Self, Trouble> {
        let unusable =
            |why: String| Trouble::WasmOpt(format!("{} cannot be used: {why}", path.display()));
        let said = Command::new(&path)
            .arg("--version")
            .output()
            .map_err(|error| unusable(error.to_string()))?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let version =
            version_in(&said).ok_or_else(|| unusable(format!("it says {said:?} for a version")))?;
        if version < OLDEST {
            return Err(unusable(format!(
                "version {version} makes modules that browsers refuse; {OLDEST} or newer is \
                 needed, npm ci in tests/ brings one"
            )));
        }
        Ok(Self { path, version })
    }

    /// Makes a module smaller; `work` is a folder for the files in between.
    pub(crate) fn run(&self, wasm: &[u8], work: &Path) -> Result<Vec<u8>, Trouble> {
        let (before, after) = (
            work.join("bundle.before.wasm"),
            work.join("bundle.after.wasm"),
        );
        fs::create_dir_all(work).map_err(at(work))?;
        fs::write(&before, wasm).map_err(at(&before))?;
        let status = Command::new(&self.path)
            .args(FEATURES)
            .args(["-Oz", "--strip-debug", "--strip-producers"])
            .arg(&before)
            .arg("--output")
            .arg(&after)
            .status()
            .map_err(|error| Trouble::WasmOpt(error.to_string()))?;
        if !status.success() {
            return Err(Trouble::WasmOpt(format!(
                "wasm-opt failed ({status}): see above"
            )));
        }
        let smaller = fs::read(&after).map_err(at(&after))?;
        for file in [before, after] {
            fs::remove_file(&file).map_err(at(&file))?;
        }
        Ok(smaller)
    }
}

/// `wasm-opt version 132 (version_132)` means 132.
fn version_in(said: &str) -> Option<u32> {
    let after = said.strip_prefix("wasm-opt version ")?;
    after
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program that says this for a version.
    fn saying(folder: &Path, version: &str) -> PathBuf {
        let path = folder.join("wasm-opt");
        fs::write(&path, format!("#!/bin/sh\necho '{version}'\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn debians_is_refused_with_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let old = saying(folder.path(), "wasm-opt version 108 (version_108)");
        let refused = WasmOpt::check(old).unwrap_err().to_string();
        assert!(
            refused.contains("version 108") && refused.contains("npm ci"),
            "{refused}"
        );
    }

    #[test]
    fn a_newer_one_is_taken_and_a_stranger_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let new = saying(folder.path(), "wasm-opt version 132 (version_132)");
        assert_eq!(WasmOpt::check(new).unwrap().version, 132);
        let stranger = saying(folder.path(), "false version 300");
        assert!(WasmOpt::check(stranger).is_err());
        assert!(WasmOpt::check(folder.path().join("none")).is_err());
    }

    #[test]
    fn without_any_the_bundle_is_made_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        if std::env::var_os("WASM_OPT").is_none() {
            assert_eq!(WasmOpt::find(None, folder.path()).unwrap(), None);
        }
    }
}
