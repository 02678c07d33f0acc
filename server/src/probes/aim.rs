//! A probe's address, read and checked once, before anything is sent.
//!
//! Guarantee: an [`Aim`] can be tried as it is: its host, port, path and TLS name are valid.

use super::ProbeError;
use app::model::experiment::{HttpProbe, Probe};
use hyper::Uri;
use hyper::header::HeaderValue;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// What one attempt is made at.
#[derive(Debug, Clone)]
pub(super) enum Aim {
    /// A request and the status that counts as an answer.
    Http(Box<HttpAim>),
    /// A connection that must be accepted.
    Tcp(Place),
}

/// An HTTP request, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct HttpAim {
    pub place: Place,
    pub tls: Option<Tls>,
    /// The request's target: path and query only.
    pub path: Uri,
    pub host: HeaderValue,
    pub expect: u16,
}

/// How to talk TLS to a server, and as whom it must identify itself.
#[derive(Clone)]
pub(super) struct Tls {
    pub connector: TlsConnector,
    pub name: ServerName<'static>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.name.fmt(out)
    }
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub host: Host,
    pub port: u16,
}

/// An address, or a name that is looked up at every attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    Address(IpAddr),
    Name(Arc<str>),
}

/// What an https probe trusts; asked for only when there is one.
pub(super) type Trust<'a> = &'a dyn Fn() -> Result<Arc<ClientConfig>, ProbeError>;

impl Aim {
    /// Reads a probe's address.
    pub(super) fn new(probe: &Probe, trust: Trust<'_>) -> Result<Self, ProbeError> {
        let bad = |why| ProbeError::Address {
            probe: probe.name.clone(),
            why,
        };
        match (&probe.http, &probe.tcp) {
            (Some(http), None) => {
                let (mut aim, secure) = HttpAim::plain(http).map_err(bad)?;
                if secure {
                    let name = aim.place.host.tls_name().map_err(bad)?;
                    let connector = TlsConnector::from(trust()?);
                    aim.tls = Some(Tls { connector, name });
                }
                Ok(Self::Http(Box::new(aim)))
            }
            (None, Some(tcp)) => Place::from_text(&tcp.address).map(Self::Tcp).map_err(bad),
            _ => Err(ProbeError::Kind(probe.name.clone())),
        }
    }
}

/// Host and port that a probe asks, where its address can be read.
pub fn asked(probe: &Probe) -> Option<(String, u16)> {
    let place = match (&probe.http, &probe.tcp) {
        (Some(http), None) => HttpAim::plain(http).ok()?.0.place,
        (None, Some(tcp)) => Place::from_text(&tcp.address).ok()?,
        _ => return None,
    };
    let host = match place.host {
        Host::Address(address) => address.to_string(),
        Host::Name(name) => name.to_string(),
    };
    Some((host, place.port))
}

impl HttpAim {
    /// The request without its TLS, and whether it needs some.
    fn plain(probe: &HttpProbe) -> Result<(Self, bool), String> {
        let url = &probe.url;
        let uri: Uri = url
            .parse()
            .map_err(|error| format!("{url:?} is no web address ({error}): {EXAMPLE}"))?;
        let (secure, default_port) = match uri.scheme_str() {
            Some("http") => (false, 80),
            Some("https") => (true, 443),
            _ => {
                return Err(format!(
                    "{url:?} is neither http:// nor https://: {EXAMPLE}"
                ));
            }
        };
        let authority = uri
            .authority()
            .ok_or_else(|| format!("{url:?} has no host: {EXAMPLE}"))?;
        if authority.as_str().contains('@') {
            return Err("a name and password in the address are not sent: leave them out".into());
        }
        let aim = Self {
            place: Place {
                host: Host::from_text(authority.host())?,
                port: port_of(authority.as_str(), authority.host(), default_port)?,
            },
            tls: None,
            path: path_of(&uri)?,
            host: HeaderValue::from_str(authority.as_str()).map_err(|error| error.to_string())?,
            expect: probe.expect_status,
        };
        Ok((aim, secure))
    }
}

const EXAMPLE: &str = "write for example http://127.0.0.1:8080/";

/// The port after the host; hyper's own reading drops one that is out of range silently.
fn port_of(authority: &str, host: &str, default: u16) -> Result<u16, String> {
    match authority[host.len()..].strip_prefix(':') {
        None | Some("") => Ok(default),
        Some(text) => port_from(text),
    }
}

fn port_from(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| format!("{text:?} is no port: write a number from 1 to 65535"))
}

fn path_of(uri: &Uri) -> Result<Uri, String> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('?') {
        format!("/{path}")
    } else {
        path.to_owned()
    };
    path.parse()
        .map_err(|error| format!("{path:?} cannot be asked for: {error}"))
}

impl Place {
    /// From `host:port`, an IPv6 address in brackets.
    fn from_text(address: &str) -> Result<Self, String> {
        let (host, port) = address
            .rsplit_once(':')
            .ok_or_else(|| format!("{address:?} has no port: write host:port"))?;
        if host.contains(':') && !host.starts_with('[') {
            return Err(format!(
                "{address:?} is ambiguous: write an IPv6 address in brackets, [::1]:5432"
            ));
        }
        Ok(Self {
            host: Host::from_text(host)?,
            port: port_from(port)?,
        })
    }
}

impl Host {
    fn from_text(text: &str) -> Result<Self, String> {
        if let Some(inner) = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            let address: Ipv6Addr = inner
                .parse()
                .map_err(|_| format!("{text:?} is no IPv6 address: write for example [::1]"))?;
            return Ok(Self::Address(address.into()));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        check_name(text).map(|()| Self::Name(text.into()))
    }

    /// As whom a TLS server must identify itself.
    fn tls_name(&self) -> Result<ServerName<'static>, String> {
        match self {
            Self::Address(address) => Ok(ServerName::from(*address)),
            Self::Name(name) => ServerName::try_from(name.to_string())
                .map_err(|_| format!("{name:?} is no name that a certificate can carry")),
        }
    }
}

/// Letters, digits, hyphens, dots, and underscores, which Swarm's service names have.
fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("the address has no host: write a name or an IP address".into());
    }
    if name.len() > 253 {
        return Err("the host's name is longer than the 253 characters that DNS allows".into());
    }
    if !name.is_ascii() {
        return Err(format!("{name:?} is not ASCII: write the name's xn-- form"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    match name.chars().find(|c| !allowed(*c)) {
        Some(odd) => Err(format!("{name:?} is no host name: {odd:?} cannot be in it")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::peers::{http_probe, tcp_probe};
    use super::*;
    use proptest::prelude::*;

    fn no_trust() -> Result<Arc<ClientConfig>, ProbeError> {
        Err(ProbeError::NoTrust)
    }

    fn http(url: &str) -> Result<HttpAim, String> {
        match Aim::new(&http_probe(url), &no_trust) {
            Ok(Aim::Http(aim)) => Ok(*aim),
            Ok(Aim::Tcp(_)) => unreachable!("an HTTP probe"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn reads_hosts_ports_and_paths() {
        let read = |url| {
            let aim = http(url).unwrap();
            (aim.place.host, aim.place.port, aim.path.to_string())
        };
        let name = |name: &str| Host::Name(name.into());
        let address = |text: &str| Host::Address(text.parse().unwrap());
        assert_eq!(read("http://shop"), (name("shop"), 80, "/".into()));
        assert_eq!(
            read("http://neotix_api.local:8089/a/b?c=d#e"),
            (name("neotix_api.local"), 8089, "/a/b?c=d".into())
        );
        assert_eq!(
            read("http://127.0.0.1?q"),
            (address("127.0.0.1"), 80, "/?q".into())
        );
        assert_eq!(read("http://[::1]:81/"), (address("::1"), 81, "/".into()));
    }

    #[test]
    fn reads_tcp_addresses() {
        let read = |text| Aim::new(&tcp_probe(text), &no_trust);
        assert!(matches!(read("[::1]:5432"), Ok(Aim::Tcp(place)) if place.port == 5432));
        assert!(
            matches!(read("db:5432"), Ok(Aim::Tcp(place)) if place.host == Host::Name("db".into()))
        );
        for bad in [
            "db", "db:", "db:0", "db:65536", ":80", "::1:80", "[::1:80", "a b:80", "ä:80",
        ] {
            let error = read(bad).err().unwrap().to_string();
            assert!(error.contains("nothing was sent"), "{bad}: {error}");
        }
    }

    #[test]
    fn hostile_addresses_get_a_sentence() {
        for (bad, hint) in [
            ("ftp://x/", "neither http:// nor https://"),
            ("/only/a/path", "neither http:// nor https://"),
            ("http://", "no web address"),
            ("http://me:secret@shop/", "leave them out"),
            ("http://shop:99999/", "from 1 to 65535"),
            ("http://shop:0/", "from 1 to 65535"),
            ("http://[::g]/", "IPv6"),
            ("http://a b/", "no web address"),
            ("http://x/\r\nHost: evil", "no web address"),
        ] {
            let error = http(bad).err().unwrap();
            assert!(error.contains(hint), "{bad}: {error}");
        }
        let long = format!("http://{}/", "a".repeat(300));
        assert!(http(&long).err().unwrap().contains("253"));
    }

    #[test]
    fn https_without_any_trust_is_refused_at_once() {
        assert!(
            http("https://shop/")
                .err()
                .unwrap()
                .contains("ca-certificates")
        );
        assert!(
            http("HTTPS://shop/")
                .err()
                .unwrap()
                .contains("ca-certificates")
        );
    }

    #[test]
    fn exactly_one_kind_is_needed() {
        let mut both = http_probe("http://x/");
        both.tcp = tcp_probe("x:1").tcp;
        assert!(matches!(
            Aim::new(&both, &no_trust),
            Err(ProbeError::Kind(_))
        ));
    }

    proptest! {
        #[test]
        fn no_address_makes_it_panic(url in "(https?://)?[\\[\\]:@/?#%.a-z0-9äß \\n-]{0,60}") {
            let _ = Aim::new(&http_probe(&url), &no_trust);
            let _ = Aim::new(&tcp_probe(&url), &no_trust);
        }
    }
}
