//! The text that a new design begins with: Experiment 1, a container kill, on a given service.
//!
//! For a service that is known it can launch as it is. Without one, the name is left empty, and
//! that is its only problem.

use super::quote;
use app::model::facts::{HealthCheck, Port, ServiceFacts};
use std::fmt::Write as _;

/// Nanoseconds in a second, the unit of service definitions.
const SECOND: i64 = 1_000_000_000;
/// Swarm's delay between a task's death and its replacement's start, when the service says none.
const RESTART_DELAY: i64 = 5 * SECOND;
/// Docker's time between two health checks, when the service says none.
const HEALTH_INTERVAL: i64 = 30 * SECOND;
/// What detecting, scheduling and starting may take on top.
const SLACK: u64 = 10;

/// The text of a new design on a service.
///
/// `recovers_within` is what the service's own settings promise: restart delay, plus the first
/// health check (which comes one interval after the start), plus 10 s for noticing, scheduling and
/// starting; rounded up to 5 s, and at most an hour. `observe` is twice that, at least a minute.
/// `availability_at_least` is what a recovery of just that length leaves of it, so that the two
/// claims never contradict one another.
pub fn fresh(service: Option<&ServiceFacts>) -> String {
    let recovers = service.map_or(15, recovers_within);
    let observe = (recovers * 2).next_multiple_of(10).max(60);
    let probes = service.map(probes).unwrap_or_default();
    let name = service.map_or("", |service| service.name.as_str());
    let title = match name {
        "" => "The service survives a container kill".to_owned(),
        name => format!("{name} survives a container kill"),
    };
    let mut out = format!(
        "apiVersion: hivequake/v1\ntitle: {}\ntarget:\n",
        plain(&title)
    );
    let _ = writeln!(out, "  service: {}", plain(name));
    out.push_str("  tasks: { count: 1, pick: random }      # or percent: 50, or all: true; pick: random | newest | oldest\n");
    out.push_str(&hypothesis(&probes, (recovers, observe), service));
    out.push_str("method:\n  - fault: container-kill\n");
    out.push_str("    signal: SIGKILL                      # a crash; SIGTERM asks politely\n");
    out.push_str(&guards(!probes.is_empty(), observe));
    let _ = writeln!(out, "timing: {{ baseline: 10s, observe: {observe}s }}");
    out.push_str("repeat: 1\n");
    out
}

fn plain(text: &str) -> String {
    quote::yaml(text, false, None)
}

fn hypothesis(
    probes: &[String],
    (recovers, observe): (u64, u64),
    service: Option<&ServiceFacts>,
) -> String {
    let mut out = "hypothesis:\n".to_owned();
    if probes.is_empty() {
        out.push_str(&how_to_probe(service.is_some()));
    } else {
        out.push_str("  probes:                                # what users would notice, asked from outside\n");
        out.extend(probes.iter().map(String::as_str));
    }
    let _ = writeln!(out, "  recovers_within: {recovers}s{}", why(service));
    if !probes.is_empty() {
        let least = (observe - recovers) * 100 / observe / 5 * 5;
        let _ = writeln!(
            out,
            "  availability_at_least: {least}%             # what that leaves of the observation"
        );
    }
    out
}

fn how_to_probe(known: bool) -> String {
    let hint = if known {
        "The service publishes no TCP port; where it\n  # can be reached otherwise, name the address:"
    } else {
        "Name an address of the service:"
    };
    format!(
        "  # Probes measure what users would notice. {hint}\n  # probes:\n  #   - name: api\n  #     http: {{ url: \"http://127.0.0.1:8080/\" }}\n"
    )
}

fn why(service: Option<&ServiceFacts>) -> &'static str {
    match service {
        Some(service) if waits_for_health(service).is_some() => {
            "                   # restart delay + first health check + 10 s"
        }
        Some(_) => "                   # restart delay + 10 s",
        None => "",
    }
}

fn guards(probes: bool, observe: u64) -> String {
    if !probes {
        return String::new();
    }
    let lasting = (observe / 2).min(60);
    format!(
        "guards:                                  # what ends a run at once\n  - abort_when: {{ availability_below: 5%, for: {lasting}s }}\n"
    )
}

/// One HTTP probe for each published TCP port, five at most.
fn probes(service: &ServiceFacts) -> Vec<String> {
    let tcp = |port: &&Port| port.protocol.is_empty() || port.protocol == "tcp";
    let ports = service
        .ports
        .iter()
        .filter(tcp)
        .filter_map(|port| port.published);
    let mut ports: Vec<_> = ports.filter(|port| (1..=65_535).contains(port)).collect();
    ports.sort_unstable();
    ports.dedup();
    let probe = |port: i64| {
        format!(
            "    - name: port-{port}\n      http: {{ url: \"http://127.0.0.1:{port}/\", every: 100ms, timeout: 1s, expect_status: 200 }}\n"
        )
    };
    ports.into_iter().take(5).map(probe).collect()
}

/// Seconds from death to full strength that the service's own settings allow for.
fn recovers_within(service: &ServiceFacts) -> u64 {
    let delay = service.restart_delay.unwrap_or(RESTART_DELAY);
    let health = waits_for_health(service).unwrap_or(0);
    let promised = seconds(delay)
        .saturating_add(seconds(health))
        .saturating_add(SLACK);
    promised.next_multiple_of(5).min(3_600)
}

/// Nanoseconds until the first health check of a new container; none without a health check.
fn waits_for_health(service: &ServiceFacts) -> Option<i64> {
    let health = service.health.as_ref().filter(|health| is_on(health))?;
    let at_start = health
        .start_interval
        .filter(|_| health.start_period.is_some_and(|p| p > 0));
    let interval = health.interval.filter(|interval| *interval > 0);
    Some(
        at_start
            .filter(|i| *i > 0)
            .or(interval)
            .unwrap_or(HEALTH_INTERVAL),
    )
}

fn is_on(health: &HealthCheck) -> bool {
    health.test.first().is_some_and(|form| form != "NONE")
}

/// Whole seconds, rounded up; negative counts as none.
fn seconds(nanoseconds: i64) -> u64 {
    let seconds = nanoseconds
        .max(0)
        .cast_unsigned()
        .div_ceil(SECOND.cast_unsigned());
    seconds.min(86_400)
}
