//! Whether a probe asks the service that is hit, as far as its address tells.
//!
//! Guarantee: it only warns, and only where the address is one of the swarm's own: a proxy in front
//! of a service may well answer for it, and what a name means elsewhere is not known here.

use crate::probes;
use app::model::experiment::Probe;
use app::model::facts::ServiceFacts;
use std::net::IpAddr;

/// A sentence for each probe that asks this machine or a node at a port that the service does not
/// publish. None for a service that publishes nothing (something else must answer for it), or whose
/// ports are chosen by Swarm.
pub fn warnings(service: &ServiceFacts, probes: &[Probe], nodes: &[IpAddr]) -> Vec<String> {
    let Some(published) = published(service).filter(|ports| !ports.is_empty()) else {
        return Vec::new();
    };
    let off = |probe: &Probe| {
        let (host, port) = probes::asked(probe)?;
        let aside = is_ours(&host, nodes) && !published.contains(&port.into());
        aside.then(|| sentence(probe, &host, port, &service.name, &published))
    };
    probes.iter().filter_map(off).collect()
}

/// The TCP ports outside; none where one of them is Swarm's choice.
fn published(service: &ServiceFacts) -> Option<Vec<i64>> {
    let tcp = service.ports.iter().filter(|port| port.protocol == "tcp");
    tcp.map(|port| port.published).collect()
}

/// This machine or a node, by its address.
fn is_ours(host: &str, nodes: &[IpAddr]) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost"
        || address.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified() || nodes.contains(&ip))
}

fn sentence(probe: &Probe, host: &str, port: u16, service: &str, published: &[i64]) -> String {
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let published: Vec<_> = published.iter().map(i64::to_string).collect();
    format!(
        "Probe {} asks {host}:{port}, which is not a published port of {service} (published: {}). \
         Its answers may come from something else; that is as it should be where a proxy in front \
         of {service} answers there",
        probe.name,
        published.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::facts::Port;

    fn port(published: Option<i64>, protocol: &str) -> Port {
        Port {
            published,
            target: 8080,
            protocol: protocol.to_owned(),
            mode: "ingress".to_owned(),
        }
    }

    /// What is said of a probe of an address.
    fn said(address: &str, ports: &[Port]) -> Vec<String> {
        let service = ServiceFacts {
            name: "web".to_owned(),
            ports: ports.to_vec(),
            ..ServiceFacts::default()
        };
        let probe = if address.starts_with("http") {
            serde_json::json!({ "name": "users", "http": { "url": address } })
        } else {
            serde_json::json!({ "name": "users", "tcp": { "address": address } })
        };
        let probe: Probe = serde_json::from_value(probe).expect("a probe");
        warnings(&service, &[probe], &[IpAddr::from([10, 0, 0, 7])])
    }

    #[test]
    fn a_port_of_the_swarm_that_is_not_the_services_is_named() {
        let ports = [port(Some(8089), "tcp"), port(Some(443), "tcp")];
        for address in [
            "http://127.0.0.1:9999/",
            "http://localhost/",
            "https://[::1]:8090/x",
            "10.0.0.7:5432",
        ] {
            let said = said(address, &ports).join("");
            assert!(said.contains("Probe users asks "), "{address}: {said}");
            assert!(said.contains("of web (published: 8089, 443)"), "{said}");
        }
        assert!(said("https://[::1]:8090/x", &ports)[0].contains("asks [::1]:8090,"));
    }

    #[test]
    fn where_it_may_be_right_nothing_is_said() {
        let ports = [port(Some(8089), "tcp")];
        for address in [
            "http://127.0.0.1:8089/",
            "http://shop.example:9999/",
            "http://192.0.2.1:9999/",
            "10.0.0.7:8089",
            "not an address",
        ] {
            assert_eq!(said(address, &ports), [""; 0], "{address}");
        }
        let away = "http://127.0.0.1:9999/";
        assert_eq!(said(away, &[]), [""; 0], "something in front must answer");
        assert_eq!(said(away, &[port(Some(53), "udp")]), [""; 0]);
        assert_eq!(said(away, &[port(None, "tcp")]), [""; 0], "Swarm's choice");
    }
}
