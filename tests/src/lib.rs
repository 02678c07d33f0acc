//! Hivequake tried for real: throw-away Docker engines, the sample stack, the lab's own binary.
//!
//! What this crate guarantees: the machine's own engine, swarm, containers and firewall are never
//! touched, and what a test began ends with the test's process, however that went.

pub mod document;
pub mod engine;
pub mod http;
pub mod lab;
pub mod wait;
pub mod world;

pub use document::Document;
pub use engine::Engine;
pub use lab::Lab;

use std::io::Write;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the repository")
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Says something past the test runner's capture, so that nobody overlooks it.
pub fn say(text: &str) {
    // With stderr gone there is nobody left to tell.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Whether engines can be started here. Says loudly that tests are skipped where not; with
/// `HIVEQUAKE_MUST_RUN` set, skipping is a failure.
pub fn may_start_engines() -> bool {
    if nix::unistd::Uid::effective().is_root() {
        return true;
    }
    let why = "SKIPPED: this test starts an engine of its own, which needs root";
    assert!(std::env::var_os("HIVEQUAKE_MUST_RUN").is_none(), "{why}");
    say(why);
    false
}
