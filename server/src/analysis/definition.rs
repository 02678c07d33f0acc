//! What a service's definition says, and what it leaves open, whatever the run showed.
//!
//! Guarantee: where the definition says nothing, Docker's and Swarm's own defaults stand in.

use super::study::Study;
use super::words::nanos;
use app::model::facts::{HealthCheck, ServiceFacts, UpdatePolicy};
use app::model::time::Micros;

/// Something that the definition leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// No memory limit.
    NoMemoryLimit,
    /// Limits, but nothing reserved.
    NoReservations,
    /// No limit of processes.
    NoPidsLimit,
    /// The json-file driver without a size limit.
    UnlimitedLogs,
    /// A failed update stops half-way.
    UpdatePauses,
    /// An update of the only replica is an outage.
    UpdateStopsFirst,
    /// An update takes half of the replicas or more at once.
    UpdateTooWide,
    /// Two copies at once cannot be placed, but updates want that.
    StartFirstCannotWork,
    /// A hang is noticed late.
    SlowToNotice,
    /// An attempt limit that never counts.
    IdleAttemptLimit,
    /// What looks like a secret in the environment.
    SecretInEnvironment,
}

/// All that a study's service leaves open.
pub(super) fn gaps(study: &Study) -> Vec<Gap> {
    let Some(service) = study.service() else {
        return Vec::new();
    };
    let replicated = service.mode == "replicated";
    let slow = worst_detection(study).is_some_and(|worst| worst > detection_target(study));
    [
        (Gap::NoMemoryLimit, zero(service.memory_limit)),
        (Gap::NoReservations, unreserved(service)),
        (Gap::NoPidsLimit, zero(service.pids_limit)),
        (Gap::UnlimitedLogs, unlimited_logs(service)),
        (Gap::UpdatePauses, replicated && pauses(service)),
        (Gap::UpdateStopsFirst, replicated && stops_first(service)),
        (Gap::UpdateTooWide, replicated && too_wide(service)),
        (
            Gap::StartFirstCannotWork,
            cannot_start_first(study, service),
        ),
        (Gap::SlowToNotice, slow),
        (Gap::IdleAttemptLimit, idle_limit(study, service)),
        (Gap::SecretInEnvironment, !secrets(service).is_empty()),
    ]
    .into_iter()
    .filter_map(|(gap, there)| there.then_some(gap))
    .collect()
}

impl Gap {
    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoMemoryLimit => "no memory limit",
            Self::NoReservations => "nothing reserved",
            Self::NoPidsLimit => "no limit of processes",
            Self::UnlimitedLogs => "logs may grow without end",
            Self::UpdatePauses => "a failed update stops half-way",
            Self::UpdateStopsFirst => "an update stops the only replica first",
            Self::UpdateTooWide => "an update takes half of the replicas or more at once",
            Self::StartFirstCannotWork => "updates want two copies at once, which cannot be placed",
            Self::SlowToNotice => "a hang would be noticed late",
            Self::IdleAttemptLimit => "the limit of restart attempts never counts",
            Self::SecretInEnvironment => "what looks like a secret is in the environment",
        }
    }
}

fn zero(limit: Option<i64>) -> bool {
    limit.unwrap_or(0) == 0
}

fn unreserved(service: &ServiceFacts) -> bool {
    let limited = !zero(service.cpu_limit) || !zero(service.memory_limit);
    limited && zero(service.cpu_reservation) && zero(service.memory_reservation)
}

fn unlimited_logs(service: &ServiceFacts) -> bool {
    service.log_driver.as_deref() == Some("json-file")
        && !service.log_options.contains_key("max-size")
}

fn update(service: &ServiceFacts) -> UpdatePolicy {
    service.update.clone().unwrap_or_default()
}

/// Pausing is Swarm's default.
fn pauses(service: &ServiceFacts) -> bool {
    update(service)
        .failure_action
        .is_none_or(|action| action == "pause")
}

fn starts_first(service: &ServiceFacts) -> bool {
    update(service).order.as_deref() == Some("start-first")
}

/// With a port in host mode two copies cannot share a node: there it is no gap.
fn stops_first(service: &ServiceFacts) -> bool {
    service.replicas == Some(1) && !starts_first(service) && host_port(service).is_none()
}

/// Two of two at once, or two of four; one at a time is never too wide.
fn too_wide(service: &ServiceFacts) -> bool {
    let replicas = service.replicas.unwrap_or(0);
    let parallel = update(service)
        .parallelism
        .map_or(1, |p| u64::try_from(p).unwrap_or(1));
    replicas >= 2 && (parallel == 0 || (parallel > 1 && parallel * 2 >= replicas))
}

fn cannot_start_first(study: &Study, service: &ServiceFacts) -> bool {
    let replicas = service.replicas.unwrap_or(0);
    let places = usable_nodes(study) as u64;
    let per_node = service.max_per_node.filter(|n| *n > 0);
    let full = per_node.is_some_and(|n| replicas >= n * places);
    let ports = host_port(service).is_some() && replicas >= places;
    starts_first(service) && replicas > 0 && places > 0 && (full || ports)
}

/// Nodes that take tasks.
pub(super) fn usable_nodes(study: &Study) -> usize {
    study.before().map_or(0, |s| {
        s.nodes
            .iter()
            .filter(|n| n.state == "ready" && n.availability == "active")
            .count()
    })
}

/// A port published in host mode.
pub(super) fn host_port(service: &ServiceFacts) -> Option<i64> {
    let port = service.ports.iter().find(|p| p.mode == "host")?;
    Some(port.published.unwrap_or(port.target))
}

/// Environment names that look like secrets and do not name a file.
pub(super) fn secrets(service: &ServiceFacts) -> Vec<String> {
    let looks = |name: &&String| {
        let upper = name.to_uppercase();
        ["_PASSWORD", "_TOKEN", "_SECRET"]
            .iter()
            .any(|end| upper.ends_with(end))
    };
    service.env_names.iter().filter(looks).cloned().collect()
}

/// With a window of at most delay times attempts, the limit is never reached (swarmkit #2936).
fn idle_limit(study: &Study, service: &ServiceFacts) -> bool {
    let attempts = service.restart_max_attempts.unwrap_or(0);
    let window = service.restart_window.map_or(Micros(0), nanos);
    let delay = super::split::restart_delay(&study.case);
    let all = i64::try_from(attempts)
        .unwrap_or(i64::MAX)
        .saturating_mul(delay.0);
    attempts > 0 && window.0 > 0 && window.0 <= all
}

/// How long a hang may last before the health check gives up.
pub(super) fn worst_detection(study: &Study) -> Option<Micros> {
    let health = study.case.health()?;
    Some(worst_of(interval(study), timeout(health), retries(health)))
}

/// Every retry costs an interval and a whole timeout.
pub(super) fn worst_of(interval: Micros, timeout: Micros, retries: i64) -> Micros {
    Micros(retries.saturating_mul(interval.0.saturating_add(timeout.0)))
}

/// Docker's default: 30 s.
pub(super) fn timeout(health: &HealthCheck) -> Micros {
    health
        .timeout
        .filter(|t| *t > 0)
        .map_or(Micros(30_000_000), nanos)
}

/// Docker's default: 3.
pub(super) fn retries(health: &HealthCheck) -> i64 {
    health.retries.filter(|r| *r > 0).unwrap_or(3)
}

/// Within which a failure should be noticed: what the hypothesis claims, or 30 s.
pub(super) fn detection_target(study: &Study) -> Micros {
    let hypothesis = &study.case.record.run.experiment.hypothesis;
    hypothesis
        .recovers_within
        .map_or(Micros(30_000_000), |limit| Micros(limit.micros()))
}

/// Between two health checks. Docker's default: 30 s.
pub(super) fn interval(study: &Study) -> Micros {
    let said = study.case.health().and_then(|h| h.interval);
    said.filter(|i| *i > 0).map_or(Micros(30_000_000), nanos)
}
