//! Tells cargo what the binary carries besides code.

fn main() {
    // The bundle may not be made yet; an empty folder gives a server without scripts.
    let _ = std::fs::create_dir_all("../target/site");
    println!("cargo::rerun-if-changed=../target/site");
}
