//! Promises about runs.

use super::{KILL, ended, experiment, outcome, planned, planned_with, refused, saved, started};
use crate::store::{Figures, NewRun, Store, StoreError};
use app::model::digest::digest;
use app::model::run::{Phase, Verdict};
use app::model::time::{At, Micros};

/// See its name.
pub async fn a_run_reads_back_whole(store: &dyn Store) {
    let faults = r#"[{"fault": "container-kill", "signal": "SIGTERM"},
        {"fault": "service-label", "label": "a", "value": "1"}]"#;
    let plan = planned_with(store, "Canary 🐤 survives", "web_api", faults, At(-5)).await;
    store.create_run(plan.clone()).await.unwrap();

    let run = store.run(plan.id).await.unwrap().unwrap();
    assert_eq!((run.id, run.design, run.version), (plan.id, plan.design, 1));
    assert_eq!(run.experiment, plan.experiment);
    assert_eq!(
        (run.seed, run.repeat, run.created),
        (u64::MAX - 7, 1, At(-5))
    );
    assert_eq!(
        (run.phase, run.ended, run.outcome),
        (Phase::Preflight, None, None)
    );

    for phase in Phase::ALL.into_iter().filter(|p| *p != Phase::Done) {
        store.set_phase(plan.id, phase).await.unwrap();
        assert_eq!(store.run(plan.id).await.unwrap().unwrap().phase, phase);
    }
    let mut end = outcome(Verdict::Aborted, "Ann pressed \"abort\"");
    end.left_behind = vec!["label a is still 1".to_owned()];
    let figures = Figures {
        recovery: None,
        not_recovered_within: Some(Micros(60_000_000)),
        outage: Some(Micros(1)),
        outage_open: true,
    };
    store
        .finish_run(plan.id, &end, figures, At(99))
        .await
        .unwrap();

    let run = store.run(plan.id).await.unwrap().unwrap();
    assert_eq!(
        (run.phase, run.ended, run.outcome),
        (Phase::Done, Some(At(99)), Some(end))
    );
    let row = store.summary(plan.id).await.unwrap().unwrap();
    assert_eq!(row.fault, "container-kill SIGTERM, service-label a=1");
    assert_eq!(
        (row.title.as_str(), row.service.as_str()),
        ("Canary 🐤 survives", "web_api")
    );
    assert_eq!(
        (row.verdict, row.figures),
        (Some(Verdict::Aborted), figures)
    );
    assert_eq!(row.reason, "Ann pressed \"abort\"");
    assert_eq!(
        (row.design, row.created, row.phase),
        (plan.design, At(-5), Phase::Done)
    );
}

/// See its name.
pub async fn one_run_per_target(store: &dyn Store) {
    let first = started(store, "a", "web", At(1)).await;
    let second = planned(store, "b", "web", At(2)).await;
    for phase in [Phase::Preflight, Phase::Restore, Phase::Analyse] {
        store.set_phase(first, phase).await.unwrap();
        match store.create_run(second.clone()).await {
            Err(StoreError::TargetBusy(run)) => assert_eq!(run, first),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.run(second.id).await.unwrap(), None);
    // Another target is free, also one whose name differs by case alone.
    started(store, "c", "Web", At(3)).await;
    ended(store, first, Verdict::Refused, Figures::default()).await;
    store.create_run(second).await.unwrap();
}

/// See its name.
pub async fn a_run_executes_the_text_that_its_version_holds(store: &dyn Store) {
    let plan = planned(store, "as launched", "web", At(1)).await;
    let launched = NewRun {
        text: Some(digest("as launched")),
        ..plan
    };
    let over = saved(store, Some(launched.design), "written over", At(2)).await;
    assert_eq!(
        over,
        (launched.design, launched.version),
        "no run is on it yet"
    );
    let refused = store.create_run(launched.clone()).await;
    assert!(
        matches!(refused, Err(StoreError::Outdated(1))),
        "{refused:?}"
    );
    assert_eq!(store.run(launched.id).await.unwrap(), None);
    saved(store, Some(launched.design), "as launched", At(3)).await;
    store.create_run(launched).await.unwrap();
}

/// See its name.
pub async fn of_many_launches_at_once_one_gets_in(store: &dyn Store) {
    let mut plans = Vec::new();
    for i in 0..8 {
        plans.push(planned(store, "race", "web", At(i)).await);
    }
    let launches = plans.into_iter().map(|plan| store.create_run(plan));
    let answers = futures::future::join_all(launches).await;
    let won = answers.iter().filter(|a| a.is_ok()).count();
    let busy = answers
        .iter()
        .filter(|a| matches!(a, Err(StoreError::TargetBusy(_))))
        .count();
    assert_eq!((won, busy), (1, 7));
    assert_eq!(store.unfinished().await.unwrap().len(), 1);
}

/// See its name.
pub async fn a_run_that_is_over_stays_as_it_ended(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    // Only finishing makes it done: a run without an outcome cannot be over.
    assert!(refused(store.set_phase(run, Phase::Done).await));
    ended(store, run, Verdict::Held, Figures::default()).await;
    let before = store.run(run).await.unwrap();
    assert!(refused(store.set_phase(run, Phase::Inject).await));
    let other = outcome(Verdict::Aborted, "lab restarted");
    let again = store
        .finish_run(run, &other, Figures::default(), At(9))
        .await;
    assert!(refused(again));
    assert_eq!(store.run(run).await.unwrap(), before);

    let mut orphan = planned(store, "b", "api", At(2)).await;
    orphan.version = 7;
    assert!(
        refused(store.create_run(orphan).await),
        "no such version of a design"
    );
}

/// See its name.
pub async fn unfinished_runs_come_oldest_first_with_their_owner(store: &dyn Store) {
    let late = started(store, "late", "web", At(30)).await;
    let over = started(store, "over", "api", At(20)).await;
    let early = started(store, "early", "db", At(10)).await;
    ended(store, over, Verdict::Held, Figures::default()).await;
    let found = store.unfinished().await.unwrap();
    let ids: Vec<_> = found.iter().map(|u| u.run.id).collect();
    assert_eq!(ids, [early, late]);
    assert_eq!(found[0].owner, "host:1:2");
    assert_eq!(found[0].run.experiment, experiment("early", "db", KILL));
}
