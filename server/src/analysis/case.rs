//! A record as the analysis reads it: events in order of time, the moment that counts as zero,
//! the end of observation.
//!
//! Guarantee: whatever comes out of here lies between zero and the end of observation and is
//! counted from zero, with the resolution of both ends.

use super::{Evidence, Moment, Scaled};
use app::model::facts::{HealthCheck, ServiceFacts};
use app::model::record::Record;
use app::model::run::Phase;
use app::model::time::{At, Measured, Micros};
use app::model::timeline::{Event, TaskRef, What};

/// A lab that was killed closes the run so soon after it has noted how long it was away.
const CLOSES_AFTER: Micros = Micros(2_000_000);

/// A record with its events sorted by time.
pub(super) struct Case<'a> {
    /// What was recorded.
    pub record: &'a Record,
    /// The first fault that was sent.
    pub sent: Option<&'a Event>,
    /// The end of observation.
    pub end: At,
    /// Where somebody scaled the service meanwhile, which ended the observation.
    scaled: Option<(&'a Event, Scaled)>,
    events: Vec<&'a Event>,
}

/// One fault sent to one task.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// The event of sending it.
    pub event: &'a Event,
    /// The fault's position in the method.
    pub fault: usize,
    /// The task hit.
    pub task: &'a TaskRef,
    /// The container hit; empty when the event does not say.
    pub container: &'a str,
}

impl<'a> Case<'a> {
    pub fn new(record: &'a Record) -> Self {
        let mut events: Vec<&Event> = record.events.iter().collect();
        events.sort_by_key(|e| (e.at, e.seq));
        let sent = events
            .iter()
            .copied()
            .find(|e| matches!(e.what, What::FaultSent { .. }));
        let zero = sent.map(|e| e.at);
        let end = end_of_observation(record, &events, zero);
        let scaled = zero
            .filter(|_| !is_global(record))
            .and_then(|zero| scaled(&events, zero, end));
        Self {
            record,
            sent,
            // What is back at another strength than the service had is not back.
            end: scaled.map_or(end, |(event, _)| At(event.at.0 - 1)),
            scaled,
            events,
        }
    }

    /// Where somebody scaled the service meanwhile.
    pub fn scaled(&self) -> Option<Scaled> {
        self.scaled.map(|(_, scaled)| scaled)
    }

    /// When that was first seen.
    pub fn scaled_after(&self) -> Option<Moment> {
        self.scaled.map(|(event, _)| self.moment(event))
    }

    /// The moment that counts as zero.
    pub fn zero(&self) -> Option<At> {
        self.sent.map(|e| e.at)
    }

    /// Why nobody can say whether a fault was sent, where that is so: the lab ended at that moment.
    pub fn in_doubt(&self) -> Option<&'a str> {
        let said = self.all().find_map(|event| match &event.what {
            What::FaultNotProven { text, .. } => Some(text.as_str()),
            _ => None,
        });
        said.filter(|_| self.sent.is_none())
    }

    /// How long was watched after the first fault; no time when none was sent.
    pub fn observed(&self) -> Micros {
        self.zero().map_or(Micros(0), |zero| self.end - zero)
    }

    /// The service as it was before.
    pub fn service(&self) -> Option<&'a ServiceFacts> {
        self.record.before.as_ref().map(|s| &s.service)
    }

    /// The service's health check, where it has one that is not switched off.
    pub fn health(&self) -> Option<&'a HealthCheck> {
        self.service().and_then(health_of)
    }

    /// All events in order of time.
    pub fn all(&self) -> impl Iterator<Item = &'a Event> + '_ {
        self.events.iter().copied()
    }

    /// Events from the first fault to the end of observation, in order of time.
    pub fn after(&self) -> impl Iterator<Item = &'a Event> + '_ {
        let zero = self.zero();
        self.all().filter(move |e| {
            zero.is_some_and(|zero| e.at + e.resolution >= zero) && e.at <= self.end
        })
    }

    /// Every fault that was sent to a task.
    pub fn targets(&self) -> Vec<Target<'a>> {
        self.all().filter_map(target).collect()
    }

    /// An event as a moment counted from zero.
    pub fn moment(&self, event: &Event) -> Moment {
        let sent = self.sent.map_or(event, |sent| sent);
        Moment {
            after: Measured {
                span: Micros((event.at - sent.at).0.max(0)),
                resolution: event.resolution + sent.resolution,
            },
            evidence: Evidence::event(event),
        }
    }

    /// The first event after the fault that is wanted, as a moment.
    pub fn first(&self, wanted: impl Fn(&What) -> bool) -> Option<Moment> {
        let event = self.after().find(|e| wanted(&e.what))?;
        Some(self.moment(event))
    }
}

fn target(event: &Event) -> Option<Target<'_>> {
    match &event.what {
        What::FaultSent {
            fault,
            task: Some(task),
            container,
            ..
        } => Some(Target {
            event,
            fault: *fault,
            task,
            container: container.as_deref().unwrap_or(""),
        }),
        _ => None,
    }
}

/// A service's health check, where it has one that is not switched off.
pub(super) fn health_of(service: &ServiceFacts) -> Option<&HealthCheck> {
    service
        .health
        .as_ref()
        .filter(|h| h.test.first().is_none_or(|form| form != "NONE"))
}

fn end_of_observation(record: &Record, events: &[&Event], zero: Option<At>) -> At {
    let closing = events
        .iter()
        .copied()
        .filter(|e| zero.is_none_or(|zero| e.at >= zero))
        .find(|e| closes(e));
    let closed = closing.map(|event| went_silent(events, zero, event).unwrap_or(event.at));
    let last_event = events.last().map(|e| e.at);
    let last_sample = record
        .probes
        .iter()
        .filter_map(|p| p.samples.last().map(|s| s.intended))
        .max();
    closed
        .or(record.run.ended)
        .or(last_event.max(last_sample))
        .max(zero)
        .unwrap_or_default()
}

/// Since when nobody had watched when the run was closed. A lab that was killed closes its run
/// when it is started again, perhaps hours later: that time was not observed.
fn went_silent(events: &[&Event], zero: Option<At>, closing: &Event) -> Option<At> {
    let restored = matches!(
        closing.what,
        What::Phase {
            phase: Phase::Restore
        }
    );
    let silences = events.iter().filter_map(|event| match event.what {
        What::Gap { from, to, .. } => Some((from, to)),
        _ => None,
    });
    silences
        .filter(|(from, to)| {
            zero.is_none_or(|zero| *from >= zero)
                && *from <= closing.at
                && *to + CLOSES_AFTER >= closing.at
        })
        .map(|(from, _)| from)
        .min()
        .filter(|_| !restored)
}

/// Of a global service the number of tasks wanted moves by itself while one is replaced.
fn is_global(record: &Record) -> bool {
    let before = record.before.as_ref();
    before.is_some_and(|s| s.service.replicas.is_none())
}

fn scaled<'a>(events: &[&'a Event], zero: At, end: At) -> Option<(&'a Event, Scaled)> {
    let wanted = |event: &Event| match event.what {
        What::Strength { desired, .. } => Some(desired),
        _ => None,
    };
    let mut until_zero = events.iter().rev().filter(|e| e.at <= zero);
    let before = until_zero.find_map(|e| wanted(e));
    let from = before.or_else(|| events.iter().find_map(|e| wanted(e)))?;
    let later = events.iter().filter(|e| e.at > zero && e.at <= end);
    later
        .filter_map(|event| Some((*event, wanted(event)?)))
        .find(|(_, to)| *to != from)
        .map(|(event, to)| {
            (
                event,
                Scaled {
                    event: event.seq,
                    from,
                    to,
                },
            )
        })
}

fn closes(event: &Event) -> bool {
    match &event.what {
        What::Aborted { .. } => true,
        What::Phase { phase } => *phase >= Phase::Restore,
        _ => event.is_removal(),
    }
}
