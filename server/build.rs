//! Tells cargo that the migrations are part of the binary: a new one means a new build.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
