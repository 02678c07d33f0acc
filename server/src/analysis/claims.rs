//! What the hypothesis claims, beside what was measured.
//!
//! Guarantee: a recovery that was not seen is "more than" the time watched, never dropped; what
//! could not be judged says so (`held` is none).

use super::case::Case;
use super::words::{figure, percent_beside, reaches};
use super::{Claim, ProbeStats, Recovery};
use app::model::run::Verdict;
use app::model::time::{Measured, Micros, about, as_set, length};

/// Every claim of the hypothesis, as far as what was measured says.
pub(super) fn claims(case: &Case, recovery: &Recovery, probes: &[ProbeStats]) -> Vec<Claim> {
    let hypothesis = &case.record.run.experiment.hypothesis;
    let within = hypothesis
        .recovers_within
        .map(|limit| recovers_within(recovery, Micros(limit.micros())));
    let available = hypothesis
        .availability_at_least
        .map(|limit| availability(probes, limit.ratio()));
    within.into_iter().chain(available).collect()
}

fn recovers_within(recovery: &Recovery, limit: Micros) -> Claim {
    let (measured, value, held) = match (&recovery.full_strength, recovery.not_within) {
        (Some(full), _) if full.after.span.0 <= 0 => (
            "never below full strength".to_owned(),
            Micros(0),
            Some(true),
        ),
        (Some(full), _) => (
            beside(full.after, limit),
            full.after.span,
            Some(full.after.span <= limit),
        ),
        // Watched for less than the limit: it may still have held.
        (None, Some(watched)) => (
            format!("more than {}", about(watched)),
            watched,
            (watched >= limit).then_some(false),
        ),
        (None, None) => ("not measured".to_owned(), Micros(0), None),
    };
    Claim {
        name: "recovers within".to_owned(),
        limit: as_set(limit),
        measured,
        value: value.as_secs_f64(),
        limit_value: limit.as_secs_f64(),
        held,
    }
}

/// A time above its limit by less than is written says by how much.
fn beside(measured: Measured, limit: Micros) -> String {
    let over = measured.span.0 - limit.0;
    let text = figure(measured);
    if (1..100_000).contains(&over) {
        return format!("{text}, {} over", length(Micros(over), measured.resolution));
    }
    text
}

fn availability(probes: &[ProbeStats], limit: f64) -> Claim {
    let share = availability_after(probes);
    Claim {
        name: "availability at least".to_owned(),
        limit: format!("{} %", limit_text(limit)),
        measured: share.map_or("not measured".to_owned(), |s| percent_beside(s, limit)),
        value: share.unwrap_or(0.0) * 100.0,
        limit_value: limit * 100.0,
        held: share.map(|s| reaches(s, limit)),
    }
}

fn limit_text(limit: f64) -> String {
    let text = format!("{:.3}", limit * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Share of all probes answered from the fault to the end of observation, 0 to 1.
pub(super) fn availability_after(probes: &[ProbeStats]) -> Option<f64> {
    let sent: u64 = probes.iter().map(|p| p.after.sent).sum();
    let ok: u64 = probes.iter().map(|p| p.after.ok).sum();
    (sent > 0).then(|| ok as f64 / sent as f64)
}

/// The claims of a run that ended so: where it proves nothing, no claim held or failed.
pub(super) fn as_judged(verdict: Verdict, claims: Vec<Claim>) -> Vec<Claim> {
    let counts = matches!(verdict, Verdict::Held | Verdict::Violated);
    let judged = |claim: Claim| Claim {
        held: claim.held.filter(|_| counts),
        ..claim
    };
    claims.into_iter().map(judged).collect()
}

impl Claim {
    /// "recovers within 15 s".
    pub fn text(&self) -> String {
        format!("{} {}", self.name, self.limit)
    }
}
