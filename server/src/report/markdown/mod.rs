//! The report in Markdown, for a wiki, a ticket or a mail.
//!
//! Guarantee: what came from the swarm or a user stays text: it opens no emphasis, no table cell,
//! no link and no markup.

mod escape;

pub use escape::{code, inline, strong};

use super::facts::facts;
use super::moments::{Zero, date};
use super::observations::{observations, resolution, source};
use super::phrases::{ROUNDED, bearing, probe_sentence, severity, statement};
use super::procedure::procedure;
use super::rows::Rows;
use super::text::{lower_first, paragraphs};
use crate::analysis::{Analysis, Evidence, Finding, ProbeStats, Recommendation};
use app::model::record::Record;
use app::model::time::{Micros, length, offset};
use escape::fenced;

/// The whole report.
pub fn write(record: &Record, analysis: &Analysis) -> String {
    let mut out = head(record, analysis);
    out.push_str(&hits(analysis));
    out.push_str(&parts(analysis));
    out.push_str(&steps(record, analysis));
    out.push_str(&observed(record, analysis));
    out.push_str(&probes(&analysis.probes));
    out.push_str(&findings(record, &analysis.findings));
    out.push_str(&recommendations(&analysis.recommendations));
    out.push_str(&not_shown(&analysis.not_shown));
    out.push_str(&compared(analysis));
    out.push_str(&timeline(record, analysis));
    out.push_str(&foot(record, analysis));
    out
}

fn head(record: &Record, analysis: &Analysis) -> String {
    let title = inline(&record.run.experiment.title);
    let mut out = format!("# {title} - **{}**\n\n", analysis.verdict.word());
    out.push_str(&description(record));
    let mut lead = analysis.lead.iter();
    if let Some(first) = lead.next() {
        out.push_str(&strong(first));
    }
    for sentence in lead {
        out.push(' ');
        out.push_str(&inline(sentence));
    }
    out.push_str("\n\n| | |\n|---|---|\n");
    for (name, words) in facts(record, analysis) {
        out.extend([format!("| {name} | {} |\n", words.markdown())]);
    }
    out
}

/// Why the experiment is run, in its author's words.
fn description(record: &Record) -> String {
    let text = record.run.experiment.description.as_deref();
    let paragraphs = paragraphs(text.unwrap_or_default());
    let each = paragraphs
        .iter()
        .map(|text| format!("{}\n\n", inline(text)));
    each.collect()
}

fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("\n## {title}\n\n{body}")
}

fn table(head: &[&str], right: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows = rows
        .flat_map(|cells| ["| ".to_owned(), cells.join(" | "), " |\n".to_owned()])
        .collect::<String>();
    if rows.is_empty() {
        return rows;
    }
    let line = (0..head.len()).map(|i| if right.contains(&i) { "---:|" } else { "---|" });
    format!(
        "| {} |\n|{}\n{rows}",
        head.join(" | "),
        line.collect::<String>()
    )
}

fn hits(analysis: &Analysis) -> String {
    let rows = analysis.hits.iter().map(|hit| {
        let recovered = hit
            .recovered
            .as_ref()
            .map_or("not seen".to_owned(), |m| m.after.to_string());
        vec![
            format!("{} · {}", inline(&hit.slot), code(&hit.task)),
            inline(&hit.node),
            inline(&hit.why),
            hit.sent
                .map_or("not sent".to_owned(), |s| offset(s, Micros(1_000))),
            hit.proof.as_deref().map_or("none".to_owned(), inline),
            recovered,
            hit.error.as_deref().map_or(String::new(), inline),
        ]
    });
    let head = [
        "target",
        "node",
        "why",
        "sent",
        "proof",
        "recovered",
        "Swarm's error",
    ];
    section("Who was hit", &table(&head, &[3, 5], rows))
}

fn parts(analysis: &Analysis) -> String {
    let rows = analysis.split.iter().map(|part| {
        vec![
            inline(&part.name),
            offset(part.from, part.known.0),
            length(part.length(), part.resolution),
            source(&app::model::timeline::Source::Engine, part.resolution).replacen(
                "engine",
                &inline(&part.source),
                1,
            ),
        ]
    });
    let mut body = table(&["part", "from", "took", "seen by"], &[1, 2], rows);
    if let Some(full) = &analysis.recovery.full_strength
        && !body.is_empty()
    {
        body.extend([format!("\n{} in all. {ROUNDED}\n", full.after.length())]);
    }
    section("Recovery, taken apart", &body)
}

fn steps(record: &Record, analysis: &Analysis) -> String {
    let steps = procedure(record, analysis);
    let lines = steps
        .iter()
        .enumerate()
        .map(|(i, step)| format!("{}. {}\n", i + 1, step.markdown()));
    section("Procedure", &lines.collect::<String>())
}

fn observed(record: &Record, analysis: &Analysis) -> String {
    let (rows, more) = observations(record, analysis);
    let rows = rows.into_iter().map(|row| {
        let what = if row.key {
            strong(&row.what)
        } else {
            inline(&row.what)
        };
        vec![row.after, what, inline(&row.source)]
    });
    let mut body = table(&["after the fault", "what", "source"], &[0], rows);
    if more > 0 {
        body.extend([format!("\n{more} more in the timeline.\n")]);
    }
    section("Observations", &body)
}

fn probes(probes: &[ProbeStats]) -> String {
    let sentences = probes.iter().map(|probe| {
        format!(
            "\nProbe {}: {}\n",
            code(&probe.name),
            inline(&probe_sentence(probe))
        )
    });
    sentences.collect()
}

fn findings(record: &Record, findings: &[Finding]) -> String {
    let numbers = Rows::of(record);
    let rows = findings.iter().map(|finding| {
        let statement = format!("{} {}", statement(finding), finding.detail);
        let statement = inline(statement.trim_end());
        vec![
            code(finding.id),
            bearing(finding.bearing).to_owned(),
            statement,
            evidence(&finding.evidence, &numbers),
        ]
    });
    section(
        "Findings",
        &table(&["finding", "", "statement", "evidence"], &[], rows),
    )
}

fn evidence(evidence: &Evidence, rows: &Rows) -> String {
    let mut parts = Vec::new();
    if !evidence.events.is_empty() {
        let rows = rows.telling(&evidence.events);
        let numbers = rows.keys().map(usize::to_string).collect::<Vec<_>>();
        let word = if numbers.len() == 1 {
            "event"
        } else {
            "events"
        };
        parts.push(format!("{word} {}", numbers.join(", ")));
    }
    parts.extend(
        evidence
            .probes
            .iter()
            .map(|name| format!("probe {}", code(name))),
    );
    parts.extend(evidence.other.iter().map(|text| inline(text)));
    parts.join("; ")
}

fn recommendations(all: &[Recommendation]) -> String {
    let each = all
        .iter()
        .enumerate()
        .map(|(i, r)| recommendation(i + 1, r));
    section("What to change", &each.collect::<Vec<_>>().join("\n"))
}

fn recommendation(number: usize, r: &Recommendation) -> String {
    let mut out = format!(
        "{number}. {} *{} · because: {}* ({}{})\n",
        strong(&end(&r.title)),
        severity(r.severity),
        inline(&lower_first(&r.because)),
        r.id,
        follows_from(&r.findings)
    );
    let indent = " ".repeat(number.to_string().len() + 2);
    if !r.change.is_empty() {
        out.push_str(&indented(&fenced(&r.change), &indent));
    } else if !r.field.is_empty() {
        out.extend([format!("\n{indent}Where: {}\n", code(&r.field))]);
    }
    let more = [
        ("Mind", inline(&r.caution)),
        ("Verify", inline(&r.verify)),
        ("Sources", r.sources.join("; ")),
    ];
    for (name, text) in more.iter().filter(|(_, text)| !text.is_empty()) {
        out.extend([format!("\n{indent}{name}: {text}\n")]);
    }
    out
}

/// ", follows from `restart-delay`"
fn follows_from(findings: &[&'static str]) -> String {
    let ids = findings.iter().map(|id| code(id)).collect::<Vec<_>>();
    if ids.is_empty() {
        return String::new();
    }
    format!(", follows from {}", ids.join(", "))
}

fn end(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn indented(block: &str, indent: &str) -> String {
    block
        .lines()
        .flat_map(|line| [indent, line, "\n"])
        .collect()
}

fn not_shown(sentences: &[String]) -> String {
    let text = sentences.iter().map(|s| format!("- {}\n", inline(s)));
    section("What this run does not show", &text.collect::<String>())
}

/// What was compared of the containers before and after; what differs is named in the findings.
fn compared(analysis: &Analysis) -> String {
    if analysis.compared.is_empty() {
        return String::new();
    }
    let rows = analysis.compared.iter().map(|compared| {
        let came = if compared.same {
            "the same"
        } else {
            "different"
        };
        vec![inline(&compared.field), came.to_owned()]
    });
    section("Compared", &table(&["field", "after"], &[], rows))
}

fn timeline(record: &Record, analysis: &Analysis) -> String {
    let zero = Zero::of(record, analysis);
    let rows = Rows::of(record);
    let rows = rows.iter().map(|row| {
        let event = row.event;
        let resolution = resolution(event, analysis);
        let (when, utc) = if row.stood {
            ("before".to_owned(), String::new())
        } else {
            (
                offset(event.at - zero.at, resolution),
                super::moments::stamp(event.at),
            )
        };
        vec![
            row.number.to_string(),
            when,
            utc,
            inline(&row.text()),
            inline(&source(&event.source, resolution)),
        ]
    });
    let table = table(&["#", "from zero", "UTC", "what", "source"], &[0, 1], rows);
    if table.is_empty() {
        return table;
    }
    section("Timeline", &format!("Zero is {}.\n\n{table}", zero.name()))
}

fn foot(record: &Record, analysis: &Analysis) -> String {
    format!(
        "\n---\n\nRun {} · launched {} · experiment version {} · rules {}\n",
        record.run.id,
        date(record.run.created),
        record.run.version,
        analysis.rules
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_kill_reads_as_a_report() {
        let (record, analysis) = sample::kill();
        let text = write(&record, &analysis);
        let at = |needle: &str| {
            text.find(needle)
                .unwrap_or_else(|| panic!("{needle} is missing in\n{text}"))
        };
        let order = [
            "# Canary survives a container kill - **held**",
            "\n\nThe canary has one replica: how long do users miss it?\n\nAsked after the outage of April.\n\n",
            "**neotix_neotix-api-canary was without service for 6.3 s",
            "| Hypothesis | recovers within 15 s: **10.7 s, held**",
            "\n\n10.7 s in all. Each part is rounded by itself",
            "## Procedure",
            "## Observations",
            "| +0.50 to +5.3 s | **task x0rx0c13 ready, waiting for the restart delay** | Swarm (±0.05 s) |",
            "Probe `api`: 251 sent after the fault, 196 answered, 54 refused, 1 timeout. One outage, 6.3 s (±0.1 s). Longest answer 920 ms.",
            "## Findings",
            "## What to change",
            "```diff",
            "+  replicas: 2",
            "## What this run does not show",
            "## Timeline",
        ]
        .map(at);
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn whatever_its_number_a_recommendation_holds_its_change() {
        let (_, analysis) = sample::kill();
        let one = &analysis.recommendations[0];
        assert!(recommendation(9, one).contains("\n   ```diff\n    deploy:\n"));
        assert!(recommendation(10, one).contains("\n    ```diff\n     deploy:\n"));
        let mut alert = one.clone();
        alert.change.clear();
        let text = recommendation(1, &alert);
        assert!(
            text.contains("\n\n   Where: `deploy.replicas`\n\n   Mind:"),
            "{text}"
        );
    }

    #[test]
    fn a_hostile_record_breaks_no_table() {
        let (record, analysis) = sample::hostile();
        let text = write(&record, &analysis);
        assert!(!text.contains('\u{202e}') && !text.contains('\u{0}'));
        // One backtick in the hostile text: its code stands in two, its blocks in three.
        let prose = text
            .split("```")
            .step_by(2)
            .flat_map(|part| part.split("``").step_by(2));
        assert!(prose.clone().any(|part| part.contains("&lt;script&gt;")));
        for part in prose {
            assert!(!part.contains("<script"), "{part}");
        }
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        let timeline = text.split("## Timeline").nth(1).unwrap_or_default();
        let rows = timeline.lines().filter(|line| line.starts_with('|'));
        assert!(rows.clone().count() > 5);
        for row in rows {
            assert_eq!(columns(row), 6, "{row}");
        }
    }
}
