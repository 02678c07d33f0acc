//! A container reduced to what must be the same after a recovery.
//!
//! Guarantee: the containers of two tasks of an unchanged service have equal `config`; whatever
//! differs by nature (ids, names, host names, the task's own labels and paths) is left out or
//! replaced, and no environment value leaves this file in the clear.

use super::facts::{at, env_name, health, is_secret};
use super::{Subject, Swarm, SwarmError};
use app::model::facts::{ContainerFacts, HealthCheck};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Paths that differ from one container of a service to the next.
const BY_NATURE: [&str; 4] = [
    "Config.MacAddress",
    "HostConfig.ContainerIDFile",
    "Config.Labels.com.docker.swarm.node.id",
    "Config.Labels.com.docker.swarm.task",
];

/// A container as inspected, with what only this room needs.
pub(super) struct Inspected {
    pub(super) facts: ContainerFacts,
    /// The check that is really used: the definition's merged with the image's.
    pub(super) health: Option<HealthCheck>,
    pub(super) exit_code: i64,
}

impl Swarm {
    /// The service that this process runs in, if any: its container's id begins with this
    /// machine's host name. None as well while no engine answers; it is asked again then.
    pub async fn own_service(&self) -> Option<String> {
        let found = self.inner.own.get_or_try_init(|| self.find_own_service());
        found.await.ok().cloned().flatten()
    }

    async fn find_own_service(&self) -> Result<Option<String>, SwarmError> {
        let Ok(host) = std::fs::read_to_string("/proc/sys/kernel/hostname") else {
            return Ok(None);
        };
        let container = self.container(host.trim()).await?;
        let label = "Config.Labels.com.docker.swarm.service.name";
        let name = container.as_ref().and_then(|c| c.config.get(label));
        Ok(name.and_then(|name| serde_json::from_str(name).ok()))
    }

    /// A container on the engine that is asked; none when it is not (or no longer) there.
    pub async fn container(&self, id: &str) -> Result<Option<ContainerFacts>, SwarmError> {
        Ok(self.inspect(id).await?.map(|i| i.facts))
    }

    pub(super) async fn inspect(&self, id: &str) -> Result<Option<Inspected>, SwarmError> {
        let subject = Subject::Container(id);
        self.refuse_odd(id, subject)?;
        match self.get(&format!("/containers/{id}/json"), subject).await {
            Ok(json) => Ok(Some(read(&json))),
            Err(SwarmError::ContainerGone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn read(json: &Value) -> Inspected {
    let state = |name: &str| json.pointer("/State").and_then(|s| s.get(name));
    let stamp = |value: Option<&Value>| value.and_then(Value::as_str).and_then(at);
    let label = |name: &str| json.pointer("/Config/Labels").and_then(|l| l.get(name));
    let check = json.pointer("/Config/Healthcheck").cloned();
    Inspected {
        facts: ContainerFacts {
            id: text(json.get("Id")).to_owned(),
            task: text(label("com.docker.swarm.task.id")).to_owned(),
            created: stamp(json.get("Created")),
            started: stamp(state("StartedAt")),
            finished: stamp(state("FinishedAt")),
            oom_killed: state("OOMKilled")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            config: config(json),
        },
        health: check
            .and_then(|c| serde_json::from_value(c).ok())
            .and_then(|c| health(&c)),
        exit_code: state("ExitCode")
            .and_then(Value::as_i64)
            .unwrap_or_default(),
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// The leaves of the configuration, path to JSON text.
fn config(json: &Value) -> BTreeMap<String, String> {
    let mut leaves = Leaves {
        own: own_words(json),
        found: BTreeMap::new(),
    };
    for part in ["Image", "Config", "HostConfig", "Mounts"] {
        leaves.walk(part, json.get(part).unwrap_or(&Value::Null));
    }
    let networks = json
        .pointer("/NetworkSettings/Networks")
        .and_then(Value::as_object);
    let mut names: Vec<&String> = networks.into_iter().flat_map(|n| n.keys()).collect();
    names.sort();
    leaves
        .found
        .insert("Networks".to_owned(), format!("{names:?}"));
    leaves.found
}

/// What is this container's own, longest first, and the word that stands for it.
fn own_words(json: &Value) -> Vec<(String, &'static str)> {
    let label = |name: &str| text(json.pointer("/Config/Labels").and_then(|l| l.get(name)));
    let id = text(json.get("Id"));
    let mut own = vec![
        (id.to_owned(), "<container>"),
        (id.chars().take(12).collect(), "<container>"),
        (
            label("com.docker.swarm.task.name").to_owned(),
            "<task name>",
        ),
        (label("com.docker.swarm.task.id").to_owned(), "<task>"),
        (label("com.docker.swarm.node.id").to_owned(), "<node>"),
    ];
    own.retain(|(word, _)| word.len() >= 8);
    own.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    own
}

struct Leaves {
    own: Vec<(String, &'static str)>,
    found: BTreeMap<String, String>,
}

impl Leaves {
    fn walk(&mut self, path: &str, value: &Value) {
        match value {
            Value::Null => {}
            _ if differs_by_nature(path) => {}
            Value::Array(entries) if path == "Config.Env" => self.env(entries),
            Value::Object(fields) => {
                for (name, inner) in fields {
                    if !(name_of_anonymous(fields) && matches!(name.as_str(), "Name" | "Source")) {
                        self.walk(&format!("{path}.{name}"), inner);
                    }
                }
            }
            Value::Array(entries) if entries.iter().any(Value::is_object) => {
                for (i, entry) in entries.iter().enumerate() {
                    self.walk(&format!("{path}.{}", key_of(entry, i)), entry);
                }
            }
            leaf => self.keep(path, &leaf.to_string()),
        }
    }

    fn env(&mut self, entries: &[Value]) {
        for entry in entries {
            let entry = self.neutral(text(Some(entry)));
            let path = format!("Config.Env.{}", env_name(&entry));
            self.found.insert(path, fingerprint(&entry));
        }
    }

    fn keep(&mut self, path: &str, value: &str) {
        let (path, mut value) = (self.neutral(path), self.neutral(value));
        if path.starts_with("HostConfig.LogConfig.Config.") && is_secret(&path) {
            value = fingerprint(&value);
        }
        self.found.insert(path, value);
    }

    fn neutral(&self, text: &str) -> String {
        self.own
            .iter()
            .fold(text.to_owned(), |text, (word, instead)| {
                text.replace(word, instead)
            })
    }
}

fn differs_by_nature(path: &str) -> bool {
    BY_NATURE.contains(&path) || path.starts_with("Config.Labels.com.docker.swarm.task.")
}

/// An entry of a list by what it is about, since engines list mounts in any order.
fn key_of(entry: &Value, index: usize) -> String {
    let name = entry
        .get("Destination")
        .or(entry.get("Target"))
        .and_then(Value::as_str);
    name.map_or_else(|| index.to_string(), str::to_owned)
}

/// An anonymous volume's name is 64 random hex digits; each container has its own.
fn name_of_anonymous(mount: &serde_json::Map<String, Value>) -> bool {
    let name = text(mount.get("Name"));
    mount.get("Type").is_some_and(|t| t == "volume")
        && name.len() == 64
        && name.chars().all(|c| c.is_ascii_hexdigit())
}

/// Enough to see a change (one in 65,536 goes unseen), too little to find the value again by
/// trying a list of likely secrets: thousands of them share every fingerprint.
fn fingerprint(entry: &str) -> String {
    let digest = Sha256::digest(entry.as_bytes());
    format!("\"#{:02x}{:02x}\"", digest[0], digest[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn container(id: &str, task: &str, memory: i64, token: &str) -> Value {
        let id = id.repeat(64);
        let task = task.repeat(25);
        let anonymous = format!("{}{}", &id[..32], &task[..25]);
        let anonymous = format!("{anonymous:0>64}").replace(|c: char| !c.is_ascii_hexdigit(), "f");
        json!({
            "Id": id, "Image": "sha256:1", "Created": "2026-11-23T12:00:00Z",
            "State": { "StartedAt": "2026-11-23T12:00:01Z", "FinishedAt": "0001-01-01T00:00:00Z",
                       "OOMKilled": false, "ExitCode": 0 },
            "Config": {
                "Hostname": &id[..12], "Cmd": ["/api", "serve"],
                "Env": [format!("TOKEN={token}"), format!("SELF={task}")],
                "Labels": {
                    "com.docker.swarm.task": "", "com.docker.swarm.task.id": task,
                    "com.docker.swarm.task.name": format!("api.1.{task}"),
                    "com.docker.swarm.service.name": "api", "own": "label",
                },
                "Healthcheck": { "Test": ["CMD", "/api"], "Interval": 5 },
            },
            "HostConfig": { "LogConfig": { "Config": { "splunk-token": token } }, "Memory": memory, "Binds": null, "Mounts": [
                { "Type": "volume", "Target": "/data" } ] },
            "Mounts": [
                { "Type": "volume", "Name": anonymous, "Source": format!("/v/{anonymous}/_data"),
                  "Destination": "/data" },
                { "Type": "bind", "Source": format!("/c/{id}/secret"), "Destination": "/run/s" },
            ],
            "NetworkSettings": { "Networks": { "b": { "IPAddress": "10.0.0.2" }, "a": {} } },
        })
    }

    #[test]
    fn two_tasks_of_an_unchanged_service_are_alike() {
        let old = read(&container("a", "k", 100, "x"));
        let new = read(&container("b", "m", 100, "x"));
        assert_eq!(old.facts.config, new.facts.config);
        assert_ne!(old.facts.task, new.facts.task);
        assert_eq!(old.facts.finished, None);
        assert!(old.health.is_some());
    }

    #[test]
    fn whatever_was_changed_shows_at_its_path() {
        let old = read(&container("a", "k", 100, "x")).facts.config;
        let new = read(&container("b", "m", 200, "y")).facts.config;
        let differ: Vec<&String> = old.keys().filter(|k| old.get(*k) != new.get(*k)).collect();
        assert_eq!(
            differ,
            [
                "Config.Env.TOKEN",
                "HostConfig.LogConfig.Config.splunk-token",
                "HostConfig.Memory"
            ]
        );
        assert_eq!(
            old.get("HostConfig.Memory").map(String::as_str),
            Some("100")
        );
        assert_eq!(
            old.get("Networks").map(String::as_str),
            Some(r#"["a", "b"]"#)
        );
        assert_eq!(
            old.get("Mounts./data.Type").map(String::as_str),
            Some("\"volume\"")
        );
    }

    #[test]
    fn no_environment_value_is_left() {
        let config = read(&container("a", "k", 100, "tr0ub4dor")).facts.config;
        assert!(config.contains_key("Config.Env.TOKEN"));
        assert!(!format!("{config:?}").contains("tr0ub4dor"));
    }
}
