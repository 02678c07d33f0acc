//! hivequake
fn main() {}
