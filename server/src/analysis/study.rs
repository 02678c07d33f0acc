//! Everything that was worked out from a record, for findings, rules and the lead to draw on.
//!
//! Guarantee: computed once, in one order; nothing that reads a study changes it.

use super::case::Case;
use super::claims::{as_judged, availability_after, claims};
use super::config::{Comparison, compare};
use super::hits::hits;
use super::probes::stats;
use super::recovery::{recovery, tasks_complete};
use super::slots::{Slot, slots};
use super::split::split;
use super::verdict::judge;
use super::{Claim, Evidence, Hit, Moment, Outage, Part, ProbeStats, Recovery};
use app::model::experiment::{Fault, Signal};
use app::model::facts::{ServiceFacts, Snapshot};
use app::model::run::Verdict;
use app::model::timeline::Event;

/// A record, worked out.
pub(super) struct Study<'a> {
    pub case: Case<'a>,
    pub verdict: Verdict,
    /// Why the verdict is what it is.
    pub reason: String,
    pub slots: Vec<Slot<'a>>,
    pub probes: Vec<ProbeStats>,
    pub recovery: Recovery,
    pub split: Vec<Part>,
    pub claims: Vec<Claim>,
    pub hits: Vec<Hit>,
    /// The containers hit beside their replacements.
    pub comparison: Option<Comparison>,
    /// When as many tasks ran as wanted, whatever the probes said.
    pub tasks_complete: Option<Moment>,
}

impl<'a> Study<'a> {
    pub fn of(case: Case<'a>) -> Self {
        let slots = slots(&case);
        let probes = stats(&case);
        let recovery = recovery(&case, &slots, &probes);
        let claims = claims(&case, &recovery, &probes);
        let hits = hits(&case, &slots);
        let (verdict, reason) = judge(&case, &recovery, &hits, &claims);
        Self {
            verdict,
            reason,
            split: split(&case, &slots, &recovery),
            claims: as_judged(verdict, claims),
            hits,
            comparison: compare(&case, &slots),
            tasks_complete: tasks_complete(&case, &slots),
            slots,
            probes,
            recovery,
            case,
        }
    }

    /// The service as it was before.
    pub fn service(&self) -> Option<&'a ServiceFacts> {
        self.case.service()
    }

    /// The snapshot taken before.
    pub fn before(&self) -> Option<&'a Snapshot> {
        self.case.record.before.as_ref()
    }

    /// How many tasks the service wants.
    pub fn desired(&self) -> Option<u64> {
        self.before().map(|s| s.desired)
    }

    /// Tasks hit, each once.
    pub fn tasks_hit(&self) -> usize {
        let mut tasks: Vec<&str> = self
            .slots
            .iter()
            .map(|s| s.target.task.task.as_str())
            .collect();
        tasks.sort_unstable();
        tasks.dedup();
        tasks.len()
    }

    /// Whether every container that was hit died.
    pub fn all_died(&self) -> bool {
        !self.slots.is_empty() && self.slots.iter().all(|s| s.dead.is_some())
    }

    /// The longest outage of any probe.
    pub fn longest_outage(&self) -> Option<(&ProbeStats, &Outage)> {
        self.probes
            .iter()
            .filter_map(|p| p.longest_outage().map(|o| (p, o)))
            .max_by_key(|(_, o)| o.length.span)
    }

    /// Share of all probes answered after the fault.
    pub fn availability(&self) -> Option<f64> {
        availability_after(&self.probes)
    }

    /// Probes sent after the fault, all together.
    pub fn sent_after(&self) -> u64 {
        self.probes.iter().map(|p| p.after.sent).sum()
    }

    /// Probes that failed after the fault, all together.
    pub fn failed_after(&self) -> u64 {
        self.probes.iter().map(|p| p.after.failed()).sum()
    }

    /// The part of the recovery with an id.
    pub fn part(&self, id: &str) -> Option<&Part> {
        self.split.iter().find(|p| p.id == id)
    }

    /// All probes as evidence.
    pub fn by_probes(&self) -> Evidence {
        Evidence {
            probes: self.probes.iter().map(|p| p.name.clone()).collect(),
            ..Evidence::default()
        }
    }

    /// Events that are wanted as evidence.
    pub fn by_events(&self, wanted: impl Fn(&Event) -> bool) -> Evidence {
        Evidence::events(self.case.after().filter(|e| wanted(e)).map(|e| e.seq))
    }

    /// The signal of the first kill in the method.
    pub fn signal(&self) -> Option<Signal> {
        let method = &self.case.record.run.experiment.method;
        method.iter().find_map(|fault| match fault {
            Fault::ContainerKill { signal } => Some(*signal),
            Fault::ServiceLabel { .. } => None,
        })
    }
}
