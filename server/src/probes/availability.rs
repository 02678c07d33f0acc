//! Whether availability stayed below a share for a time: what guards ask.
//!
//! Guarantee: the exact rule below, independent of the order in which samples settle; a single
//! good moment within the time keeps the guard from tripping, a single bad one never trips it.
//!
//! The rule. Take the last `for` before the moment up to which all probes have settled. Cut it
//! into ten equal parts (fewer, where a part would hold less than five sends of the quickest
//! probe). Availability stayed below the share if, in every part in which any probe was sent, fewer
//! than that share of them were answered as expected, all probes together; if there is such a part;
//! if the same is true of the very first probes of the time, so that it begins with the loss and
//! not before; and if the first probe of all was sent before the time began. A `for` shorter than
//! the quickest probe's interval counts as that interval.
//!
//! A probe that the lab could not send is not among them. But where all of a stretch were not sent,
//! nobody knows: the time must neither begin nor end with such a stretch. In between, it counts for
//! what was seen on both of its sides.

use app::model::experiment::AbortWhen;
use app::model::record::{ProbeOutcome, Sample};
use app::model::time::{At, Micros};
use app::model::units::{Percent, Span};
use std::collections::BTreeMap;

const MOST_PARTS: i64 = 10;
const SENDS_PER_PART: i64 = 5;
/// Samples are kept in this many grains per part, so the time ends up to a grain early.
const GRAINS_PER_PART: i64 = 10;

/// Follows all probes of a run for one guard. Its memory does not grow with the run.
#[derive(Debug)]
pub struct Availability {
    share: Percent,
    grain: i64,
    parts: i64,
    first: Option<i64>,
    grains: BTreeMap<i64, Tally>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Meant to be sent.
    due: u64,
    sent: u64,
    ok: u64,
}

impl Tally {
    /// Share answered of those sent; none when none was.
    fn percent(self) -> Option<f64> {
        (self.sent > 0).then(|| 100.0 * self.ok as f64 / self.sent as f64)
    }
}

impl Availability {
    /// For a guard; `quickest` is the shortest time between two sends of any of the probes.
    pub fn new(rule: &AbortWhen, quickest: Span) -> Self {
        let quickest = quickest.micros().max(1_000);
        let lasting = rule.lasting.micros().max(quickest);
        let parts = (lasting / (SENDS_PER_PART * quickest)).clamp(1, MOST_PARTS);
        Self {
            share: rule.availability_below,
            grain: (lasting / (parts * GRAINS_PER_PART)).max(1),
            parts,
            first: None,
            grains: BTreeMap::new(),
        }
    }

    /// Takes a sample of any probe, in any order.
    pub fn add(&mut self, sample: &Sample) {
        let grain = sample.intended.0.div_euclid(self.grain);
        self.first = Some(self.first.map_or(grain, |first| first.min(grain)));
        let tally = self.grains.entry(grain).or_default();
        tally.due += 1;
        tally.sent += u64::from(sample.outcome.was_sent());
        tally.ok += u64::from(sample.outcome == ProbeOutcome::Ok);
    }

    /// Whether the guard's condition is met. `until` is the moment up to which every probe has
    /// settled ([`settled_until`](super::settled_until)); it must not go back.
    pub fn below(&mut self, until: At) -> bool {
        let begin = self.begin(until);
        self.grains = self.grains.split_off(&begin);
        let watched = self.first.is_some_and(|first| first <= begin);
        let end = begin + self.parts * GRAINS_PER_PART;
        let first = self
            .grains
            .range(begin..end)
            .next()
            .map(|(_, tally)| *tally);
        let parts = (0..self.parts)
            .map(|part| self.tally(begin + part * GRAINS_PER_PART, GRAINS_PER_PART))
            .filter(|tally| tally.due > 0);
        let last = parts.clone().next_back();
        let is_low = |percent: f64| percent < self.share.get();
        let ends_low = |end: Option<Tally>| end.and_then(Tally::percent).is_some_and(is_low);
        let mut seen = parts.filter_map(Tally::percent);
        watched && ends_low(first) && ends_low(last) && seen.all(is_low)
    }

    /// Share of probes answered over the whole time before `until`, in percent; none when none
    /// was sent in it.
    pub fn percent(&self, until: At) -> Option<f64> {
        self.tally(self.begin(until), self.parts * GRAINS_PER_PART)
            .percent()
    }

    /// How long the time is that is judged.
    pub fn lasting(&self) -> Micros {
        Micros(self.grain * self.parts * GRAINS_PER_PART)
    }

    fn begin(&self, until: At) -> i64 {
        until.0.div_euclid(self.grain) - self.parts * GRAINS_PER_PART
    }

    fn tally(&self, from: i64, grains: i64) -> Tally {
        let within = self.grains.range(from..from + grains);
        within.fold(Tally::default(), |sum, (_, tally)| Tally {
            due: sum.due + tally.due,
            sent: sum.sent + tally.sent,
            ok: sum.ok + tally.ok,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    const EVERY: Span = Span::millis(100);

    fn guard(below: f64, lasting: Span) -> Availability {
        let rule = AbortWhen {
            availability_below: Percent::try_new(below).unwrap(),
            lasting,
        };
        Availability::new(&rule, EVERY)
    }

    fn sample(tenth: i64, ok: bool) -> Sample {
        Sample {
            intended: tenths(tenth),
            latency: Micros(1),
            lag: Micros(0),
            outcome: if ok {
                ProbeOutcome::Ok
            } else {
                ProbeOutcome::Timeout
            },
        }
    }

    fn tenths(count: i64) -> At {
        At(count * EVERY.micros())
    }

    /// The first tenth of a second at which the guard trips, asked after every send.
    fn trips(guard: &mut Availability, last: i64, ok: impl Fn(i64) -> bool) -> Option<i64> {
        (0..last).find(|&tenth| {
            guard.add(&sample(tenth, ok(tenth)));
            guard.below(tenths(tenth + 1))
        })
    }

    #[test]
    fn trips_after_the_whole_time_of_an_outage_and_not_before() {
        let mut ten = guard(50.0, Span::secs(10));
        // The outage begins at 20 s: the last good part is over at 30 s at the earliest.
        let tripped = trips(&mut ten, 400, |tenth| tenth < 200).unwrap();
        assert!((298..=311).contains(&tripped), "{tripped}");
        assert!(ten.percent(tenths(tripped + 1)).unwrap() < 10.0);
    }

    #[test]
    fn an_outage_from_the_start_must_last_as_long() {
        let tripped = trips(&mut guard(50.0, Span::secs(10)), 400, |_| false).unwrap();
        assert!((98..=102).contains(&tripped), "{tripped}");
    }

    #[test]
    fn one_good_second_in_ten_keeps_it_from_tripping() {
        let flapping = |tenth: i64| (tenth / 10) % 8 == 0;
        assert_eq!(
            trips(&mut guard(50.0, Span::secs(10)), 2_000, flapping),
            None
        );
    }

    #[test]
    fn a_steady_share_below_trips_and_one_above_does_not() {
        let two_of_three = |tenth: i64| tenth % 3 != 0;
        assert!(trips(&mut guard(80.0, Span::secs(10)), 400, two_of_three).is_some());
        assert_eq!(
            trips(&mut guard(50.0, Span::secs(10)), 400, two_of_three),
            None
        );
    }

    #[test]
    fn the_share_itself_is_not_below() {
        assert_eq!(trips(&mut guard(0.0, Span::secs(1)), 100, |_| false), None);
        assert_eq!(trips(&mut guard(100.0, Span::secs(1)), 100, |_| true), None);
    }

    #[test]
    fn a_time_shorter_than_the_pace_still_trips() {
        assert!(trips(&mut guard(50.0, Span::millis(1)), 100, |tenth| tenth < 50).is_some());
    }

    #[test]
    fn nothing_sent_is_not_an_outage() {
        let mut ten = guard(50.0, Span::secs(10));
        assert!(!ten.below(tenths(500)));
        ten.add(&sample(0, false));
        assert!(!ten.below(tenths(500)), "long ago");
    }

    /// Answered until 20 s, lost from then on; not sent within some tenths of a second.
    fn lost_but_for(unsent: std::ops::Range<i64>) -> (Availability, Option<i64>) {
        let mut ten = guard(50.0, Span::secs(10));
        let tripped = (0..600).find(|tenth| {
            let mut sample = sample(*tenth, *tenth < 200);
            if unsent.contains(tenth) {
                sample.outcome = ProbeOutcome::NotSent;
            }
            ten.add(&sample);
            ten.below(tenths(tenth + 1))
        });
        (ten, tripped)
    }

    #[test]
    fn what_was_not_sent_neither_trips_nor_counts() {
        let mut ten = guard(50.0, Span::secs(10));
        for tenth in 0..300 {
            let mut sample = sample(tenth, tenth % 3 == 0);
            if tenth % 3 != 0 {
                sample.outcome = ProbeOutcome::NotSent;
            }
            ten.add(&sample);
            assert!(!ten.below(tenths(tenth + 1)), "{tenth}");
        }
        assert_eq!(ten.percent(tenths(300)), Some(100.0));
    }

    #[test]
    fn a_loss_seen_before_and_after_what_was_not_sent_trips_in_time() {
        let (_, tripped) = lost_but_for(230..290);
        assert!((298..=311).contains(&tripped.unwrap()), "{tripped:?}");
    }

    #[test]
    fn a_loss_that_may_have_begun_while_nothing_was_sent_counts_from_where_it_was_seen() {
        let (_, tripped) = lost_but_for(150..260);
        assert!((358..=371).contains(&tripped.unwrap()), "{tripped:?}");
        let (_, tripped) = lost_but_for(210..600);
        assert_eq!(tripped, None, "nobody knows whether it lasted");
    }

    #[test]
    fn memory_does_not_grow_with_the_run() {
        let mut ten = guard(50.0, Span::secs(10));
        trips(&mut ten, 20_000, |_| true);
        assert!(ten.grains.len() <= 101);
    }

    proptest! {
        #[test]
        fn the_order_of_settling_changes_nothing(
            (ordered, shuffled) in prop::collection::vec(any::<bool>(), 30..200)
                .prop_map(|answers| (0..).zip(answers).collect::<Vec<(i64, bool)>>())
                .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
            share in 0.0..100.0_f64,
        ) {
            let (mut one, mut other) = (guard(share, Span::secs(2)), guard(share, Span::secs(2)));
            for ((tenth, ok), (other_tenth, other_ok)) in ordered.iter().zip(&shuffled) {
                one.add(&sample(*tenth, *ok));
                other.add(&sample(*other_tenth, *other_ok));
            }
            let until = tenths(i64::try_from(ordered.len()).unwrap());
            prop_assert_eq!(one.percent(until), other.percent(until));
            prop_assert_eq!(one.below(until), other.below(until));
        }
    }
}
