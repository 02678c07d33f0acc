//! The whole server without a socket: a lab with a fresh database and no engine.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Access, router};
use crate::config::Base;
use crate::lab::{LocalLab, open};
use app::model::time::At;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// One server at a time: leptos keeps its transitions for the whole process, and a page would wait
/// for one of another test whose runtime is gone.
static TURN: Mutex<()> = Mutex::const_new(());

/// A server of one test.
pub struct Site {
    /// Its lab.
    pub lab: LocalLab,
    app: Router,
    stop: CancellationToken,
    _data: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Site {
    /// With or without an access token.
    pub async fn open(token: Option<&str>) -> Self {
        Self::with(token, false).await
    }

    /// Behind a proxy for https.
    pub async fn behind_a_proxy(token: &str) -> Self {
        Self::with(Some(token), true).await
    }

    async fn with(token: Option<&str>, https: bool) -> Self {
        let turn = TURN.lock().await;
        let data = tempfile::tempdir().unwrap();
        let base = Base {
            data: data.path().to_owned(),
            docker_host: Some("unix:///nowhere/at/all.sock".to_owned()),
            engine_timeout: 1,
        };
        let stop = CancellationToken::new();
        let lab = open(&base, stop.clone()).await.unwrap();
        let access = Access::new(token, here(), https);
        Self {
            app: router(lab.clone(), access, &stop),
            lab,
            stop,
            _data: data,
            _turn: turn,
        }
    }

    /// The same, without a token, by another clock.
    pub fn at(mut self, clock: fn() -> At) -> Self {
        self.lab.clock = clock;
        let access = Access::new(None, here(), false);
        self.app = router(self.lab.clone(), access, &self.stop);
        self
    }

    /// Sends a request with headers and a body, from no address.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        self.answer(request(method, path, headers, body.into()))
            .await
    }

    /// Asks for something from an address.
    pub async fn get_from(&self, peer: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = request("GET", path, headers, Body::empty());
        self.answer_to(peer, request).await
    }

    /// Sends a form from an address.
    pub async fn post_from(
        &self,
        peer: &str,
        path: &str,
        headers: &[(&str, &str)],
        form: String,
    ) -> Reply {
        let request = request("POST", path, headers, form.into());
        self.answer_to(peer, request).await
    }

    async fn answer_to(&self, peer: &str, mut request: Request<Body>) -> Reply {
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        request.extensions_mut().insert(ConnectInfo(peer));
        self.answer(request).await
    }

    async fn answer(&self, request: Request<Body>) -> Reply {
        let reply = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = reply.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], Body::empty()).await
    }
}

fn here() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 7373))
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let request = headers
        .iter()
        .fold(Request::builder(), |all, (name, value)| {
            all.header(*name, *value)
        });
    request.method(method).uri(path).body(body).unwrap()
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Reply {
    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map(|v| v.to_str().unwrap()).unwrap_or_default()
    }

    /// The body as JSON. Ends the test if it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// The sentence of an error, in either form.
    #[track_caller]
    pub fn sentence(&self) -> String {
        let json = self.json();
        let text = json["error"].as_str().or(json["message"].as_str());
        text.unwrap().to_owned()
    }
}
