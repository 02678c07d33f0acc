//! Real peers on loopback that behave badly in one way each, for tests.

#![allow(clippy::unwrap_used, reason = "tests")]

use app::model::experiment::{HttpProbe, Probe, TcpProbe};
use app::model::units::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::RwLock;

pub(super) const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// An HTTP probe ten times a second with a timeout of a second.
pub(super) fn http_probe(url: &str) -> Probe {
    Probe {
        name: "probe".into(),
        http: Some(HttpProbe {
            url: url.into(),
            every: Span::millis(100),
            timeout: Span::secs(1),
            expect_status: 200,
        }),
        tcp: None,
    }
}

/// A TCP probe ten times a second with a timeout of a second.
pub(super) fn tcp_probe(address: &str) -> Probe {
    Probe {
        name: "probe".into(),
        http: None,
        tcp: Some(TcpProbe {
            address: address.into(),
            every: Span::millis(100),
            timeout: Span::secs(1),
        }),
    }
}

pub(super) async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Runs `each` on every connection; the URL to probe.
pub(super) async fn serving<F, T>(each: F) -> String
where
    F: Fn(TcpStream) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let (listener, url) = listener().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(each(stream));
        }
    });
    url
}

/// Reads a request's head; whether one came.
pub(super) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return false,
        }
    }
    true
}

/// Says the same to every request and closes.
pub(super) async fn saying(answer: &'static str) -> String {
    serving(move |mut stream| async move {
        if request(&mut stream).await {
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

/// A port where nobody listens.
pub(super) async fn refusing() -> String {
    listener().await.1
}

/// Cuts the connection with a reset once it has read the request.
pub(super) async fn resetting() -> String {
    serving(|mut stream| async move {
        request(&mut stream).await;
        let _ = stream.set_zero_linger();
    })
    .await
}

/// Takes the request and never answers.
pub(super) async fn silent() -> String {
    serving(|mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await
}

/// Answers at once, except while its gate is held for writing.
pub(super) struct Stalling {
    pub(super) url: String,
    pub(super) gate: Arc<RwLock<()>>,
    pub(super) accepted: Arc<AtomicUsize>,
}

pub(super) async fn stalling() -> Stalling {
    let gate = Arc::new(RwLock::new(()));
    let accepted = Arc::new(AtomicUsize::new(0));
    let (door, counter) = (Arc::clone(&gate), Arc::clone(&accepted));
    let url = serving(move |mut stream| {
        counter.fetch_add(1, Ordering::Relaxed);
        let door = Arc::clone(&door);
        async move {
            request(&mut stream).await;
            let _open = door.read().await;
            let _ = stream.write_all(HELLO.as_bytes()).await;
        }
    })
    .await;
    Stalling {
        url,
        gate,
        accepted,
    }
}
