//! How many replicas, and where.

use super::sources::{ADMIN, DEPLOY, REBALANCE_ISSUE, RESTART_SOURCE, STATIC_STABILITY};
use super::{Advice, Draft, change};
use crate::analysis::definition::{host_port, usable_nodes};
use crate::analysis::findings::{Crowd, crowd};
use crate::analysis::words::{about, count};
use crate::analysis::{Line, Severity};
use app::model::time::Micros;

/// One replica, and it was missed.
pub(super) fn pl_01(advice: &Advice) -> Option<Draft> {
    if !advice.has("single-replica") {
        return None;
    }
    let study = advice.study;
    let replaced = study.tasks_complete.as_ref();
    let (severity, gain) = match study.longest_outage() {
        Some((_, outage)) => (Severity::Critical, outage.length.span),
        None => (Severity::High, replaced.map_or(Micros(0), |m| m.after.span)),
    };
    Some(Draft {
        id: "PL-01",
        severity,
        title: "Run at least two replicas".to_owned(),
        because: "While the only replica is replaced, nothing serves.".to_owned(),
        from: &["single-replica", "never-recovered", "availability-missed"],
        field: "deploy.replicas",
        change: change(
            &["deploy"],
            Some("replicas: 1".to_owned()),
            Some("replicas: 2".to_owned()),
        ),
        caution: cautions(advice),
        verify: "Run this experiment again after the change, with a probe that can reach every \
                 replica; expected: no outage.",
        sources: &[STATIC_STABILITY, RESTART_SOURCE],
        gain,
    })
}

fn cautions(advice: &Advice) -> String {
    let Some(service) = advice.study.service() else {
        return String::new();
    };
    let nodes = usable_nodes(advice.study) as u64;
    let here = format!("there {}", are(nodes));
    let port = host_port(service).map(|port| {
        format!("Port {port} is published in host mode: two replicas need two nodes ({here}), or another port mode.")
    });
    let per_node = service.max_per_node.filter(|n| *n > 0 && n * nodes < 2);
    let per_node = per_node
        .map(|_| format!("max_replicas_per_node is 1: two replicas need two nodes ({here})."));
    let keeps = service.mounts.iter().find(|(kind, _)| kind != "tmpfs");
    let keeps = keeps.map(|(kind, target)| {
        format!("It keeps data in a {kind} at {target}: make sure that two can share it, or that each may have its own.")
    });
    let all: Vec<String> = port.into_iter().chain(per_node).chain(keeps).collect();
    all.join(" ")
}

fn are(nodes: u64) -> String {
    let verb = if nodes == 1 { "is" } else { "are" };
    format!("{verb} {nodes}")
}

/// Most replicas on one node.
pub(super) fn pl_02(advice: &Advice) -> Option<Draft> {
    let study = advice.study;
    let (before, nodes) = (study.before()?, usable_nodes(study) as u64);
    let Crowd { node, here, all } = crowd(study)?;
    let cap = all.div_ceil(nodes.saturating_sub(1).max(1));
    let there = before.service.max_per_node.filter(|n| *n > 0);
    Some(Draft {
        id: "PL-02",
        severity: Severity::Medium,
        title: "Spread the replicas over the nodes".to_owned(),
        because: format!(
            "{here} of {} ({}) run on node {}.",
            count(all, "replica"),
            about(here as f64 / all.max(1) as f64),
            before.node_name(&node)
        ),
        from: &["crowded-node"],
        field: "deploy.placement.max_replicas_per_node",
        change: capped(there, cap, here),
        caution: "Swarm does not move running tasks by itself: docker service update --force \
                  spreads them once. With a cap, replicas of a lost node wait while the other \
                  nodes are full."
            .to_owned(),
        verify: "Kill the replicas of the fullest node; expected: no answer is lost.",
        sources: &[DEPLOY, ADMIN, REBALANCE_ISSUE],
        gain: Micros(0),
    })
}

/// Only a cap that would have changed something.
fn capped(there: Option<u64>, cap: u64, most: u64) -> Vec<Line> {
    if cap >= most {
        return Vec::new();
    }
    change(
        &["deploy", "placement"],
        there.map(|n| format!("max_replicas_per_node: {n}")),
        Some(format!("max_replicas_per_node: {cap}")),
    )
}

/// "less pressing" where more replicas take the edge off; the severity goes down by one.
pub(super) fn less_pressing(advice: &Advice, severity: Severity) -> (Severity, &'static str) {
    if pl_01(advice).is_some() {
        (lower(severity), " Less pressing with two replicas.")
    } else if advice.has("no-outage") {
        (
            lower(severity),
            " Less pressing while other replicas go on serving.",
        )
    } else {
        (severity, "")
    }
}

fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
    }
}
