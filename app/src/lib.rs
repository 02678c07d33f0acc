//! What the browser and the server share.
//!
//! `model` holds pure types, `api` the use cases (the one door between browser and server),
//! `pages` and `components` what a person sees. Nothing in here touches the world: the server
//! implements [`api::Lab`] and hands it in as context.

pub mod api;
pub mod model;
