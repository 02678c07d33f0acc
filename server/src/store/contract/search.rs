//! Promises about searching for words, and about every way to combine what a list is asked for.

use super::history::{over, titles};
use super::{BOTH, HOUR, KILL, LABEL, outcome, planned_with, started};
use crate::store::query::every_sort;
use crate::store::{Figures, PAGE, RunSummary, Store};
use app::api::views::RunQuery;
use app::model::run::{Phase, Verdict};
use app::model::time::{At, Micros};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::cmp::Ordering;

fn text(text: &str) -> RunQuery {
    RunQuery {
        text: text.to_owned(),
        ..RunQuery::default()
    }
}

/// See its name.
pub async fn words_are_found_as_they_are(store: &dyn Store) {
    let odd = started(store, "100% of a_b \\ ÄRGER", "shop_Cart", At(1)).await;
    over(store, "1000 of aXb", "web", 2, Figures::default()).await;
    let only_odd = ["100% of a_b \\ ÄRGER"];
    for found in [
        "100%",
        "a_b",
        "\\",
        "ärger",
        "Ärger",
        "CART",
        " of   100% ",
        "%",
        "_",
    ] {
        assert_eq!(titles(store, text(found)).await, only_odd, "{found}");
    }
    assert_eq!(titles(store, text("of")).await.len(), 2);
    assert_eq!(titles(store, text("  ")).await.len(), 2);
    assert_eq!(titles(store, text("of nothing")).await, [""; 0]);
    assert_eq!(titles(store, text("recovered")).await, [""; 0]);
    let end = outcome(Verdict::Held, "Recovered in 9 s");
    store
        .finish_run(odd, &end, Figures::default(), At(9))
        .await
        .unwrap();
    assert_eq!(titles(store, text("recovered 9")).await, only_odd);
    assert_eq!(titles(store, text(&"zz ".repeat(5000))).await.len(), 0);
    assert_eq!(titles(store, text(&"y".repeat(1_000_000))).await.len(), 0);
}

/// See its name.
pub async fn a_search_looks_at_title_service_and_reason(store: &dyn Store) {
    let run = started(store, "In the Title", "Shop_cart", At(1)).await;
    let end = outcome(Verdict::Held, "It was so: Because of it");
    let none = Figures::default();
    store.finish_run(run, &end, none, At(9)).await.unwrap();
    over(store, "other", "web", 2, Figures::default()).await;
    let found = ["In the Title"];
    for words in [
        "title",
        "CART",
        "because",
        "cart title BECAUSE",
        "tITLe",
        "in THE",
    ] {
        assert_eq!(titles(store, text(words)).await, found, "{words}");
    }
    // Each word somewhere; no word reaches from one of the three into the next.
    for words in [
        "title other",
        "titleshop",
        "cartit",
        "kill",
        "held",
        "preflight",
    ] {
        assert_eq!(titles(store, text(words)).await, [""; 0], "{words}");
    }
}

/// See its name.
pub async fn whatever_a_title_says_can_be_found(store: &dyn Store) {
    let odd = "It's \"100 %\" [a-z]* a_b? \\ {x} 🐝🔥 Größe ΣΑΣ NEAR(x) -y OR";
    over(store, odd, "shop", 1, Figures::default()).await;
    over(store, "its 100 abc aXb", "web", 2, Figures::default()).await;
    for words in [
        "it's",
        "\"100",
        "%\"",
        "[a-z]*",
        "[",
        "a_b?",
        "*",
        "?",
        "\\",
        "{x}",
        "🐝",
        "🐝🔥",
        "🔥",
        "größe",
        "GRÖSSE größe",
        "Σας",
        "near(x)",
        "-y",
        "'",
        "\"",
    ] {
        let expected: &[&str] = if words.contains("GRÖSSE") {
            &[]
        } else {
            &[odd]
        };
        assert_eq!(titles(store, text(words)).await, expected, "{words}");
    }
    // Also what is as short as can be.
    for (words, count) in [
        ("a", 2),
        ("s", 2),
        ("q", 0),
        ("ab", 1),
        ("🐝 a", 1),
        ("0", 2),
    ] {
        assert_eq!(titles(store, text(words)).await.len(), count, "{words}");
    }
}

const SERVICES: [&str; 3] = ["api", "db", "web"];
const WORDS: [&str; 4] = ["Alpha", "beta", "gamma", "Tau"];
/// A day in microseconds.
const DAY: i64 = 24 * HOUR;

fn some(random: &mut ChaCha8Rng, most: i64) -> Option<Micros> {
    random
        .random_bool(0.5)
        .then(|| Micros(random.random_range(0..most)))
}

/// Stores a run of no particular kind.
async fn any_run(store: &dyn Store, random: &mut ChaCha8Rng, number: i64) {
    let mut word = || *WORDS.choose(random).unwrap();
    let title = format!("{} {} {number}", word(), word());
    let service = *SERVICES.choose(random).unwrap();
    let faults = *[KILL, LABEL, BOTH].choose(random).unwrap();
    let created = At(random.random_range(0..4) * DAY + random.random_range(0..3));
    let plan = planned_with(store, &title, service, faults, created).await;
    let run = plan.id;
    store.create_run(plan).await.unwrap();
    let recovery = some(random, 5);
    let figures = Figures {
        recovery,
        not_recovered_within: if recovery.is_none() {
            some(random, 5)
        } else {
            None
        },
        outage: some(random, 5),
        outage_open: false,
    };
    let verdict = *[Verdict::Held, Verdict::Violated, Verdict::Aborted]
        .choose(random)
        .unwrap();
    let end = outcome(
        verdict,
        &format!("because of {}", WORDS.choose(random).unwrap()),
    );
    store.finish_run(run, &end, figures, created).await.unwrap();
}

/// Asks for something, most often for several things at once.
fn any_query(random: &mut ChaCha8Rng) -> RunQuery {
    let mut one_of = |of: &[&str]| {
        let asked = random.random_bool(0.3);
        of.choose(random)
            .filter(|_| asked)
            .map_or(String::new(), |&one| one.to_owned())
    };
    RunQuery {
        text: one_of(&["alpha", "TA", "a", "tau because", "nowhere"]),
        service: one_of(&["api", "db", "web", "we"]),
        fault: one_of(&["container-kill", "service-label", "service", "l\",\"s"]),
        verdict: one_of(&["held", "violated", "aborted", "running", "invalid"]),
        from: one_of(&["1970-01-02", "1970-01-03"]),
        to: one_of(&["1970-01-01", "1970-01-03"]),
        sort: every_sort().choose(random).unwrap().clone(),
        page: random.random_range(0..4),
    }
}

/// Whether a run is one that a query asks for, by looking at the run itself.
fn matches(run: &RunSummary, query: &RunQuery) -> bool {
    let is = |asked: &str, value: &str| asked.is_empty() || asked == value;
    let day = |text: &str| {
        text.strip_prefix("1970-01-0")
            .map(|d| d.parse::<i64>().unwrap())
    };
    let text = format!("{}\n{}\n{}", run.title, run.service, run.reason).to_lowercase();
    let has_fault = |fault: &str| fault.split_once(' ').unwrap().0 == query.fault;
    let verdict = match run.verdict {
        Some(verdict) => verdict.word(),
        None => "running",
    };
    query
        .text
        .split(' ')
        .all(|word| text.contains(&word.to_lowercase()))
        && is(&query.service, &run.service)
        && (query.fault.is_empty() || run.fault.split(", ").any(has_fault))
        && is(&query.verdict, verdict)
        && day(&query.from).is_none_or(|day| run.created.0 >= (day - 1) * DAY)
        && day(&query.to).is_none_or(|day| run.created.0 < day * DAY)
}

/// Runs that never recovered after all that did; those without any figure are none.
fn rank(run: &RunSummary) -> Option<(bool, i64)> {
    let never = run.figures.not_recovered_within.map(|span| (true, span.0));
    never.or(run.figures.recovery.map(|span| (false, span.0)))
}

/// Those without a figure last, up or down.
fn last<T: Ord + Copy>(down: bool, a: Option<T>, b: Option<T>) -> Ordering {
    let by_figure = match (&a, &b) {
        (Some(a), Some(b)) if down => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    a.is_none().cmp(&b.is_none()).then(by_figure)
}

/// What comes first in a sort.
fn compared(sort: &str, a: &RunSummary, b: &RunSummary) -> Ordering {
    let older = (a.created, a.id).cmp(&(b.created, b.id));
    let newer = older.reverse();
    let down = sort.starts_with('-');
    let tie = if down { newer } else { older };
    match sort.trim_start_matches('-') {
        "recovery" => last(down, rank(a), rank(b)).then(tie),
        "outage" => last(down, a.figures.outage, b.figures.outage).then(tie),
        "service" => last(down, Some(&a.service), Some(&b.service)).then(newer),
        "when" => tie,
        _ => newer,
    }
}

/// All that there are, page by page.
async fn all(store: &dyn Store) -> Vec<RunSummary> {
    let mut found = Vec::new();
    for page in 1..=4 {
        let query = RunQuery {
            page,
            ..RunQuery::default()
        };
        found.extend(store.runs(&query).await.unwrap());
    }
    found
}

/// See its name.
pub async fn any_combination_finds_what_it_says(store: &dyn Store) {
    let random = &mut ChaCha8Rng::seed_from_u64(1970);
    for number in 0..180 {
        any_run(store, random, number).await;
    }
    for service in SERVICES {
        started(store, "on", service, At(DAY + 1)).await;
    }
    let all = all(store).await;
    assert_eq!(
        all.iter()
            .filter(|run| run.phase == Phase::Preflight)
            .count(),
        3
    );
    assert_eq!(all.len(), 183);
    for _ in 0..600 {
        let query = any_query(random);
        let mut expected: Vec<_> = all
            .iter()
            .filter(|run| matches(run, &query))
            .cloned()
            .collect();
        let found = store.history(&query).await.unwrap();
        assert_eq!(found.total, expected.len() as u64, "{query:?}");

        expected.sort_by(|a, b| compared(&query.sort, a, b));
        let skip = (query.page.max(1) - 1) * PAGE;
        let rows: Vec<_> = expected
            .iter()
            .skip(skip as usize)
            .take(PAGE as usize)
            .collect();
        assert_eq!(found.rows.iter().collect::<Vec<_>>(), rows, "{query:?}");

        expected.retain(|run| rank(run).is_some());
        assert_eq!(found.measured, expected.len() as u64, "{query:?}");
        expected.sort_by(|a, b| compared("when", a, b));
        let newest = expected.split_off(expected.len().saturating_sub(120));
        assert_eq!(found.recoveries, newest, "{query:?}");
    }
}
