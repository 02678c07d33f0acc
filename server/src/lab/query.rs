//! Filters of a history, refused where they mean nothing: a list that silently shows something
//! else than was asked is worse than none.

use crate::store::query::{SORTS, day, is_sort};
use app::api::Refusal;
use app::api::views::RunQuery;
use app::model::experiment::Fault;
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

/// Refuses a kind of fault that there is not, neither in this version nor in a stored run.
pub fn fault(kind: &str, stored: &[String]) -> Result<(), Refusal> {
    let known = |kind: &str| Fault::KINDS.contains(&kind) || stored.iter().any(|k| k == kind);
    given("fault", kind, known, &kinds())
}

fn kinds() -> String {
    format!("one of {}", Fault::KINDS.join(", "))
}

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
    let write = format!("{write}, or leave it out");
    Err(super::refusals::meaningless(field, text, &write))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use app::api::RefusalKind;

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
    fn the_kinds_are_those_that_an_experiment_can_have() {
        let schema = crate::document::schema();
        let all = schema["$defs"]["Fault"]["oneOf"].as_array().unwrap();
        let kinds: Vec<_> = all
            .iter()
            .map(|one| one["properties"]["fault"]["const"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, Fault::KINDS);
    }

    #[test]
    fn a_fault_is_one_that_can_be_written_or_that_a_run_had() {
        let stored = ["cpu-squeeze".to_owned()];
        for known in ["", "container-kill", "service-label", "cpu-squeeze"] {
            fault(known, &stored).unwrap();
        }
        let refusal = fault("container-kil", &stored).unwrap_err();
        for word in [
            "fault is \"container-kil\"",
            "container-kill, service-label",
        ] {
            assert!(refusal.message.contains(word), "{refusal}");
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
