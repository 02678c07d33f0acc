//! Wrong tokens, counted for each address that they come from.
//!
//! Guarantee: after [`MOST`] wrong ones within [`WHILE`] an address is not listened to until that
//! time is over, right token or not; no other address notices. Nothing is kept for longer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tokens that an address may send before it has to wait.
pub const MOST: u32 = 10;

/// For how long they count, from the first on.
pub const WHILE: Duration = Duration::from_mins(1);

/// Where a request came from: whoever opened the connection, and for whom a proxy says it did.
pub type Sender = (Option<IpAddr>, Option<IpAddr>);

/// The wrong tokens of the last while.
#[derive(Default)]
pub struct Guesses(Mutex<HashMap<Sender, Count>>);

struct Count {
    wrong: u32,
    since: Instant,
}

impl Guesses {
    /// How long an address has to wait before it is listened to; none when it need not.
    pub fn wait(&self, from: Sender, now: Instant) -> Option<Duration> {
        let all = self.all();
        let count = all
            .get(&network(from))
            .filter(|count| count.wrong >= MOST)?;
        WHILE.checked_sub(now.saturating_duration_since(count.since))
    }

    /// An address has sent a wrong token.
    pub fn wrong(&self, from: Sender, now: Instant) {
        let mut all = self.all();
        all.retain(|_, count| now.saturating_duration_since(count.since) < WHILE);
        let fresh = Count {
            wrong: 0,
            since: now,
        };
        all.entry(network(from)).or_insert(fresh).wrong += 1;
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Sender, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn network((peer, forwarded): Sender) -> Sender {
    (peer.map(whose), forwarded.map(whose))
}

/// A network of IPv6 is one somebody's: the first 64 bits.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn from(peer: &str) -> Sender {
        (Some(peer.parse().unwrap()), None)
    }

    #[test]
    fn after_too_many_an_address_waits_and_no_other_does() {
        let (guesses, begun) = (Guesses::default(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(guesses.wait(from("10.0.0.1"), begun), None);
            guesses.wrong(from("10.0.0.1"), begun);
        }
        let later = begun + Duration::from_secs(20);
        let wait = guesses.wait(from("10.0.0.1"), later);
        assert_eq!(wait, Some(Duration::from_secs(40)));
        assert_eq!(guesses.wait(from("10.0.0.2"), later), None);
        let proxied = (from("10.0.0.1").0, Some("10.0.0.9".parse().unwrap()));
        assert_eq!(guesses.wait(proxied, later), None);
    }

    #[test]
    fn they_are_forgotten_in_the_end() {
        let (guesses, begun) = (Guesses::default(), Instant::now());
        for _ in 0..MOST {
            guesses.wrong(from("10.0.0.1"), begun);
        }
        let after = begun + WHILE + Duration::from_millis(1);
        assert_eq!(guesses.wait(from("10.0.0.1"), after), None);
        guesses.wrong(from("10.0.0.2"), after);
        assert_eq!(guesses.all().len(), 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_ipv4_in_ipv6_is_ipv4() {
        let same = |a: &str, b: &str| network(from(a)) == network(from(b));
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
