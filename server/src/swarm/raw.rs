//! Plain requests to the engine, JSON in and out, nothing lost on the way.
//!
//! bollard's types drop fields that a newer engine knows and they do not. Where that would matter
//! (an edited definition is written back whole, two containers are compared leaf by leaf) the
//! lab reads and writes the engine's own JSON.

use super::error::Failure;
use super::host::Host;
use super::{Inner, Subject, Swarm, SwarmError};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

impl Swarm {
    /// `path` begins with a slash and is made of checked names only.
    pub(super) async fn get(&self, path: &str, subject: Subject<'_>) -> Result<Value, SwarmError> {
        self.call(Method::GET, path, None, subject).await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        body: &Value,
        subject: Subject<'_>,
    ) -> Result<Value, SwarmError> {
        self.call(Method::POST, path, Some(body), subject).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        subject: Subject<'_>,
    ) -> Result<Value, SwarmError> {
        let Inner { host, patience, .. } = &*self.inner;
        let asked = async { dial(host, request(method, path, body)?).await };
        let answer = tokio::time::timeout(*patience, asked).await;
        answer
            .unwrap_or(Err(Failure::Silent))
            .map_err(|e| self.explain(e, subject))
    }
}

fn request(
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Request<Full<Bytes>>, Failure> {
    let body = body.map(Value::to_string).unwrap_or_default();
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "docker")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| Failure::Broken(e.to_string()))
}

async fn dial(host: &Host, request: Request<Full<Bytes>>) -> Result<Value, Failure> {
    match host {
        Host::Unix(path) => exchange(UnixStream::connect(path).await?, request).await,
        Host::Tcp(address) => exchange(TcpStream::connect(address).await?, request).await,
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Value, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    driver.abort();
    if !status.is_success() {
        return Err(refused(status.as_u16(), &body));
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).map_err(|e| Failure::Unreadable(e.to_string()))
}

fn refused(code: u16, body: &[u8]) -> Failure {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let message = json
        .as_ref()
        .and_then(|v| v.get("message"))
        .and_then(Value::as_str)
        .map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    Failure::Status { code, message }
}
