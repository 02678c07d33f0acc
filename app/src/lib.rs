//! What the browser and the server share.
//!
//! `model` holds pure types, `api` the use cases (the one door between browser and server),
//! `pages` and `components` what a person sees. Nothing in here touches the world: the server
//! implements [`api::Lab`] and hands it in as context.

#![recursion_limit = "256"]

pub mod api;
pub mod components;
pub mod model;
pub mod pages;

#[cfg(feature = "ssr")]
pub use components::shell::{Assets, shell};
pub use pages::App;
