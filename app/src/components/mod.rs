//! What pages are made of. Nothing here asks the server for a page's own data.
//!
//! What islands show is no `AnyView`: the first one costs the browser's module 7 kB, packed.

#![allow(
    clippy::needless_pass_by_value,
    reason = "views own what they show; how is the macro's choice"
)]

pub mod asked;
pub mod badge;
pub mod checks;
pub mod confirm;
pub mod designer;
pub mod editor;
#[cfg(feature = "ssr")]
pub mod frame;
pub mod islands;
pub mod keys;
#[cfg(feature = "ssr")]
pub mod lists;
pub mod live;
#[cfg(feature = "ssr")]
pub mod load;
pub mod pulse;
pub mod refusal;
pub mod settings;
pub mod share;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod svg;
pub mod theme;
pub mod web;
