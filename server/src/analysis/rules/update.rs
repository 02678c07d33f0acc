//! How updates are rolled out. A kill does not show it; the definition does.

use super::sources::{DEPLOY, UPDATE_SOURCE};
use super::{Advice, Draft, change};
use crate::analysis::Severity;
use crate::analysis::definition::{Gap, host_port};
use app::model::time::Micros;

const AT: &[&str] = &["deploy", "update_config"];

/// An update of the only replica is an outage as well.
pub(super) fn up_01(advice: &Advice) -> Option<Draft> {
    let service = advice.study.service()?;
    if !advice.leaves(Gap::UpdateStopsFirst) || service.max_per_node == Some(1) {
        return None;
    }
    advice.finding("single-replica")?;
    advice.study.longest_outage()?;
    Some(Draft {
        id: "UP-01",
        severity: Severity::Low,
        title: "Start the new task before the old one is stopped".to_owned(),
        because: "An update stops the only replica first, which is an outage like this one. Less \
                  pressing with two replicas."
            .to_owned(),
        from: &["single-replica", "definition-gaps"],
        field: "deploy.update_config.order",
        change: change(
            AT,
            order(advice).map(|order| format!("order: {order}")),
            Some("order: start-first".to_owned()),
        ),
        caution: "For a moment two run side by side: there must be room for both, and they must \
                  bear one another."
            .to_owned(),
        verify: "Update the service while a probe is watching; expected: no outage.",
        sources: &[UPDATE_SOURCE, DEPLOY],
        gain: Micros(0),
    })
}

fn order(advice: &Advice) -> Option<String> {
    advice.study.service()?.update.as_ref()?.order.clone()
}

/// A failed update stops half-way.
pub(super) fn up_02(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::UpdatePauses) {
        return None;
    }
    let update = advice.study.service()?.update.clone().unwrap_or_default();
    let said = if update.failure_action.is_some() {
        ""
    } else {
        ", the default"
    };
    Some(Draft {
        id: "UP-02",
        severity: Severity::Low,
        title: "Roll a failed update back".to_owned(),
        because: format!(
            "failure_action is pause{said}: a bad update stays half-way until somebody looks."
        ),
        from: &["definition-gaps"],
        field: "deploy.update_config.failure_action",
        change: change(
            AT,
            update
                .failure_action
                .map(|a| format!("failure_action: {a}")),
            Some("failure_action: rollback".to_owned()),
        ),
        caution: "Swarm notices only what fails within monitor (5 s unless set): make that longer \
                  than a bad version needs to fail."
            .to_owned(),
        verify: "Update to an image that cannot start; expected: the old version runs on.",
        sources: &[UPDATE_SOURCE, DEPLOY],
        gain: Micros(0),
    })
}

/// An update takes too many at once.
pub(super) fn up_05(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::UpdateTooWide) {
        return None;
    }
    let service = advice.study.service()?;
    let replicas = service.replicas?;
    let now = service.update.as_ref()?.parallelism?;
    let becomes = (replicas / 4).max(1);
    let takes = if now == 0 {
        format!("all {replicas}")
    } else {
        format!("{now} of {replicas}")
    };
    Some(Draft {
        id: "UP-05",
        severity: Severity::Low,
        title: format!("Update {becomes} at a time"),
        because: format!("An update takes {takes} replicas at once."),
        from: &["definition-gaps"],
        field: "deploy.update_config.parallelism",
        change: change(
            AT,
            Some(format!("parallelism: {now}")),
            Some(format!("parallelism: {becomes}")),
        ),
        caution: "Updates take longer; a delay between them gives caches time to warm up."
            .to_owned(),
        verify: "Update the service while a probe is watching; expected: no outage.",
        sources: &[DEPLOY],
        gain: Micros(0),
    })
}

/// Two copies at once cannot be placed.
pub(super) fn up_07(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::StartFirstCannotWork) {
        return None;
    }
    let service = advice.study.service()?;
    let why = host_port(service).map_or_else(
        || "max_replicas_per_node is reached on every node".to_owned(),
        |port| format!("port {port} is published in host mode and every node has one already"),
    );
    Some(Draft {
        id: "UP-07",
        severity: Severity::Medium,
        title: "Stop the old task first".to_owned(),
        because: format!("order is start-first, but {why}: an update never gets going."),
        from: &["definition-gaps"],
        field: "deploy.update_config.order",
        change: change(
            AT,
            Some("order: start-first".to_owned()),
            Some("order: stop-first".to_owned()),
        ),
        caution: "Or free a place: one node more, or another port mode.".to_owned(),
        verify: "Update the service; expected: it completes.",
        sources: &[UPDATE_SOURCE, DEPLOY],
        gain: Micros(0),
    })
}
