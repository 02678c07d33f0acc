//! Where an engine is: a local socket or a TCP address. What parses here can be dialled.

use super::error::SwarmError;
use std::fmt;

/// Where an engine is looked for when nobody says where it is.
pub(super) const USUAL: &str = "unix:///var/run/docker.sock";

/// An engine's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// A socket's path.
    Unix(String),
    /// `host:port`, in the clear.
    Tcp(String),
}

impl Host {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, SwarmError> {
        let given = text.map(str::trim).filter(|t| !t.is_empty());
        let text = given.unwrap_or(USUAL);
        let unix = text
            .strip_prefix("unix://")
            .filter(|path| path.starts_with('/'));
        let tcp = text
            .strip_prefix("tcp://")
            .map(|rest| rest.trim_end_matches('/'))
            .filter(|rest| is_address(rest));
        match (unix, tcp) {
            (Some(path), _) => Ok(Self::Unix(path.to_owned())),
            (_, Some(address)) => Ok(Self::Tcp(address.to_owned())),
            _ => Err(SwarmError::BadHost(text.to_owned())),
        }
    }
}

fn is_address(text: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && host.chars().all(plain) && port.parse::<u16>().is_ok()
    })
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(out, "unix://{path}"),
            Self::Tcp(address) => write!(out, "tcp://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_what_docker_reads_and_refuses_the_rest() {
        let shown = |text| Host::parse(text).map(|h| h.to_string());
        assert_eq!(shown(None).unwrap(), "unix:///var/run/docker.sock");
        assert_eq!(shown(Some(" ")).unwrap(), "unix:///var/run/docker.sock");
        assert_eq!(shown(Some("unix:///x.sock")).unwrap(), "unix:///x.sock");
        assert_eq!(
            shown(Some("tcp://10.0.0.1:2375/")).unwrap(),
            "tcp://10.0.0.1:2375"
        );
        assert_eq!(shown(Some("tcp://[::1]:2375")).unwrap(), "tcp://[::1]:2375");
        for bad in [
            "/x.sock",
            "unix://x.sock",
            "tcp://host",
            "tcp://:1",
            "ssh://h",
            "tcp://a/b:1",
        ] {
            assert!(shown(Some(bad)).is_err(), "{bad}");
        }
    }
}
