//! What a request asks for, read into types: its path, its query, its body.
//!
//! Guarantee: whatever is wrong is refused in the lab's own words, which name the part that is
//! wrong, what was given, and what it must be; no reader's own words get out.

use super::refused::{Refused, refused};
use crate::lab::refusals::{meaningless, no, quoted};
use app::api::views::FormEdit;
use app::api::{Refusal, RefusalKind};
use app::model::run::{DesignId, RunId};
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::convert::Infallible;
use std::str::FromStr;

/// What one part of a request must be.
pub struct Must<T> {
    read: fn(&Value) -> Option<T>,
    write: &'static str,
}

/// The run that is meant.
pub const RUN: Must<RunId> = Must {
    read: typed,
    write: "a run's id, as the list of runs has it",
};

/// The experiment that is meant.
pub const DESIGN: Must<DesignId> = Must {
    read: typed,
    write: "an experiment's id, as the address of its page has it",
};

/// Which text a page was opened with.
pub const OPENED: Must<u64> = Must {
    read: number,
    write: "the number by which the page knows the text it was opened with",
};

/// The link that is meant.
pub const LINK: Must<i64> = Must {
    read: number,
    write: "the number that the link got when it was made",
};

/// How long a link works.
pub const DAYS: Must<u32> = Must {
    read: number,
    write: "a whole number of days from 1 to 3650",
};

/// Where random choices come from.
pub const SEED: Must<u64> = Must {
    read: number,
    write: "a whole number from 0 on, as the report of the run to be repeated has it",
};

/// After which event a stream goes on.
pub const EVENT: Must<u64> = Must {
    read: number,
    write: "the number of an event, from 0 on",
};

/// An experiment's text.
pub const TEXT: Must<String> = Must {
    read: typed,
    write: "an experiment as text, YAML or JSON",
};

/// Names of services.
pub const NAMES: Must<Vec<String>> = Must {
    read: typed,
    write: "a list of names",
};

/// Any number; the lab knows the bounds.
pub const NUMBER: Must<f64> = Must {
    read: number,
    write: "a number",
};

/// A change made in the form.
pub const EDIT: Must<FormEdit> = Must {
    read: typed,
    write: "one of the changes that the form makes",
};

fn typed<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn number<T: FromStr>(value: &Value) -> Option<T> {
    words(value).parse().ok()
}

/// A value as it was written.
fn words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// The names and values of a query, a form, or a JSON object. Empty ones are not given.
#[derive(Debug, Default)]
pub struct Given {
    /// What all the names are parts of, with a dot at its end; empty for the request itself.
    within: String,
    parts: Vec<(String, Value)>,
}

impl Given {
    /// Refuses a name that is none of these, and one that is given twice.
    pub fn only(self, known: &[&str]) -> Result<Self, Refusal> {
        for (at, (name, _)) in self.parts.iter().enumerate() {
            let shown = quoted(name);
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(invalid(format!(
                    "There is no parameter \"{shown}\" here. Write one of {known}, or leave it out."
                )));
            }
            if self.parts[..at].iter().any(|(other, _)| other == name) {
                return Err(invalid(format!("{shown} is given twice. Write it once.")));
            }
        }
        Ok(self)
    }

    /// A value that may be missing.
    pub fn optional<T>(&self, name: &str, must: &Must<T>) -> Result<Option<T>, Refusal> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let wrong = || self.wrong(name, value, &format!("{}, or leave it out", must.write));
        (must.read)(value).map(Some).ok_or_else(wrong)
    }

    /// A value that must be there.
    pub fn needed<T>(&self, name: &str, must: &Must<T>) -> Result<T, Refusal> {
        let value = self
            .value(name)
            .ok_or_else(|| self.missing(name, must.write))?;
        (must.read)(value).ok_or_else(|| self.wrong(name, value, must.write))
    }

    /// A text as it was written; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.value(name).map(words).unwrap_or_default()
    }

    /// An object that must be there.
    pub fn inside(&self, name: &str) -> Result<Self, Refusal> {
        const OBJECT: &str = "a JSON object";
        let value = self.value(name).ok_or_else(|| self.missing(name, OBJECT))?;
        let wrong = || self.wrong(name, value, OBJECT);
        let within = format!("{}{name}.", self.within);
        Self::object(value, within).ok_or_else(wrong)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let mut parts = self.parts.iter();
        let found = parts.find(|(known, value)| known == name && !is_empty(value));
        found.map(|(_, value)| value)
    }

    fn wrong(&self, name: &str, value: &Value, write: &str) -> Refusal {
        meaningless(&format!("{}{name}", self.within), &words(value), write)
    }

    fn missing(&self, name: &str, write: &str) -> Refusal {
        invalid(format!("{}{name} is missing. Write {write}.", self.within))
    }

    fn object(value: &Value, within: String) -> Option<Self> {
        let parts = value.as_object()?.clone().into_iter().collect();
        Some(Self { within, parts })
    }

    fn pairs(pairs: Vec<(String, String)>) -> Self {
        let value = |(name, text)| (name, Value::String(text));
        Self {
            within: String::new(),
            parts: pairs.into_iter().map(value).collect(),
        }
    }

    /// A JSON body.
    pub fn json(body: &[u8]) -> Result<Self, Refusal> {
        let read = serde_json::from_slice::<Value>(body).map_err(|error| no_json(&error))?;
        Self::object(&read, String::new()).ok_or_else(|| {
            invalid("The body is not a JSON object. Write its parts as {\"name\": value}.")
        })
    }

    /// The body of a form.
    pub async fn form(body: Bytes) -> Self {
        const KIND: &str = "application/x-www-form-urlencoded";
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = axum::http::Method::POST;
        let kind = axum::http::HeaderValue::from_static(KIND);
        request.headers_mut().insert(CONTENT_TYPE, kind);
        // Any bytes are pairs of texts.
        let pairs = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        pairs
            .map(|Form(pairs)| Self::pairs(pairs))
            .unwrap_or_default()
    }
}

fn invalid(message: impl AsRef<str>) -> Refusal {
    no(RefusalKind::Invalid, message)
}

fn no_json(error: &serde_json::Error) -> Refusal {
    let (line, column) = (error.line(), error.column());
    invalid(if error.is_eof() {
        format!(
            "The body is no JSON: it breaks off in line {line}, column {column}. Send it whole."
        )
    } else {
        format!("The body is no JSON: line {line}, column {column} is wrong. Mend it there.")
    })
}

/// The query of an address.
impl<S: Send + Sync> FromRequestParts<S> for Given {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Any query is pairs of texts.
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Ok(pairs
            .map(|Query(pairs)| Self::pairs(pairs))
            .unwrap_or_default())
    }
}

/// A body that is a JSON object and marked as JSON.
pub struct Json(pub Given);

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !is_json(&request) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let given = Given::json(&body).map_err(|refusal| refused(&refusal))?;
        Ok(Self(given))
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// A body that is an experiment's text.
pub struct Text(pub String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let text = String::from_utf8(body.into()).map_err(|_| {
            refused(&invalid(
                "The body is no text in UTF-8. Send an experiment in YAML or JSON.",
            ))
        })?;
        Ok(Self(text))
    }
}

/// The run that an address names.
pub struct OfRun(pub RunId);

impl<S: Send + Sync> FromRequestParts<S> for OfRun {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let hint = "no run's id. Copy it from the list of runs.";
        named(parts, state, hint).await.map(Self)
    }
}

/// The experiment that an address names.
pub struct OfDesign(pub DesignId);

impl<S: Send + Sync> FromRequestParts<S> for OfDesign {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let hint = "no experiment's id. Copy it from the list of experiments.";
        named(parts, state, hint).await.map(Self)
    }
}

/// The link that an address names.
pub struct OfLink(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for OfLink {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let hint = "no link's number, which was told when the link was made. Write that.";
        named(parts, state, hint).await.map(Self)
    }
}

/// The `{id}` of an address.
async fn named<T: FromStr, S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    hint: &str,
) -> Result<T, Refused> {
    let all = RawPathParams::from_request_parts(parts, state).await;
    // Bytes that are no text name nothing either.
    let all = all.ok();
    let id = all.iter().flatten().find(|(name, _)| *name == "id");
    let text = id.map(|(_, text)| text).unwrap_or_default();
    text.parse().map_err(|_| {
        let sentence = format!("\"{}\" is {hint}", quoted(text));
        Refused(no(RefusalKind::NotFound, sentence))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn said<T>(answer: Result<T, Refusal>) -> String {
        answer.err().unwrap().message
    }

    #[test]
    fn what_is_given_is_shown_clean_and_cut() {
        let body = format!(r#"{{"days":"\u202e{}","a":{{"id":7}}}}"#, "x".repeat(100));
        let given = Given::json(body.as_bytes()).unwrap();
        let days = said(given.optional("days", &DAYS));
        assert!(days.starts_with("days is \"\u{fffd}xxx"), "{days}");
        assert!(days.contains("x…\"") && days.len() < 200, "{days}");
        let nested = said(given.inside("a").unwrap().needed("id", &RUN));
        assert!(nested.starts_with("a.id is \"7\""), "{nested}");
    }

    #[test]
    fn a_number_is_read_from_either_form_and_an_empty_value_is_none() {
        let given = Given::json(br#"{"days":7,"seed":"8","after":"","text":null}"#).unwrap();
        assert_eq!(given.optional("days", &DAYS).unwrap(), Some(7));
        assert_eq!(given.needed("seed", &SEED).unwrap(), 8);
        assert_eq!(given.optional("after", &EVENT).unwrap(), None);
        assert!(said(given.needed("text", &TEXT)).contains("text is missing. Write"));
        for odd in [r#"{"days":1.5}"#, r#"{"days":-1}"#, r#"{"days":[]}"#] {
            let given = Given::json(odd.as_bytes()).unwrap();
            assert!(said(given.optional("days", &DAYS)).contains("1 to 3650"));
        }
    }
}
