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

pub use clock::{ClockOffset, lab_now, micros};
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
use std::time::Duration;
use tokio::sync::{OnceCell, RwLock};

/// How long the engine may take to begin an answer, unless somebody says otherwise. A healthy one
/// answers in milliseconds; a small or emulated node that starts containers may need longer, and a
/// hung one is noticed no sooner than this.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A swarm, seen through one of its managers. Cloning shares the connection.
#[derive(Clone)]
pub struct Swarm {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    patience: Duration,
    /// Made at the first call: bollard wants the socket to be there, and the lab starts without.
    docker: OnceLock<Docker>,
    /// Version indexes of definitions that the lab wrote, newest first; held while it writes.
    written: RwLock<VecDeque<u64>>,
    /// The service that this process runs in, once an engine has answered.
    own: OnceCell<Option<String>>,
}

/// What a call is about, so that "404" can become a sentence.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Swarm,
    Service(&'a str),
    Container(&'a str),
}

impl Swarm {
    /// Remembers where the engine is, and how long it may take to begin an answer; nothing is sent
    /// yet. `unix:///path` or `tcp://host:port`; without one, Docker's usual socket. Refuses what is
    /// neither.
    pub fn connect(host: Option<&str>, patience: Duration) -> Result<Self, SwarmError> {
        let inner = Inner {
            host: Host::parse(host)?,
            patience,
            docker: OnceLock::new(),
            written: RwLock::default(),
            own: OnceCell::default(),
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
        let (patience, version) = (self.inner.patience.as_secs(), bollard::API_DEFAULT_VERSION);
        let made = match &self.inner.host {
            Host::Unix(path) => Docker::connect_with_unix(path, patience, version),
            Host::Tcp(address) => {
                Docker::connect_with_http(&format!("tcp://{address}"), patience, version)
            }
        };
        let docker = made.map_err(|e| self.explain(e, Subject::Swarm))?;
        Ok(self.inner.docker.get_or_init(|| docker))
    }

    fn explain(&self, failure: impl Into<Failure>, subject: Subject<'_>) -> SwarmError {
        let Inner { host, patience, .. } = &*self.inner;
        SwarmError::new(host, *patience, failure.into(), subject)
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
        let swarm = Swarm::connect(Some("unix:///nowhere/at/all.sock"), PATIENCE).unwrap();
        for name in ["", "..", "../containers", "a/b", "a?b", "a b", "a%2fb"] {
            let error = swarm.service_facts(name).await.unwrap_err();
            assert!(matches!(error, SwarmError::NoSuchService(_)), "{error}");
            let error = swarm.kill(name, Signal::SigKill).await.unwrap_err();
            assert!(matches!(error, SwarmError::ContainerGone(_)), "{error}");
        }
    }

    #[tokio::test]
    async fn a_missing_socket_is_said_in_words() {
        let swarm = Swarm::connect(Some("unix:///nowhere/at/all.sock"), PATIENCE).unwrap();
        for error in [
            swarm.engine().await.unwrap_err(),
            swarm.swap_label("abc", "x", None, None).await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.contains("unix:///nowhere/at/all.sock"), "{text}");
            assert!(text.contains("no such socket"), "{text}");
        }
    }

    #[tokio::test]
    async fn an_engine_that_says_nothing_is_given_up_when_patience_ends() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("tcp://{}", silent.local_addr().unwrap());
        let swarm = Swarm::connect(Some(&host), Duration::from_secs(1)).unwrap();
        let begun = std::time::Instant::now();
        for error in [
            swarm.engine().await.unwrap_err(),
            swarm.container("abc").await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.contains("did not answer within 1 s"), "{text}");
            assert!(text.contains("--engine-timeout"), "{text}");
        }
        let took = begun.elapsed();
        assert!((2..8).contains(&took.as_secs()), "{took:?}");
    }
}
