//! Promises about lists of runs.

use super::{BOTH, HOUR, KILL, LABEL, ended, planned_with, started};
use crate::store::{Figures, PAGE, Store};
use app::api::views::RunQuery;
use app::model::run::{RunId, Verdict};
use app::model::time::{At, Micros};

fn sorted(sort: &str) -> RunQuery {
    RunQuery {
        sort: sort.to_owned(),
        ..RunQuery::default()
    }
}

fn recovered(recovery: i64) -> Figures {
    Figures {
        recovery: Some(Micros(recovery)),
        ..Figures::default()
    }
}

fn not_within(span: i64) -> Figures {
    Figures {
        not_recovered_within: Some(Micros(span)),
        ..Figures::default()
    }
}

/// Titles that a query finds, in order; the total must say the same.
pub(super) async fn titles(store: &dyn Store, query: RunQuery) -> Vec<String> {
    let page = store.history(&query).await.unwrap();
    assert_eq!(page.total, page.rows.len() as u64, "{query:?}");
    page.rows.into_iter().map(|r| r.title).collect()
}

pub(super) async fn over(
    store: &dyn Store,
    title: &str,
    service: &str,
    created: i64,
    figures: Figures,
) -> RunId {
    let run = started(store, title, service, At(created)).await;
    ended(store, run, Verdict::Held, figures).await;
    run
}

/// See its name.
pub async fn the_newest_come_first_fifty_a_page(store: &dyn Store) {
    // Several at the same moment: pages must neither repeat nor lose one.
    for i in 0..120 {
        over(store, &format!("{i}"), "web", i / 3, Figures::default()).await;
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut last = i64::MAX;
    for page in 1..=3 {
        let query = RunQuery {
            page,
            ..RunQuery::default()
        };
        let found = store.history(&query).await.unwrap();
        assert_eq!(found.total, 120);
        assert_eq!(found.rows.len(), if page < 3 { PAGE as usize } else { 20 });
        for row in found.rows {
            assert!(row.created.0 <= last);
            last = row.created.0;
            seen.insert(row.id);
        }
    }
    assert_eq!(seen.len(), 120);
    let first = store
        .runs(&RunQuery {
            page: 1,
            ..RunQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(store.runs(&RunQuery::default()).await.unwrap(), first);
    assert_eq!(store.runs(&sorted("nonsense'; --")).await.unwrap(), first);
    let beyond = RunQuery {
        page: u32::MAX,
        ..RunQuery::default()
    };
    let beyond = store.history(&beyond).await.unwrap();
    assert_eq!((beyond.rows.len(), beyond.total), (0, 120));
    let oldest = store.runs(&sorted("when")).await.unwrap();
    assert_eq!(oldest[0].created, At(0));
}

async fn three(store: &dyn Store) {
    for (title, service, faults, created) in [
        ("kill", "web", KILL, 10),
        ("label", "api", LABEL, 20),
        ("both", "db", BOTH, 30),
    ] {
        let plan = planned_with(store, title, service, faults, At(created)).await;
        let run = plan.id;
        store.create_run(plan).await.unwrap();
        let verdict = match title {
            "kill" => Verdict::Held,
            "label" => Verdict::Violated,
            _ => continue,
        };
        ended(store, run, verdict, Figures::default()).await;
    }
}

/// See its name.
pub async fn each_filter_lets_through_what_it_names(store: &dyn Store) {
    three(store).await;
    let all = RunQuery::default;
    let service = |s: &str| RunQuery {
        service: s.to_owned(),
        ..all()
    };
    let fault = |f: &str| RunQuery {
        fault: f.to_owned(),
        ..all()
    };
    let verdict = |v: &str| RunQuery {
        verdict: v.to_owned(),
        ..all()
    };
    assert_eq!(titles(store, all()).await, ["both", "label", "kill"]);
    assert_eq!(titles(store, service("api")).await, ["label"]);
    assert_eq!(titles(store, service("ap")).await, [""; 0]);
    assert_eq!(
        titles(store, fault("container-kill")).await,
        ["both", "kill"]
    );
    assert_eq!(
        titles(store, fault("service-label")).await,
        ["both", "label"]
    );
    assert_eq!(titles(store, verdict("held")).await, ["kill"]);
    assert_eq!(titles(store, verdict("violated")).await, ["label"]);
    assert_eq!(titles(store, verdict("running")).await, ["both"]);
    assert_eq!(
        titles(store, verdict("'; DROP TABLE runs; --")).await,
        [""; 0]
    );
}

/// See its name.
pub async fn filters_add_up(store: &dyn Store) {
    three(store).await;
    let mut query = RunQuery {
        text: "k".to_owned(),
        service: "web".to_owned(),
        fault: "container-kill".to_owned(),
        verdict: "held".to_owned(),
        from: "1970-01-01".to_owned(),
        to: "1970-01-01".to_owned(),
        ..RunQuery::default()
    };
    assert_eq!(titles(store, query.clone()).await, ["kill"]);
    query.verdict = "violated".to_owned();
    assert_eq!(titles(store, query).await, [""; 0]);
}

/// See its name.
pub async fn days_are_those_of_utc(store: &dyn Store) {
    let midnight = 1_795_392_000_000_000; // 2026-11-23 00:00 UTC
    over(store, "before", "web", midnight - 1, Figures::default()).await;
    over(store, "first", "web", midnight, Figures::default()).await;
    over(
        store,
        "last",
        "web",
        midnight + 24 * HOUR - 1,
        Figures::default(),
    )
    .await;
    over(
        store,
        "after",
        "web",
        midnight + 24 * HOUR,
        Figures::default(),
    )
    .await;
    let days = |from: &str, to: &str| RunQuery {
        from: from.to_owned(),
        to: to.to_owned(),
        sort: "when".to_owned(),
        ..RunQuery::default()
    };
    assert_eq!(
        titles(store, days("2026-11-23", "2026-11-23")).await,
        ["first", "last"]
    );
    assert_eq!(
        titles(store, days("2026-11-23", "")).await,
        ["first", "last", "after"]
    );
    assert_eq!(
        titles(store, days("", "2026-11-23")).await,
        ["before", "first", "last"]
    );
    assert_eq!(
        titles(store, days("2026-11-24", "2026-11-22")).await,
        [""; 0]
    );
    assert_eq!(
        titles(store, days("yesterday", "9999-12-31")).await.len(),
        4
    );
}

/// See its name.
pub async fn runs_without_a_figure_sort_last(store: &dyn Store) {
    over(store, "none", "web", 1, Figures::default()).await;
    over(store, "slow", "web", 2, recovered(90)).await;
    over(store, "never 60", "web", 3, not_within(60)).await;
    over(store, "quick", "web", 4, recovered(5)).await;
    over(store, "never 70", "web", 5, not_within(70)).await;
    over(store, "none either", "web", 6, Figures::default()).await;
    let up = [
        "quick",
        "slow",
        "never 60",
        "never 70",
        "none",
        "none either",
    ];
    let down = [
        "never 70",
        "never 60",
        "slow",
        "quick",
        "none either",
        "none",
    ];
    assert_eq!(titles(store, sorted("recovery")).await, up);
    assert_eq!(titles(store, sorted("-recovery")).await, down);

    let outage = Figures {
        outage: Some(Micros(3)),
        ..not_within(i64::MAX)
    };
    over(store, "down", "web", 7, outage).await;
    assert_eq!(titles(store, sorted("outage")).await[0], "down");
    assert_eq!(titles(store, sorted("-outage")).await[0], "down");
    assert_eq!(titles(store, sorted("-recovery")).await[0], "down");
}

/// See its name.
pub async fn services_sort_both_ways(store: &dyn Store) {
    over(store, "b old", "b", 1, Figures::default()).await;
    over(store, "a", "a", 2, Figures::default()).await;
    over(store, "b new", "b", 3, Figures::default()).await;
    assert_eq!(
        titles(store, sorted("service")).await,
        ["a", "b new", "b old"]
    );
    assert_eq!(
        titles(store, sorted("-service")).await,
        ["b new", "b old", "a"]
    );
}

/// See its name.
pub async fn services_and_faults_are_sorted_and_named_once(store: &dyn Store) {
    let none = store.history(&RunQuery::default()).await.unwrap();
    assert_eq!((none.services, none.faults), (vec![], vec![]));
    three(store).await;
    over(store, "again", "web", 40, Figures::default()).await;
    // Whatever the query finds: they are what the next one can be made of.
    let found = store.history(&sorted("service")).await.unwrap();
    assert_eq!(found.services, ["api", "db", "web"]);
    assert_eq!(found.faults, ["container-kill", "service-label"]);
    let nothing = RunQuery {
        service: "nowhere".to_owned(),
        ..RunQuery::default()
    };
    let nothing = store.history(&nothing).await.unwrap();
    assert_eq!(
        (nothing.services, nothing.faults),
        (found.services, found.faults)
    );
    assert_eq!((nothing.total, nothing.measured), (0, 0));
}

/// See its name.
pub async fn a_chart_gets_the_recoveries_oldest_first(store: &dyn Store) {
    over(store, "none", "web", 1, Figures::default()).await;
    let never = over(store, "never", "web", 2, not_within(60)).await;
    let quick = over(store, "quick", "web", 3, recovered(5)).await;
    over(store, "elsewhere", "api", 4, recovered(6)).await;
    started(store, "on", "web", At(5)).await;
    // The chart is the same whatever page the list is on.
    for page in [0, 1, 2, 9] {
        let query = RunQuery {
            service: "web".to_owned(),
            page,
            sort: "service".to_owned(),
            ..RunQuery::default()
        };
        let found = store.history(&query).await.unwrap();
        assert_eq!(found.rows, store.runs(&query).await.unwrap());
        assert_eq!((found.total, found.measured), (4, 2), "page {page}");
        let points = found.recoveries;
        let ids: Vec<_> = points.iter().map(|p| p.id).collect();
        assert_eq!(ids, [never, quick], "page {page}");
        assert_eq!(
            (points[0].figures, points[0].created),
            (not_within(60), At(2))
        );
        assert_eq!(
            (points[1].verdict, points[1].service.as_str()),
            (Some(Verdict::Held), "web")
        );
    }
}

/// See its name.
pub async fn a_chart_gets_the_newest_and_how_many_there_are(store: &dyn Store) {
    for i in 0..130 {
        let figures = if i % 13 == 0 {
            Figures::default()
        } else {
            recovered(i)
        };
        over(store, "x", "web", i, figures).await;
    }
    let found = store.history(&sorted("recovery")).await.unwrap();
    assert_eq!((found.total, found.measured), (130, 120));
    assert_eq!(found.recoveries.len(), 120);
    over(store, "x", "web", 130, not_within(1)).await;
    let found = store.history(&sorted("recovery")).await.unwrap();
    assert_eq!((found.total, found.measured), (131, 121));
    let times: Vec<_> = found.recoveries.iter().map(|p| p.created.0).collect();
    assert_eq!((times.len(), times[0], times[119]), (120, 2, 130));
    assert!(times.is_sorted());
}
