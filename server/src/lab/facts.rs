//! A service's definition in words, group by group, with Swarm's defaults named where the
//! definition does not say.

use crate::report::text::clean;
use app::model::facts::{HealthCheck, ServiceFacts, UpdatePolicy};

/// Nanoseconds in a second.
const SECOND: f64 = 1e9;

type Group = (String, Vec<(String, String)>);

/// All groups.
pub fn groups(service: &ServiceFacts) -> Vec<Group> {
    vec![
        group("What runs", what_runs(service)),
        group("Resources", resources(service)),
        group("Health check", health(service)),
        group("Restart policy", restart(service)),
        group("Update policy", update(service.update.as_ref())),
        group("Network", network(service)),
        group(
            "Labels",
            service.labels.iter().map(|(k, v)| row(k, v)).collect(),
        ),
    ]
}

fn group(name: &str, rows: Vec<(String, String)>) -> Group {
    (name.to_owned(), rows)
}

fn row(name: &str, value: impl Into<String>) -> (String, String) {
    (clean(name), clean(&value.into()))
}

fn what_runs(service: &ServiceFacts) -> Vec<(String, String)> {
    let mut rows = vec![row("Image", &service.image), row("Mode", &service.mode)];
    rows.extend(service.replicas.map(|n| row("Replicas", n.to_string())));
    if !service.constraints.is_empty() {
        rows.push(row("Placement", service.constraints.join(", ")));
    }
    rows.push(row(
        "Stop grace period",
        duration(service.stop_grace, "10 s, the default"),
    ));
    rows.push(row(
        "Log driver",
        service
            .log_driver
            .as_deref()
            .unwrap_or("the engine's default"),
    ));
    rows
}

fn resources(service: &ServiceFacts) -> Vec<(String, String)> {
    vec![
        row("CPU limit", service.cpu_limit.map_or_else(none, cpus)),
        row(
            "Memory limit",
            service.memory_limit.map_or_else(none, bytes),
        ),
        row(
            "CPU reservation",
            service.cpu_reservation.map_or_else(none, cpus),
        ),
        row(
            "Memory reservation",
            service.memory_reservation.map_or_else(none, bytes),
        ),
        row(
            "Processes",
            service
                .pids_limit
                .filter(|n| *n > 0)
                .map_or_else(none, |n| n.to_string()),
        ),
    ]
}

fn none() -> String {
    "none".to_owned()
}

fn health(service: &ServiceFacts) -> Vec<(String, String)> {
    match &service.health {
        Some(check) => health_rows(check),
        None if service.health_known => vec![row(
            "Check",
            "none: Swarm only sees whether the process lives",
        )],
        None => vec![row(
            "Check",
            "not in the definition; the image may have one",
        )],
    }
}

fn health_rows(check: &HealthCheck) -> Vec<(String, String)> {
    vec![
        row("Check", check.test.join(" ")),
        row("Every", duration(check.interval, "30 s, the default")),
        row("Timeout", duration(check.timeout, "30 s, the default")),
        row(
            "Retries",
            check
                .retries
                .filter(|n| *n > 0)
                .map_or_else(|| "3, the default".to_owned(), |n| n.to_string()),
        ),
        row("Start period", duration(check.start_period, "none")),
    ]
}

fn restart(service: &ServiceFacts) -> Vec<(String, String)> {
    let attempts = service.restart_max_attempts.filter(|n| *n > 0);
    vec![
        row(
            "Condition",
            service
                .restart_condition
                .as_deref()
                .unwrap_or("any, the default"),
        ),
        row("Delay", duration(service.restart_delay, "5 s, the default")),
        row(
            "Most attempts",
            attempts.map_or_else(|| "no limit".to_owned(), |n| n.to_string()),
        ),
        row("Window", duration(service.restart_window, "none")),
    ]
}

fn update(policy: Option<&UpdatePolicy>) -> Vec<(String, String)> {
    let default = UpdatePolicy::default();
    let policy = policy.unwrap_or(&default);
    vec![
        row(
            "At a time",
            policy
                .parallelism
                .map_or_else(|| "1, the default".to_owned(), |n| n.to_string()),
        ),
        row(
            "Order",
            policy.order.as_deref().unwrap_or("stop-first, the default"),
        ),
        row(
            "On failure",
            policy
                .failure_action
                .as_deref()
                .unwrap_or("pause, the default"),
        ),
        row("Watched for", duration(policy.monitor, "5 s, the default")),
    ]
}

fn network(service: &ServiceFacts) -> Vec<(String, String)> {
    let mut rows = vec![row(
        "Endpoint mode",
        service
            .endpoint_mode
            .as_deref()
            .unwrap_or("vip, the default"),
    )];
    for port in &service.ports {
        let outside = port
            .published
            .map_or_else(|| "a random port".to_owned(), |p| p.to_string());
        rows.push(row(
            "Port",
            format!(
                "{outside} to {}/{}, {} mode",
                port.target, port.protocol, port.mode
            ),
        ));
    }
    rows
}

fn duration(nanos: Option<i64>, default: &str) -> String {
    nanos.filter(|n| *n > 0).map_or_else(
        || default.to_owned(),
        |n| format!("{} s", n as f64 / SECOND),
    )
}

fn cpus(billionths: i64) -> String {
    format!("{} CPU", billionths as f64 / SECOND)
}

fn bytes(count: i64) -> String {
    let mb = count as f64 / (1024.0 * 1024.0);
    format!("{} MB", (mb * 10.0).round() / 10.0)
}
