//! What the lab knows of a service, its tasks, its nodes and its containers at one moment.
//!
//! Facts come from `swarm/` alone; texts in them come from the swarm and are hostile until
//! escaped by whoever shows them.

use super::time::At;
use super::timeline::{TaskRef, TaskState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A service as Swarm defines it. Times in nanoseconds, as the engine has them; `None` means the
/// definition does not say and Swarm's default applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ServiceFacts {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The version index of its definition.
    pub version: u64,
    /// The image, as the definition names it.
    pub image: String,
    /// Wanted replicas; none for a global service or a job.
    pub replicas: Option<u64>,
    /// "replicated", "global", "replicated job", "global job".
    pub mode: String,
    /// The service's own labels.
    pub labels: BTreeMap<String, String>,
    /// CPU limit in billionths of a core.
    pub cpu_limit: Option<i64>,
    /// Memory limit in bytes.
    pub memory_limit: Option<i64>,
    /// Limit of processes.
    pub pids_limit: Option<i64>,
    /// CPU reservation in billionths of a core.
    pub cpu_reservation: Option<i64>,
    /// Memory reservation in bytes.
    pub memory_reservation: Option<i64>,
    /// The health check of the definition, or of the running container's image.
    pub health: Option<HealthCheck>,
    /// Whether `health` says for sure that there is none (a container was looked at).
    pub health_known: bool,
    /// "any", "on-failure", "none".
    pub restart_condition: Option<String>,
    /// Nanoseconds between a task's death and its replacement's start. Swarm's default: 5 s.
    pub restart_delay: Option<i64>,
    /// Restarts per slot before Swarm gives up; none or 0: never.
    pub restart_max_attempts: Option<u64>,
    /// The window in nanoseconds in which attempts count; none or 0: for ever.
    pub restart_window: Option<i64>,
    /// How updates are rolled out.
    pub update: Option<UpdatePolicy>,
    /// How roll-backs are rolled out.
    pub rollback: Option<UpdatePolicy>,
    /// Nanoseconds between the stop signal and SIGKILL. Swarm's default: 10 s.
    pub stop_grace: Option<i64>,
    /// Whether an init process (tini) is PID 1.
    pub init: Option<bool>,
    /// Published ports.
    pub ports: Vec<Port>,
    /// "vip" or "dnsrr".
    pub endpoint_mode: Option<String>,
    /// Environment, `NAME` only: values may be secrets and never leave `swarm/`.
    pub env_names: Vec<String>,
    /// Log driver and its options.
    pub log_driver: Option<String>,
    /// Options of the log driver, by name.
    pub log_options: BTreeMap<String, String>,
    /// Whether the root file system is read-only.
    pub read_only: bool,
    /// Mount types, "bind" or "volume" or "tmpfs", with target path.
    pub mounts: Vec<(String, String)>,
    /// Placement constraints.
    pub constraints: Vec<String>,
    /// Most replicas on one node; none or 0: no limit.
    pub max_per_node: Option<u64>,
    /// State of the last update: "updating", "paused", "completed", ….
    pub update_state: Option<String>,
}

/// A health check. Nanoseconds; `None` means Docker's default (30 s, 30 s, 3, 0 s).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct HealthCheck {
    /// The command, first its form: `["CMD", "/sample", "health"]`.
    pub test: Vec<String>,
    /// Between two checks; the first waits this long too.
    pub interval: Option<i64>,
    /// For one check.
    pub timeout: Option<i64>,
    /// Failures in a row until unhealthy.
    pub retries: Option<i64>,
    /// Grace at the start.
    pub start_period: Option<i64>,
    /// Between two checks during the grace (Docker 25 and later).
    pub start_interval: Option<i64>,
}

/// How updates or roll-backs are rolled out. `None` means Swarm's default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct UpdatePolicy {
    /// Tasks at a time; 0 all at once. Default 1.
    pub parallelism: Option<i64>,
    /// Nanoseconds between two.
    pub delay: Option<i64>,
    /// "pause", "continue", "rollback". Default pause.
    pub failure_action: Option<String>,
    /// Nanoseconds for which a new task is watched. Default 5 s.
    pub monitor: Option<i64>,
    /// "stop-first" or "start-first". Default stop-first.
    pub order: Option<String>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Outside.
    pub published: Option<i64>,
    /// Inside.
    pub target: i64,
    /// "tcp", "udp", "sctp".
    pub protocol: String,
    /// "ingress" or "host".
    pub mode: String,
}

/// A task at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// Which.
    pub task: TaskRef,
    /// The service it belongs to, by id.
    pub service: String,
    /// Its state.
    pub state: TaskState,
    /// What Swarm wants of it.
    pub desired: TaskState,
    /// When it was created (the manager's clock).
    pub created: At,
    /// When it reached its state (its node's clock).
    pub since: At,
    /// Its container's full id, once there is one.
    pub container: Option<String>,
    /// The container's exit code, once it ended.
    pub exit_code: Option<i64>,
    /// Swarm's own error text.
    pub error: Option<String>,
}

/// A node of the swarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFacts {
    /// Its id.
    pub id: String,
    /// Its host name.
    pub name: String,
    /// "manager" or "worker".
    pub role: String,
    /// "ready", "down", ….
    pub state: String,
    /// "active", "pause", "drain".
    pub availability: String,
    /// The engine's version.
    pub engine: String,
}

/// A container as far as it must be the same after a recovery: the leaves of its configuration by
/// path (`HostConfig.Memory`), with what differs by nature left out and environment values
/// replaced by a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerFacts {
    /// Its full id.
    pub id: String,
    /// Its task's id.
    pub task: String,
    /// When it was created.
    pub created: Option<At>,
    /// When it was last started.
    pub started: Option<At>,
    /// When it ended.
    pub finished: Option<At>,
    /// Whether the engine marked it as killed for want of memory.
    pub oom_killed: bool,
    /// The configuration's leaves, path to JSON text.
    pub config: BTreeMap<String, String>,
}

/// The engine that the lab speaks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct EngineFacts {
    /// Its version, "20.10.24".
    pub version: String,
    /// Its API version, "1.41".
    pub api: String,
    /// "linux 6.18.44".
    pub kernel: String,
    /// "1" or "2".
    pub cgroup: String,
    /// "systemd" or "cgroupfs".
    pub cgroup_driver: String,
    /// The id of its node in the swarm; empty when it is in none.
    pub node: String,
    /// Its host name.
    pub name: String,
    /// Whether it is a manager of a swarm.
    pub manager: bool,
}

/// A service with all that belongs to it, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub at: At,
    /// The service.
    pub service: ServiceFacts,
    /// How many tasks it wants: the replicas, or one per eligible node for a global service.
    pub desired: u64,
    /// Its tasks, history included, newest first within a slot.
    pub tasks: Vec<TaskFacts>,
    /// The containers of its running tasks on reachable nodes.
    pub containers: Vec<ContainerFacts>,
    /// The swarm's nodes.
    pub nodes: Vec<NodeFacts>,
    /// The engine asked.
    pub engine: EngineFacts,
}

impl Snapshot {
    /// Tasks that run and are meant to.
    pub fn running(&self) -> impl Iterator<Item = &TaskFacts> {
        self.tasks
            .iter()
            .filter(|t| t.state == TaskState::Running && t.desired == TaskState::Running)
    }

    /// A node's name, or its id where the name is unknown.
    pub fn node_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.nodes
            .iter()
            .find(|n| n.id == id)
            .map_or(id, |n| n.name.as_str())
    }
}
