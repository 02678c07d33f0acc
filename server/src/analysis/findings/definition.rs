//! The definition's own weaknesses: no health check, and what it leaves open.

use super::super::definition::{Gap, gaps, usable_nodes, worst_detection};
use super::super::study::Study;
use super::super::words::{count, figure, list};
use super::super::{Bearing, Evidence, Finding};
use super::finding;
use app::model::time::{Measured, as_set};
use std::collections::BTreeMap;

const SHELLS: [&str; 6] = ["sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash"];

/// Nobody asks the application whether it is well.
pub(super) fn no_health_check(study: &Study) -> Option<Finding> {
    let service = study.service()?;
    if !service.health_known || study.case.health().is_some() {
        return None;
    }
    let detail = running_before_served(study).map_or(
        "Swarm calls a task running as soon as its process is there.".to_owned(),
        |early| {
            format!(
                "Swarm called the task running {} before users were answered.",
                figure(early)
            )
        },
    );
    finding(
        "no-health-check",
        Bearing::Weakness,
        "No health check",
        detail,
        Evidence::other("service definition"),
    )
}

/// How long Swarm called the task running before users were answered, where it did.
pub(in crate::analysis) fn running_before_served(study: &Study) -> Option<Measured> {
    let r = &study.recovery;
    let early = r.running.as_ref()?.until(r.first_success.as_ref()?);
    (early.span.0 > early.resolution.0).then_some(early)
}

/// The gaps of the definition, together.
pub(super) fn definition_gaps(study: &Study) -> Option<Finding> {
    let found: Vec<String> = gaps(study).iter().map(|g| g.text().to_owned()).collect();
    if found.is_empty() {
        return None;
    }
    let hang = worst_detection(study)
        .filter(|_| gaps(study).contains(&Gap::SlowToNotice))
        .map(|worst| format!(" (up to {})", as_set(worst)))
        .unwrap_or_default();
    finding(
        "definition-gaps",
        Bearing::Neutral,
        format!(
            "The definition leaves {} open",
            count(found.len() as u64, "thing")
        ),
        format!(
            "{}.",
            list(&found).replace("noticed late", &format!("noticed late{hang}"))
        ),
        Evidence::other("service definition"),
    )
}

/// A node with most of the replicas.
pub(in crate::analysis) struct Crowd {
    /// Its id.
    pub node: String,
    /// Replicas that run on it.
    pub here: u64,
    /// Replicas that run.
    pub all: u64,
}

/// The node on which most replicas run, where they could be spread over several.
pub(in crate::analysis) fn crowd(study: &Study) -> Option<Crowd> {
    let before = study.before()?;
    let mut per_node: BTreeMap<&str, u64> = BTreeMap::new();
    for task in before.running() {
        *per_node.entry(task.task.node.as_str()).or_default() += 1;
    }
    let all: u64 = per_node.values().sum();
    let (node, here) = per_node.into_iter().max_by_key(|(_, number)| *number)?;
    let spread = usable_nodes(study) >= 2 && all >= 2 && before.service.mode == "replicated";
    let most = here as f64 / all.max(1) as f64 > 0.6;
    (spread && most).then(|| Crowd {
        node: node.to_owned(),
        here,
        all,
    })
}

/// Most replicas run on one node.
pub(super) fn crowded_node(study: &Study) -> Option<Finding> {
    let crowd = crowd(study)?;
    finding(
        "crowded-node",
        Bearing::Weakness,
        "Most replicas are on one node",
        format!(
            "Node {} has {} of {}.",
            study.before()?.node_name(&crowd.node),
            crowd.here,
            crowd.all
        ),
        Evidence::other("snapshot before"),
    )
}

/// A shell is process 1, and no init passes signals on.
pub(super) fn shell_first(study: &Study) -> Option<Finding> {
    let shell = shell(study)?;
    if study.service()?.init == Some(true) {
        return None;
    }
    finding(
        "shell-first",
        Bearing::Neutral,
        "A shell is the first process of the container",
        format!("It starts {shell}, without an init."),
        Evidence::other("snapshot before"),
    )
}

/// The shell that a container of the service starts, where it starts one. What the entrypoint
/// names is process 1; the command is that only where there is no entrypoint.
pub(in crate::analysis) fn shell(study: &Study) -> Option<String> {
    let config = &study.before()?.containers.first()?.config;
    let word = |path: &str| first_word(config.get(path)?);
    let first = word("Config.Entrypoint").or_else(|| word("Config.Cmd"))?;
    SHELLS.contains(&first.as_str()).then_some(first)
}

/// The first of a list written as JSON.
fn first_word(list: &str) -> Option<String> {
    let words: Vec<String> = serde_json::from_str(list).ok()?;
    words.into_iter().next().filter(|word| !word.is_empty())
}
