//! The report as `JUnit` XML, for build servers.
//!
//! Guarantee: well-formed XML 1.0 whatever the texts are; one test case for the verdict, which only
//! a run that held passes, one for each claim, one for the proof of the fault, one for everything
//! being back in place.

use super::facts::judged;
use super::html::{Html, Tag, el};
use super::left::left_behind;
use super::moments::{iso, short_number};
use super::text::for_xml;
use crate::analysis::{Analysis, Claim};
use app::model::record::Record;
use app::model::run::Verdict;
use app::model::timeline::What;

/// How a test case came out.
enum Came {
    Passed,
    Failed(String),
    Errored(String),
    Skipped(String),
}

/// The report as one test suite.
pub fn write(record: &Record, analysis: &Analysis) -> String {
    let run = &record.run;
    let cases = cases(record, analysis);
    let count = |wanted: fn(&Came) -> bool| cases.iter().filter(|(_, came)| wanted(came)).count();
    let service = for_xml(&run.experiment.target.service);
    let suite = el("testsuite")
        .attr("name", for_xml(&run.experiment.title))
        .attr("tests", cases.len())
        .attr("failures", count(|came| matches!(came, Came::Failed(_))))
        .attr("errors", count(|came| matches!(came, Came::Errored(_))))
        .attr("skipped", count(|came| matches!(came, Came::Skipped(_))))
        .attr("time", seconds(record))
        .attr("timestamp", iso(run.created).trim_end_matches('Z'))
        .with(line(properties(record, analysis)))
        .all(
            cases
                .iter()
                .map(|(name, came)| line(case(&service, name, came))),
        )
        .with("\n");
    let suites = Html::from(el("testsuites").with(suite));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        suites.as_str()
    )
}

/// On a line of its own, for whoever reads the file as it is.
fn line(tag: Tag) -> Html {
    Html::literal("\n").with(tag)
}

fn seconds(record: &Record) -> String {
    let ended = record.run.ended.unwrap_or(record.run.created);
    short_number((ended - record.run.created).as_secs_f64())
}

fn properties(record: &Record, analysis: &Analysis) -> Tag {
    let pairs = [
        ("run_id", record.run.id.to_string()),
        ("verdict", analysis.verdict.word().to_owned()),
        ("reason", analysis.reason.clone()),
        ("seed", record.run.seed.to_string()),
        ("rules", analysis.rules.to_string()),
    ];
    el("properties").all(pairs.map(|(name, value)| {
        el("property")
            .attr("name", name)
            .attr("value", for_xml(&value))
    }))
}

fn case(service: &str, name: &str, came: &Came) -> Tag {
    let tag = el("testcase")
        .attr("classname", service)
        .attr("name", for_xml(name));
    let told = |tag: &'static str, text: &str| el(tag).attr("message", for_xml(text));
    match came {
        Came::Passed => tag,
        Came::Failed(text) => tag.with(told("failure", text)),
        Came::Errored(text) => tag.with(told("error", text)),
        Came::Skipped(text) => tag.with(told("skipped", text)),
    }
}

fn cases(record: &Record, analysis: &Analysis) -> Vec<(String, Came)> {
    let claims = analysis.checks.iter().map(|claim| {
        (
            format!("{} {}", claim.name, claim.limit),
            claimed(claim, analysis),
        )
    });
    let verdict = ("verdict".to_owned(), judgement(analysis));
    let proof = ("fault proven".to_owned(), proven(record, analysis));
    let back = ("everything put back".to_owned(), put_back(record));
    let first = std::iter::once(verdict);
    first.chain(claims).chain([proof, back]).collect()
}

/// A build must not pass on a run that proves nothing.
fn judgement(analysis: &Analysis) -> Came {
    let reason = analysis.reason.clone();
    match analysis.verdict {
        Verdict::Held => Came::Passed,
        Verdict::Violated => Came::Failed(reason),
        Verdict::Aborted | Verdict::Invalid | Verdict::Refused => Came::Errored(reason),
    }
}

/// A claim counts only where the run proves anything.
fn claimed(claim: &Claim, analysis: &Analysis) -> Came {
    let measured = format!("{}, {}", claim.measured, judged(claim));
    match (analysis.verdict, claim.held) {
        (Verdict::Held | Verdict::Violated, Some(true)) => Came::Passed,
        (Verdict::Held | Verdict::Violated, Some(false)) => Came::Failed(measured),
        _ => Came::Skipped(format!("{measured}: {}", analysis.reason)),
    }
}

fn proven(record: &Record, analysis: &Analysis) -> Came {
    let missing = record.events.iter().find_map(|event| match &event.what {
        What::FaultNotProven { text, .. } => Some(text.clone()),
        _ => None,
    });
    let shown = record
        .events
        .iter()
        .any(|e| matches!(e.what, What::FaultProven { .. }));
    match (missing.or_else(|| unseen(analysis)), shown) {
        (Some(text), _) => Came::Errored(text),
        (None, true) => Came::Passed,
        (None, false) if analysis.zero.is_none() => {
            Came::Skipped(format!("no fault was sent: {}", analysis.reason))
        }
        (None, false) => Came::Errored("nothing shows that the fault took effect".to_owned()),
    }
}

/// A hit that was sent without anything that shows its effect, where there is one.
fn unseen(analysis: &Analysis) -> Option<String> {
    let mut sent = analysis.hits.iter().filter(|hit| hit.sent.is_some());
    let hit = sent.find(|hit| hit.proof.is_none())?;
    Some(format!(
        "nothing shows that container {} of {} was hit",
        hit.container, hit.slot
    ))
}

fn put_back(record: &Record) -> Came {
    let left = left_behind(record);
    if left.is_empty() {
        return Came::Passed;
    }
    let texts = left.into_iter().map(|left| match left.command {
        Some(command) => format!("{} (by hand: {command})", left.text),
        None => left.text,
    });
    Came::Failed(texts.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    /// Reads the document through and returns the test cases with what is in them.
    fn read(xml: &str) -> Vec<(String, Option<String>)> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        let mut cases: Vec<(String, Option<String>)> = Vec::new();
        loop {
            let event = reader.read_event().expect("well-formed XML");
            let (Event::Start(tag) | Event::Empty(tag)) = &event else {
                match event {
                    Event::Eof => return cases,
                    _ => continue,
                }
            };
            let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
            for attribute in tag.attributes() {
                let attribute = attribute.expect("a well-formed attribute");
                let value = attribute.unescape_value().expect("known entities");
                assert!(value.chars().all(|c| !c.is_control()), "{value:?}");
                if name == "testcase" && attribute.key.as_ref() == b"name" {
                    cases.push((value.into_owned(), None));
                }
            }
            if matches!(name.as_str(), "failure" | "error" | "skipped") {
                cases.last_mut().expect("inside a case").1 = Some(name);
            }
        }
    }

    fn named(cases: &[(String, Option<String>)]) -> Vec<(&str, Option<&str>)> {
        cases
            .iter()
            .map(|(n, c)| (n.as_str(), c.as_deref()))
            .collect()
    }

    #[test]
    fn a_run_that_held_passes_every_case() {
        let (record, analysis) = sample::kill();
        let cases = read(&write(&record, &analysis));
        assert_eq!(
            named(&cases),
            [
                ("verdict", None),
                ("recovers within 15 s", None),
                ("availability at least 70 %", None),
                ("fault proven", None),
                ("everything put back", None),
            ]
        );
    }

    #[test]
    fn what_was_not_put_back_fails_and_claims_of_an_aborted_run_are_skipped() {
        let (record, analysis) = sample::not_restored();
        let cases = read(&write(&record, &analysis));
        let cases = named(&cases);
        assert!(
            cases.contains(&("everything put back", Some("failure"))),
            "{cases:?}"
        );
        assert!(
            cases.contains(&("recovers within 15 s", Some("skipped"))),
            "{cases:?}"
        );
    }

    #[test]
    fn a_fault_without_proof_is_an_error() {
        let (mut record, analysis) = sample::invalid();
        let wanted = ("fault proven", Some("error"));
        assert!(named(&read(&write(&record, &analysis))).contains(&wanted));
        record
            .events
            .retain(|e| !matches!(e.what, What::FaultNotProven { .. }));
        assert!(named(&read(&write(&record, &analysis))).contains(&wanted));
        let (record, analysis) = sample::refused();
        let wanted = ("fault proven", Some("skipped"));
        assert!(named(&read(&write(&record, &analysis))).contains(&wanted));
    }

    #[test]
    fn only_a_run_that_held_passes() {
        let came = |verdict| {
            let (record, mut analysis) = sample::kill();
            analysis.verdict = verdict;
            read(&write(&record, &analysis)).swap_remove(0)
        };
        let verdict = |came: Option<&str>| ("verdict".to_owned(), came.map(str::to_owned));
        assert_eq!(came(Verdict::Held), verdict(None));
        assert_eq!(came(Verdict::Violated), verdict(Some("failure")));
        for nothing in [Verdict::Aborted, Verdict::Invalid, Verdict::Refused] {
            assert_eq!(came(nothing), verdict(Some("error")));
        }
        let (record, analysis) = sample::refused();
        assert!(
            write(&record, &analysis).contains("<error message=\"Everything was stopped by ada")
        );
    }

    #[test]
    fn one_hit_without_proof_is_an_error_whatever_the_others_show() {
        let (record, mut analysis) = sample::kill();
        let mut other = analysis.hits[0].clone();
        other.proof = None;
        analysis.hits.push(other);
        let wanted = ("fault proven", Some("error"));
        assert!(named(&read(&write(&record, &analysis))).contains(&wanted));
        analysis.hits[1].sent = None;
        let wanted = ("fault proven", None);
        assert!(named(&read(&write(&record, &analysis))).contains(&wanted));
    }

    #[test]
    fn hostile_text_stays_inside_its_attribute() {
        let (record, analysis) = sample::hostile();
        let xml = write(&record, &analysis);
        assert_eq!(read(&xml).len(), 5);
        assert!(!xml.contains("<script") && !xml.contains('\u{0}'));
    }
}
