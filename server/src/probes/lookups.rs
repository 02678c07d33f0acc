//! Names looked up, without letting a name server that hangs take the lab with it.
//!
//! Guarantee: a lookup that does not end in time fails as a lookup; one that could not even begin,
//! because others hang, was not sent.

use super::aim::{Host, Place};
use super::outcome::of_lookup;
use app::model::record::ProbeOutcome;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// All lookups at a time. Each blocks a thread, and no timeout ends it: without a bound, a name
/// server that hangs would take all of the runtime's blocking threads (512), and with them the rest
/// of the lab.
static ALL: Semaphore = Semaphore::const_new(256);

/// Lookups of one prober at a time: those that hang leave room for other probers.
const MOST: usize = 32;

/// Finds a name's addresses; blocks meanwhile.
pub(super) type Resolve = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// The lookups of one prober.
#[derive(Debug, Clone)]
pub(super) struct Lookups {
    own: Arc<Semaphore>,
    resolve: Resolve,
}

/// Room for one lookup, among the prober's own and among all.
type Room = (OwnedSemaphorePermit, SemaphorePermit<'static>);

impl Lookups {
    /// By the machine's own resolver.
    pub(super) fn system() -> Self {
        Self::by(|name, port| Ok((name, port).to_socket_addrs()?.collect()))
    }

    /// By any resolver.
    pub(super) fn by(resolve: Resolve) -> Self {
        Self {
            own: Arc::new(Semaphore::new(MOST)),
            resolve,
        }
    }

    /// The addresses to try, in the resolver's order; at least one.
    pub(super) async fn addresses(
        &self,
        place: &Place,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, ProbeOutcome> {
        let port = place.port;
        let name = match &place.host {
            Host::Address(address) => return Ok(vec![(*address, port).into()]),
            Host::Name(name) => name.clone(),
        };
        let Ok(Ok(room)) = timeout_at(deadline, self.room()).await else {
            return Err(ProbeOutcome::NotSent);
        };
        let resolve = self.resolve;
        let lookup = tokio::task::spawn_blocking(move || {
            // Held by the thread, not by the attempt: a timeout does not end a lookup.
            let _room = room;
            resolve(&name, port)
        });
        let Ok(ended) = timeout_at(deadline, lookup).await else {
            return Err(ProbeOutcome::Dns);
        };
        let found = ended.map_err(|_| ProbeOutcome::NotSent)?;
        let found = found.map_err(|error| of_lookup(&error))?;
        (!found.is_empty())
            .then_some(found)
            .ok_or(ProbeOutcome::Dns)
    }

    /// Own room first: who waits for that takes none from the others.
    async fn room(&self) -> Result<Room, AcquireError> {
        let own = Arc::clone(&self.own).acquire_owned().await?;
        Ok((own, ALL.acquire().await?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::aim::Aim;
    use super::super::peers::{http_probe, tcp_probe};
    use super::super::tls::system_trust;
    use super::*;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(100)
    }

    fn hanging() -> Lookups {
        Lookups::by(|_, _| {
            std::thread::sleep(Duration::from_millis(500));
            Ok(Vec::new())
        })
    }

    fn answering() -> Lookups {
        Lookups::by(|_, port| Ok(vec![([127, 0, 0, 1], port).into()]))
    }

    fn shop() -> Place {
        Place {
            host: Host::Name("shop".into()),
            port: 80,
        }
    }

    #[tokio::test]
    async fn a_name_server_that_hangs_is_no_timeout_of_the_target() {
        for probe in [http_probe("http://shop/"), tcp_probe("shop:80")] {
            let aim = Aim::new(&probe, &system_trust).unwrap();
            let answer = aim.attempt(&hanging(), soon()).await;
            assert_eq!(answer.outcome, ProbeOutcome::Dns);
        }
    }

    #[tokio::test]
    async fn lookups_that_hang_hold_up_only_their_own_prober() {
        let (hanging, other) = (hanging(), answering());
        let (place, deadline) = (shop(), soon());
        let looks = (0..MOST + 5).map(|_| hanging.addresses(&place, deadline));
        let ended = futures::future::join_all(looks).await;
        let count = |outcome| ended.iter().filter(|e| **e == Err(outcome)).count();
        assert_eq!(count(ProbeOutcome::Dns), MOST, "those that began");
        assert_eq!(count(ProbeOutcome::NotSent), 5, "those that waited");
        let found = other.addresses(&place, soon()).await;
        assert_eq!(found.map(|found| found.len()), Ok(1));
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_a_failed_lookup() {
        let none = Lookups::by(|_, _| Ok(Vec::new()));
        assert_eq!(
            none.addresses(&shop(), soon()).await,
            Err(ProbeOutcome::Dns)
        );
        let starved = Lookups::by(|_, _| Err(io::Error::from_raw_os_error(24)));
        assert_eq!(
            starved.addresses(&shop(), soon()).await,
            Err(ProbeOutcome::NotSent)
        );
    }
}
