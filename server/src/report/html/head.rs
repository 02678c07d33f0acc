//! What one sees first: title, verdict, what the experiment is for, the key sentence, the figures
//! that matter; and the foot.
//!
//! Guarantee: a verdict is always a word, an icon and a colour together.

use super::writer::{Html, Tag, el};
use crate::analysis::Analysis;
use crate::report::figures::{Figure, Meter, figures};
use crate::report::left::left_behind;
use crate::report::moments::{Zero, date, short_number};
use crate::report::text::paragraphs;
use app::model::record::Record;
use app::model::run::Verdict;
use app::model::undo::RECOVER;

/// Title, description, key sentence, strip of figures.
pub fn head(record: &Record, analysis: &Analysis) -> Html {
    let title = el("h1")
        .with(&record.run.experiment.title)
        .with(" ")
        .with(verdict(analysis.verdict));
    Html::new()
        .with(title)
        .with(description(record))
        .with(lead(&analysis.lead))
        .with(strip(record, analysis))
        .with(alarm(record))
}

/// Why the experiment is run, in its author's words.
fn description(record: &Record) -> Html {
    let text = record.run.experiment.description.as_deref();
    let paragraphs = paragraphs(text.unwrap_or_default());
    let each = paragraphs
        .iter()
        .map(|text| el("p").class("muted").with(text));
    each.collect()
}

fn lead(sentences: &[String]) -> Html {
    let Some((first, rest)) = sentences.split_first() else {
        return Html::new();
    };
    let lead = el("p").class("lead").with(el("b").with(first));
    lead.all(rest.iter().map(|sentence| format!(" {sentence}")))
        .into()
}

/// The badge: icon, word, colour.
pub fn verdict(verdict: Verdict) -> Tag {
    el("span")
        .class(match verdict {
            Verdict::Held => "verdict held",
            Verdict::Violated => "verdict violated",
            Verdict::Aborted => "verdict aborted",
            Verdict::Invalid => "verdict invalid",
            Verdict::Refused => "verdict refused",
        })
        .with(icon(verdict))
        .with(verdict.word())
}

/// Drawn with strokes on a field of 16 by 16.
fn icon(verdict: Verdict) -> Tag {
    let strokes = match verdict {
        Verdict::Held => "M3 8.5l3.2 3.2L13 5",
        Verdict::Violated => "M4 4l8 8m0-8l-8 8",
        Verdict::Aborted => "M4 4h8v8H4z",
        Verdict::Invalid => "M5 5.4a3 3 0 1 1 4.7 2.5C8.6 8.7 8 9.3 8 10.2m0 2.6v.6",
        Verdict::Refused => "M8 2.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 1 0 8 2.6M4.2 4.2l7.6 7.6",
    };
    el("svg")
        .attr("viewBox", "0 0 16 16")
        .attr("aria-hidden", "true")
        .with(el("path").attr("d", strokes))
}

fn strip(record: &Record, analysis: &Analysis) -> Tag {
    let figures = figures(record, analysis);
    el("div")
        .class("strip")
        .with(verdict(analysis.verdict))
        .with(el("dl").all(figures.iter().map(figure)))
}

/// What is not back in place, where nobody can miss it.
fn alarm(record: &Record) -> Html {
    let left = left_behind(record);
    if left.is_empty() {
        return Html::new();
    }
    let items = left.iter().map(|left| {
        let command = left.command.as_ref();
        el("li")
            .with(&left.text)
            .maybe(command.map(|_| how()))
            .maybe(command.map(|command| el("pre").attr("tabindex", 0).with(command)))
    });
    el("div")
        .class("alarm")
        .with(el("b").with("Not back in place"))
        .with(el("ul").all(items))
        .into()
}

fn how() -> Html {
    Html::literal(". Run ")
        .with(el("code").with(RECOVER))
        .with(Html::literal(", or by hand:"))
}

fn figure(figure: &Figure) -> Tag {
    let value = el("dd").with(&figure.value);
    let value = if figure.unit.is_empty() {
        value
    } else {
        value.with(el("small").with(&figure.unit))
    };
    el("div")
        .with(el("dt").with(figure.name))
        .with(value)
        .maybe(
            figure
                .meter
                .map(|m| el("dd").class("gauge").with(meter(figure, m))),
        )
}

/// With `low` and `high` both at the limit, the browser tells good from bad by itself.
fn meter(figure: &Figure, meter: Meter) -> Tag {
    let Meter {
        value,
        limit,
        max,
        less,
    } = meter;
    let at = short_number;
    let says = if less { "at most" } else { "at least" };
    el("meter")
        .attr("min", 0)
        .attr("max", at(max))
        .attr("low", at(limit))
        .attr("high", at(limit))
        .attr("optimum", if less { "0".to_owned() } else { at(max) })
        .attr("value", at(value))
        .attr(
            "aria-label",
            format!("{}: {}, {says} {}", figure.name, figure.value, at(limit)),
        )
}

/// Which run, when, by which rules.
pub fn foot(record: &Record, analysis: &Analysis) -> Tag {
    let zero = Zero::of(record, analysis);
    el("footer").with(format!(
        "Run {} · launched {} · experiment version {} · rules {} · relative times count from {}; hover shows the absolute ones in UTC",
        record.run.id,
        date(record.run.created),
        record.run.version,
        analysis.rules,
        zero.name()
    ))
}
