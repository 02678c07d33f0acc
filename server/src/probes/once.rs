//! One look at a probe's target, for preflight.

use super::ProbeError;
use super::aim::Aim;
use super::lookups::Lookups;
use super::tls::system_trust;
use crate::swarm::micros;
use app::model::experiment::Probe;
use app::model::record::ProbeOutcome;
use app::model::time::Micros;
use tokio::time::Instant;

/// What one look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How it ended.
    pub outcome: ProbeOutcome,
    /// How long it took.
    pub latency: Micros,
    /// The HTTP status that came back, if one did.
    pub status: Option<u16>,
    /// The HTTP status that was wanted, for an HTTP probe.
    pub expected: Option<u16>,
}

/// Probes once, now, with the probe's own timeout.
pub async fn once(probe: &Probe) -> Result<Look, ProbeError> {
    let aim = Aim::new(probe, &system_trust)?;
    let sent = Instant::now();
    let deadline = sent + probe.timeout().get();
    let answer = aim.attempt(&Lookups::system(), deadline).await;
    Ok(Look {
        outcome: answer.outcome,
        latency: micros(sent.elapsed()),
        status: answer.status,
        expected: probe.http.as_ref().map(|http| http.expect_status),
    })
}

impl Look {
    /// Whether the target answers as expected.
    pub fn is_ok(&self) -> bool {
        self.outcome == ProbeOutcome::Ok
    }

    /// For people: "answers now: 200 in 1.7 ms", "no answer: refused after 0.2 ms".
    pub fn text(&self) -> String {
        let ms = format!("{:.1} ms", self.latency.as_millis_f64());
        match (self.outcome, self.status, self.expected) {
            (ProbeOutcome::Ok, Some(status), _) => format!("answers now: {status} in {ms}"),
            (ProbeOutcome::Ok, None, _) => format!("accepts connections now: in {ms}"),
            (ProbeOutcome::WrongStatus, Some(status), Some(expected)) => {
                format!("answers {status} instead of {expected} after {ms}")
            }
            (outcome, ..) => format!("no answer: {} after {ms}", outcome.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::peers::{http_probe, refusing, saying, tcp_probe};
    use super::*;

    async fn look(url: &str) -> Look {
        once(&http_probe(url)).await.unwrap()
    }

    #[tokio::test]
    async fn says_what_answers_and_what_does_not() {
        let fine = look(&saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await).await;
        assert!(fine.is_ok() && fine.text().starts_with("answers now: 200 in "));
        let sick = look(&saying("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n").await).await;
        assert!(sick.text().starts_with("answers 503 instead of 200 after "));
        let gone = look(&refusing().await).await;
        assert!(!gone.is_ok() && gone.text().starts_with("no answer: refused after "));
    }

    #[tokio::test]
    async fn a_connection_is_answer_enough_for_tcp() {
        let url = saying("").await;
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let open = once(&tcp_probe(address)).await.unwrap();
        assert!(open.text().starts_with("accepts connections now"));
    }
}
