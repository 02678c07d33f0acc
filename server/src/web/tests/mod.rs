//! The server as callers meet it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod designs;
mod errors;
mod history;
mod hostile;
mod index;
mod links;
mod pages;
mod settings;
mod signing_in;
