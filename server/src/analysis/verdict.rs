//! The verdict, and why.
//!
//! Guarantee: never "held" when a claim failed or could not be judged, when a fault was not shown
//! to have taken effect, or when the evidence has a gap.

use super::case::Case;
use super::hits::first_unproven;
use super::reach::misses_the_target;
use super::removal::disturbed;
use super::unsent::unsent;
use super::words::{figure, list, sentence};
use super::{Claim, Evidence, Hit, Recovery};
use app::model::run::Verdict;
use app::model::time::about;
use app::model::timeline::{Event, What};

/// How a run ended, and one sentence why.
pub(super) fn judge(
    case: &Case,
    recovery: &Recovery,
    hits: &[Hit],
    claims: &[Claim],
) -> (Verdict, String) {
    ended_early(case)
        .or_else(|| invalid(case, hits, claims).map(|why| (Verdict::Invalid, said(&why))))
        .unwrap_or_else(|| by_claims(recovery, claims))
}

/// As a sentence of its own.
fn said(text: &str) -> String {
    format!("{}.", sentence(text.trim_end_matches('.')))
}

/// Aborted and refused runs stay what they are.
fn ended_early(case: &Case) -> Option<(Verdict, String)> {
    let outcome = case.record.run.outcome.as_ref();
    let early = outcome.filter(|o| matches!(o.verdict, Verdict::Aborted | Verdict::Refused));
    early.map(|o| (o.verdict, o.reason.clone())).or_else(|| {
        case.all().find_map(|event| match &event.what {
            What::Aborted { text } => Some((Verdict::Aborted, text.clone())),
            _ => None,
        })
    })
}

fn invalid(case: &Case, hits: &[Hit], claims: &[Claim]) -> Option<String> {
    if let Some(why) = disturbed(case) {
        return Some(why);
    }
    if case.sent.is_none() {
        return Some("no fault was sent".to_owned());
    }
    if let Some((why, _)) = first_unproven(case, hits) {
        return Some(format!("the fault was not proven: {why}"));
    }
    if let Some((text, _)) = gap(case) {
        return Some(format!("the evidence has a gap: {text}"));
    }
    if foreign_change(case).is_some() {
        let why = "somebody else updated the service during the run: what was seen may come from \
                   that";
        return Some(why.to_owned());
    }
    if let Some(why) = misses_the_target(case) {
        return Some(why);
    }
    // One that failed decides, whatever the others would have said.
    if claims.iter().any(|c| c.held == Some(false)) {
        return None;
    }
    let open = claims.iter().find(|c| c.held.is_none())?;
    Some(format!(
        "{} could not be judged: {} in the time watched",
        open.text(),
        open.measured
    ))
}

fn by_claims(recovery: &Recovery, claims: &[Claim]) -> (Verdict, String) {
    let failed: Vec<String> = claims
        .iter()
        .filter(|c| c.held == Some(false))
        .map(with_measure)
        .collect();
    if !failed.is_empty() {
        return (
            Verdict::Violated,
            said(&format!("did not hold: {}", list(&failed))),
        );
    }
    if !claims.is_empty() {
        let all: Vec<String> = claims.iter().map(with_measure).collect();
        return (Verdict::Held, said(&list(&all)));
    }
    match &recovery.full_strength {
        Some(full) if full.after.span.0 <= 0 => (
            Verdict::Held,
            "Nothing was claimed; it was never below full strength.".to_owned(),
        ),
        Some(full) => (
            Verdict::Held,
            format!(
                "Nothing was claimed; it recovered in {}.",
                figure(full.after)
            ),
        ),
        None => (Verdict::Violated, said(&not_recovered(recovery))),
    }
}

fn with_measure(claim: &Claim) -> String {
    format!("{} ({})", claim.text(), claim.measured)
}

fn not_recovered(recovery: &Recovery) -> String {
    let watched = recovery.not_within.map(about);
    watched.map_or("it did not recover".to_owned(), |watched| {
        format!("it had not recovered after {watched}")
    })
}

/// A gap in the evidence between the first fault and the end of observation: told by who watched, or
/// seen in what a probe lacks.
pub(super) fn gap(case: &Case) -> Option<(String, Evidence)> {
    let zero = case.zero()?;
    let told = case.all().find_map(|event| match &event.what {
        What::Gap { text, from, to } if *to >= zero && *from <= case.end => {
            Some((text.clone(), Evidence::event(event)))
        }
        _ => None,
    });
    told.or_else(|| unsent(case, zero))
}

/// A change of the service by somebody else while the run was on. What the snapshots say does not
/// matter: `docker service update --force` and a changed value of the environment leave them alike.
pub(super) fn foreign_change<'a>(case: &Case<'a>) -> Option<&'a Event> {
    case.all()
        .find(|e| matches!(e.what, What::ServiceUpdated { by_lab: false, .. }) && e.at <= case.end)
}
