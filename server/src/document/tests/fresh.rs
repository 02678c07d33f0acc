//! A new design can launch as it is, whatever the service is like.

use crate::document::{fresh, read};
use app::model::facts::{HealthCheck, Port, ServiceFacts};

fn port(published: Option<i64>, protocol: &str) -> Port {
    Port {
        published,
        target: 80,
        protocol: protocol.to_owned(),
        mode: "host".to_owned(),
    }
}

fn service(name: &str) -> ServiceFacts {
    ServiceFacts {
        name: name.to_owned(),
        ..ServiceFacts::default()
    }
}

#[test]
fn a_service_with_ports_and_a_health_check() {
    let facts = ServiceFacts {
        ports: vec![
            port(Some(8089), "tcp"),
            port(Some(53), "udp"),
            port(None, "tcp"),
        ],
        restart_delay: Some(2_000_000_000),
        health: Some(HealthCheck {
            test: vec!["CMD".to_owned(), "/sample".to_owned()],
            interval: Some(5_500_000_000),
            ..HealthCheck::default()
        }),
        ..service("neotix_neotix-api-canary")
    };
    let text = fresh(Some(&facts));
    let experiment = read(&text).unwrap();
    assert_eq!(
        experiment.title,
        "neotix_neotix-api-canary survives a container kill"
    );
    let urls: Vec<_> = experiment
        .hypothesis
        .probes
        .iter()
        .filter_map(|p| p.http.as_ref())
        .collect();
    assert_eq!(urls.len(), 1);
    assert_eq!(urls[0].url, "http://127.0.0.1:8089/");
    // 2 s delay, a check after 5.5 s, 10 s on top: 18 s, in fives.
    assert_eq!(
        experiment.hypothesis.recovers_within.unwrap().to_string(),
        "20s"
    );
    // 20 s of 60 s lost leaves 66 %, in fives.
    assert_eq!(
        experiment
            .hypothesis
            .availability_at_least
            .unwrap()
            .to_string(),
        "65%"
    );
    assert_eq!(experiment.guards.len(), 1);
    assert!(text.contains('#'));
}

#[test]
fn a_service_without_ports_makes_no_claim_that_needs_a_probe() {
    let text = fresh(Some(&service("backend")));
    let experiment = read(&text).unwrap();
    assert!(experiment.hypothesis.probes.is_empty());
    assert!(experiment.guards.is_empty());
    assert_eq!(
        experiment.hypothesis.recovers_within.unwrap().to_string(),
        "15s"
    );
}

#[test]
fn hostile_and_absurd_facts_still_give_a_valid_text() {
    let facts = ServiceFacts {
        restart_delay: Some(i64::MAX),
        ports: (0..40).map(|i| port(Some(i * 5_000 - 7), "tcp")).collect(),
        health: Some(HealthCheck {
            test: vec!["CMD-SHELL".to_owned()],
            interval: Some(-5),
            ..HealthCheck::default()
        }),
        ..service("yes: \"#1\"\n  x: [")
    };
    let text = fresh(Some(&facts));
    let experiment = read(&text).unwrap();
    assert_eq!(experiment.target.service, facts.name);
    assert_eq!(experiment.hypothesis.probes.len(), 5);
    assert_eq!(
        read(&fresh(Some(&service("1")))).unwrap().target.service,
        "1"
    );
}

#[test]
fn without_a_service_its_name_is_the_only_thing_missing() {
    let problems = read(&fresh(None)).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "target.service");
}
