//! Promises about a run's stream and its evidence.

use super::{intended, planned, refused, started};
use crate::store::{Evidence, Store};
use app::model::facts::{EngineFacts, ServiceFacts, Snapshot};
use app::model::record::{Picked, ProbeOutcome, Quality, Sample};
use app::model::run::RunId;
use app::model::stream::{Bin, LiveBody, LiveItem};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, TaskRef, What};
use app::model::undo::Undo;

/// An event with a number.
pub fn event(seq: u32) -> LiveItem {
    LiveItem {
        seq: u64::from(seq),
        body: LiveBody::Event(Event {
            seq,
            at: At(i64::from(seq) * 10),
            resolution: Micros(500),
            source: Source::Probe("api".to_owned()),
            what: What::Note {
                text: format!("note {seq} \"quoted\" 🐝\n"),
            },
        }),
    }
}

/// A bin with a number.
pub fn bin(seq: u64) -> LiveItem {
    LiveItem {
        seq,
        body: LiveBody::Bin(Bin {
            at: At(1_000_000),
            probe: 1,
            sent: 10,
            ok: 9,
            median_us: 812,
            max_us: 1_000_000,
        }),
    }
}

/// A sample that was meant to be sent then.
pub fn sample(intended: i64) -> Sample {
    Sample {
        intended: At(intended),
        latency: Micros(intended % 977),
        lag: Micros(-1),
        outcome: ProbeOutcome::ALL[usize::try_from(intended % 10).unwrap()],
    }
}

fn snapshot(at: i64) -> Snapshot {
    Snapshot {
        at: At(at),
        service: ServiceFacts::default(),
        desired: 3,
        tasks: Vec::new(),
        containers: Vec::new(),
        nodes: Vec::new(),
        engine: EngineFacts::default(),
    }
}

/// See its name.
pub async fn items_come_in_order_from_where_one_left_off(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let other = started(store, "b", "api", At(2)).await;
    store.append(run, &[event(1), bin(2)]).await.unwrap();
    store.append(other, &[event(1)]).await.unwrap();
    store.append(run, &[event(3)]).await.unwrap();
    store.append(run, &[]).await.unwrap();

    let all = [event(1), bin(2), event(3)];
    assert_eq!(store.items_after(run, 0, 100).await.unwrap(), all);
    assert_eq!(store.items_after(run, 1, 100).await.unwrap(), all[1..]);
    assert_eq!(store.items_after(run, 0, 2).await.unwrap(), all[..2]);
    assert_eq!(store.items_after(run, u64::MAX, 100).await.unwrap(), []);
}

/// See its name.
pub async fn a_batch_is_stored_whole_or_not_at_all(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    store.append(run, &[event(1)]).await.unwrap();
    assert!(refused(store.append(run, &[event(2), event(1)]).await));
    assert_eq!(store.items_after(run, 0, 9).await.unwrap(), [event(1)]);
    store.append(run, &[event(2)]).await.unwrap();
    let nobody = RunId(uuid::Uuid::new_v4());
    assert!(refused(store.append(nobody, &[event(1)]).await));
    assert!(refused(store.add_samples(nobody, 0, &[sample(1)]).await));
}

/// See its name.
pub async fn a_record_holds_everything(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let picked = Picked {
        task: TaskRef {
            task: "t1".to_owned(),
            slot: Some(1),
            node: "n1".to_owned(),
        },
        container: "c1".to_owned(),
        why: "random pick, 1 of 3, seed 7341".to_owned(),
    };
    let quality = Quality {
        task_poll: Micros(100_000),
        clock_offset: Micros(-3),
        clock_resolution: Micros(50),
    };
    store
        .keep(run, &[Evidence::Before(snapshot(4))])
        .await
        .unwrap();
    store
        .keep(run, &[Evidence::After(snapshot(5))])
        .await
        .unwrap();
    store
        .keep(run, &[Evidence::Picked(vec![picked.clone()])])
        .await
        .unwrap();
    store
        .keep(run, &[Evidence::Quality(quality.clone())])
        .await
        .unwrap();
    store
        .append(run, &[event(1), bin(2), event(3)])
        .await
        .unwrap();
    store
        .add_samples(run, 1, &[sample(30), sample(10)])
        .await
        .unwrap();
    store.add_samples(run, 0, &[sample(7)]).await.unwrap();
    store
        .add_samples(run, 1, &[sample(20), sample(40)])
        .await
        .unwrap();
    let nothing = Undo::Nothing {
        why: "a kill".to_owned(),
    };
    let entry = intended(store, run, 0, &nothing, At(9)).await;

    let record = store.record(run).await.unwrap().unwrap();
    assert_eq!(Some(record.run), store.run(run).await.unwrap());
    assert_eq!(
        (record.before, record.after),
        (Some(snapshot(4)), Some(snapshot(5)))
    );
    assert_eq!((record.picked, record.quality), (vec![picked], quality));
    let events: Vec<_> = record.events.iter().map(|e| e.seq).collect();
    assert_eq!(events, [1, 3]);
    assert_eq!(record.probes.len(), 2);
    assert_eq!(record.probes[0].name, "api");
    assert_eq!(record.probes[0].samples, [sample(7)]);
    assert_eq!(record.probes[1].name, "db");
    assert_eq!(record.probes[1].samples, [10, 20, 30, 40].map(sample));
    assert_eq!(record.undo.len(), 1);
    assert_eq!((record.undo[0].id, &record.undo[0].undo), (entry, &nothing));
}

/// See its name.
pub async fn compacting_drops_the_bins_and_nothing_else(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let other = started(store, "b", "api", At(1)).await;
    store.append(other, &[bin(1)]).await.unwrap();
    store
        .append(run, &[event(1), bin(2), event(3), bin(4)])
        .await
        .unwrap();
    for second in 0..50 {
        let samples: Vec<_> = (0..20).map(|i| sample(second * 20 + i)).collect();
        store.add_samples(run, 0, &samples).await.unwrap();
    }
    store
        .keep(run, &[Evidence::Before(snapshot(4))])
        .await
        .unwrap();
    let before = store.record(run).await.unwrap().unwrap();
    assert_eq!(before.probes[0].samples.len(), 1000);

    store.compact(run).await.unwrap();
    store.compact(run).await.unwrap();
    assert_eq!(store.record(run).await.unwrap().unwrap(), before);
    assert_eq!(
        store.items_after(run, 0, 9).await.unwrap(),
        [event(1), event(3)]
    );
    assert_eq!(store.items_after(other, 0, 9).await.unwrap(), [bin(1)]);

    store.add_samples(run, 0, &[sample(5000)]).await.unwrap();
    let after = store.record(run).await.unwrap().unwrap();
    assert_eq!(after.probes[0].samples.len(), 1001);

    // A run that was closed may still get a late event, for example from `hivequake recover`.
    store.append(run, &[event(5)]).await.unwrap();
    let found = store.items_after(run, 1, 9).await.unwrap();
    assert_eq!(found, [event(3), event(5)]);
    assert_eq!(store.items_after(run, 0, 1).await.unwrap(), [event(1)]);
    assert_eq!(store.record(run).await.unwrap().unwrap().events.len(), 3);
    store.compact(run).await.unwrap();
    assert_eq!(store.items_after(run, 1, 9).await.unwrap(), found);
}

/// See its name.
pub async fn a_probe_without_samples_has_an_empty_series(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    store.compact(run).await.unwrap();
    let record = store.record(run).await.unwrap().unwrap();
    let series: Vec<_> = record
        .probes
        .iter()
        .map(|p| (p.name.as_str(), p.samples.len()))
        .collect();
    assert_eq!(series, [("api", 0), ("db", 0)]);
    assert_eq!((record.before, record.after), (None, None));
    assert_eq!((record.events, record.picked), (vec![], vec![]));
    assert_eq!(record.quality, Quality::default());
}

/// See its name.
pub async fn evidence_is_replaced_by_kind(store: &dyn Store) {
    let mut plan = planned(store, "a", "web", At(1)).await;
    let run = plan.id;
    plan.first = vec![Evidence::Before(snapshot(1)), Evidence::After(snapshot(3))];
    store.create_run(plan).await.unwrap();
    store
        .keep(run, &[Evidence::Before(snapshot(2))])
        .await
        .unwrap();
    let record = store.record(run).await.unwrap().unwrap();
    assert_eq!(
        (record.before, record.after),
        (Some(snapshot(2)), Some(snapshot(3)))
    );
}
