//! The finished site: named after contents, packed, with a manifest.
//!
//! Guarantee: the folder holds either the bundle before or the new one, never a mixture.

use super::inputs::hex;
use super::trouble::{Trouble, at};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// First load: the module at most this many bytes, brotli-packed.
const MOST_WASM: usize = 250_000;
/// First load: the one style sheet at most this many bytes, brotli-packed.
const MOST_CSS: usize = 20_000;

/// What was made, before it is written.
pub(crate) struct Site {
    pub js: Vec<u8>,
    pub wasm: Vec<u8>,
    pub css: Vec<u8>,
    pub icon: Option<Vec<u8>>,
}

/// Sizes of the files as a browser loads them, brotli-packed, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub js: usize,
    pub wasm: usize,
    pub css: usize,
}

impl fmt::Display for Sizes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kb = |bytes: usize| bytes as f64 / 1000.0;
        write!(
            out,
            "brotli: wasm {:.1} kB (at most {:.0}), css {:.1} kB (at most {:.0}), js {:.1} kB",
            kb(self.wasm),
            kb(MOST_WASM),
            kb(self.css),
            kb(MOST_CSS),
            kb(self.js)
        )
    }
}

impl Sizes {
    /// What is too big for the first load, if anything is.
    pub(crate) fn over_budget(self) -> Option<String> {
        [("wasm", self.wasm, MOST_WASM), ("css", self.css, MOST_CSS)]
            .into_iter()
            .find(|(_, size, most)| size > most)
            .map(|(name, size, most)| {
                format!("the {name} takes {size} bytes packed, {most} are the most")
            })
    }
}

impl Site {
    /// The sizes of the bundle in `folder`, if it was made of these inputs and is whole.
    pub(crate) fn unchanged(folder: &Path, inputs: &str) -> Option<Sizes> {
        let same = fs::read_to_string(folder.join(".inputs")).ok()? == inputs;
        let manifest = fs::read(folder.join("manifest.json")).ok()?;
        let manifest: Value = serde_json::from_slice(&manifest).ok()?;
        let size = |key: &str| {
            let packed = folder.join(format!("{}.br", manifest[key].as_str()?));
            usize::try_from(fs::metadata(packed).ok()?.len()).ok()
        };
        let sizes = Sizes {
            js: size("js")?,
            wasm: size("wasm")?,
            css: size("css")?,
        };
        same.then_some(sizes)
    }

    /// Writes all files beside `folder`, then puts them in its place.
    pub(crate) fn write(&self, folder: &Path, inputs: &str, dev: bool) -> Result<Sizes, Trouble> {
        let part = folder.with_extension("part");
        if part.exists() {
            fs::remove_dir_all(&part).map_err(at(&part))?;
        }
        fs::create_dir_all(&part).map_err(at(&part))?;
        let rack = Rack { folder: &part, dev };
        let (js_name, js) = rack.put("hivequake", "js", &self.js)?;
        let (wasm_name, wasm) = rack.put("hivequake", "wasm", &self.wasm)?;
        let (css_name, css) = rack.put("hivequake", "css", &self.css)?;
        let icon = self
            .icon
            .as_ref()
            .map(|icon| rack.put("favicon", "svg", icon));
        let icon = icon.transpose()?.map(|(name, _)| name);
        let manifest = json!({"js": js_name, "wasm": wasm_name, "css": css_name, "icon": icon});
        rack.file("manifest.json", format!("{manifest}\n").as_bytes())?;
        rack.file(".inputs", inputs.as_bytes())?;
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(at(folder))?;
        }
        fs::rename(&part, folder).map_err(at(folder))?;
        Ok(Sizes { js, wasm, css })
    }
}

/// A folder that files are put into.
struct Rack<'a> {
    folder: &'a Path,
    dev: bool,
}

impl Rack<'_> {
    /// Writes a file and its packed siblings; its name with the hash, and its brotli size.
    fn put(&self, stem: &str, end: &str, bytes: &[u8]) -> Result<(String, usize), Trouble> {
        let digest = hex(&Sha256::digest(bytes));
        let name = format!("{stem}.{}.{end}", &digest[..16]);
        let packed = |result: io::Result<Vec<u8>>| result.map_err(at(&self.folder.join(&name)));
        let brotli = packed(brotli(bytes, if self.dev { 3 } else { 11 }))?;
        self.file(&name, bytes)?;
        self.file(&format!("{name}.br"), &brotli)?;
        self.file(&format!("{name}.gz"), &packed(gzip(bytes))?)?;
        Ok((name, brotli.len()))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).map_err(at(&path))
    }
}

fn brotli(bytes: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::io::Read;

    fn site(css: &str) -> Site {
        Site {
            js: b"export const a = 1;".repeat(20),
            wasm: b"\0asm".to_vec(),
            css: css.as_bytes().to_vec(),
            icon: Some(b"<svg/>".to_vec()),
        }
    }

    fn manifest(folder: &Path) -> Value {
        serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
    }

    #[test]
    fn every_file_is_there_plain_and_packed() {
        let target = tempfile::tempdir().unwrap();
        let folder = target.path().join("site");
        site("a{}").write(&folder, "i", false).unwrap();
        let name = manifest(&folder)["js"].as_str().unwrap().to_owned();
        let plain = fs::read(folder.join(&name)).unwrap();
        assert_eq!(plain, site("").js);
        let packed = fs::read(folder.join(format!("{name}.br"))).unwrap();
        let (mut brotli, mut gzip) = (Vec::new(), Vec::new());
        brotli::BrotliDecompress(&mut &*packed, &mut brotli).unwrap();
        let packed = fs::read(folder.join(format!("{name}.gz"))).unwrap();
        flate2::read::GzDecoder::new(&*packed)
            .read_to_end(&mut gzip)
            .unwrap();
        assert_eq!((&brotli, &gzip), (&plain, &plain));
        let icon = manifest(&folder)["icon"].as_str().unwrap().to_owned();
        assert!(icon.starts_with("favicon.") && folder.join(icon).exists());
    }

    #[test]
    fn names_follow_contents_and_the_old_ones_go() {
        let target = tempfile::tempdir().unwrap();
        let folder = target.path().join("site");
        let write = |css| {
            site(css).write(&folder, "i", true).unwrap();
            manifest(&folder)
        };
        let (first, second) = (write("a{}"), write("b{}"));
        assert_eq!(first["js"], second["js"]);
        assert_ne!(first["css"], second["css"]);
        assert!(!folder.join(first["css"].as_str().unwrap()).exists());
        assert!(!target.path().join("site.part").exists());
    }

    #[test]
    fn only_a_whole_bundle_of_the_same_inputs_is_kept() {
        let target = tempfile::tempdir().unwrap();
        let folder = target.path().join("site");
        assert_eq!(Site::unchanged(&folder, "i"), None);
        let sizes = site("a{}").write(&folder, "i", false).unwrap();
        assert_eq!(Site::unchanged(&folder, "i"), Some(sizes));
        assert_eq!(Site::unchanged(&folder, "j"), None);
        let wasm = manifest(&folder)["wasm"].as_str().unwrap().to_owned();
        fs::remove_file(folder.join(format!("{wasm}.br"))).unwrap();
        assert_eq!(Site::unchanged(&folder, "i"), None);
    }

    #[test]
    fn the_budget_is_kept_to_the_byte() {
        let sizes = |wasm, css| Sizes { js: 1, wasm, css }.over_budget();
        assert_eq!(sizes(MOST_WASM, MOST_CSS), None);
        assert!(sizes(MOST_WASM + 1, 0).is_some_and(|over| over.contains("wasm")));
        assert!(sizes(0, MOST_CSS + 1).is_some_and(|over| over.contains("css")));
    }
}
