//! Open-loop probers and their histograms: what users of a target would have felt.
//!
//! Guarantee: every intended send becomes exactly one [`Sample`](app::model::record::Sample),
//! whatever the target, the network or this machine does, and its latency counts from the moment
//! at which it was *meant* to be sent. A target that stalls for a second is seen stalling by
//! every probe of that second, not by one.
//!
//! Each probe uses a new connection and looks its name up afresh, as a new user would. On a rate
//! of hundreds a second to another host, ports run out after some time (28,000 by default, each
//! held for a minute): such sends are recorded as "not sent", not as failures of the target.

mod aim;
mod attempt;
mod availability;
mod lookups;
mod meter;
mod once;
mod outcome;
mod prober;
mod second;
mod streak;
mod tls;

#[cfg(test)]
mod peers;
#[cfg(test)]
mod tests;

pub use aim::asked;
pub use availability::Availability;
pub use meter::{Meter, Settled, settled_until};
pub use once::{Look, once};
pub use prober::{ProbeStream, start, start_all};
pub use streak::STREAK;

/// Why a probe cannot start. Found before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Its address cannot be used; says what to write instead.
    #[error("probe {probe} cannot start: {why} (nothing was sent)")]
    Address {
        /// The probe's name.
        probe: String,
        /// What is wrong with the address and what to write.
        why: String,
    },
    /// It is neither an HTTP nor a TCP probe, or both.
    #[error("probe {0} cannot start: it needs exactly one of http and tcp (nothing was sent)")]
    Kind(String),
    /// An https probe has nothing to check the server's certificate against.
    #[error(
        "no CA certificates were found on this machine, so no https probe can start (nothing was \
         sent): install the package ca-certificates"
    )]
    NoTrust,
}
