//! The recovery taken apart: one bar for each part, in order, as a waterfall.
//!
//! Guarantee: the bars are the parts of the analysis, neither more nor fewer, and each says who
//! saw it and how exactly.

use super::axis::{Axis, Size};
use super::dress::Frame;
use super::figure::{Numbers, figure, twice};
use super::ink::Ink;
use super::notes::{fit_within, width};
use super::pen::{Anchor, Pen, picture};
use crate::analysis::is_without_service;
use crate::analysis::{Analysis, Part};
use crate::report::html::{Html, Open};
use crate::report::phrases::ROUNDED;
use app::model::time::{length, offset, plus_minus};

const SIZES: [Size; 2] = [
    Size {
        id: "recovery",
        width: 960,
        left: 170.0,
        right: 944.0,
    },
    Size {
        id: "recovery-slim",
        width: 360,
        left: 126.0,
        right: 342.0,
    },
];
/// Above the bars: with braces, without.
const TOP: (f64, f64) = (32.0, 8.0);
const ROW: f64 = 26.0;
const BAR: f64 = 18.0;

/// A stretch that a brace above the bars names.
struct Brace {
    from: f64,
    to: f64,
    /// What it says, and the same in short.
    texts: [&'static str; 2],
    ink: Ink,
    line: Ink,
}

/// The figure; empty where the recovery cannot be taken apart.
pub fn recovery(analysis: &Analysis, open: Open) -> Html {
    let parts = &analysis.split;
    let Some(last) = parts.last() else {
        return Html::new();
    };
    let braces = braces(analysis);
    let top = if braces.is_empty() { TOP.1 } else { TOP.0 };
    let drawn = SIZES.map(|size| {
        let axis = Axis {
            from: 0.0,
            to: last.to.as_secs_f64().max(0.01) * 1.03,
            left: size.left,
            right: size.right,
        };
        let frame = Frame {
            id: size.id,
            title: "Recovery, taken apart".to_owned(),
            says: says(analysis),
            width: size.width,
            height: height(top, parts.len()),
        };
        picture(&frame, |pen| draw(pen, parts, &braces, &axis, top))
    });
    let caption = format!("{} {ROUNDED}", says(analysis));
    figure(
        twice(drawn),
        "Recovery, taken apart",
        &caption,
        &[numbers(parts)],
        open,
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few hundred pixels"
)]
fn height(top: f64, rows: usize) -> u32 {
    (top + rows as f64 * ROW + 30.0) as u32
}

/// The finding: what took longest.
fn says(analysis: &Analysis) -> String {
    let Some(full) = &analysis.recovery.full_strength else {
        return String::new();
    };
    let mut longest = analysis.split.iter().collect::<Vec<_>>();
    longest.sort_by_key(|part| -part.length().0);
    let named = longest
        .iter()
        .take(2)
        .filter(|part| part.length().0 * 10 >= full.after.span.0)
        .map(|part| {
            format!(
                "{} ({})",
                bare(part),
                length(part.length(), part.resolution)
            )
        })
        .collect::<Vec<_>>();
    let total = full.after.length();
    if named.is_empty() {
        return format!("{total} in all.");
    }
    format!("{total} in all, most of it: {}.", named.join(", "))
}

fn draw(pen: &mut Pen, parts: &[Part], braces: &[Brace], axis: &Axis, top: f64) {
    let bottom = top + parts.len() as f64 * ROW;
    axis.draw(pen, top, bottom, false);
    for brace in braces {
        bracket(pen, axis, brace);
    }
    for (i, part) in parts.iter().enumerate() {
        bar(pen, axis, part, top + i as f64 * ROW + 5.0);
    }
}

/// Whether users were served before Swarm said so, or the other way round.
fn braces(analysis: &Analysis) -> Vec<Brace> {
    let seconds =
        |m: &Option<crate::analysis::Moment>| m.as_ref().map(|m| m.after.span.as_secs_f64());
    let recovery = &analysis.recovery;
    let full = seconds(&recovery.full_strength).or(seconds(&recovery.running));
    let (Some(served), Some(full)) = (seconds(&recovery.first_success), full) else {
        return Vec::new();
    };
    let from = analysis
        .probes
        .iter()
        .filter_map(|p| p.outages.first())
        .map(|outage| outage.from.as_secs_f64().max(0.0))
        .fold(served, f64::min);
    let mut lost = analysis
        .probes
        .iter()
        .filter_map(|p| Some((p, p.outages.first()?)));
    let whole = lost.any(|(probe, outage)| is_without_service(&analysis.probes, probe, outage));
    let mut braces = vec![Brace {
        from,
        to: served,
        texts: if whole {
            ["users without service", "no service"]
        } else {
            ["users served in part", "in part"]
        },
        ink: Ink::Strong,
        line: Ink::Axis,
    }];
    if full > served {
        braces.push(Brace {
            from: served,
            to: full,
            texts: ["served, Swarm not yet sure", "served"],
            ink: Ink::Label,
            line: Ink::SoftAxis,
        });
    }
    braces
}

fn bracket(pen: &mut Pen, axis: &Axis, brace: &Brace) {
    let (left, right) = (axis.x(brace.from) + 1.0, axis.x(brace.to) - 1.0);
    let (foot, top) = (TOP.0 - 4.0, TOP.0 - 10.0);
    let fits = |text: &&str| right - left >= width(text);
    let Some(text) = brace.texts.into_iter().find(fits) else {
        return;
    };
    pen.path(
        brace.line,
        &[(left, foot), (left, top), (right, top), (right, foot)],
    );
    let middle = f64::midpoint(left, right);
    pen.text(brace.ink, (middle, TOP.0 - 20.0), Anchor::Middle, text);
}

fn bar(pen: &mut Pen, axis: &Axis, part: &Part, y: f64) {
    let left = axis.x(part.from.as_secs_f64());
    let right = axis.x(part.to.as_secs_f64()).max(left + 2.0);
    let value = length(part.length(), part.resolution);
    pen.text(
        Ink::Lane,
        (0.0, y + BAR / 2.0),
        Anchor::Start,
        &short_name(part, axis.left),
    );
    match ink(part.id) {
        Ink::Wait => pen.frame(Ink::Wait, (left, y), (right, y + BAR)),
        ink => pen.rect(ink, (left, y), (right, y + BAR)),
    }
    let middle = y + BAR / 2.0 + 0.5;
    let inside = if ink(part.id) == Ink::Wait {
        Ink::Lane
    } else {
        Ink::On
    };
    if right - left > width(&value) + 12.0 {
        pen.text(inside, (left + 6.0, middle), Anchor::Start, &value);
    } else if right + width(&value) + 8.0 > axis.right {
        pen.text(Ink::Value, (left - 6.0, middle), Anchor::End, &value);
    } else {
        pen.text(Ink::Value, (right + 6.0, middle), Anchor::Start, &value);
    }
    pen.mark((left, y), (right.max(left + 6.0), y + BAR), title(part));
}

/// Without what stands in brackets.
fn bare(part: &Part) -> &str {
    part.name.split(" (").next().unwrap_or_default()
}

/// The same, cut to the margin, in pixels; the table has it whole.
fn short_name(part: &Part, margin: f64) -> String {
    fit_within(bare(part), margin, 24)
}

fn ink(id: &str) -> Ink {
    match id {
        "wait" => Ink::Wait,
        "start" => Ink::Start,
        "application" => Ink::App,
        "health" | "serve" => Ink::Health,
        _ => Ink::Prep,
    }
}

fn title(part: &Part) -> String {
    format!(
        "{}: {} ({}), {} to {}, seen by {}",
        part.name,
        length(part.length(), part.resolution),
        plus_minus(part.resolution),
        offset(part.from, part.known.0),
        offset(part.to, part.known.1),
        part.source
    )
}

fn numbers(parts: &[Part]) -> Numbers {
    let row = |part: &Part| {
        vec![
            part.name.clone(),
            part.source.clone(),
            offset(part.from, part.known.0),
            offset(part.to, part.known.1),
            length(part.length(), part.resolution),
            plus_minus(part.resolution),
        ]
    };
    Numbers {
        caption: "Parts of the recovery".to_owned(),
        columns: vec!["Part", "Seen by", "From", "To", "Took", "Resolution"],
        words: 2,
        rows: parts.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_part_has_its_bar_and_the_longest_are_named() {
        let (_, analysis) = sample::kill();
        let html = recovery(&analysis, Open::Closed).into_string();
        let (bars, pictures) = (analysis.split.len(), SIZES.len());
        assert_eq!(html.matches("class=\"hit\"").count(), bars * pictures);
        assert!(
            html.contains(
                "10.7 s in all, most of it: restart delay (4.8 s), first health check (4.3 s). \
                 Each part is rounded by itself: as printed, they may not add up exactly."
            ),
            "{html}"
        );
        assert!(
            html.contains("users without service") && html.contains("served, Swarm not yet sure")
        );
        assert!(!html.contains("C0DE") && !html.contains("NaN"));
    }
}
