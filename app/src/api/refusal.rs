//! What a use case answers when it cannot do as asked.

use leptos::prelude::*;
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A "no" with its reason. The message is for people: what is wrong, what is untouched, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of "no"; decides the HTTP status.
    pub kind: RefusalKind,
    /// For people.
    pub message: String,
}

/// The kinds of "no".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalKind {
    /// There is no such thing (404).
    NotFound,
    /// What was sent cannot be right (422).
    Invalid,
    /// It cannot be done now (409).
    Conflict,
    /// It was made from a text that is no longer the stored one (409).
    Outdated,
    /// It must not be done (403).
    Forbidden,
    /// It was there once (410).
    Gone,
    /// The swarm or the database cannot be reached (503).
    Unavailable,
    /// A defect of the lab (500); the log has the cause.
    Internal,
}

impl Refusal {
    /// With a message for people.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self.kind {
            RefusalKind::NotFound => 404,
            RefusalKind::Invalid => 422,
            RefusalKind::Conflict | RefusalKind::Outdated => 409,
            RefusalKind::Forbidden => 403,
            RefusalKind::Gone => 410,
            RefusalKind::Unavailable => 503,
            RefusalKind::Internal => 500,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr::{Args, Deserialization, MissingArg, Request};
        let message = match error {
            // In the browser: why is in its own words, and tells nothing more.
            Request(_) => {
                "The lab does not answer. Check that it is running, then try again.".to_owned()
            }
            // The browser reads answers, the server what it was sent.
            Args(_) | Deserialization(_) | MissingArg(_) if cfg!(feature = "ssr") => {
                let message = "What was sent cannot be read. Nothing was changed; reload the page and try again.";
                return Self::new(RefusalKind::Invalid, message);
            }
            other => format!(
                "The lab could not make sense of this ({other}). Reload the page and try again."
            ),
        };
        Self::new(RefusalKind::Unavailable, message)
    }
}
