//! When a probe counts as failing, and when as answering again.
//!
//! Guarantee: failing and answering alternate; a single lucky answer ends no outage.

use app::model::record::{ProbeOutcome, Sample};
use app::model::time::At;
use app::model::timeline::What;

/// Answers in a row, by intended send, that end an outage.
pub const STREAK: u32 = 5;

/// Follows one probe's samples in the order of their intended sends.
#[derive(Debug, Default)]
pub(super) enum Streak {
    /// Nothing seen yet.
    #[default]
    Unknown,
    /// The last word was an answer.
    Answering,
    /// In an outage; the first of the latest answers in a row, and how many.
    Failing(Option<(Sample, u32)>),
}

impl Streak {
    /// Takes the next sample; what changed by it, and when.
    pub(super) fn take(&mut self, sample: Sample) -> Option<(At, What)> {
        let ok = sample.outcome == ProbeOutcome::Ok;
        match (&mut *self, ok) {
            (Self::Answering, true) => None,
            (Self::Unknown, true) => {
                *self = Self::Answering;
                None
            }
            (Self::Unknown | Self::Answering, false) => {
                *self = Self::Failing(None);
                Some(failing(sample))
            }
            (Self::Failing(row), false) => {
                *row = None;
                None
            }
            (Self::Failing(row), true) => {
                let (first, count) = row.get_or_insert((sample, 0));
                *count += 1;
                let answered = (*count == STREAK).then(|| answering(*first));
                if answered.is_some() {
                    *self = Self::Answering;
                }
                answered
            }
        }
    }
}

fn failing(sample: Sample) -> (At, What) {
    let outcome = sample.outcome.word().to_owned();
    (sample.intended, What::ProbeFailing { outcome })
}

fn answering(first: Sample) -> (At, What) {
    let sent = first.intended;
    (sent + first.latency, What::ProbeAnswering { sent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::time::Micros;

    /// Plays one sample per character, a second apart, each with 7 us of latency: "+" answered,
    /// anything else refused. Answers with a line per change.
    fn play(samples: &str) -> Vec<String> {
        let mut streak = Streak::default();
        let sample = |(second, sign): (usize, char)| Sample {
            intended: At(i64::try_from(second).unwrap_or(0) * 1_000_000),
            latency: Micros(7),
            lag: Micros(0),
            outcome: if sign == '+' {
                ProbeOutcome::Ok
            } else {
                ProbeOutcome::Refused
            },
        };
        samples
            .chars()
            .enumerate()
            .filter_map(|turn| streak.take(sample(turn)))
            .map(|(at, what)| format!("{} {}", at.0, what.text()))
            .collect()
    }

    #[test]
    fn five_in_a_row_end_an_outage_at_the_first_of_them() {
        assert_eq!(
            play("++--+++++"),
            ["2000000 no answer: refused", "4000007 answers again"]
        );
    }

    #[test]
    fn four_in_a_row_do_not() {
        assert_eq!(play("+-++++-++++"), ["1000000 no answer: refused"]);
    }

    #[test]
    fn failing_from_the_start_is_said_and_answering_from_the_start_is_not() {
        assert_eq!(play("-"), ["0 no answer: refused"]);
        assert_eq!(play("+++++++"), [""; 0]);
    }

    #[test]
    fn a_second_outage_is_a_new_one() {
        assert_eq!(play("-+++++-+++++").len(), 4);
    }
}
