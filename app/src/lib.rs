//! What the browser and the server share.
//!
//! `model` holds pure types, `api` the use cases (the one door between browser and server),
//! `pages` and `components` what a person sees. Pages are drawn by the server alone; what moves
//! on them are islands, and only islands are a part of the browser's module. Nothing in here
//! touches the world: the server implements [`api::Lab`] and hands it in as context.

#![recursion_limit = "256"]

pub mod api;
pub mod components;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;

#[cfg(feature = "ssr")]
pub use components::shell::{Assets, shell};
#[cfg(feature = "ssr")]
pub use pages::App;
