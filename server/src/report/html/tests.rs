//! What must hold of every report, whatever the run was like.

use super::{Open, body, document};
use crate::analysis::Analysis;
use crate::report::sample;
use app::model::record::Record;
use std::collections::BTreeSet;

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let parts = html.split(begin.as_str()).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

fn all() -> Vec<(&'static str, String)> {
    sample::all()
        .into_iter()
        .map(|(name, (record, analysis))| (name, body(&record, &analysis)))
        .collect()
}

#[test]
fn what_was_compared_is_one_click_from_the_finding() {
    let (record, analysis) = sample::kill();
    let html = body(&record, &analysis);
    assert!(html.contains("<a href=\"#compared\">snapshots before and after</a>"));
    assert_eq!(html.matches("id=\"compared\"").count(), 1);
    assert!(html.contains("<code>HostConfig.Memory</code></td><td>the same</td>"));
}

#[test]
fn every_link_within_the_page_has_its_target_and_no_id_is_there_twice() {
    for (name, html) in all() {
        let ids = values(&html, "id");
        let unique = ids.iter().collect::<BTreeSet<_>>();
        assert_eq!(ids.len(), unique.len(), "{name}: an id is there twice");
        let links = values(&html, "href");
        for link in links.iter().filter_map(|link| link.strip_prefix('#')) {
            assert!(unique.contains(&link), "{name}: #{link} leads nowhere");
        }
        for labels in values(&html, "aria-labelledby") {
            for id in labels.split(' ') {
                assert!(unique.contains(&id), "{name}: nothing is labelled by {id}");
            }
        }
    }
}

#[test]
fn evidence_is_one_click_away() {
    let (record, analysis) = sample::kill();
    let html = body(&record, &analysis);
    for event in &record.events {
        assert!(values(&html, "id").contains(&format!("e{}", event.seq).as_str()));
    }
    for finding in &analysis.findings {
        assert!(values(&html, "id").contains(&finding.id));
        for seq in &finding.evidence.events {
            assert!(html.contains(&format!("href=\"#e{seq}\"")));
        }
    }
    assert!(html.contains("href=\"#probe-0\"") && html.contains("id=\"probe-0\""));
}

/// The founding kill with its death recorded last of all.
fn recorded_late() -> (Record, Analysis) {
    let (mut record, mut analysis) = sample::kill();
    let last = record.events.len() - 1;
    (record.events[4].seq, record.events[last].seq) = (21, 5);
    for finding in &mut analysis.findings {
        for seq in &mut finding.evidence.events {
            *seq = if *seq == 5 { 21 } else { *seq };
        }
    }
    (record, analysis)
}

#[test]
fn events_are_numbered_by_time_and_anchored_as_recorded() {
    let (record, analysis) = recorded_late();
    let html = body(&record, &analysis);
    let timeline = html.split(">Timeline<").nth(1).unwrap_or_default();
    let numbers = timeline.split("<td class=\"n\">").skip(1).step_by(2);
    let numbers = numbers.filter_map(|cell| cell.split('<').next()?.parse::<usize>().ok());
    assert!(numbers.eq(1..=record.events.len()));
    let died = "href=\"#e21\" title=\"+0.062 s container 32fb59f8 died, exit code 137\">5</a>";
    assert!(html.contains(died), "{html}");
    let markdown = crate::report::markdown::write(&record, &analysis);
    assert!(markdown.contains("events 5, 10 |"), "{markdown}");
    assert!(markdown.contains("| 5 | +0.062 s | "), "{markdown}");
}

#[test]
fn no_text_from_outside_becomes_markup() {
    let (record, analysis) = sample::hostile();
    for html in [
        body(&record, &analysis),
        document(&record, &analysis, Open::All),
    ] {
        let lower = html.to_lowercase();
        assert!(!lower.contains("<script") && !lower.contains("<img"));
        assert!(!html.contains('\u{202e}') && !html.contains('\u{0}'));
        assert_eq!(values(&html, "onerror"), Vec::<&str>::new());
        assert!(
            html.contains("&lt;script&gt;"),
            "the text itself is still readable"
        );
    }
}

#[test]
fn nothing_in_it_needs_an_exception_from_the_security_policy() {
    for (name, html) in all() {
        assert!(
            !html.contains(" style=") && !html.contains("<script"),
            "{name}"
        );
        assert!(
            !html.contains("javascript:") && !html.contains("<link"),
            "{name}"
        );
        assert!(!html.contains("C0DE") && !html.contains("NaN"), "{name}");
    }
}

#[test]
fn it_is_read_in_order() {
    let (record, analysis) = sample::kill();
    let html = body(&record, &analysis);
    let order = [
        "<h1>Canary survives a container kill",
        "<p class=\"muted\">The canary has one replica: how long do users miss it?</p>",
        "<p class=\"muted\">Asked after the outage of April.</p>",
        "class=\"lead\"><b>",
        "class=\"strip\"",
        ">What happened<",
        ">Who was hit<",
        ">Recovery, taken apart<",
        ">Hypothesis<",
        ">Procedure<",
        ">Observations<",
        ">Probes<",
        ">Findings<",
        ">What to change<",
        ">What this run does not show<",
        ">Timeline<",
        "<footer>",
    ]
    .map(|needle| {
        html.find(needle)
            .unwrap_or_else(|| panic!("{needle} is missing"))
    });
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn figures_stand_beside_their_limits() {
    let (record, analysis) = sample::kill();
    let html = body(&record, &analysis);
    assert!(
        html.contains("<dd>10.7<small> s · limit 15 s</small></dd>"),
        "{html}"
    );
    assert!(html.contains("aria-label=\"Full strength: 10.7, at most 15\""));
    assert!(html.contains("aria-label=\"Availability after: 78.1, at least 70\""));
}

#[test]
fn latencies_are_named_as_those_of_answers() {
    let (record, analysis) = sample::kill();
    let html = document(&record, &analysis, Open::All);
    for head in ["Median answer", "99 % of answers", "Longest answer"] {
        assert!(html.contains(&format!(">{head}</th>")), "{head}");
    }
    assert!(!html.contains(">Median</th>") && !html.contains(">Longest</th>"));
}

#[test]
fn a_refused_run_shows_no_recovery_and_what_was_untouched() {
    let (record, analysis) = sample::refused();
    let html = body(&record, &analysis);
    assert!(!html.contains("Recovery, taken apart") && !html.contains("Full strength"));
    assert_eq!(html.matches("othing was changed").count(), 1, "{html}");
    assert_eq!(html.matches("stopped by ada").count(), 1, "{html}");
    let markdown = crate::report::markdown::write(&record, &analysis);
    assert_eq!(markdown.matches("othing was changed").count(), 1);
    assert!(html.contains("verdict refused"));
}

#[test]
fn what_is_left_comes_with_the_command() {
    let (record, analysis) = sample::not_restored();
    let html = body(&record, &analysis);
    assert!(html.contains("<code>docker service update --label-rm"));
    assert!(html.contains("was NOT removed") && !html.contains("removed again"));
    assert!(html.contains("Run <code>hivequake recover</code>, or by hand:"));
    assert!(html.contains("1<small> thing, see below"));
}

#[test]
fn the_file_is_whole_and_opens_for_print() {
    let (record, analysis) = sample::kill();
    let closed = document(&record, &analysis, Open::Closed);
    let open = document(&record, &analysis, Open::All);
    assert!(closed.starts_with("<!doctype html>\n<html lang=\"en\"><head>"));
    assert!(closed.contains("--heldbg") && closed.contains(".report"));
    assert!(!closed.contains("<details open"));
    assert_eq!(
        open.matches("<details open").count(),
        open.matches("<details").count()
    );
    assert!(open.contains(&format!("run {}\"", record.run.id)));
}
