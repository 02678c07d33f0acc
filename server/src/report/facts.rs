//! The facts at the head of a report, for both HTML and Markdown.
//!
//! Guarantee: each is read from the record or the analysis; what was not seen is said to be so.

use super::moments::{Zero, about, date, plus_minus};
use super::phrases;
use super::text::count;
use super::words::Words;
use crate::analysis::{Analysis, Claim, Hit};
use app::model::record::Record;
use app::model::run::Verdict;
use app::model::time::Micros;
use app::model::timeline::What;
use app::model::undo::{Undo, UndoEntry, UndoState};

/// Targets named in a sentence at most.
const MOST_NAMED: usize = 5;

/// The head of the report: name and value, in the order in which they are read.
pub fn facts(record: &Record, analysis: &Analysis) -> Vec<(&'static str, Words)> {
    let zero = Zero::of(record, analysis);
    let mut facts = vec![
        ("Verdict", verdict(analysis)),
        ("Date", Words::from(date(zero.at))),
        ("Target service", target(record, analysis)),
        ("Fault", fault(record)),
        ("Hypothesis", hypothesis(analysis)),
    ];
    if analysis.verdict != Verdict::Refused {
        facts.push(("Proof of effect", proof(record, analysis)));
    }
    facts.push(("Left behind", left_words(record)));
    facts.push(("Evidence", evidence(record)));
    facts
}

fn verdict(analysis: &Analysis) -> Words {
    let reason = if analysis.reason.is_empty() {
        phrases::meaning(analysis.verdict)
    } else {
        &analysis.reason
    };
    let words = Words::new().strong(analysis.verdict.word());
    words.plain(format!(": {reason}"))
}

fn target(record: &Record, analysis: &Analysis) -> Words {
    let words = Words::new().code(&record.run.experiment.target.service);
    let picked = analysis.hits.len().max(record.picked.len());
    if picked == 0 {
        return words.plain(", no task was picked");
    }
    let running = record
        .before
        .as_ref()
        .map(|before| before.running().count());
    let of = running.map_or_else(String::new, |n| format!(" of {n}"));
    let words = words.plain(format!(", {picked}{of} tasks"));
    let named = analysis.hits.iter().take(MOST_NAMED);
    let words = named.enumerate().fold(words, |words, (i, hit)| {
        words
            .plain(if i == 0 { ": " } else { ", " })
            .join("", place(hit))
    });
    match analysis.hits.len().saturating_sub(MOST_NAMED) {
        0 => words,
        more => words.plain(format!(" and {more} more")),
    }
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
    let faults = record.run.experiment.method.iter().map(|f| f.summary());
    faults.collect::<Vec<_>>().join(", then ").into()
}

fn hypothesis(analysis: &Analysis) -> Words {
    if analysis.checks.is_empty() {
        return "none: the run only watched".into();
    }
    analysis.checks.iter().fold(Words::new(), |words, claim| {
        words.join(" · ", claim_words(claim))
    })
}

fn claim_words(claim: &Claim) -> Words {
    let verdict = format!("{}, {}", claim.measured, judged(claim));
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
    if analysis.zero.is_none() {
        return "no fault was sent".into();
    }
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

/// Something that is not back in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What, and what to do.
    pub text: String,
    /// The command that puts it back by hand, where the text does not hold it.
    pub command: Option<String>,
}

/// What is not back in place.
pub fn left_behind(record: &Record) -> Vec<Left> {
    let said = record
        .run
        .outcome
        .as_ref()
        .map_or(&[][..], |o| &o.left_behind);
    let open = record.undo.iter().filter(|entry| !entry.state.is_settled());
    if said.is_empty() {
        return open.filter(|e| !is_nothing(e)).map(left).collect();
    }
    let commands = open.filter_map(|entry| entry.undo.by_hand());
    let mut commands = commands.filter(|c| !said.iter().any(|text| text.contains(c)));
    said.iter()
        .map(|text| Left {
            text: text.clone(),
            command: commands.next(),
        })
        .collect()
}

fn is_nothing(entry: &UndoEntry) -> bool {
    matches!(entry.undo, Undo::Nothing { .. })
}

fn left(entry: &UndoEntry) -> Left {
    let why = match &entry.state {
        UndoState::Failed { why } => format!(" ({why})"),
        _ => String::new(),
    };
    Left {
        text: format!("{}: {}{why}", entry.state.word(), entry.undo.text()),
        command: entry.undo.by_hand(),
    }
}

fn left_words(record: &Record) -> Words {
    let left = left_behind(record);
    if left.is_empty() {
        return nothing_left(record);
    }
    left.into_iter().fold(Words::new(), |words, left| {
        let words = words.join("; ", Words::new().strong(left.text));
        match left.command {
            Some(command) => words.plain(". By hand: ").code(command),
            None => words,
        }
    })
}

fn nothing_left(record: &Record) -> Words {
    let real = record.undo.iter().filter(|entry| !is_nothing(entry));
    let (mut back, mut others) = (0, Vec::new());
    for entry in real {
        match &entry.state {
            UndoState::LeftToOther { found } => others.push(format!(
                "{} was not done: somebody else changed it meanwhile, found {found}",
                entry.undo.text()
            )),
            UndoState::Reverted => back += 1,
            _ => {}
        }
    }
    let nothing = match back {
        0 => "nothing: no undo was open".to_owned(),
        n => format!("nothing: {} put back", count(n, "change", "changes")),
    };
    others
        .into_iter()
        .fold(nothing.into(), |words: Words, other| {
            words.plain(format!(". {other}"))
        })
}

/// "352 probes, 12 timeline entries, no gap".
pub fn evidence_in_short(record: &Record) -> String {
    let probes = record.probes.iter().map(|p| p.samples.len()).sum();
    let gaps = record
        .events
        .iter()
        .filter(|e| matches!(e.what, What::Gap { .. }))
        .count();
    let gaps = match gaps {
        0 => "no gap".to_owned(),
        n => count(n, "gap", "gaps"),
    };
    format!(
        "{}, {}, {gaps}",
        count(probes, "probe", "probes"),
        count(record.events.len(), "timeline entry", "timeline entries")
    )
}

fn evidence(record: &Record) -> Words {
    let mut text = evidence_in_short(record);
    if record.quality.task_poll.0 > 0 {
        text.push_str(&format!(
            "; task states seen every {} ms",
            super::moments::short_number(record.quality.task_poll.as_millis_f64())
        ));
    }
    text.push_str("; clock: the engine's");
    if record.quality.clock_resolution.0 > 0 {
        text.push_str(&format!(
            ", {} from the lab's, known to {}",
            offset(record.quality.clock_offset),
            plus_minus(record.quality.clock_resolution)
        ));
    }
    text.into()
}

fn offset(span: Micros) -> String {
    if span.0.abs() < 1_000 {
        return "less than 1 ms".to_owned();
    }
    format!("{:.0} ms", span.as_millis_f64().abs())
}

/// The figures that matter, for the strip.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// "Without service".
    pub name: &'static str,
    /// "6.3".
    pub value: String,
    /// " s ±0.1 s".
    pub unit: String,
    /// Measured beside its limit.
    pub meter: Option<Meter>,
}

/// A measured value beside its limit, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meter {
    /// Measured.
    pub value: f64,
    /// The limit.
    pub limit: f64,
    /// The end of the scale.
    pub max: f64,
    /// Whether less is better.
    pub less: bool,
}

/// The figures that matter; what was not measured is said, not left out.
pub fn figures(record: &Record, analysis: &Analysis) -> Vec<Figure> {
    let mut figures = Vec::new();
    if analysis.zero.is_some() {
        figures.push(outage(analysis));
        figures.push(full_strength(record, analysis));
        figures.extend(availability(record, analysis));
    }
    // Where nothing was judged, a meter beside its limit would look like a judgement.
    if !matches!(analysis.verdict, Verdict::Held | Verdict::Violated) {
        figures.iter_mut().for_each(|figure| figure.meter = None);
    }
    figures.push(left_figure(record));
    figures
}

fn plain(name: &'static str, value: impl Into<String>, unit: impl Into<String>) -> Figure {
    Figure {
        name,
        value: value.into(),
        unit: unit.into(),
        meter: None,
    }
}

fn outage(analysis: &Analysis) -> Figure {
    let name = "Without service";
    if analysis.probes.is_empty() {
        return plain(name, "not measured", " no probe");
    }
    let outages = analysis.probes.iter().flat_map(|p| p.outages.iter());
    let Some(longest) = outages.clone().max_by_key(|o| o.length.span) else {
        let every = analysis
            .probes
            .iter()
            .map(|p| p.every)
            .max()
            .unwrap_or_default();
        return plain(name, "0", format!(" s, probed every {}", about(every)));
    };
    let decimals = app::model::time::decimals_for(longest.length.resolution);
    let mut unit = format!(" s {}", plus_minus(longest.length.resolution));
    if longest.to.is_none() {
        unit.push_str(", to the end");
    }
    let most = analysis
        .probes
        .iter()
        .map(|p| p.outages.len())
        .max()
        .unwrap_or(0);
    if most > 1 {
        unit.push_str(&format!(", longest of {most}"));
    }
    plain(
        name,
        format!("{:.decimals$}", longest.length.span.as_secs_f64()),
        unit,
    )
}

fn full_strength(record: &Record, analysis: &Analysis) -> Figure {
    let name = "Full strength";
    let limit = record.run.experiment.hypothesis.recovers_within;
    let beside = limit.map_or_else(String::new, |l| {
        format!(" · limit {}", about(Micros(l.micros())))
    });
    let limit = limit.map(|l| l.get().as_secs_f64());
    let Some(full) = &analysis.recovery.full_strength else {
        let watched = analysis.recovery.not_within;
        let value = watched.map_or("not seen".to_owned(), |w| format!("> {}", about(w)));
        let mut figure = plain(name, value, beside);
        figure.meter = watched.and_then(|w| meter(w.as_secs_f64(), limit?, None, true));
        return figure;
    };
    let decimals = app::model::time::decimals_for(full.after.resolution);
    let seconds = full.after.span.as_secs_f64();
    let mut figure = plain(name, format!("{seconds:.decimals$}"), format!(" s{beside}"));
    figure.meter = limit.and_then(|limit| meter(seconds, limit, None, true));
    figure
}

fn availability(record: &Record, analysis: &Analysis) -> Option<Figure> {
    let sent: u64 = analysis.probes.iter().map(|p| p.after.sent).sum();
    let ok: u64 = analysis.probes.iter().map(|p| p.after.ok).sum();
    if sent == 0 {
        return None;
    }
    let claim = analysis
        .checks
        .iter()
        .find(|c| c.name.starts_with("availability"));
    let share = claim.map_or(100.0 * ok as f64 / sent as f64, |c| c.value);
    let limit = record.run.experiment.hypothesis.availability_at_least;
    let beside = limit.map_or_else(String::new, |l| format!(" · at least {} %", l.get()));
    let mut figure = plain("Availability after", percent(share), format!(" %{beside}"));
    figure.meter = limit.and_then(|l| meter(share, l.get(), Some(100.0), false));
    Some(figure)
}

/// One decimal, but never 100 where something failed, nor 0 where something came.
fn percent(share: f64) -> String {
    let text = format!("{share:.1}");
    match text.as_str() {
        "100.0" if share < 100.0 => "> 99.9".to_owned(),
        "100.0" => "100".to_owned(),
        "0.0" if share > 0.0 => "< 0.1".to_owned(),
        _ => text,
    }
}

fn meter(value: f64, limit: f64, max: Option<f64>, less: bool) -> Option<Meter> {
    let max = max.unwrap_or_else(|| limit.max(value));
    let sound = [value, limit, max]
        .iter()
        .all(|v| v.is_finite() && *v >= 0.0)
        && max > 0.0;
    sound.then_some(Meter {
        value,
        limit,
        max,
        less,
    })
}

fn left_figure(record: &Record) -> Figure {
    let name = "Left behind";
    match left_behind(record).len() {
        0 => plain(name, "nothing", ""),
        1 => plain(name, "1", " thing, see below"),
        n => plain(name, n.to_string(), " things, see below"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn fact(name: &str, record: &Record, analysis: &Analysis) -> String {
        let facts = facts(record, analysis);
        let found = facts.iter().find(|(n, _)| *n == name);
        found.map(|(_, words)| words.markdown()).unwrap_or_default()
    }

    #[test]
    fn the_kill_reads_as_it_was() {
        let (record, analysis) = sample::kill();
        let fact = |name| fact(name, &record, &analysis);
        assert_eq!(fact("Date"), "23 November 2026, 12:21:25 UTC");
        assert_eq!(
            fact("Target service"),
            "`neotix_neotix-api-canary`, 1 of 1 tasks: slot 1 on node `vm`"
        );
        assert_eq!(
            fact("Hypothesis"),
            "recovers within 15 s: **10.74 s, held** · availability at least 70 %: **78.1 %, held**"
        );
        assert_eq!(fact("Left behind"), "nothing: no undo was open");
        assert!(fact("Evidence").contains("no gap; task states seen every 50 ms"));
    }

    #[test]
    fn what_is_left_is_said_with_its_command() {
        let (record, analysis) = sample::not_restored();
        let left = fact("Left behind", &record, &analysis);
        assert!(left.contains("docker service update --label-rm"), "{left}");
        let figures = figures(&record, &analysis);
        assert_eq!(figures.last().map(|f| f.value.as_str()), Some("1"));
    }

    #[test]
    fn a_share_never_rounds_to_all_or_nothing() {
        assert_eq!(percent(100.0), "100");
        assert_eq!(percent(99.99), "> 99.9");
        assert_eq!(percent(0.01), "< 0.1");
        assert_eq!(percent(78.49), "78.5");
    }
}
