//! What can go wrong between the lab and the swarm, as sentences that say what to do.
//!
//! Every answer or silence of an engine ends in exactly one [`SwarmError`]; its text never claims
//! that nothing was changed unless nothing can have been.

use super::Subject;
use super::host::{Host, USUAL};
use app::model::timeline::short;
use std::io;
use std::time::Duration;

/// Why the swarm did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwarmError {
    /// The address given is none.
    #[error(
        "\"{0}\" is not the address of a Docker engine. Write unix:///path/to/docker.sock or \
         tcp://host:port after --docker-host or into DOCKER_HOST; without either, {USUAL} is tried."
    )]
    BadHost(String),
    /// Nothing answers there, or it stopped answering.
    #[error("The Docker engine at {host} cannot be reached: {why}")]
    Unreachable {
        /// The address.
        host: String,
        /// What happened.
        why: Reach,
    },
    /// The engine is in no swarm.
    #[error(
        "The Docker engine at {host} is not part of a swarm. Nothing was changed. Make it one with \
         `docker swarm init`, or name a swarm manager with --docker-host or DOCKER_HOST."
    )]
    NotASwarm {
        /// The address.
        host: String,
    },
    /// The engine is in a swarm, but may not speak for it.
    #[error(
        "The Docker engine at {host} is a worker of its swarm, and only managers can be asked \
         about services. Nothing was changed. Name a manager with --docker-host or DOCKER_HOST, or \
         make this node one with `docker node promote` on a manager."
    )]
    Worker {
        /// The address.
        host: String,
    },
    /// There is no such service (any more).
    #[error(
        "There is no service \"{0}\" in this swarm. Nothing was changed. `docker service ls` \
         lists what there is."
    )]
    NoSuchService(String),
    /// There is no such container on the engine (any more).
    #[error(
        "Container {} is gone from this engine. Nothing was changed; look at the service again to \
         see what replaced it.", short(.0)
    )]
    ContainerGone(String),
    /// The container is there but does not run.
    #[error(
        "Container {} is not running, so it cannot be sent a signal. Nothing was changed; look at \
         the service again to see what replaced it.", short(.0)
    )]
    ContainerNotRunning(String),
    /// Somebody else kept changing the service, each time before the lab's change arrived.
    #[error(
        "Service \"{0}\" was being changed by somebody else during five attempts, so the lab left \
         it alone. Wait until its update is over and try again."
    )]
    OutOfStep(String),
    /// Anything else the engine said.
    #[error(
        "The Docker engine at {host} did not do as asked ({cause}). Look at the engine's log; if \
         this was a fault or its undoing, look at the service with `docker service inspect`."
    )]
    Other {
        /// The address.
        host: String,
        /// The engine's own words.
        cause: String,
    },
}

impl SwarmError {
    /// Whether the engine may have done as asked, or may yet do it.
    pub fn leaves_open(&self) -> bool {
        let Self::Unreachable { why, .. } = self else {
            return false;
        };
        matches!(why, Reach::Silent(_) | Reach::Cut(_))
    }
}

/// Why an engine cannot be reached, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reach {
    /// The socket's file is not there.
    #[error(
        "there is no such socket. Nothing was changed. Start Docker, or name another engine with \
         --docker-host or DOCKER_HOST (without either, {USUAL} is tried)."
    )]
    Missing,
    /// The socket is there and may not be opened.
    #[error(
        "permission denied. Nothing was changed. Start the lab as root or as a member of the \
         group \"docker\" (`sudo usermod -aG docker $USER`, then sign in again), or name another \
         engine with --docker-host or DOCKER_HOST."
    )]
    Denied,
    /// Nobody listens.
    #[error(
        "the connection was refused. Nothing was changed. Start Docker (`systemctl start docker`), \
         or name another engine with --docker-host or DOCKER_HOST (without either, {USUAL} is \
         tried)."
    )]
    Refused,
    /// No answer in time.
    #[error(
        "it did not answer within {} s. Look at the engine's log and its load; where it needs \
         longer, start the lab with --engine-timeout.", .0.as_secs()
    )]
    Silent(Duration),
    /// The connection ended in the middle.
    #[error(
        "the connection was cut ({0}). The lab tries again by itself; look at the engine's log."
    )]
    Cut(String),
}

/// A failed call before it is put into words: what bollard and the plain client have in common.
#[derive(Debug)]
pub(super) enum Failure {
    /// The engine answered "no".
    Status { code: u16, message: String },
    /// The socket failed.
    Io(io::ErrorKind, String),
    /// No answer in time.
    Silent,
    /// The connection was broken.
    Broken(String),
    /// The answer makes no sense.
    Unreadable(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind(), error.to_string())
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        from_chain(&error)
    }
}

impl From<bollard::errors::Error> for Failure {
    fn from(error: bollard::errors::Error) -> Self {
        use bollard::errors::Error;
        match error {
            Error::DockerResponseServerError {
                status_code: code,
                message,
            } => Self::Status { code, message },
            Error::RequestTimeoutError => Self::Silent,
            Error::JsonDataError { message, .. } => Self::Unreadable(message),
            Error::JsonSerdeError { err } => Self::Unreadable(err.to_string()),
            Error::SocketNotFoundError(path) => Self::Io(io::ErrorKind::NotFound, path),
            other => from_chain(&other),
        }
    }
}

/// The deepest cause that is an I/O error says the most.
fn from_chain(error: &(dyn std::error::Error + 'static)) -> Failure {
    let mut text = error.to_string();
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            return Failure::Io(io.kind(), io.to_string());
        }
        text = cause.to_string();
        next = cause.source();
    }
    Failure::Broken(text)
}

impl SwarmError {
    pub(super) fn new(
        host: &Host,
        patience: Duration,
        failure: Failure,
        subject: Subject<'_>,
    ) -> Self {
        match failure {
            Failure::Status { code, message } => from_status(host, code, message, subject),
            Failure::Io(io::ErrorKind::TimedOut, _) | Failure::Silent => {
                unreachable(host, Reach::Silent(patience))
            }
            Failure::Io(kind, text) => unreachable(host, reach(kind, text)),
            Failure::Broken(text) => unreachable(host, Reach::Cut(text)),
            Failure::Unreadable(text) => Self::Other {
                host: host.to_string(),
                cause: format!("its answer cannot be read: {text}"),
            },
        }
    }
}

fn unreachable(host: &Host, why: Reach) -> SwarmError {
    SwarmError::Unreachable {
        host: host.to_string(),
        why,
    }
}

fn reach(kind: io::ErrorKind, text: String) -> Reach {
    match kind {
        io::ErrorKind::NotFound => Reach::Missing,
        io::ErrorKind::PermissionDenied => Reach::Denied,
        io::ErrorKind::ConnectionRefused => Reach::Refused,
        _ => Reach::Cut(text),
    }
}

fn from_status(host: &Host, code: u16, message: String, subject: Subject<'_>) -> SwarmError {
    let host = host.to_string();
    match (code, subject) {
        _ if message.contains("Worker nodes can't") => SwarmError::Worker { host },
        _ if message.contains("not a swarm manager") => SwarmError::NotASwarm { host },
        (404, Subject::Service(name)) => SwarmError::NoSuchService(name.to_owned()),
        (404, Subject::Container(id)) => SwarmError::ContainerGone(id.to_owned()),
        (409, Subject::Container(id)) => SwarmError::ContainerNotRunning(id.to_owned()),
        _ if is_out_of_sequence(&message) => match subject {
            Subject::Service(name) => SwarmError::OutOfStep(name.to_owned()),
            _ => SwarmError::Other {
                host,
                cause: message,
            },
        },
        _ => SwarmError::Other {
            host,
            cause: format!("status {code}: {message}"),
        },
    }
}

/// Swarm's words for "somebody else changed it since you looked".
pub(super) fn is_out_of_sequence(message: &str) -> bool {
    message.contains("update out of sequence")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16, message: &str, subject: Subject<'_>) -> SwarmError {
        let failure = Failure::Status {
            code,
            message: message.to_owned(),
        };
        SwarmError::new(
            &Host::Unix("/x.sock".to_owned()),
            Duration::from_secs(10),
            failure,
            subject,
        )
    }

    #[test]
    fn an_engines_no_becomes_what_it_means() {
        let service = Subject::Service("web");
        let container = Subject::Container("0123456789abcdef");
        assert_eq!(
            said(404, "x", service),
            SwarmError::NoSuchService("web".to_owned())
        );
        assert!(matches!(
            said(404, "x", container),
            SwarmError::ContainerGone(_)
        ));
        assert!(matches!(
            said(409, "x", container),
            SwarmError::ContainerNotRunning(_)
        ));
        let worker = "This node is not a swarm manager. Worker nodes can't be used to view or \
                      modify cluster state.";
        assert!(matches!(
            said(503, worker, service),
            SwarmError::Worker { .. }
        ));
        let none = "This node is not a swarm manager. Use \"docker swarm init\" or …";
        assert!(matches!(
            said(503, none, service),
            SwarmError::NotASwarm { .. }
        ));
        let late = "rpc error: code = Unknown desc = update out of sequence";
        assert!(matches!(said(500, late, service), SwarmError::OutOfStep(_)));
        assert!(matches!(
            said(500, "disk full", service),
            SwarmError::Other { .. }
        ));
    }

    #[test]
    fn an_engine_out_of_reach_is_told_with_the_ways_to_name_another() {
        let host = || Host::Unix("/x.sock".to_owned());
        let socket = |why| unreachable(&host(), why).to_string();
        let host = host().to_string();
        for (said, words) in [
            (
                socket(Reach::Missing),
                "unix:///x.sock cannot be reached: there is no such socket",
            ),
            (
                socket(Reach::Missing),
                "without either, unix:///var/run/docker.sock is tried",
            ),
            (
                socket(Reach::Refused),
                "without either, unix:///var/run/docker.sock is tried",
            ),
            (
                socket(Reach::Denied),
                "a member of the group \"docker\" (`sudo usermod -aG docker",
            ),
            (
                SwarmError::Worker { host: host.clone() }.to_string(),
                "Name a manager with",
            ),
            (
                SwarmError::NotASwarm { host }.to_string(),
                "name a swarm manager with",
            ),
            (
                SwarmError::BadHost("x".to_owned()).to_string(),
                "unix:///var/run/docker.sock is tried",
            ),
        ] {
            for word in [words, "--docker-host or"] {
                assert!(said.contains(word), "{word:?} is not in: {said}");
            }
            assert!(said.contains("DOCKER_HOST"), "{said}");
        }
    }
}
