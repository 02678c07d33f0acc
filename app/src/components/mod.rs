//! What pages are made of. Nothing here asks the server for a page's own data.

pub mod load;
#[cfg(feature = "ssr")]
pub mod shell;
