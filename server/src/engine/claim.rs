//! One run on a service at a time, whichever lab on this machine it belongs to.
//!
//! Labs with the same store see each other's runs there; this is for those with another store, such
//! as a server beside a command line with its own data folder.
//!
//! Guarantee: a service is claimed exactly as long as a process holds its address. The kernel lets
//! go of it when the process ends, however it ends, and nothing is left on the disk.

use std::io::{ErrorKind, Result};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// A look holds the address for microseconds; so often, and with this between, it is tried again.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(10);

/// What is said of a service that another lab has claimed.
pub const TAKEN: &str = "Another lab on this machine has a run on for this service: wait until it is \
                         over, or work with that lab's data (--data)";

/// A service that no other lab on this machine may start a run on.
#[derive(Debug)]
pub struct Claim {
    _held: Option<UnixDatagram>,
}

impl Claim {
    /// Claims a service, by id, for as long as the answer is kept; none where another lab has it.
    /// A system that gives no socket keeps nobody from working.
    pub async fn take(service_id: &str) -> Option<Self> {
        for _ in 0..TRIES {
            match hold(service_id) {
                Ok(held) => return Some(Self { _held: Some(held) }),
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(error) => {
                    tracing::warn!(%error, "other labs on this machine cannot be told apart");
                    return Some(Self { _held: None });
                }
            }
            tokio::time::sleep(BETWEEN).await;
        }
        None
    }
}

/// Of an address that only the kernel knows.
fn hold(service_id: &str) -> Result<UnixDatagram> {
    let address = SocketAddr::from_abstract_name(format!("hivequake/run/{service_id}"))?;
    UnixDatagram::bind_addr(&address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn one_has_it_until_it_lets_go() {
        let service = Uuid::now_v7().to_string();
        let one = Claim::take(&service).await;
        assert!(one.is_some());
        assert!(Claim::take(&service).await.is_none());
        let other = Claim::take(&Uuid::now_v7().to_string()).await;
        assert!(other.is_some(), "another service is free");
        drop(one);
        assert!(Claim::take(&service).await.is_some());
    }
}
