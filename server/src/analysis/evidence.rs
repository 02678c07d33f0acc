//! How evidence is put together: from events, probes and snapshots.

use super::{Evidence, Moment};
use app::model::time::{Measured, Micros};
use app::model::timeline::Event;

impl Evidence {
    /// One event.
    pub(super) fn event(event: &Event) -> Self {
        Self::events([event.seq])
    }

    /// Several events, by number.
    pub(super) fn events(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self {
            events: numbers.into_iter().collect(),
            ..Self::default()
        }
    }

    /// One probe.
    pub(super) fn probe(name: &str) -> Self {
        Self {
            probes: vec![name.to_owned()],
            ..Self::default()
        }
    }

    /// Something that is neither event nor probe.
    pub(super) fn other(text: &str) -> Self {
        Self {
            other: vec![text.to_owned()],
            ..Self::default()
        }
    }

    /// This and more, nothing twice, events in the order of their numbers.
    pub(super) fn and(mut self, more: &Self) -> Self {
        self.events.extend(&more.events);
        self.events.sort_unstable();
        self.events.dedup();
        extend(&mut self.probes, &more.probes);
        extend(&mut self.other, &more.other);
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.probes.is_empty() && self.other.is_empty()
    }
}

fn extend(to: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !to.contains(text) {
            to.push(text.clone());
        }
    }
}

impl Moment {
    /// From this moment to a later one, at the resolution of both together.
    pub(super) fn until(&self, later: &Self) -> Measured {
        Measured {
            span: Micros(later.after.span.0 - self.after.span.0),
            resolution: later.after.resolution + self.after.resolution,
        }
    }

    /// What proves this moment and another one.
    pub(super) fn proofs(&self, other: &Self) -> Evidence {
        self.evidence.clone().and(&other.evidence)
    }
}
