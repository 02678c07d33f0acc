//! Figures beside what they are promised to be.

/// The table that is printed at the end.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    what: String,
    measured: String,
    against: String,
    ratio: f64,
    promise: Promise,
}

/// What a ratio is promised to be.
#[derive(Clone, Copy)]
pub enum Promise {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Promise {
    fn is_kept(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtMost(most) => format!("at most {most}"),
            Self::AtLeast(least) => format!("at least {least}"),
        }
    }
}

impl Table {
    /// Two quantities of the same unit and the promise about their ratio.
    pub fn compare(
        &mut self,
        what: &str,
        unit: &str,
        measured: f64,
        against: f64,
        promise: Promise,
    ) {
        self.0.push(Row {
            what: what.to_owned(),
            measured: format!("{measured:.1} {unit}"),
            against: format!("{against:.1} {unit}"),
            ratio: measured / against,
            promise,
        });
    }

    /// A quantity and its limit.
    pub fn limit(&mut self, what: &str, unit: &str, measured: f64, limit: f64) {
        self.compare(what, unit, measured, limit, Promise::AtMost(1.0));
    }

    /// Prints it on standard output.
    pub fn print(&self) {
        let head = ("figure", "measured", "against", "ratio", "promised");
        println!(
            "\n{:<58} {:>12} {:>12} {:>7}  {}",
            head.0, head.1, head.2, head.3, head.4
        );
        for row in &self.0 {
            let kept = if row.promise.is_kept(row.ratio) {
                ""
            } else {
                "  <- NOT KEPT"
            };
            println!(
                "{:<58} {:>12} {:>12} {:>7.2}  {}{kept}",
                row.what,
                row.measured,
                row.against,
                row.ratio,
                row.promise.words()
            );
        }
    }
}

/// The middle of some numbers.
pub fn median(numbers: &[f64]) -> f64 {
    percentile(numbers, 50)
}

/// The number that `percent` of a hundred do not exceed.
pub fn percentile(numbers: &[f64], percent: usize) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}
