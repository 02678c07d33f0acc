//! Guards: conditions that abort a run at once.
//!
//! Guarantee: a guard trips only on what was measured and has settled, never on what is missing.

use crate::probes::Availability;
use app::model::experiment::{AbortWhen, Experiment, Probe};
use app::model::record::Sample;
use app::model::time::At;

/// The guards of one run.
pub struct Guards(Vec<(AbortWhen, Availability)>);

impl Guards {
    /// Those of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let quickest = experiment
            .hypothesis
            .probes
            .iter()
            .map(Probe::every)
            .min()
            .unwrap_or_default();
        let rules = experiment
            .guards
            .iter()
            .map(|guard| guard.abort_when.clone());
        Self(
            rules
                .map(|rule| (rule.clone(), Availability::new(&rule, quickest)))
                .collect(),
        )
    }

    /// Takes a sample of any probe.
    pub fn add(&mut self, sample: &Sample) {
        self.0.iter_mut().for_each(|(_, seen)| seen.add(sample));
    }

    /// The first guard whose condition is met by what had settled at a moment, in words.
    pub fn tripped(&mut self, until: At) -> Option<String> {
        let mut met = self
            .0
            .iter_mut()
            .filter_map(|(rule, seen)| seen.below(until).then_some(rule));
        met.next().map(|rule| {
            format!(
                "availability stayed below {} for {}",
                rule.availability_below, rule.lasting
            )
        })
    }
}
