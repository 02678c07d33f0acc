//! Filters of a history, refused where they mean nothing: a list that silently shows something
//! else than was asked is worse than none.

use crate::store::query::{SORTS, day, is_sort};
use app::api::views::RunQuery;
use app::api::{Refusal, RefusalKind};
use app::model::run::Verdict;

/// Refuses the first filter that means nothing. Empty ones are not given.
pub fn check(query: &RunQuery) -> Result<(), Refusal> {
    let verdict = |word: &str| word == "running" || Verdict::from_word(word).is_some();
    let is_day = |text: &str| day(text).is_some();
    given("verdict", &query.verdict, verdict, VERDICTS)?;
    given("from", &query.from, is_day, A_DAY)?;
    given("to", &query.to, is_day, A_DAY)?;
    given("sort", &query.sort, is_sort, &sorts())
}

/// A page's number as it stands in an address; 0 where none is given.
pub fn page(text: &str) -> Result<u32, Refusal> {
    let number = |text: &str| text.parse().ok().filter(|page| *page > 0);
    given("page", text, |text| number(text).is_some(), A_PAGE)?;
    Ok(number(text).unwrap_or_default())
}

const VERDICTS: &str = "one of running, held, violated, aborted, invalid, refused";
const A_DAY: &str = "a day, for example 2026-11-23";
const A_PAGE: &str = "a number from 1 on";

fn sorts() -> String {
    format!(
        "one of {}, with a \"-\" before it for from large to small",
        SORTS.join(", ")
    )
}

fn given(
    field: &str,
    text: &str,
    means_something: impl Fn(&str) -> bool,
    write: &str,
) -> Result<(), Refusal> {
    if text.is_empty() || means_something(text) {
        return Ok(());
    }
    let shown: String = text.chars().take(60).collect();
    Err(super::refusals::no(
        RefusalKind::Invalid,
        format!(
            "{field} is \"{shown}\", which means nothing here. Write {write}, or leave it out."
        ),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn query(field: &str, text: &str) -> RunQuery {
        serde_json::from_value(serde_json::json!({ field: text })).unwrap()
    }

    #[test]
    fn a_filter_that_means_nothing_is_named_with_what_can_be_written() {
        for (field, text, write) in [
            ("verdict", "foo", "running, held"),
            ("verdict", "Held", "running, held"),
            ("from", "yesterday", "2026-11-23"),
            ("to", "2026-02-30", "2026-11-23"),
            ("sort", "foo", "when, recovery"),
            ("sort", "--when", "when, recovery"),
        ] {
            let refusal = check(&query(field, text)).unwrap_err();
            assert_eq!(refusal.kind, RefusalKind::Invalid);
            for word in [field, text, write] {
                assert!(refusal.message.contains(word), "{refusal}");
            }
        }
        for bad in ["0", "-1", "abc", "1.5", "99999999999"] {
            let refusal = page(bad).unwrap_err();
            assert!(refusal.message.contains("page is"), "{refusal}");
            assert!(refusal.message.contains("from 1 on"), "{refusal}");
        }
    }

    #[test]
    fn what_means_something_passes() {
        for (field, text) in [
            ("verdict", ""),
            ("verdict", "running"),
            ("verdict", "refused"),
            ("from", "2026-11-23"),
            ("sort", "-recovery"),
            ("sort", "service"),
            ("text", "'; --"),
            ("service", "no-such"),
        ] {
            check(&query(field, text)).unwrap();
        }
        assert_eq!((page("").unwrap(), page("7").unwrap()), (0, 7));
    }
}
