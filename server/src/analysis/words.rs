//! Numbers as people read them. Guarantee: never more decimals than were measured.

use app::model::time::{Measured, Micros};
use app::model::units::Span;
use std::time::Duration;

/// A measured time without its plus or minus: "10.7 s", "less than 0.1 s", "2 min 5.1 s".
pub(super) fn figure(measured: Measured) -> String {
    measured.length()
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Nanoseconds, as the engine has them, in microseconds.
pub(super) fn nanos(value: i64) -> Micros {
    Micros(value / 1_000)
}

/// A time as a compose file has it: "5s", "1m30s", "500ms"; more than a day in seconds.
pub(super) fn compose(span: Micros) -> String {
    let micros = u64::try_from(span.0).unwrap_or(0);
    Span::try_new(Duration::from_micros(micros))
        .map_or_else(|_| format!("{}s", micros / 1_000_000), |s| s.to_string())
}

/// Bytes: "384 MB", "1.5 GB" (powers of 1024, as Docker counts).
pub(super) fn memory(bytes: i64) -> String {
    let megabytes = bytes as f64 / 1_048_576.0;
    if megabytes >= 1024.0 {
        return format!("{} GB", trimmed(megabytes / 1024.0));
    }
    format!("{} MB", trimmed(megabytes))
}

/// Bytes as a compose file has them: "384M".
pub(super) fn compose_memory(bytes: i64) -> String {
    format!("{}M", (bytes / 1_048_576).max(6))
}

/// Billionths of a core: "0.3".
pub(super) fn cpus(nano: i64) -> String {
    trimmed(nano as f64 / 1e9)
}

/// "1 task", "3 tasks".
pub(super) fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

/// "a", "a and b", "a, b and c".
pub(super) fn list(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Shares are quotients and limits are hundredths of what was written: both are a little off.
const HAIR: f64 = 1e-9;

/// Whether a share reaches its limit, both 0 to 1: 999 of 1000 are 99.9 %.
pub(super) fn reaches(share: f64, limit: f64) -> bool {
    share >= limit - HAIR
}

/// A share of 0 to 1 as "78.5 %", with as many decimals (1 to 3) as it takes to stay on the side
/// of `limit` (0 to 1) on which it is, and off 0 and 100.
pub(super) fn percent_beside(share: f64, limit: f64) -> String {
    if share >= 1.0 {
        return "100 %".to_owned();
    }
    if share <= 0.0 {
        return "0 %".to_owned();
    }
    let value = share * 100.0;
    let text = |decimals: usize| format!("{value:.decimals$}");
    let inside = |shown: f64| 0.0 < shown && shown < 100.0;
    let same_side = |shown: f64| reaches(shown / 100.0, limit) == reaches(share, limit);
    let fits = |text: &String| {
        text.parse()
            .is_ok_and(|shown| inside(shown) && same_side(shown))
    };
    match (1..=3).map(text).find(fits) {
        Some(shown) => format!("{shown} %"),
        None if value > 99.9 => "more than 99.9 %".to_owned(),
        None if value < 0.1 => "less than 0.1 %".to_owned(),
        None => format!("{} %", text(3)),
    }
}

/// A share of 0 to 1 as "78.5 %"; never "100.0 %" or "0.0 %" for what is not quite that.
pub(super) fn percent(share: f64) -> String {
    percent_beside(share, 1.0)
}

/// A share of 0 to 1 in whole percent, where one run allows no more: "46 %".
pub(super) fn about(share: f64) -> String {
    match share * 100.0 {
        percent if (99.5..100.0).contains(&percent) => "more than 99 %".to_owned(),
        percent if 0.0 < percent && percent < 0.5 => "less than 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

/// The text with its first letter in lower case, unless it is of a word such as "CPU".
pub(super) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// The text with its first letter in upper case.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_shown_as_it_was_set() {
        assert_eq!(compose(Micros(1_000_000)), "1s");
        assert_eq!(memory(402_653_184), "384 MB");
        assert_eq!(cpus(300_000_000), "0.3");
    }

    #[test]
    fn rounding_never_crosses_the_limit() {
        assert_eq!(percent_beside(0.7997, 0.8), "79.97 %");
        assert_eq!(percent_beside(0.785, 0.8), "78.5 %");
        assert_eq!(percent(0.9999), "99.99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent_beside(0.999, 99.9 / 100.0), "99.9 %");
        assert_eq!(percent_beside(0.99991, 0.9995), "99.99 %");
    }

    #[test]
    fn next_to_nothing_is_not_nothing_and_nearly_all_is_not_all() {
        assert_eq!(percent(1.0 / 3000.0), "0.03 %");
        assert_eq!(percent(1e-7), "less than 0.1 %");
        assert_eq!(percent(1.0 - 1e-7), "more than 99.9 %");
        assert_eq!(about(0.998), "more than 99 %");
        assert_eq!(about(0.001), "less than 1 %");
        assert_eq!(about(0.0), "0 %");
    }

    #[test]
    fn what_is_exactly_its_limit_reaches_it() {
        assert!(reaches(999.0 / 1000.0, 99.9 / 100.0));
        assert!(!reaches(998.0 / 1000.0, 99.9 / 100.0));
    }
}
