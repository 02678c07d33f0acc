//! The engine's answers turned into the lab's facts: services, tasks, nodes.
//!
//! Pure. A field that an answer lacks becomes `None` or empty, never an error: a list with one
//! odd entry is still a list.

use app::model::facts::{HealthCheck, NodeFacts, Port, ServiceFacts, TaskFacts, UpdatePolicy};
use app::model::time::At;
use app::model::timeline::{TaskRef, TaskState};
use bollard::models::{
    EndpointPortConfig, HealthConfig, Node, Service, ServiceSpec, ServiceSpecMode,
    ServiceSpecRollbackConfig, ServiceSpecUpdateConfig, Task, TaskSpec, TaskSpecContainerSpec,
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// An engine's RFC 3339 stamp; none for what is no stamp or Go's zero time.
pub(super) fn at(text: &str) -> Option<At> {
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(At(stamp.as_microsecond())).filter(|at| at.0 > 0)
}

/// An enum of the engine as the word it has in JSON; empty words are none.
fn word(value: Option<&impl Serialize>) -> Option<String> {
    let text = serde_json::to_value(value?).ok()?;
    text.as_str().filter(|t| !t.is_empty()).map(str::to_owned)
}

/// Zero means "not said" in most of Swarm's numbers.
fn said(value: Option<i64>) -> Option<i64> {
    value.filter(|v| *v != 0)
}

fn count(value: Option<i64>) -> Option<u64> {
    value.and_then(|v| u64::try_from(v).ok())
}

/// A service as the engine's documentation has it, which bollard follows: engines write the health
/// check of a definition as `Healthcheck`, the documentation as `HealthCheck`.
pub(super) fn as_documented(mut service: Value) -> Value {
    let container = service.pointer_mut("/Spec/TaskTemplate/ContainerSpec");
    if let Some(container) = container.and_then(Value::as_object_mut)
        && let Some(check) = container.remove("Healthcheck")
    {
        container.insert("HealthCheck".to_owned(), check);
    }
    service
}

/// A service as its definition says; the health check is the definition's only.
pub(super) fn service(from: &Service) -> ServiceFacts {
    let spec = from.spec.clone().unwrap_or_default();
    let task = spec.task_template.clone().unwrap_or_default();
    let container = task.container_spec.clone().unwrap_or_default();
    let update = from.update_status.as_ref();
    let mut facts = ServiceFacts {
        id: from.id.clone().unwrap_or_default(),
        version: version(from).unwrap_or_default(),
        update_state: update.and_then(|u| word(u.state.as_ref())),
        ..ServiceFacts::default()
    };
    add_spec(&mut facts, &spec);
    add_task(&mut facts, &task);
    add_container(&mut facts, &container);
    facts
}

/// The version index of a service's definition.
pub(super) fn version(service: &Service) -> Option<u64> {
    service.version.as_ref().and_then(|v| v.index)
}

fn add_spec(facts: &mut ServiceFacts, spec: &ServiceSpec) {
    let mode = spec.mode.clone().unwrap_or_default();
    facts.name = spec.name.clone().unwrap_or_default();
    facts.labels = spec
        .labels
        .clone()
        .unwrap_or_default()
        .into_iter()
        .collect();
    facts.replicas = mode
        .replicated
        .as_ref()
        .map(|r| count(r.replicas).unwrap_or(1));
    mode_word(&mode).clone_into(&mut facts.mode);
    facts.update = spec.update_config.as_ref().map(update_policy);
    facts.rollback = spec.rollback_config.as_ref().map(rollback_policy);
    if let Some(endpoint) = &spec.endpoint_spec {
        facts.endpoint_mode = word(endpoint.mode.as_ref());
        facts.ports = endpoint.ports.iter().flatten().map(port).collect();
    }
}

fn mode_word(mode: &ServiceSpecMode) -> &'static str {
    match mode {
        m if m.global.is_some() => "global",
        m if m.replicated_job.is_some() => "replicated job",
        m if m.global_job.is_some() => "global job",
        _ => "replicated",
    }
}

fn port(from: &EndpointPortConfig) -> Port {
    Port {
        published: said(from.published_port),
        target: from.target_port.unwrap_or_default(),
        protocol: word(from.protocol.as_ref()).unwrap_or_else(|| "tcp".to_owned()),
        mode: word(from.publish_mode.as_ref()).unwrap_or_else(|| "ingress".to_owned()),
    }
}

fn update_policy(from: &ServiceSpecUpdateConfig) -> UpdatePolicy {
    UpdatePolicy {
        parallelism: from.parallelism,
        delay: from.delay,
        failure_action: word(from.failure_action.as_ref()),
        monitor: said(from.monitor),
        order: word(from.order.as_ref()),
    }
}

fn rollback_policy(from: &ServiceSpecRollbackConfig) -> UpdatePolicy {
    UpdatePolicy {
        parallelism: from.parallelism,
        delay: from.delay,
        failure_action: word(from.failure_action.as_ref()),
        monitor: said(from.monitor),
        order: word(from.order.as_ref()),
    }
}

fn add_task(facts: &mut ServiceFacts, task: &TaskSpec) {
    if let Some(resources) = &task.resources {
        let limits = resources.limits.clone().unwrap_or_default();
        let reserved = resources.reservations.clone().unwrap_or_default();
        facts.cpu_limit = said(limits.nano_cpus);
        facts.memory_limit = said(limits.memory_bytes);
        facts.pids_limit = said(limits.pids);
        facts.cpu_reservation = said(reserved.nano_cpus);
        facts.memory_reservation = said(reserved.memory_bytes);
    }
    if let Some(restart) = &task.restart_policy {
        facts.restart_condition = word(restart.condition.as_ref());
        facts.restart_delay = restart.delay;
        facts.restart_max_attempts = count(restart.max_attempts);
        facts.restart_window = restart.window;
    }
    if let Some(placement) = &task.placement {
        facts.constraints = placement.constraints.clone().unwrap_or_default();
        facts.max_per_node = count(placement.max_replicas);
    }
    if let Some(driver) = &task.log_driver {
        facts.log_driver.clone_from(&driver.name);
        let options = driver.options.clone().unwrap_or_default();
        facts.log_options = options.into_iter().map(hide_secret).collect();
    }
}

/// Some log drivers take their password as an option.
fn hide_secret((name, value): (String, String)) -> (String, String) {
    let value = if is_secret(&name) {
        "(hidden)".to_owned()
    } else {
        value
    };
    (name, value)
}

/// Whether an option's name says that its value is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["token", "secret", "password", "credential", "access-key"];
    words.iter().any(|word| name.contains(word))
}

fn add_container(facts: &mut ServiceFacts, container: &TaskSpecContainerSpec) {
    facts.image = container.image.clone().unwrap_or_default();
    facts.health = container.health_check.as_ref().and_then(health);
    // A definition without a check may still get one from the image; only a container tells.
    facts.health_known = container
        .health_check
        .as_ref()
        .and_then(|h| h.test.as_ref())
        .is_some_and(|test| !test.is_empty());
    facts.stop_grace = container.stop_grace_period;
    facts.init = container.init;
    facts.read_only = container.read_only.unwrap_or_default();
    facts.env_names = container
        .env
        .iter()
        .flatten()
        .map(|e| env_name(e))
        .collect();
    facts.mounts = container
        .mounts
        .iter()
        .flatten()
        .map(|m| {
            let kind = word(m.typ.as_ref()).unwrap_or_else(|| "bind".to_owned());
            (kind, m.target.clone().unwrap_or_default())
        })
        .collect();
}

/// The name of `NAME=value`.
pub(super) fn env_name(entry: &str) -> String {
    entry.split('=').next().unwrap_or_default().to_owned()
}

/// A health check; none where it is switched off or has no command.
pub(super) fn health(from: &HealthConfig) -> Option<HealthCheck> {
    let test = from.test.clone().unwrap_or_default();
    if test.is_empty() || test.first().is_some_and(|t| t == "NONE") {
        return None;
    }
    Some(HealthCheck {
        test,
        interval: said(from.interval),
        timeout: said(from.timeout),
        retries: said(from.retries),
        start_period: said(from.start_period),
        start_interval: said(from.start_interval),
    })
}

/// A task; none for an entry that has no id or no state.
pub(super) fn task(from: &Task) -> Option<TaskFacts> {
    let status = from.status.clone().unwrap_or_default();
    let container = status.container_status.clone().unwrap_or_default();
    let created = from.created_at.as_deref().and_then(at).unwrap_or_default();
    let state = task_state(status.state?);
    Some(TaskFacts {
        task: TaskRef {
            task: from.id.clone()?,
            slot: count(from.slot).filter(|s| *s != 0),
            node: from.node_id.clone().unwrap_or_default(),
        },
        service: from.service_id.clone().unwrap_or_default(),
        state,
        desired: from.desired_state.map_or(state, task_state),
        created,
        since: status.timestamp.as_deref().and_then(at).unwrap_or(created),
        exit_code: container.exit_code.filter(|_| state.is_over()),
        container: container.container_id.filter(|c| !c.is_empty()),
        error: status.err.filter(|e| !e.is_empty()),
    })
}

fn task_state(from: bollard::models::TaskState) -> TaskState {
    use bollard::models::TaskState as Docker;
    match from {
        Docker::NEW => TaskState::New,
        Docker::ALLOCATED => TaskState::Allocated,
        Docker::PENDING => TaskState::Pending,
        Docker::ASSIGNED => TaskState::Assigned,
        Docker::ACCEPTED => TaskState::Accepted,
        Docker::PREPARING => TaskState::Preparing,
        Docker::READY => TaskState::Ready,
        Docker::STARTING => TaskState::Starting,
        Docker::RUNNING => TaskState::Running,
        Docker::COMPLETE => TaskState::Complete,
        Docker::SHUTDOWN => TaskState::Shutdown,
        Docker::FAILED => TaskState::Failed,
        Docker::REJECTED => TaskState::Rejected,
        Docker::REMOVE => TaskState::Remove,
        Docker::ORPHANED => TaskState::Orphaned,
    }
}

/// A node.
pub(super) fn node(from: &Node) -> NodeFacts {
    let spec = from.spec.clone().unwrap_or_default();
    let about = from.description.clone().unwrap_or_default();
    let state = from.status.as_ref().and_then(|s| word(s.state.as_ref()));
    NodeFacts {
        id: from.id.clone().unwrap_or_default(),
        name: about.hostname.unwrap_or_default(),
        role: word(spec.role.as_ref()).unwrap_or_default(),
        state: state.unwrap_or_default(),
        availability: word(spec.availability.as_ref()).unwrap_or_default(),
        engine: about
            .engine
            .and_then(|e| e.engine_version)
            .unwrap_or_default(),
    }
}

/// How many tasks run and are meant to, and how many the service wants. A global service or a job
/// wants as many as Swarm keeps going for it: one per eligible node, also while a task there is
/// being replaced.
pub(super) fn strength<'a>(
    replicas: Option<u64>,
    tasks: impl Iterator<Item = &'a TaskFacts>,
) -> (u64, u64) {
    let (mut running, mut kept) = (0, BTreeSet::new());
    for task in tasks {
        let over = task.state.is_over();
        let job = task.desired == TaskState::Complete && !over;
        running += u64::from(task.state == TaskState::Running && !task.desired.is_over());
        if task.desired <= TaskState::Running || job {
            let TaskRef { slot, node, .. } = &task.task;
            kept.insert((*slot, node.as_str()));
        }
    }
    (running, replicas.unwrap_or(kept.len() as u64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn stamps_keep_their_microseconds_and_zero_is_none() {
        assert_eq!(
            at("2026-11-23T12:21:25.123456789Z"),
            Some(At(1_795_436_485_123_456))
        );
        assert_eq!(
            at("2026-11-23T13:21:25.123456789+01:00"),
            Some(At(1_795_436_485_123_456))
        );
        assert_eq!(at("0001-01-01T00:00:00Z"), None);
        assert_eq!(at("soon"), None);
    }

    fn read(spec: &Value) -> ServiceFacts {
        let service = json!({ "ID": "s1", "Version": { "Index": 7 }, "Spec": spec });
        super::service(&serde_json::from_value(as_documented(service)).unwrap())
    }

    #[test]
    fn a_definition_is_read_as_it_is_written() {
        let facts = read(&json!({
            "Name": "api", "Labels": { "hivequake.allow": "true" },
            "Mode": { "Replicated": { "Replicas": 3 } },
            "TaskTemplate": {
                "ContainerSpec": {
                    "Image": "api:1", "Env": ["TOKEN=s3cret", "FLAG"],
                    "Healthcheck": { "Test": ["CMD", "/api", "health"], "Interval": 5_000_000_000_i64 },
                },
                "Resources": { "Limits": { "NanoCPUs": 300_000_000, "MemoryBytes": 0 } },
                "RestartPolicy": { "Condition": "any", "Delay": 0, "MaxAttempts": 0 },
                "LogDriver": { "Name": "splunk", "Options": { "splunk-token": "s3cret", "tag": "x" } },
            },
            "EndpointSpec": { "Mode": "dnsrr", "Ports": [
                { "TargetPort": 80, "PublishedPort": 8089, "PublishMode": "host", "Protocol": "tcp" }
            ] },
        }));
        assert_eq!((facts.version, facts.replicas), (7, Some(3)));
        assert_eq!(
            (facts.cpu_limit, facts.memory_limit),
            (Some(300_000_000), None)
        );
        assert_eq!(
            facts.restart_delay,
            Some(0),
            "a delay of 0 is not the default of 5 s"
        );
        assert_eq!(facts.env_names, ["TOKEN", "FLAG"]);
        assert!(facts.health_known && facts.health.is_some());
        assert_eq!(facts.ports[0].published, Some(8089));
        assert_eq!(facts.log_options.get("tag").map(String::as_str), Some("x"));
        assert!(!format!("{facts:?}").contains("s3cret"));
    }

    #[test]
    fn none_switches_a_health_check_off_and_silence_says_nothing() {
        let with = |check: Value| {
            read(&json!({ "TaskTemplate": { "ContainerSpec": { "HealthCheck": check } } }))
        };
        let off = with(json!({ "Test": ["NONE"] }));
        assert!(off.health.is_none() && off.health_known);
        let silent = with(json!({ "Interval": 1 }));
        assert!(silent.health.is_none() && !silent.health_known);
    }

    fn task_in(state: &str, desired: &str) -> TaskFacts {
        let listed = json!({
            "ID": "t", "ServiceID": "s1", "Slot": 1, "DesiredState": desired,
            "CreatedAt": "2026-11-23T12:00:00Z",
            "Status": { "State": state, "Timestamp": "2026-11-23T12:00:01.5Z",
                        "ContainerStatus": { "ContainerID": "c", "ExitCode": 0 } },
        });
        task(&serde_json::from_value(listed).unwrap()).unwrap()
    }

    #[test]
    fn a_running_task_has_no_exit_code_and_a_dead_one_has() {
        assert_eq!(task_in("running", "running").exit_code, None);
        assert_eq!(task_in("complete", "shutdown").exit_code, Some(0));
    }

    #[test]
    fn a_global_service_wants_what_swarm_keeps_going() {
        let tasks = [
            task_in("running", "running"),
            task_in("failed", "shutdown"),
            task_in("ready", "ready"),
            task_in("running", "shutdown"),
        ];
        // All on one node: what fails there and what replaces it are one that is wanted.
        assert_eq!(strength(None, tasks.iter()), (1, 1));
        assert_eq!(strength(Some(5), tasks.iter()), (1, 5));
        let job = [
            task_in("running", "complete"),
            task_in("complete", "complete"),
        ];
        assert_eq!(strength(None, job.iter()).1, 1);
    }
}
