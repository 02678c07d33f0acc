//! The only room that speaks to Docker: snapshots, watching, compare-and-swap edits (bollard).
//!
//! Guarantee: whatever leaves this room is typed; texts in it are still hostile. Nothing in here
//! decides anything.

mod clock;
mod container;
mod edit;
mod error;
mod events;
mod facts;
mod follow;
mod host;
mod poll;
mod raw;
mod snapshot;
mod watch;

pub(crate) use clock::from_system;
pub use clock::{ClockOffset, lab_now};
pub use edit::{Edit, Edited, Spec, Swap};
pub use error::{Reach, SwarmError};
pub use follow::Follow;
pub use snapshot::ServiceSummary;
pub use watch::Watcher;

use app::model::experiment::Signal;
use bollard::Docker;
use bollard::query_parameters::KillContainerOptions;
use error::Failure;
use host::Host;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use tokio::sync::RwLock;

/// How long the engine may take to begin an answer, in seconds.
const PATIENCE: u64 = 10;

/// A swarm, seen through one of its managers. Cloning shares the connection.
#[derive(Clone)]
pub struct Swarm {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    /// Made at the first call: bollard wants the socket to be there, and the lab starts without.
    docker: OnceLock<Docker>,
    /// Version indexes of definitions that the lab wrote, newest first; held while it writes.
    written: RwLock<VecDeque<u64>>,
}

/// What a call is about, so that "404" can become a sentence.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Swarm,
    Service(&'a str),
    Container(&'a str),
}

impl Swarm {
    /// Remembers where the engine is; nothing is sent yet. `unix:///path` or `tcp://host:port`;
    /// without one, Docker's usual socket. Refuses what is neither.
    pub fn connect(host: Option<&str>) -> Result<Self, SwarmError> {
        let inner = Inner {
            host: Host::parse(host)?,
            docker: OnceLock::new(),
            written: RwLock::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The engine's address, as people write it.
    pub fn host(&self) -> String {
        self.inner.host.to_string()
    }

    /// Sends a signal to a container's main process. Errors: the container is gone, or it does
    /// not run, or the engine cannot be asked.
    pub async fn kill(&self, container: &str, signal: Signal) -> Result<(), SwarmError> {
        let subject = Subject::Container(container);
        self.refuse_odd(container, subject)?;
        let options = KillContainerOptions {
            signal: signal.name().to_owned(),
        };
        self.docker()?
            .kill_container(container, Some(options))
            .await
            .map_err(|e| self.explain(e, subject))
    }

    fn docker(&self) -> Result<&Docker, SwarmError> {
        if let Some(docker) = self.inner.docker.get() {
            return Ok(docker);
        }
        let made = match &self.inner.host {
            Host::Unix(path) => {
                Docker::connect_with_unix(path, PATIENCE, bollard::API_DEFAULT_VERSION)
            }
            Host::Tcp(address) => Docker::connect_with_http(
                &format!("tcp://{address}"),
                PATIENCE,
                bollard::API_DEFAULT_VERSION,
            ),
        };
        let docker = made.map_err(|e| self.explain(e, Subject::Swarm))?;
        Ok(self.inner.docker.get_or_init(|| docker))
    }

    fn explain(&self, failure: impl Into<Failure>, subject: Subject<'_>) -> SwarmError {
        SwarmError::new(&self.inner.host, failure.into(), subject)
    }

    /// A name or id becomes part of a path: what no engine would give out is not even asked for.
    fn refuse_odd(&self, name: &str, subject: Subject<'_>) -> Result<(), SwarmError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fine = !name.is_empty()
            && name.len() <= 255
            && !name.starts_with('.')
            && name.chars().all(plain);
        if fine {
            return Ok(());
        }
        let missing = Failure::Status {
            code: 404,
            message: "not a name".to_owned(),
        };
        Err(self.explain(missing, subject))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn a_name_that_would_change_the_path_is_never_sent() {
        let swarm = Swarm::connect(Some("unix:///nowhere/at/all.sock")).unwrap();
        for name in ["", "..", "../containers", "a/b", "a?b", "a b", "a%2fb"] {
            let error = swarm.service_facts(name).await.unwrap_err();
            assert!(matches!(error, SwarmError::NoSuchService(_)), "{error}");
            let error = swarm.kill(name, Signal::SigKill).await.unwrap_err();
            assert!(matches!(error, SwarmError::ContainerGone(_)), "{error}");
        }
    }

    #[tokio::test]
    async fn a_missing_socket_is_said_in_words() {
        let swarm = Swarm::connect(Some("unix:///nowhere/at/all.sock")).unwrap();
        for error in [
            swarm.engine().await.unwrap_err(),
            swarm.swap_label("abc", "x", None, None).await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.contains("unix:///nowhere/at/all.sock"), "{text}");
            assert!(text.contains("no such socket"), "{text}");
        }
    }
}
