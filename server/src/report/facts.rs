//! The facts at the head of a report, for both HTML and Markdown.
//!
//! Guarantee: each is read from the record or the analysis; what was not seen is said to be so.

use super::left;
use super::moments::date;
use super::rows::Rows;
use super::text::count;
use super::words::Words;
use crate::analysis::{Analysis, Claim, Hit};
use app::model::experiment::Fault;
use app::model::record::Record;
use app::model::run::Verdict;
use app::model::time::{Micros, plus_minus};
use app::model::timeline::What;
use std::collections::BTreeSet;

/// Targets named in a sentence at most.
const MOST_NAMED: usize = 5;

/// The head of the report: name and value, in the order in which they are read.
pub fn facts(record: &Record, analysis: &Analysis) -> Vec<(&'static str, Words)> {
    let mut facts = Vec::new();
    // Claims beside their measured values say it already, and so does the lead of a run that was
    // not judged.
    let is_judged = matches!(analysis.verdict, Verdict::Held | Verdict::Violated);
    if is_judged && analysis.checks.is_empty() {
        facts.push(("Verdict", verdict(analysis)));
    }
    facts.extend([
        ("Date", Words::from(date(record.run.created))),
        ("Target service", target(record, analysis)),
        ("Fault", fault(record)),
    ]);
    facts.extend(analysis.zero.map(|zero| ("Fault sent", date(zero).into())));
    facts.push(("Hypothesis", hypothesis(analysis)));
    if analysis.verdict != Verdict::Refused {
        facts.push(("Proof of effect", proof(record, analysis)));
    }
    facts.push(("Left behind", left::words(record)));
    facts.push(("Evidence", evidence(record)));
    facts
}

fn verdict(analysis: &Analysis) -> Words {
    let words = Words::new().strong(analysis.verdict.word());
    words.plain(format!(": {}", analysis.reason))
}

fn target(record: &Record, analysis: &Analysis) -> Words {
    let words = Words::new().code(&record.run.experiment.target.service);
    let hits = places(analysis);
    let hit = hits.len();
    if hit == 0 {
        return words.plain(", no task was hit");
    }
    let running = record
        .before
        .as_ref()
        .map(|before| before.running().count());
    let of = running.map_or_else(String::new, |n| format!(" of {n}"));
    let words = words.plain(format!(", {hit}{of} tasks"));
    let named = hits.iter().take(MOST_NAMED);
    let words = named.enumerate().fold(words, |words, (i, hit)| {
        words
            .plain(if i == 0 { ": " } else { ", " })
            .join("", place(hit))
    });
    match hit.saturating_sub(MOST_NAMED) {
        0 => words,
        more => words.plain(format!(" and {more} more")),
    }
}

/// The hits, one for each slot: what two faults hit, or a task and its replacement, is one of the
/// tasks that ran before.
fn places(analysis: &Analysis) -> Vec<&Hit> {
    let mut seen = BTreeSet::new();
    let hits = analysis.hits.iter();
    hits.filter(|hit| seen.insert(&hit.slot)).collect()
}

/// "slot 1 on node `vm`".
pub fn place(hit: &Hit) -> Words {
    if hit.slot == hit.node {
        return Words::new().plain("node ").code(&hit.node);
    }
    let words = Words::new().plain(format!("{} on node ", hit.slot));
    words.code(&hit.node)
}

fn fault(record: &Record) -> Words {
    let faults = record.run.experiment.method.iter().map(Fault::summary);
    faults.collect::<Vec<_>>().join(", then ").into()
}

fn hypothesis(analysis: &Analysis) -> Words {
    if analysis.checks.is_empty() {
        return "none: nothing was claimed".into();
    }
    let counts = matches!(analysis.verdict, Verdict::Held | Verdict::Violated);
    analysis.checks.iter().fold(Words::new(), |words, claim| {
        words.join(" · ", claim_words(claim, counts))
    })
}

/// A claim counts only where the run proves anything.
fn claim_words(claim: &Claim, counts: bool) -> Words {
    let came = if counts { judged(claim) } else { "not judged" };
    let verdict = format!("{}, {came}", claim.measured);
    Words::new()
        .plain(format!("{} {}: ", claim.name, claim.limit))
        .strong(verdict)
}

/// The word for how a claim came out.
pub const fn judged(claim: &Claim) -> &'static str {
    match claim.held {
        Some(true) => "held",
        Some(false) => "violated",
        None => "not judged",
    }
}

fn proof(record: &Record, analysis: &Analysis) -> Words {
    let missing = record.events.iter().filter_map(|event| match &event.what {
        What::FaultNotProven { text, .. } => {
            Some(Words::new().strong("not shown").plain(format!(": {text}")))
        }
        _ => None,
    });
    let proven = proofs(record);
    let words = missing.chain(
        proven
            .iter()
            .take(MOST_NAMED)
            .map(|text| Words::from(*text)),
    );
    let words = words.fold(Words::new(), |words, next| words.join("; ", next));
    match (words.is_empty(), proven.len().saturating_sub(MOST_NAMED)) {
        (true, _) if analysis.zero.is_none() => "no fault was sent".into(),
        (true, _) => Words::new().strong("not shown"),
        (false, 0) => words,
        (false, more) => words.plain(format!("; and {more} more")),
    }
}

fn proofs(record: &Record) -> Vec<&str> {
    let proven = record.events.iter().filter_map(|event| match &event.what {
        What::FaultProven { text, .. } => Some(text.as_str()),
        _ => None,
    });
    proven.collect()
}

/// "352 probes, 12 timeline entries, no gap"; where the lab could not send some: "312 probes, 12
/// timeline entries, 40 more could not be sent".
pub fn evidence_in_short(record: &Record) -> String {
    let samples = record.probes.iter().flat_map(|p| &p.samples);
    let all = samples.clone().count();
    let sent = samples.filter(|s| s.outcome.was_sent()).count();
    let gaps = record
        .events
        .iter()
        .filter(|e| matches!(e.what, What::Gap { .. }))
        .count();
    let lacks = match (gaps, all - sent) {
        (0, 0) => "no gap".to_owned(),
        (0, n) => format!("{n} more could not be sent"),
        (gaps, 0) => count(gaps, "gap", "gaps"),
        (gaps, n) => format!("{n} more could not be sent, {}", count(gaps, "gap", "gaps")),
    };
    format!(
        "{}, {}, {lacks}",
        count(sent, "probe", "probes"),
        count(
            Rows::of(record).count(),
            "timeline entry",
            "timeline entries"
        )
    )
}

fn evidence(record: &Record) -> Words {
    let mut text = evidence_in_short(record);
    if record.quality.task_poll.0 > 0 {
        text.extend([format!(
            "; task states seen every {:.0} ms or sooner",
            record.quality.task_poll.as_millis_f64()
        )]);
    }
    text.push_str("; clock: the engine's");
    if record.quality.clock_resolution.0 > 0 {
        text.extend([format!(
            ", {} from the lab's, known to {}",
            offset(record.quality.clock_offset),
            plus_minus(record.quality.clock_resolution)
        )]);
    }
    text.into()
}

fn offset(span: Micros) -> String {
    if span.0.abs() < 1_000 {
        return "less than 1 ms".to_owned();
    }
    format!("{:.0} ms", span.as_millis_f64().abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use app::model::record::ProbeOutcome;

    fn fact(name: &str, record: &Record, analysis: &Analysis) -> String {
        let facts = facts(record, analysis);
        let found = facts.iter().find(|(n, _)| *n == name);
        found.map(|(_, words)| words.markdown()).unwrap_or_default()
    }

    #[test]
    fn the_kill_reads_as_it_was() {
        let (record, analysis) = sample::kill();
        let fact = |name| fact(name, &record, &analysis);
        assert_eq!(fact("Date"), "23 Nov 2026, 12:21:15 UTC", "the launch");
        assert_eq!(fact("Fault sent"), "23 Nov 2026, 12:21:25 UTC");
        assert_eq!(
            fact("Target service"),
            "`neotix_neotix-api-canary`, 1 of 1 tasks: slot 1 on node `vm`"
        );
        assert_eq!(
            fact("Hypothesis"),
            "recovers within 15 s: **10.7 s, held** · availability at least 70 %: **78.1 %, held**"
        );
        assert_eq!(
            fact("Left behind"),
            "Nothing was changed that needs putting back."
        );
        assert!(fact("Evidence").contains("no gap; task states seen every 50 ms or sooner"));
    }

    #[test]
    fn evidence_without_some_of_its_probes_is_not_told_as_whole() {
        let (mut record, _) = sample::kill();
        let all = record.probes[0].samples.len();
        record.probes[0].samples[3].outcome = ProbeOutcome::NotSent;
        let text = evidence_in_short(&record);
        assert!(text.starts_with(&format!("{} probes, ", all - 1)), "{text}");
        assert!(text.ends_with(", 1 more could not be sent"), "{text}");
    }

    #[test]
    fn a_run_that_was_not_judged_judges_no_claim() {
        let (record, mut analysis) = sample::kill();
        analysis.verdict = Verdict::Aborted;
        assert_eq!(
            fact("Hypothesis", &record, &analysis),
            "recovers within 15 s: **10.7 s, not judged** · availability at least 70 %: \
             **78.1 %, not judged**"
        );
    }

    #[test]
    fn a_fault_on_the_service_itself_hits_no_task() {
        let (record, analysis) = sample::not_restored();
        assert_eq!(
            fact("Target service", &record, &analysis),
            "`neotix_neotix-api-canary`, no task was hit"
        );
    }

    #[test]
    fn a_task_that_two_faults_hit_is_one_task() {
        let (record, mut analysis) = sample::kill();
        analysis.hits.push(analysis.hits[0].clone());
        assert_eq!(
            fact("Target service", &record, &analysis),
            "`neotix_neotix-api-canary`, 1 of 1 tasks: slot 1 on node `vm`"
        );
    }

    #[test]
    fn what_is_left_is_said_with_its_command() {
        let (record, analysis) = sample::not_restored();
        let left = fact("Left behind", &record, &analysis);
        assert!(left.contains("docker service update --label-rm"), "{left}");
    }
}
