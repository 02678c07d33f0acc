//! The figures that matter most, for the strip at the head.
//!
//! Guarantee: what was not measured is said, not left out; a meter stands only where a limit was
//! judged.

use super::left::left_behind;
use crate::analysis::is_without_service;
use crate::analysis::{Analysis, Claim};
use app::model::record::Record;
use app::model::run::Verdict;
use app::model::time::{Measured, Micros, about, as_set, plus_minus};

/// One of the figures.
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
        for figure in &mut figures {
            figure.meter = None;
        }
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
        return plain(name, "not measured", " (no probe)");
    }
    let probes = analysis.probes.iter();
    let outages = probes.flat_map(|p| p.outages.iter().map(move |o| (p, o)));
    let Some((probe, longest)) = outages.max_by_key(|(_, o)| o.length.span) else {
        let every = analysis
            .probes
            .iter()
            .map(|p| p.every)
            .max()
            .unwrap_or_default();
        return plain(name, "0", format!(" s, probed every {}", as_set(every)));
    };
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
        unit.extend([format!(", longest of {most}")]);
    }
    let name = if is_without_service(&analysis.probes, probe, longest) {
        name
    } else {
        "Failing in part"
    };
    plain(name, number(longest.length), unit)
}

/// A length without its last unit, which stands small beside it.
fn number(length: Measured) -> String {
    length.length().trim_end_matches(" s").to_owned()
}

fn full_strength(record: &Record, analysis: &Analysis) -> Figure {
    let name = "Full strength";
    let limit = record.run.experiment.hypothesis.recovers_within;
    let beside = limit.map_or_else(String::new, |l| {
        format!(" · limit {}", as_set(Micros(l.micros())))
    });
    let limit = limit.map(|l| l.get().as_secs_f64());
    let Some(full) = &analysis.recovery.full_strength else {
        let watched = analysis.recovery.not_within;
        let value = watched.map_or("not seen".to_owned(), |w| format!("> {}", about(w)));
        let mut figure = plain(name, value, beside);
        figure.meter = watched.and_then(|w| meter(w.as_secs_f64(), limit?, None, true));
        return figure;
    };
    if full.after.span.0 <= 0 {
        return plain(name, "kept", " throughout");
    }
    let mut figure = plain(name, number(full.after), format!(" s{beside}"));
    let seconds = full.after.span.as_secs_f64();
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
    let value = claim.map_or_else(|| percent(share), percent_beside);
    let mut figure = plain("Availability after", value, format!(" %{beside}"));
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
        "0.0" => "0".to_owned(),
        _ => text,
    }
}

/// The same with as many decimals as it takes to stay on the side of the limit on which it is:
/// 79.97 is not shown as 80.0 where at least 80 was claimed.
fn percent_beside(claim: &Claim) -> String {
    let Claim {
        value, limit_value, ..
    } = *claim;
    let below = value < limit_value;
    let rounded = |decimals: usize| format!("{value:.decimals$}");
    let is_true =
        |text: &String| matches!(text.parse::<f64>(), Ok(v) if (v < limit_value) == below);
    if is_true(&rounded(1)) {
        return percent(value);
    }
    let sign = if below { "<" } else { "≥" };
    let shown = (2..=4).map(rounded).find(is_true);
    shown.unwrap_or_else(|| format!("{sign} {limit_value}"))
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

    fn values((record, analysis): (Record, Analysis)) -> Vec<String> {
        figures(&record, &analysis)
            .into_iter()
            .map(|f| f.value)
            .collect()
    }

    #[test]
    fn every_run_has_its_figures() {
        assert_eq!(values(sample::kill()), ["6.3", "10.7", "78.1", "nothing"]);
        assert_eq!(
            values(sample::not_restored()).last().map(String::as_str),
            Some("1")
        );
        assert_eq!(values(sample::refused()), ["nothing"]);
    }

    #[test]
    fn where_nothing_went_down_there_is_no_time_to_full_strength() {
        let (record, mut analysis) = sample::kill();
        if let Some(full) = &mut analysis.recovery.full_strength {
            full.after.span = Micros(0);
        }
        let figures = figures(&record, &analysis);
        let full = figures.iter().find(|f| f.name == "Full strength");
        let said = full.map(|f| (f.value.as_str(), f.unit.as_str(), f.meter));
        assert_eq!(said, Some(("kept", " throughout", None)));
    }

    #[test]
    fn only_what_was_judged_is_metered() {
        let metered = |(record, analysis): (Record, Analysis)| {
            let figures = figures(&record, &analysis);
            figures.iter().filter(|f| f.meter.is_some()).count()
        };
        assert_eq!(metered(sample::kill()), 2);
        assert_eq!(metered(sample::invalid()), 0);
    }

    #[test]
    fn a_share_stays_on_its_side_of_the_limit() {
        let (_, analysis) = sample::kill();
        let shown = |value: f64, limit: f64| {
            let mut claim = analysis.checks[1].clone();
            (claim.value, claim.limit_value) = (value, limit);
            percent_beside(&claim)
        };
        assert_eq!(shown(79.97, 80.0), "79.97");
        assert_eq!(shown(79.999, 80.0), "79.999");
        assert_eq!(shown(79.999_999, 80.0), "< 80");
        assert_eq!(shown(80.02, 80.0), "80.0");
        assert_eq!(shown(80.0, 80.0), "80.0");
        assert_eq!(shown(99.97, 99.5), "> 99.9");
        assert_eq!(shown(99.97, 100.0), "99.97");
        assert_eq!(shown(100.0, 100.0), "100");
    }

    #[test]
    fn an_outage_in_part_is_called_so() {
        let (record, mut analysis) = sample::kill();
        let name = |analysis: &Analysis| figures(&record, analysis)[0].name;
        assert_eq!(name(&analysis), "Without service");
        analysis.probes[0].outages[0].failed = 40;
        assert_eq!(name(&analysis), "Failing in part");
    }

    #[test]
    fn a_share_never_rounds_to_all_or_nothing() {
        assert_eq!(percent(100.0), "100");
        assert_eq!(percent(99.99), "> 99.9");
        assert_eq!(percent(0.01), "< 0.1");
        assert_eq!(percent(78.49), "78.5");
        assert_eq!(percent(0.0), "0");
    }
}
