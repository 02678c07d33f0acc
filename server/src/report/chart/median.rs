//! The median over runs with an interval that assumes nothing about their distribution.
//!
//! Guarantee: no interval is claimed that order statistics do not give at 95 %; runs that never
//! recovered count as longer than any that did.

/// A recovery time, or the bound it exceeded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Seconds.
    Seen(f64),
    /// More than so many seconds.
    MoreThan(f64),
}

/// What can be said of the middle of several runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Middle {
    /// Seconds.
    pub median: f64,
    /// Seconds, at least 95 % sure; none with fewer than [`LEAST`] runs or where it has no upper end.
    pub interval: Option<(f64, f64)>,
}

/// Runs it takes at least for an interval: of 5, even the shortest and the longest enclose the median
/// only 94 times in 100.
pub const LEAST: usize = 6;

/// The median; none where half or more never recovered, or with fewer than 3 runs.
pub fn middle(lengths: &[Length]) -> Option<Middle> {
    let mut sorted = lengths
        .iter()
        .map(|length| match length {
            Length::Seen(seconds) => *seconds,
            Length::MoreThan(_) => f64::INFINITY,
        })
        .collect::<Vec<_>>();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n < 3 {
        return None;
    }
    let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
    let interval = rank(n).map(|k| (sorted[k - 1], sorted[n - k]));
    median.is_finite().then_some(Middle {
        median,
        interval: interval.filter(|(_, high)| high.is_finite()),
    })
}

/// The largest k for which the k-th smallest and the k-th largest of n enclose the median at
/// least 95 times in 100.
fn rank(n: usize) -> Option<usize> {
    let mut term = 0.5_f64.powf(n as f64);
    let (mut below, mut k) = (0.0, 0);
    // `below` is the chance that fewer than k+1 of n lie under the median.
    while k < n / 2 && 2.0 * (below + term) <= 0.05 {
        below += term;
        term *= (n - k) as f64 / (k + 1) as f64;
        k += 1;
    }
    (k > 0).then_some(k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_binomial_table() {
        let ranks = [5, 6, 8, 10, 15, 20, 30].map(rank);
        assert_eq!(
            ranks,
            [None, Some(1), Some(1), Some(2), Some(4), Some(6), Some(10)]
        );
    }

    #[test]
    fn the_fewest_runs_with_an_interval_are_as_many_as_is_said() {
        assert_eq!((rank(LEAST - 1), rank(LEAST)), (None, Some(1)));
    }

    #[test]
    fn runs_that_never_recovered_are_not_dropped() {
        let seen = |s: f64| Length::Seen(s);
        let few = [seen(10.0), seen(11.0), Length::MoreThan(60.0)];
        assert_eq!(middle(&few).map(|m| m.median), Some(11.0));
        let most = [seen(10.0), Length::MoreThan(60.0), Length::MoreThan(60.0)];
        assert_eq!(middle(&most), None);
        assert_eq!(middle(&few[..2]), None);
        let six = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0].map(seen);
        let middle = middle(&six);
        assert_eq!(middle.map(|m| m.median), Some(12.5));
        assert_eq!(middle.and_then(|m| m.interval), Some((10.0, 15.0)));
    }
}
