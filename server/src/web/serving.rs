//! Connections: taken up, served, ended.
//!
//! Guarantee: a client that says nothing, or reads nothing, holds up neither other clients nor the
//! end of the lab; and clients never use up the files that the lab itself needs.

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use nix::sys::resource::{Resource, getrlimit};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// How long a client may take to say what it wants, and how long it may then stay without another
/// wish.
const WISH_WITHIN: Duration = Duration::from_secs(30);

/// How long connections that are still open may take to end once the lab is to end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// After a connection could not be taken up, such as for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until the shutdown token is cancelled, and a moment longer for who still reads.
pub async fn serve(listener: TcpListener, app: Router, shutdown: CancellationToken) {
    let (open, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(places())));
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        if let Some((stream, peer, place)) = accepted {
            let serving = open.watch(connection(stream, peer, app.clone()));
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    tracing::debug!(%peer, %error, "a connection ended");
                }
                drop(place);
            });
        }
    }
    drop(listener);
    // Whoever still holds one after that is cut off with the process.
    let _ = tokio::time::timeout(LAST_ANSWERS, open.shutdown()).await;
}

/// Connections at the same time: half of the files that the process may open.
fn places() -> usize {
    let (files, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let most = usize::try_from(files / 2).unwrap_or(usize::MAX);
    most.clamp(1, Semaphore::MAX_PERMITS)
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Live events are small and must not wait for more.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken up");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

/// One connection; whoever answers finds out whose it is.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(WISH_WITHIN)
        .serve_connection(TokioIo::new(stream), service)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A server that ends with the token, and its address.
    async fn served(shutdown: &CancellationToken) -> (tokio::task::JoinHandle<()>, SocketAddr) {
        let whose = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let app = Router::new()
            .route("/", get(whose))
            .route("/never", get(std::future::pending::<String>));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, app, shutdown.clone()));
        (serving, address)
    }

    async fn saying(address: SocketAddr, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    #[tokio::test]
    async fn who_says_nothing_holds_nobody_up() {
        let shutdown = CancellationToken::new();
        let (serving, address) = served(&shutdown).await;
        let mut silent = Vec::new();
        for words in ["", "GET / HT", "GET /never HTTP/1.1\r\nhost: x\r\n\r\n"] {
            silent.push(saying(address, words).await);
        }
        let ask = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut stream = saying(address, ask).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let peer = stream.local_addr().unwrap().to_string();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with(&peer), "{answer}");
        // Not even the one whose answer never comes.
        shutdown.cancel();
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
        drop(silent);
    }
}
