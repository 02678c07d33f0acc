//! What a run proves: one function per statement.
//!
//! Guarantee: every finding cites its evidence (promise 7); one without is dropped here.

mod crash;
mod definition;
mod evidence;
mod outage;
mod swarm;
mod timing;
mod users;

pub use outage::is_without_service;

pub(super) use crash::attempts_used_up;
pub(super) use definition::{Crowd, crowd, running_before_served, shell};
pub(super) use outage::{
    began, cut_short, open_outage, share_lost, silent, takes_a_task, to_probe, whole,
};
pub(super) use timing::restart_delay_share;

use super::study::Study;
use super::words::list;
use super::{Bearing, Evidence, Finding};
use app::model::run::Verdict;

/// One statement, where the run proves it.
type Ask = fn(&Study) -> Option<Finding>;

/// Every statement there is, in the order of telling within one bearing.
const ALL: &[Ask] = &[
    users::never_recovered,
    users::single_replica,
    users::failed_again,
    users::answers_lost,
    users::no_outage,
    users::availability_missed,
    users::recovery_time,
    crash::crash_loop,
    crash::out_of_memory,
    crash::gave_up,
    crash::not_restarted,
    crash::signal_ignored,
    crash::others_died,
    crash::killed_while_starting,
    swarm::took_effect,
    swarm::detected,
    swarm::replicas_kept,
    swarm::configuration_kept,
    swarm::configuration_changed,
    swarm::limits_kept,
    swarm::failure_recorded,
    swarm::failure_not_recorded,
    timing::ready_to_running,
    timing::restart_delay_wait,
    timing::health_wait,
    timing::application_start,
    timing::slower_after,
    definition::no_health_check,
    definition::definition_gaps,
    definition::crowded_node,
    definition::shell_first,
    evidence::not_proven,
    evidence::gap,
    evidence::service_removed,
    evidence::service_scaled,
    evidence::foreign_update,
    evidence::failing_before,
    evidence::prober_late,
    evidence::few_samples,
    evidence::single_run,
];

/// All that the run proves, weaknesses first.
pub(super) fn findings(study: &Study) -> Vec<Finding> {
    let mut found: Vec<Finding> = ALL
        .iter()
        .filter_map(|ask| ask(study))
        .filter(|f| !f.evidence.is_empty())
        .collect();
    found.sort_by_key(|f| f.bearing);
    found
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of every statement")]
fn finding(
    id: &'static str,
    bearing: Bearing,
    statement: impl Into<String>,
    detail: impl Into<String>,
    evidence: Evidence,
) -> Option<Finding> {
    Some(Finding {
        id,
        bearing,
        statement: statement.into(),
        detail: detail.into(),
        evidence,
    })
}

/// Whether the run came to a judgement: claims are told as held or missed only then.
fn judged(study: &Study) -> bool {
    matches!(study.verdict, Verdict::Held | Verdict::Violated)
}

/// Named one by one up to this; a sentence with more is not read.
const NAMED: usize = 5;

/// The first few texts, and how many more there are.
fn first_few(texts: &[String]) -> String {
    let more = texts.len().saturating_sub(NAMED);
    match texts.get(..NAMED).filter(|_| more > 0) {
        Some(first) => format!("{} and {more} more", first.join(", ")),
        None => list(texts),
    }
}
