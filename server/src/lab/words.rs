//! Rows and moments in words, the same on every page.
//!
//! Guarantee: times are shown in UTC, in one format; nothing here looks anything up; text from the
//! swarm or from a document has nothing in it that hides or turns round what stands beside it.

use crate::engine::permission::permission;
use crate::report::moments::{self, day_and_time};
use crate::report::text::clean;
use crate::store::{Figures, RunSummary, Share};
use app::api::views::{Check, Permission, RunRow, Running, ServiceRow, ShareRow, TaskRow};
use app::model::facts::{ServiceFacts, Snapshot, TaskFacts};
use app::model::run::Phase;
use app::model::time::{At, Micros, about, seconds};
use app::model::timeline::{TaskState, short};

/// "23 Nov 2026, 12:21:25" (UTC).
pub fn when(at: At) -> String {
    day_and_time(at)
}

/// RFC 3339, UTC.
pub fn iso(at: At) -> String {
    moments::iso(at)
}

/// A run as lists show it.
pub fn run_row(run: RunSummary) -> RunRow {
    let RunSummary {
        id,
        title,
        service,
        fault,
        phase,
        verdict,
        reason,
        created,
        figures,
        ..
    } = run;
    let longest = figures.outage.filter(|_| phase == Phase::Done);
    RunRow {
        id,
        title: clean(&title),
        service: clean(&service),
        fault: clean(&fault),
        phase,
        verdict,
        reason: clean(&reason),
        when: when(created),
        when_iso: iso(created),
        recovery: recovery(figures),
        recovery_ms: figures.recovery.map(Micros::as_millis_f64),
        not_recovered_within_ms: figures.not_recovered_within.map(Micros::as_millis_f64),
        outage: longest.map(|longest| outage(longest, figures.outage_open)),
        outage_ms: longest.map(Micros::as_millis_f64),
        outage_open: figures.outage_open,
    }
}

fn outage(longest: Micros, open: bool) -> String {
    match (longest.0, open) {
        (0, false) => "none".to_owned(),
        (_, false) => seconds(longest),
        (_, true) => format!("more than {}", seconds(longest)),
    }
}

/// A run that is on, for every page's frame.
pub fn running(run: &RunSummary) -> Running {
    Running {
        id: run.id,
        title: clean(&run.title),
        service: clean(&run.service),
        fault: clean(&run.fault),
        phase: run.phase,
    }
}

fn recovery(figures: Figures) -> Option<String> {
    let never = figures
        .not_recovered_within
        .map(|least| format!("more than {}", about(least)));
    figures.recovery.map(seconds).or(never)
}

/// A service as lists show it.
pub fn service_row(
    service: &ServiceFacts,
    running: u64,
    desired: u64,
    allow: &[String],
    own: Option<&str>,
) -> ServiceRow {
    let state = state(service, running, desired);
    ServiceRow {
        name: clean(&service.name),
        image: clean(&image(&service.image)),
        mode: service.mode.clone(),
        running,
        desired,
        steady: state == "steady",
        state,
        target: readable(permission(service, allow, own)),
    }
}

fn readable(target: Permission) -> Permission {
    match target {
        Permission::Allowed(why) => Permission::Allowed(clean(&why)),
        Permission::NotListed(what) => Permission::NotListed(clean(&what)),
        Permission::Protected(why) => Permission::Protected(clean(&why)),
    }
}

/// Texts as pages show them.
pub fn cleaned(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| clean(text)).collect()
}

/// A check as pages show it.
pub fn check(check: &Check) -> Check {
    Check {
        state: check.state,
        text: clean(&check.text),
    }
}

/// Without its digest; a bare id as Docker shows it.
fn image(name: &str) -> String {
    match name.strip_prefix("sha256:") {
        Some(id) => id.chars().take(12).collect(),
        None => name.split('@').next().unwrap_or_default().to_owned(),
    }
}

fn state(service: &ServiceFacts, running: u64, desired: u64) -> String {
    match service.update_state.as_deref() {
        Some(state @ ("updating" | "paused" | "rollback_started" | "rollback_paused")) => {
            state.replace('_', " ")
        }
        _ if desired == 0 => "scaled to 0".to_owned(),
        _ if running < desired => format!("{running} of {desired} running"),
        _ => "steady".to_owned(),
    }
}

/// Those that may be attacked first, then by name.
pub fn sort_services(rows: &mut [ServiceRow]) {
    rows.sort_by_key(|row| {
        (
            !matches!(row.target, Permission::Allowed(_)),
            row.name.clone(),
        )
    });
}

/// The tasks of a snapshot, newest first.
pub fn task_rows(snapshot: &Snapshot) -> Vec<TaskRow> {
    let mut tasks: Vec<&TaskFacts> = snapshot.tasks.iter().collect();
    tasks.sort_by_key(|task| (std::cmp::Reverse(task.created), task.task.task.clone()));
    tasks
        .into_iter()
        .map(|task| task_row(snapshot, task))
        .collect()
}

fn task_row(snapshot: &Snapshot, task: &TaskFacts) -> TaskRow {
    TaskRow {
        id: short(&task.task.task).to_owned(),
        slot: task
            .task
            .slot
            .map(|slot| format!("slot {slot}"))
            .unwrap_or_default(),
        node: clean(snapshot.node_name(&task.task.node)),
        state: task.state.word().to_owned(),
        desired: task.desired.word().to_owned(),
        since: when(task.since),
        error: task.error.as_deref().map(clean),
        failed: matches!(task.state, TaskState::Failed | TaskState::Rejected),
    }
}

/// A link as lists show it.
pub fn share_row(share: &Share, now: At) -> ShareRow {
    let (expires, works) = match (share.revoked, share.expires) {
        (Some(revoked), _) => (format!("revoked {}", when(revoked)), false),
        (None, Some(until)) if until <= now => (format!("expired {}", when(until)), false),
        (None, Some(until)) => (format!("works until {}", when(until)), true),
        (None, None) => ("works until revoked".to_owned(), true),
    };
    ShareRow {
        id: share.id,
        made: when(share.made),
        expires,
        works,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::run::{DesignId, RunId};

    #[test]
    fn moments_are_in_utc_and_in_one_format() {
        let at = At(1_795_436_485_000_000);
        assert_eq!(when(at), "23 Nov 2026, 12:21:25");
        assert_eq!(iso(at), "2026-11-23T12:21:25Z");
    }

    fn summary(figures: Figures) -> RunSummary {
        RunSummary {
            id: RunId(uuid::Uuid::nil()),
            design: DesignId(uuid::Uuid::nil()),
            title: "A kill".to_owned(),
            service: "web".to_owned(),
            fault: "container-kill SIGKILL".to_owned(),
            phase: Phase::Done,
            verdict: None,
            reason: String::new(),
            created: At(0),
            figures,
        }
    }

    #[test]
    fn a_row_has_its_figures_as_words_and_as_numbers() {
        let row = run_row(summary(Figures {
            recovery: Some(Micros(10_741_500)),
            not_recovered_within: None,
            outage: Some(Micros(6_320_000)),
            outage_open: false,
        }));
        assert_eq!(row.recovery.as_deref(), Some("10.7 s"));
        assert_eq!(row.outage.as_deref(), Some("6.3 s"));
        let json = serde_json::to_value(&row).unwrap_or_default();
        assert_eq!(json["recovery_ms"].as_f64(), Some(10_741.5));
        assert_eq!(json["outage_ms"].as_f64(), Some(6_320.0));
        assert!(json["not_recovered_within_ms"].is_null());
        let row = run_row(summary(Figures {
            recovery: None,
            not_recovered_within: Some(Micros(60_000_000)),
            outage: Some(Micros(0)),
            outage_open: false,
        }));
        assert_eq!(row.recovery.as_deref(), Some("more than 60 s"));
        assert_eq!(row.not_recovered_within_ms, Some(60_000.0));
        assert_eq!(
            (row.outage.as_deref(), row.outage_ms),
            (Some("none"), Some(0.0))
        );
        let row = run_row(summary(Figures {
            outage: Some(Micros(1_100_000)),
            outage_open: true,
            ..Figures::default()
        }));
        assert_eq!(row.outage.as_deref(), Some("more than 1.1 s"));
        assert!(row.outage_open);
    }

    const HOSTILE: &str = "web\u{202e}gpj\u{2066}\u{1b}[2J\u{85}";

    fn tidy(view: &impl serde::Serialize) -> bool {
        let text = serde_json::to_value(view).unwrap_or_default().to_string();
        let tidy = "web\u{fffd}gpj\u{fffd}\u{fffd}[2J\u{fffd}";
        text.contains(tidy) && !text.contains("\u{202e}") && !text.contains("\\u001b")
    }

    #[test]
    fn text_that_turns_others_round_does_not_reach_a_list() {
        let service = ServiceFacts {
            name: "web".to_owned(),
            image: HOSTILE.to_owned(),
            labels: [("hivequake.protect".to_owned(), HOSTILE.to_owned())].into(),
            ..ServiceFacts::default()
        };
        let row = service_row(&service, 1, 1, &[], None);
        assert!(tidy(&row.image) && tidy(&row.target), "{row:?}");
        let mut snapshot = crate::faults::samples::snapshot(&[HOSTILE]);
        snapshot.tasks[0].error = Some(HOSTILE.to_owned());
        let row = &task_rows(&snapshot)[0];
        assert!(tidy(&row.node) && tidy(&row.error), "{row:?}");
        let row = run_row(RunSummary {
            title: HOSTILE.to_owned(),
            service: HOSTILE.to_owned(),
            fault: HOSTILE.to_owned(),
            reason: HOSTILE.to_owned(),
            ..summary(Figures::default())
        });
        for text in [&row.title, &row.service, &row.fault, &row.reason] {
            assert!(tidy(text), "{text:?}");
        }
    }
}
