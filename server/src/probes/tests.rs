//! Probers against real sockets on loopback.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::aim::Aim;
use super::attempt::MOST_BODY;
use super::lookups::Lookups;
use super::peers::{
    HELLO, http_probe, listener, refusing, request, resetting, saying, serving, silent, stalling,
    tcp_probe,
};
use super::prober::Prober;
use super::tls::{system_trust, trusting};
use super::{Meter, ProbeError, ProbeStream, start, start_all};
use crate::swarm::ClockOffset;
use crate::timeline::Clock;
use app::model::experiment::Probe;
use app::model::record::{ProbeOutcome, Sample};
use app::model::time::{At, Micros};
use app::model::units::Span;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig, crypto::ring};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// The outcome of one attempt, with the probe's timeout.
async fn outcome(probe: &Probe) -> ProbeOutcome {
    let cancel = CancellationToken::new();
    let mut stream = start(probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    let sample = stream.recv().await.unwrap();
    cancel.cancel();
    sample.outcome
}

fn quick(url: &str, every: Span) -> Probe {
    let mut probe = http_probe(url);
    let http = probe.http.as_mut().unwrap();
    (http.every, http.timeout) = (every, Span::secs(10));
    probe
}

async fn take(stream: &mut ProbeStream, count: usize) -> Vec<Sample> {
    let mut samples = Vec::new();
    while samples.len() < count {
        samples.push(stream.recv().await.unwrap());
    }
    samples
}

async fn rest(mut stream: ProbeStream) -> Vec<Sample> {
    let mut samples = Vec::new();
    while let Some(sample) = stream.recv().await {
        samples.push(sample);
    }
    samples
}

#[tokio::test]
async fn every_way_to_fail_has_its_class() {
    let status = |code: &'static str| saying(code);
    for (url, expected) in [
        (saying(HELLO).await, ProbeOutcome::Ok),
        (
            status("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n").await,
            ProbeOutcome::WrongStatus,
        ),
        (refusing().await, ProbeOutcome::Refused),
        (resetting().await, ProbeOutcome::Reset),
        (saying("").await, ProbeOutcome::Reset),
        (
            status("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await,
            ProbeOutcome::Reset,
        ),
        (
            saying("SSH-2.0-OpenSSH_9.2\r\n").await,
            ProbeOutcome::Garbled,
        ),
        (
            status("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").await,
            ProbeOutcome::Garbled,
        ),
        ("http://nonexistent.invalid/".into(), ProbeOutcome::Dns),
    ] {
        assert_eq!(outcome(&http_probe(&url)).await, expected, "{url}");
    }
}

#[tokio::test]
async fn who_never_answers_times_out_and_the_full_wait_is_recorded() {
    let mut probe = http_probe(&silent().await);
    probe.http.as_mut().unwrap().timeout = Span::millis(150);
    let cancel = CancellationToken::new();
    let mut stream = start(&probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    for sample in take(&mut stream, 3).await {
        assert_eq!(sample.outcome, ProbeOutcome::Timeout);
        assert!(sample.latency >= Micros(150_000), "{sample:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_not_a_way_to_go() {
    let elsewhere = stalling().await;
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        elsewhere.url
    );
    let url = saying(answer.leak()).await;
    assert_eq!(outcome(&http_probe(&url)).await, ProbeOutcome::WrongStatus);
    let mut wanted = http_probe(&url);
    wanted.http.as_mut().unwrap().expect_status = 302;
    assert_eq!(outcome(&wanted).await, ProbeOutcome::Ok);
    assert_eq!(elsewhere.accepted.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_endless_answer_counts_once_a_megabyte_has_come() {
    let url = serving(|mut stream| async move {
        request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        let block = vec![b'x'; 64 * 1024];
        let mut written = 0;
        while stream.write_all(&block).await.is_ok() && written < 50 * MOST_BODY {
            written += block.len();
        }
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(outcome(&quick(&url, Span::secs(5))).await, ProbeOutcome::Ok);
}

#[tokio::test]
async fn tcp_probes_only_connect() {
    let (listener, url) = listener().await;
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    assert_eq!(outcome(&tcp_probe(address)).await, ProbeOutcome::Ok);
    let (mut stream, _) = listener.accept().await.unwrap();
    assert!(!request(&mut stream).await, "nothing is sent");
    let gone = refusing().await;
    let gone = gone.trim_start_matches("http://").trim_end_matches('/');
    assert_eq!(outcome(&tcp_probe(gone)).await, ProbeOutcome::Refused);
    assert_eq!(
        outcome(&tcp_probe("nonexistent.invalid:80")).await,
        ProbeOutcome::Dns
    );
}

#[tokio::test]
async fn an_endless_head_is_no_answer() {
    let head = |length| format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(length));
    let small = saying(head(20_000).leak()).await;
    assert_eq!(outcome(&http_probe(&small)).await, ProbeOutcome::Ok);
    let large = saying(head(300_000).leak()).await;
    assert_eq!(outcome(&http_probe(&large)).await, ProbeOutcome::Garbled);
}

#[tokio::test]
async fn of_several_addresses_the_most_telling_failure_counts() {
    let gone = refusing().await;
    let gone = gone.trim_start_matches("http://127.0.0.1").replace('/', "");
    let aim = Aim::new(&tcp_probe(&format!("shop{gone}")), &system_trust).unwrap();
    let deadline = || tokio::time::Instant::now() + Duration::from_secs(1);
    // Nobody can connect to the broadcast address.
    let last =
        Lookups::by(|_, port| Ok(vec![([127, 0, 0, 1], port).into(), ([255; 4], port).into()]));
    let first =
        Lookups::by(|_, port| Ok(vec![([255; 4], port).into(), ([127, 0, 0, 1], port).into()]));
    let only = Lookups::by(|_, port| Ok(vec![([255; 4], port).into()]));
    for (lookups, expected) in [
        (last, ProbeOutcome::Refused),
        (first, ProbeOutcome::Refused),
        (only, ProbeOutcome::Unreachable),
    ] {
        assert_eq!(aim.attempt(&lookups, deadline()).await.outcome, expected);
    }
}

#[tokio::test]
async fn names_and_ipv6_literals_are_reached() {
    let (listener, url) = listener().await;
    let port = listener.local_addr().unwrap().port();
    assert_eq!(
        outcome(&tcp_probe(&format!("localhost:{port}"))).await,
        ProbeOutcome::Ok
    );
    drop((listener, url));
    let Ok(six) = tokio::net::TcpListener::bind("[::1]:0").await else {
        println!("skipped: no IPv6 on this machine's loopback");
        return;
    };
    let port = six.local_addr().unwrap().port();
    assert_eq!(
        outcome(&tcp_probe(&format!("[::1]:{port}"))).await,
        ProbeOutcome::Ok
    );
}

/// The heart of an open loop: a stall is felt by every send of its time, not by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_shows_in_full() {
    const EVERY: Duration = Duration::from_millis(5);
    let target = stalling().await;
    let cancel = CancellationToken::new();
    let probe = quick(&target.url, Span::millis(5));
    let stream = start(&probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    let mut meter = Meter::new(0, &probe, stream.start());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (stalled, gate) = (Instant::now(), target.gate.write().await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(gate);
    let held = stalled.elapsed();
    tokio::time::sleep(Duration::from_millis(200)).await;
    cancel.cancel();
    let samples = rest(stream).await;
    for sample in &samples {
        meter.add(*sample);
    }

    assert_eq!(meter.count_of(ProbeOutcome::Ok), samples.len() as u64);
    let felt = |at_least: u64| {
        meter.histogram().count_between(at_least, u64::MAX) as f64 * EVERY.as_secs_f64()
    };
    let (half, most) = (held.as_secs_f64() - 0.5, held.as_secs_f64() - 0.1);
    assert!(
        felt(500_000) > 0.9 * half,
        "{} s of sends felt it",
        felt(500_000)
    );
    assert!(
        felt(100_000) > 0.9 * most,
        "{} s of sends felt it",
        felt(100_000)
    );
    assert!(meter.latency(1.0).unwrap() >= Micros(950_000));
}

/// Every intended send, `every` apart from the first, exactly once.
fn assert_complete(start: At, every: Micros, samples: &[Sample]) {
    let mut intended: Vec<_> = samples.iter().map(|sample| sample.intended).collect();
    intended.sort_unstable();
    for (send, at) in (0..).zip(intended) {
        assert_eq!(at, start + Micros(send * every.0), "send {send}");
    }
}

#[tokio::test]
async fn each_send_is_a_new_connection_on_the_grid() {
    let target = stalling().await;
    let cancel = CancellationToken::new();
    let probe = quick(&target.url, Span::millis(2));
    let mut stream = start(&probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    let (begin, every) = (stream.start(), stream.every());
    let mut samples = take(&mut stream, 100).await;
    cancel.cancel();
    samples.extend(rest(stream).await);
    assert_complete(begin, every, &samples);
    assert_eq!(target.accepted.load(Ordering::Relaxed), samples.len());
}

#[tokio::test]
async fn above_the_cap_sends_are_recorded_not_skipped() {
    let url = silent().await;
    let mut probe = quick(&url, Span::millis(1));
    probe.http.as_mut().unwrap().timeout = Span::millis(400);
    let cancel = CancellationToken::new();
    let prober = Prober::new(&probe, Aim::new(&probe, &system_trust).unwrap(), 10);
    let mut stream = prober.start(Clock::new(ClockOffset::default()), cancel.clone());
    let (begin, every) = (stream.start(), stream.every());
    let mut samples = take(&mut stream, 100).await;
    cancel.cancel();
    samples.extend(rest(stream).await);
    let count = |outcome| {
        samples
            .iter()
            .filter(|sample| sample.outcome == outcome)
            .count()
    };
    assert_complete(begin, every, &samples);
    assert!(count(ProbeOutcome::Timeout) >= 10);
    assert!(count(ProbeOutcome::NotSent) >= 80);
    assert_eq!(
        count(ProbeOutcome::Timeout) + count(ProbeOutcome::NotSent),
        samples.len()
    );
}

/// A lab that sleeps says nothing about its target: one thread runs it all here, and is held up.
#[tokio::test]
async fn what_is_overdue_by_its_whole_timeout_is_not_sent() {
    let target = stalling().await;
    let mut probe = quick(&target.url, Span::millis(10));
    probe.http.as_mut().unwrap().timeout = Span::millis(300);
    let cancel = CancellationToken::new();
    let mut stream = start(&probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    let (begin, every) = (stream.start(), stream.every());
    let mut samples = take(&mut stream, 5).await;
    std::thread::sleep(Duration::from_millis(900));
    samples.extend(take(&mut stream, 100).await);
    cancel.cancel();
    samples.extend(rest(stream).await);
    assert_complete(begin, every, &samples);
    let (late, sent): (Vec<Sample>, Vec<Sample>) =
        samples.into_iter().partition(|s| s.lag >= Micros(300_000));
    assert!(late.len() > 40, "{}", late.len());
    assert!(late.iter().all(|s| s.outcome == ProbeOutcome::NotSent));
    assert!(sent.iter().all(|s| s.outcome != ProbeOutcome::NotSent));
}

#[tokio::test]
async fn after_cancelling_what_is_out_settles_and_the_stream_ends() {
    let target = stalling().await;
    let gate = target.gate.write().await;
    let cancel = CancellationToken::new();
    let probe = quick(&target.url, Span::millis(10));
    let stream = start(&probe, Clock::new(ClockOffset::default()), cancel.clone()).unwrap();
    while target.accepted.load(Ordering::Relaxed) < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cancel.cancel();
    drop(gate);
    let samples = rest(stream).await;
    assert!(samples.len() >= 5);
    assert!(
        samples
            .iter()
            .all(|sample| sample.outcome == ProbeOutcome::Ok)
    );
}

#[tokio::test]
async fn a_dropped_stream_ends_its_prober() {
    let target = stalling().await;
    let probe = quick(&target.url, Span::millis(5));
    let mut stream = start(
        &probe,
        Clock::new(ClockOffset::default()),
        CancellationToken::new(),
    )
    .unwrap();
    take(&mut stream, 3).await;
    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let then = target.accepted.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(target.accepted.load(Ordering::Relaxed), then);
}

#[tokio::test]
async fn none_starts_unless_all_can() {
    let target = stalling().await;
    let probes = [http_probe(&target.url), http_probe("http://a b/")];
    let refused = start_all(
        &probes,
        Clock::new(ClockOffset::default()),
        &CancellationToken::new(),
    );
    assert!(matches!(refused, Err(ProbeError::Address { .. })));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(target.accepted.load(Ordering::Relaxed), 0);
}

/// An https server with a certificate of its own for "localhost"; its URL and certificate.
async fn https() -> (String, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let url = serving(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await
                && request(&mut stream).await
            {
                let _ = stream.write_all(HELLO.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await;
    (
        url.replace("http://127.0.0.1", "https://localhost"),
        certificate,
    )
}

async fn trusting_only(certificate: CertificateDer<'static>, url: &str) -> ProbeOutcome {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = trusting(roots).unwrap();
    let probe = http_probe(url);
    let aim = Aim::new(&probe, &|| Ok(Arc::clone(&config))).unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(1);
    aim.attempt(&Lookups::system(), deadline).await.outcome
}

#[tokio::test]
async fn https_is_checked_against_what_is_trusted() {
    let (url, certificate) = https().await;
    let wrong_name = url.replace("localhost", "127.0.0.1");
    assert_eq!(
        trusting_only(certificate.clone(), &url).await,
        ProbeOutcome::Ok
    );
    assert_eq!(
        trusting_only(certificate.clone(), &wrong_name).await,
        ProbeOutcome::Tls
    );
    let plain = serving(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        request(&mut stream).await;
    });
    let plain = plain.await.replace("http://", "https://");
    assert_eq!(
        trusting_only(certificate.clone(), &plain).await,
        ProbeOutcome::Tls
    );
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let stranger = stranger.cert.der().clone();
    assert_eq!(trusting_only(stranger, &url).await, ProbeOutcome::Tls);
    assert_eq!(outcome(&http_probe(&url)).await, ProbeOutcome::Tls);
}
