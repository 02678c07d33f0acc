//! What to change: one function per rule, named by the rule's id.
//!
//! Guarantee: a recommendation rests on facts of the record alone, names findings that are really
//! there, and never asks for what is there already.
//!
//! Severity: as in the catalogue of rules where the run showed the harm; one lower where only the
//! definition shows the risk; lower still where another recommendation takes the edge off
//! (suppression). Order: severity, then what it would gain, then id.

mod experiment;
mod health;
mod replicas;
mod resources;
mod restart;
mod sources;
mod stop;
mod update;

use super::definition::{Gap, gaps};
use super::study::Study;
use super::{Finding, Line, Recommendation, Severity};
use app::model::time::Micros;

/// What rules draw on.
pub(super) struct Advice<'s, 'a> {
    pub study: &'s Study<'a>,
    pub findings: &'s [Finding],
}

/// A recommendation before it is ordered.
struct Draft {
    id: &'static str,
    severity: Severity,
    title: String,
    because: String,
    /// Findings that it may follow from; those that are there are named.
    from: &'static [&'static str],
    field: &'static str,
    change: Vec<Line>,
    caution: String,
    verify: &'static str,
    sources: &'static [&'static str],
    /// Seconds of service or recovery that it may save.
    gain: Micros,
}

type Rule = fn(&Advice) -> Option<Draft>;

/// Every rule there is.
const ALL: &[Rule] = &[
    replicas::pl_01,
    replicas::pl_02,
    restart::rp_01,
    restart::rp_02,
    restart::rp_03,
    restart::rp_04,
    restart::rp_05,
    health::hc_01,
    health::hc_02,
    health::hc_03,
    health::hc_04,
    health::nw_02,
    update::up_01,
    update::up_02,
    update::up_05,
    update::up_07,
    resources::rs_01,
    resources::rs_02,
    resources::rs_03,
    resources::rs_06,
    resources::lg_01,
    resources::sc_02,
    stop::st_01,
    stop::st_02,
    experiment::al_02,
    experiment::al_03,
    experiment::ex_01,
    experiment::ex_02,
];

/// All that follows from the findings, most pressing first.
pub(super) fn recommendations(study: &Study, findings: &[Finding]) -> Vec<Recommendation> {
    let advice = Advice { study, findings };
    let mut drafts: Vec<Draft> = ALL.iter().filter_map(|rule| rule(&advice)).collect();
    drafts.sort_by_key(|d| (d.severity, -d.gain.0, d.id));
    let all = drafts.into_iter().map(|d| d.finish(findings));
    // What follows from no finding is an opinion, and the run says nothing about it.
    all.filter(|r| !r.findings.is_empty()).collect()
}

impl Draft {
    fn finish(self, findings: &[Finding]) -> Recommendation {
        let there = |id: &&'static str| findings.iter().any(|f| f.id == *id);
        Recommendation {
            id: self.id,
            severity: self.severity,
            title: self.title,
            because: self.because,
            findings: self.from.iter().copied().filter(there).collect(),
            field: self.field.to_owned(),
            change: self.change,
            caution: self.caution,
            verify: self.verify.to_owned(),
            sources: self.sources.to_vec(),
        }
    }
}

impl Advice<'_, '_> {
    /// The finding with an id, where the run proves it.
    fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|f| f.id == id)
    }

    fn has(&self, id: &str) -> bool {
        self.finding(id).is_some()
    }

    fn leaves(&self, gap: Gap) -> bool {
        gaps(self.study).contains(&gap)
    }
}

/// A field that changes below lines that say where: `at` from the outside in.
fn change(at: &[&str], was: Option<String>, becomes: Option<String>) -> Vec<Line> {
    let indent = |depth: usize, text: &str| format!("{}{text}", "  ".repeat(depth));
    let path = at
        .iter()
        .enumerate()
        .map(|(depth, text)| Line::Same(indent(depth, &format!("{text}:"))));
    let was = was.map(|text| Line::Out(indent(at.len(), &text)));
    let becomes = becomes.map(|text| Line::In(indent(at.len(), &text)));
    path.chain(was).chain(becomes).collect()
}

/// Several new lines below lines that say where.
fn addition(at: &[&str], lines: &[String]) -> Vec<Line> {
    let mut all = change(at, None, None);
    let indent = "  ".repeat(at.len());
    all.extend(lines.iter().map(|text| Line::In(format!("{indent}{text}"))));
    all
}

/// "Again" sentences, shared where the way to see the effect is the same.
const AGAIN: &str = "Run this experiment again after the change.";
