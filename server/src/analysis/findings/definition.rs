//! The definition's own weaknesses: no health check, and what it leaves open.

use super::super::definition::{Gap, gaps, worst_detection};
use super::super::study::Study;
use super::super::words::{count, figure, list};
use super::super::{Bearing, Evidence, Finding};
use super::finding;
use app::model::time::{Measured, as_set};

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
