//! Findings, recommendations, and what the run does not show.
//!
//! Guarantee: each finding and each recommendation is an anchor and stands beside its evidence.

use super::Open;
use super::evidence::{evidence, finding as link};
use super::writer::{Html, Tag, el};
use crate::analysis::{Analysis, Bearing, Finding, Line, Recommendation, Severity};
use crate::report::phrases;
use crate::report::text::lower_first;
use app::model::record::Record;

/// What the run proves.
pub fn findings(record: &Record, analysis: &Analysis) -> Html {
    if analysis.findings.is_empty() {
        return Html::new();
    }
    let each = analysis.findings.iter();
    let items = each.map(|f| item(f, evidence(&f.evidence, record, analysis)));
    el("ul").class("find").all(items).into()
}

fn item(finding: &Finding, proof: Html) -> Tag {
    let (class, sign) = match finding.bearing {
        Bearing::Weakness => ("minus", "−"),
        Bearing::Strength => ("plus", "+"),
        Bearing::Neutral => ("zero", "·"),
    };
    let sign = el("span")
        .class("sign")
        .attr("role", "img")
        .attr("aria-label", phrases::bearing(finding.bearing))
        .with(sign);
    el("li")
        .id(finding.id)
        .class(class)
        .with(sign)
        .with(el("b").with(phrases::statement(finding)))
        .with(" ")
        .with(&finding.detail)
        .with(" ")
        .with(proof)
        .with(Html::literal(" "))
        .with(anchor(finding.id))
}

/// A link to the place itself, for copying.
fn anchor(id: &'static str) -> Tag {
    el("a")
        .class("here")
        .attr("href", format!("#{id}"))
        .attr("aria-label", format!("link to {id}"))
        .with("#")
}

/// What to change.
///
/// Several of low severity are folded away: they are good practice, not what the run was about.
pub fn recommendations(analysis: &Analysis, open: Open) -> Html {
    let all = &analysis.recommendations;
    let (low, pressing): (Vec<_>, Vec<_>) = all.iter().partition(|r| r.severity == Severity::Low);
    let cards = |some: Vec<&Recommendation>| -> Html {
        let cards = some.into_iter().map(|r| card(r, analysis));
        cards.collect()
    };
    if low.len() < 2 || pressing.is_empty() {
        return cards(all.iter().collect());
    }
    let summary = format!("{} more of low severity", low.len());
    let folded = el("details")
        .flag("open", open == Open::All)
        .with(el("summary").with(summary))
        .with(cards(low));
    cards(pressing).with(folded)
}

fn card(r: &Recommendation, analysis: &Analysis) -> Tag {
    let head = el("h3")
        .with(severity(r.severity))
        .with(" ")
        .with(&r.title)
        .with(" ")
        .with(anchor(r.id));
    let because = el("p").with("Because ").with(lower_first(&r.because));
    el("article")
        .class("rec")
        .id(r.id)
        .with(head)
        .with(because)
        .with(change(r))
        .maybe(told("Mind: ", &r.caution))
        .maybe(told("Verify: ", &r.verify))
        .maybe(foot(r, analysis))
}

fn severity(severity: Severity) -> Tag {
    let class = match severity {
        Severity::Critical => "sev critical",
        Severity::High => "sev high",
        Severity::Medium => "sev medium",
        Severity::Low => "sev low",
    };
    el("span").class(class).with(phrases::severity(severity))
}

fn change(r: &Recommendation) -> Html {
    if !r.change.is_empty() {
        return el("pre")
            .attr("tabindex", 0)
            .all(r.change.iter().map(line))
            .into();
    }
    if r.field.is_empty() {
        return Html::new();
    }
    el("p")
        .with("Where: ")
        .with(el("code").with(&r.field))
        .into()
}

fn line(line: &Line) -> Html {
    let (tag, sign, text) = match line {
        Line::Same(text) => ("span", "  ", text),
        Line::Out(text) => ("del", "- ", text),
        Line::In(text) => ("ins", "+ ", text),
    };
    Html::from(el(tag).with(Html::literal(sign)).with(text)).with(Html::literal("\n"))
}

fn told(name: &'static str, text: &str) -> Option<Tag> {
    (!text.is_empty()).then(|| {
        el("p")
            .with(el("span").class("muted").with(name))
            .with(text)
    })
}

/// Which findings it follows from, and where the advice comes from.
fn foot(r: &Recommendation, analysis: &Analysis) -> Option<Tag> {
    let findings = r
        .findings
        .iter()
        .filter_map(|id| link(id, analysis))
        .map(Html::from);
    let findings = findings.collect::<Vec<_>>();
    let sources = r
        .sources
        .iter()
        .map(|source| self::source(source))
        .collect::<Vec<_>>();
    if findings.is_empty() && sources.is_empty() {
        return None;
    }
    let from = listed("Follows from finding ", findings);
    let gap = if from.is_empty() || sources.is_empty() {
        ""
    } else {
        " · "
    };
    let foot = el("p").class("muted").with(from).with(Html::literal(gap));
    Some(foot.with(listed("Sources: ", sources)))
}

fn listed(name: &'static str, items: Vec<Html>) -> Html {
    items
        .into_iter()
        .enumerate()
        .fold(Html::new(), |all, (i, item)| {
            all.with(Html::literal(if i == 0 { name } else { "; " }))
                .with(item)
        })
}

fn source(source: &'static str) -> Html {
    if source.starts_with("https://") {
        return el("a")
            .attr("href", source)
            .attr("rel", "noreferrer")
            .with(source.trim_start_matches("https://"))
            .into();
    }
    source.into()
}

/// The limits of what was proven.
pub fn not_shown(sentences: &[String]) -> Html {
    if sentences.is_empty() {
        return Html::new();
    }
    el("ul")
        .class("plain")
        .all(sentences.iter().map(|s| el("li").with(s)))
        .into()
}
