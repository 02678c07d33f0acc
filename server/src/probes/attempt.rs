//! One attempt: look up, connect, ask, judge the answer.
//!
//! Guarantee: ends in an outcome class by its deadline, one that tells what was under way then; its
//! connection is closed with it.

use super::aim::{Aim, HttpAim, Place};
use super::lookups::Lookups;
use super::outcome::{most_telling, of_connect, of_exchange, of_http};
use app::model::record::ProbeOutcome;
use futures::future::{Either, select};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::pin::pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// How much of an answer is read: who sends more has answered.
pub(super) const MOST_BODY: usize = 1_000_000;

/// Bytes that are kept of an answer at a time, give or take one read: a head that does not fit is no
/// HTTP that a client would read.
const MOST_KEPT: usize = 64 * 1024;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub outcome: ProbeOutcome,
    /// The HTTP status that came back, if one did.
    pub status: Option<u16>,
}

impl From<ProbeOutcome> for Answer {
    fn from(outcome: ProbeOutcome) -> Self {
        Self {
            outcome,
            status: None,
        }
    }
}

impl Aim {
    /// Tries once, until a deadline.
    pub(super) async fn attempt(&self, lookups: &Lookups, deadline: Instant) -> Answer {
        let place = match self {
            Self::Tcp(place) => place,
            Self::Http(http) => &http.place,
        };
        let stream = match place.connect(lookups, deadline).await {
            Ok(stream) => stream,
            Err(outcome) => return outcome.into(),
        };
        let Self::Http(http) = self else {
            return ProbeOutcome::Ok.into();
        };
        match timeout_at(deadline, http.ask(stream)).await {
            Ok(answer) => answer.unwrap_or_else(Answer::from),
            Err(_late) => ProbeOutcome::Timeout.into(),
        }
    }
}

impl Place {
    /// Tries its addresses in order, as any client would. Once one takes the connection no other is
    /// tried: what comes of it is the answer. Where none does, the most telling failure counts.
    async fn connect(
        &self,
        lookups: &Lookups,
        deadline: Instant,
    ) -> Result<TcpStream, ProbeOutcome> {
        let mut failures = Vec::new();
        for address in lookups.addresses(self, deadline).await? {
            match timeout_at(deadline, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true).map_err(|e| of_exchange(&e))?;
                    return Ok(stream);
                }
                Ok(Err(error)) => failures.push(of_connect(&error)),
                Err(_late) => {
                    failures.push(ProbeOutcome::Timeout);
                    break;
                }
            }
        }
        Err(most_telling(&failures))
    }
}

impl HttpAim {
    async fn ask(&self, stream: TcpStream) -> Result<Answer, ProbeOutcome> {
        let exchanged = match &self.tls {
            None => self.exchange(stream).await,
            Some(tls) => {
                let secured = tls.connector.connect(tls.name.clone(), stream).await;
                self.exchange(secured.map_err(|e| of_exchange(&e))?).await
            }
        };
        exchanged.map_err(|e| of_http(&e))
    }

    /// Asks and reads the answer while driving the connection, all in the caller's task.
    async fn exchange<S>(&self, stream: S) -> Result<Answer, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MOST_KEPT)
            .handshake(TokioIo::new(stream))
            .await?;
        let asked = pin!(async { self.judge(sender.send_request(self.request()).await?).await });
        match select(asked, pin!(connection)).await {
            Either::Left((answer, _)) => answer,
            // The connection ended; what it had received is still to be read. If nothing was,
            // its own end says more than "canceled".
            Either::Right((ended, asked)) => asked.await.map_err(|error| match ended {
                Err(cause) if error.is_canceled() => cause,
                _ => error,
            }),
        }
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.path.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.insert(
            USER_AGENT,
            hyper::header::HeaderValue::from_static("hivequake-probe"),
        );
        headers.insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
        request
    }

    /// The wrong status is a failure as soon as it is seen; the right one counts once its body
    /// has come to its end.
    async fn judge(&self, response: Response<Incoming>) -> Result<Answer, hyper::Error> {
        let status = response.status().as_u16();
        let mut outcome = ProbeOutcome::WrongStatus;
        if status == self.expect {
            read_to_end(response.into_body()).await?;
            outcome = ProbeOutcome::Ok;
        }
        Ok(Answer {
            outcome,
            status: Some(status),
        })
    }
}

async fn read_to_end(mut body: Incoming) -> Result<(), hyper::Error> {
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        seen += frame?.data_ref().map_or(0, Bytes::len);
        if seen > MOST_BODY {
            break;
        }
    }
    Ok(())
}
