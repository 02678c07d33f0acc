//! The bundle's files, as `cargo run -p frontend --bin bundle` made them: part of the binary in a
//! release build, read from `target/site/` in a debug build.
//!
//! Guarantee: only files that the manifest names are served, and since their names carry a hash
//! of their contents, they may be kept for ever (but what `cargo leptos watch` makes, which is
//! asked for anew each time).

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;
#[cfg(debug_assertions)]
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Embedded;

/// Why there are no files for the browser. Pages still work, drawn by the server alone.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The bundle was not there when the binary was built (or, in a debug build, is not now).
    #[error(
        "the browser's files were not bundled: pages work without scripts or style; run \
         `cargo run -p frontend --bin bundle` and build the server again"
    )]
    NotBundled,
    /// Its manifest is not one.
    #[error("the bundle's manifest.json cannot be read: {0}; make the bundle again")]
    Manifest(#[source] serde_json::Error),
}

/// The names of the bundle's files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Names {
    /// The script that loads the module.
    pub js: String,
    /// The WASM module.
    pub wasm: String,
    /// The one style sheet.
    pub css: String,
    /// The icon (SVG), if there is one.
    pub icon: Option<String>,
}

/// One file with the SHA-256 of its bytes.
struct File {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

fn embedded(name: &str) -> Option<File> {
    let file = Embedded::get(name)?;
    Some(File {
        hash: file.metadata.sha256_hash(),
        bytes: file.data,
    })
}

#[cfg(debug_assertions)]
fn watched(name: &str) -> Option<File> {
    let bytes = super::watched::read(name)?;
    Some(File {
        hash: Sha256::digest(&bytes).into(),
        bytes: bytes.into(),
    })
}

/// The bundle, ready to be served.
#[derive(Debug)]
pub struct Site {
    names: Names,
    read: fn(&str) -> Option<File>,
    /// How long a browser may keep the files.
    keep: &'static str,
}

impl Site {
    /// The bundle of this binary.
    pub fn load() -> Result<Self, SiteError> {
        #[cfg(debug_assertions)]
        if let Some(names) = super::watched::names() {
            return Ok(Self {
                names,
                read: watched,
                keep: "no-cache",
            });
        }
        Self::new(embedded)
    }

    fn new(read: fn(&str) -> Option<File>) -> Result<Self, SiteError> {
        let manifest = read("manifest.json").ok_or(SiteError::NotBundled)?;
        let names = serde_json::from_slice(&manifest.bytes).map_err(SiteError::Manifest)?;
        Ok(Self {
            names,
            read,
            keep: "public, max-age=31536000, immutable",
        })
    }

    /// What pages refer to, under whatever path the files are served at.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The response to a GET of a file by its name, packed as the browser accepts it.
    pub fn serve(&self, name: &str, headers: &HeaderMap) -> Response {
        let found = self
            .names
            .has(name)
            .then(|| self.pick(name, headers))
            .flatten();
        match found {
            Some((packing, file)) => answer(name, packing, file, headers, self.keep),
            None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
        }
    }

    /// The best packing that is there and accepted; plain is always accepted.
    fn pick(&self, name: &str, headers: &HeaderMap) -> Option<(Packing, File)> {
        Packing::BEST_FIRST
            .into_iter()
            .filter(|packing| packing.accepted(headers))
            .find_map(|packing| {
                let file = (self.read)(&format!("{name}{}", packing.suffix()))?;
                Some((packing, file))
            })
    }
}

impl Names {
    fn has(&self, name: &str) -> bool {
        [&self.js, &self.wasm, &self.css].contains(&&name.to_owned())
            || self.icon.as_deref() == Some(name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Brotli,
    Gzip,
    Plain,
}

impl Packing {
    const BEST_FIRST: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Plain];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Plain => "",
        }
    }

    /// Its word in `Accept-Encoding` and `Content-Encoding`.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }

    fn accepted(self, headers: &HeaderMap) -> bool {
        let Some(word) = self.word() else { return true };
        headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|choice| allows(choice, word))
    }
}

/// Whether one choice of an `Accept-Encoding` ("gzip;q=0.5") allows a packing.
fn allows(choice: &str, word: &str) -> bool {
    let mut parts = choice.split(';').map(str::trim);
    let named = parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case(word));
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    named && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
}

fn answer(
    name: &str,
    packing: Packing,
    file: File,
    headers: &HeaderMap,
    keep: &'static str,
) -> Response {
    let tag = tag(&file);
    let mut known = headers.get_all(IF_NONE_MATCH).iter();
    let mut response = if known.any(|value| names_tag(value, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(body(file.bytes))
    };
    let mut set = |header: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(header, value);
        }
    };
    set(CONTENT_TYPE, &content_type(name));
    set(CACHE_CONTROL, keep);
    set(VARY, "accept-encoding");
    set(ETAG, &tag);
    if let Some(word) = packing.word() {
        set(CONTENT_ENCODING, word);
    }
    response
}

/// What is part of the binary is not copied.
fn body(bytes: Cow<'static, [u8]>) -> Body {
    match bytes {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

/// Names what is sent, packing and all, by its hash.
fn tag(file: &File) -> String {
    let mut tag = String::from("\"");
    for byte in &file.hash[..12] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}

fn names_tag(header: &HeaderValue, tag: &str) -> bool {
    let text = header.to_str().unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .any(|known| known.trim_start_matches("W/") == tag)
}

fn content_type(name: &str) -> String {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    match mime.type_().as_str() {
        "text" => format!("{mime}; charset=utf-8"),
        _ => mime.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use axum::body::to_bytes;

    const MANIFEST: &[u8] =
        br#"{"js":"h.1.js","wasm":"h.2.wasm","css":"h.3.css","icon":"i.4.svg"}"#;

    fn file(bytes: &'static [u8]) -> File {
        let mut hash = [0; 32];
        hash[0] = bytes[0];
        File {
            bytes: bytes.into(),
            hash,
        }
    }

    fn bundle(name: &str) -> Option<File> {
        match name {
            "manifest.json" => Some(file(MANIFEST)),
            "h.1.js" | "h.2.wasm" | "h.3.css" | "i.4.svg" => Some(file(b"plain")),
            "h.1.js.br" => Some(file(b"brotli")),
            "h.1.js.gz" => Some(file(b"gzip")),
            ".inputs" | "secret" => Some(file(b"not for anybody")),
            _ => None,
        }
    }

    fn get(name: &str, accepts: &'static str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepts));
        Site::new(bundle).unwrap().serve(name, &headers)
    }

    async fn text(response: Response) -> String {
        let bytes = to_bytes(response.into_body(), 1000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_best_packing_that_is_accepted_and_there_is_sent() {
        for (name, accepts, body, encoding) in [
            ("h.1.js", "gzip, deflate, br, zstd", "brotli", Some("br")),
            ("h.1.js", "gzip", "gzip", Some("gzip")),
            ("h.1.js", "GZIP;q=0.5, br; q=0", "gzip", Some("gzip")),
            ("h.1.js", "identity", "plain", None),
            ("h.1.js", "", "plain", None),
            ("h.1.js", "brx", "plain", None),
            ("h.2.wasm", "br, gzip", "plain", None),
        ] {
            let response = get(name, accepts);
            let sent = response.headers().get(CONTENT_ENCODING).cloned();
            assert_eq!(
                sent.as_ref().map(|v| v.to_str().unwrap()),
                encoding,
                "{accepts}"
            );
            assert_eq!(text(response).await, body, "{accepts}");
        }
    }

    #[test]
    fn files_say_what_they_are_and_may_be_kept_for_ever() {
        for (name, kind) in [
            ("h.1.js", "text/javascript; charset=utf-8"),
            ("h.2.wasm", "application/wasm"),
            ("h.3.css", "text/css; charset=utf-8"),
            ("i.4.svg", "image/svg+xml"),
        ] {
            let response = get(name, "br");
            assert_eq!(response.headers()[CONTENT_TYPE], kind);
            let cached = &response.headers()[CACHE_CONTROL];
            assert_eq!(cached, "public, max-age=31536000, immutable");
            assert_eq!(response.headers()[VARY], "accept-encoding");
        }
    }

    #[test]
    fn what_the_manifest_does_not_name_is_not_there() {
        for name in [
            "secret",
            ".inputs",
            "manifest.json",
            "h.1.js.br",
            "../h.1.js",
            "",
            "/h.1.js",
        ] {
            assert_eq!(get(name, "br").status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[tokio::test]
    async fn who_has_it_already_is_not_sent_it_again() {
        let tag = get("h.1.js", "br").headers()[ETAG].clone();
        assert_ne!(
            tag,
            get("h.1.js", "gzip").headers()[ETAG],
            "packings differ"
        );
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("br"));
        let known = format!("\"other\", W/{}", tag.to_str().unwrap());
        headers.insert(IF_NONE_MATCH, known.parse().unwrap());
        let response = Site::new(bundle).unwrap().serve("h.1.js", &headers);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(text(response).await, "");
    }

    #[test]
    fn a_missing_or_broken_bundle_is_said() {
        let missing = Site::new(|_| None).unwrap_err().to_string();
        assert!(missing.contains("--bin bundle"), "{missing}");
        let broken = Site::new(|_| Some(file(b"{}"))).unwrap_err();
        assert!(matches!(broken, SiteError::Manifest(_)));
    }
}
