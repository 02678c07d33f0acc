//! A service, its nodes, its containers, and the document of an experiment on it.

use super::builder::{Life, long};
use app::model::facts::{EngineFacts, HealthCheck, NodeFacts, Port, ServiceFacts, Snapshot};
use app::model::time::At;
use app::model::timeline::TaskState;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn snapshot(service: &ServiceFacts, lives: &[Life], engine: &str, at: At) -> Snapshot {
    let config = config(service);
    let mut nodes: Vec<&str> = lives.iter().map(|l| l.node).collect();
    nodes.dedup();
    Snapshot {
        at,
        service: service.clone(),
        desired: service.replicas.unwrap_or(1),
        tasks: lives
            .iter()
            .map(|l| l.facts(&service.id, TaskState::Running, at))
            .collect(),
        containers: lives
            .iter()
            .map(|l| l.container_facts(&config, at))
            .collect(),
        nodes: nodes.iter().map(|id| node(id, engine)).collect(),
        engine: EngineFacts {
            version: engine.to_owned(),
            api: "1.41".to_owned(),
            kernel: "linux 6.18.44".to_owned(),
            cgroup: "1".to_owned(),
            cgroup_driver: "cgroupfs".to_owned(),
            node: nodes.first().copied().unwrap_or("node0").to_owned(),
            name: "vm".to_owned(),
            manager: true,
        },
    }
}

fn node(id: &str, engine: &str) -> NodeFacts {
    NodeFacts {
        id: id.to_owned(),
        name: id.replace("node", "vm"),
        role: "manager".to_owned(),
        state: "ready".to_owned(),
        availability: "active".to_owned(),
        engine: engine.to_owned(),
    }
}

/// 41 leaves, as an inspected container has them.
fn config(service: &ServiceFacts) -> BTreeMap<String, String> {
    let mut leaves: BTreeMap<String, String> = [
        ("Config.Image", json!(service.image)),
        ("Config.StopSignal", json!("SIGTERM")),
        ("Config.User", json!("")),
        ("Config.WorkingDir", json!("/")),
        ("Config.Cmd.0", json!("/sample")),
        ("Config.Cmd.1", json!("serve")),
        ("Config.Healthcheck.Interval", json!(5_000_000_000_i64)),
        ("HostConfig.NanoCpus", json!(service.cpu_limit.unwrap_or(0))),
        (
            "HostConfig.Memory",
            json!(service.memory_limit.unwrap_or(0)),
        ),
        ("HostConfig.ReadonlyRootfs", json!(service.read_only)),
        ("HostConfig.RestartPolicy.Name", json!("")),
    ]
    .into_iter()
    .map(|(path, value)| (path.to_owned(), value.to_string()))
    .collect();
    for i in 0..(41 - leaves.len()) {
        leaves.insert(
            format!("Config.Env.VALUE_{i:02}"),
            format!("\"sha256:{i:04x}\""),
        );
    }
    leaves
}

pub fn service(name: &str, replicas: u64) -> ServiceFacts {
    ServiceFacts {
        id: long(&name.replace(['_', '-'], ""), 25),
        name: name.to_owned(),
        version: 42,
        image: "hivequake-sample:latest".to_owned(),
        replicas: Some(replicas),
        mode: "replicated".to_owned(),
        labels: BTreeMap::from([("hivequake.allow".to_owned(), "true".to_owned())]),
        cpu_limit: Some(300_000_000),
        memory_limit: Some(384 * 1024 * 1024),
        health: Some(HealthCheck {
            test: ["CMD", "/sample", "health"].map(str::to_owned).to_vec(),
            interval: Some(5_000_000_000),
            timeout: Some(2_000_000_000),
            retries: Some(3),
            start_period: None,
            start_interval: None,
        }),
        health_known: true,
        env_names: vec!["PORT".to_owned()],
        endpoint_mode: Some("dnsrr".to_owned()),
        ports: vec![Port {
            published: Some(8089),
            target: 8080,
            protocol: "tcp".to_owned(),
            mode: "host".to_owned(),
        }],
        ..ServiceFacts::default()
    }
}

pub fn document(
    title: &str,
    service: &str,
    url: &str,
    hypothesis: &Value,
    timing: &Value,
) -> Value {
    let mut whole = json!({ "probes": [{ "name": "api", "http": { "url": url } }] });
    if let (Some(to), Some(from)) = (whole.as_object_mut(), hypothesis.as_object()) {
        to.extend(from.clone());
    }
    json!({
        "apiVersion": "hivequake/v1",
        "title": title,
        "target": { "service": service, "tasks": { "count": 1, "pick": "random" } },
        "hypothesis": whole,
        "method": [{ "fault": "container-kill", "signal": "SIGKILL" }],
        "timing": timing,
    })
}
