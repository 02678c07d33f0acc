//! How much a run takes on the disk, by writing one and looking at the file: this is where the
//! figures at the head of `samples.rs` come from.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::tests::fresh;
use super::*;
use crate::store::contract::{outcome, started};
use app::model::facts::{ContainerFacts, EngineFacts, ServiceFacts, Snapshot, TaskFacts};
use app::model::record::ProbeOutcome;
use app::model::run::Verdict;
use app::model::stream::{Bin, LiveBody};
use app::model::time::Micros;
use app::model::timeline::{Event, Source, TaskRef, TaskState, What};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const SECONDS: i64 = 600;
const A_SECOND: i64 = 50;
const START: i64 = 1_795_392_000_000_000;

/// A normally distributed number, near enough: the mean of twelve even ones.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Answers of a quick local service, with a long tail; an outage of six seconds refuses.
#[expect(
    clippy::cast_possible_truncation,
    reason = "microseconds within a second"
)]
fn second(random: &mut ChaCha8Rng, second: i64) -> Vec<Sample> {
    let down = (300..306).contains(&second);
    let one = |i: i64| {
        let intended = START + second * 1_000_000 + i * (1_000_000 / A_SECOND);
        let latency = (1_200.0 * (normal(random) * 0.4).exp()) as i64;
        Sample {
            intended: At(intended + random.random_range(0..2)),
            latency: Micros(if down { latency / 4 } else { latency }),
            lag: Micros((80.0 * (normal(random) * 0.6).exp()) as i64),
            outcome: if down {
                ProbeOutcome::Refused
            } else {
                ProbeOutcome::Ok
            },
        }
    };
    (0..A_SECOND).map(one).collect()
}

fn hex(random: &mut ChaCha8Rng) -> String {
    format!(
        "{:032x}{:032x}",
        random.random::<u128>(),
        random.random::<u128>()
    )
}

fn task(random: &mut ChaCha8Rng) -> TaskRef {
    TaskRef {
        task: hex(random)[..25].to_owned(),
        slot: Some(1),
        node: hex(random)[..25].to_owned(),
    }
}

fn snapshot(random: &mut ChaCha8Rng) -> Snapshot {
    let config = (0..150).map(|i| {
        (
            format!("HostConfig.SomeSetting{i}"),
            format!("\"value {}\"", i * 37),
        )
    });
    let container = |random: &mut ChaCha8Rng| ContainerFacts {
        id: hex(random),
        task: hex(random)[..25].to_owned(),
        created: Some(At(START)),
        started: Some(At(START)),
        finished: None,
        oom_killed: false,
        config: config.clone().collect(),
    };
    let facts = |random: &mut ChaCha8Rng| TaskFacts {
        task: task(random),
        service: hex(random)[..25].to_owned(),
        state: TaskState::Running,
        desired: TaskState::Running,
        created: At(START),
        since: At(START),
        container: Some(hex(random)),
        exit_code: None,
        error: None,
    };
    Snapshot {
        at: At(START),
        service: ServiceFacts::default(),
        desired: 3,
        tasks: (0..15).map(|_| facts(random)).collect(),
        containers: (0..3).map(|_| container(random)).collect(),
        nodes: Vec::new(),
        engine: EngineFacts::default(),
    }
}

/// What one second adds to the live stream: a bin, and now and then an event.
fn items(random: &mut ChaCha8Rng, second: i64, next: &mut u64) -> Vec<LiveItem> {
    let mut bodies = vec![LiveBody::Bin(Bin {
        at: At(START + second * 1_000_000),
        probe: 0,
        sent: 50,
        ok: 50,
        median_us: random.random_range(1_000..1_400),
        max_us: random.random_range(2_000..9_000),
    })];
    if second % 3 == 0 {
        bodies.push(LiveBody::Event(Event {
            seq: u32::try_from(second).unwrap() + 1,
            at: At(START + second * 1_000_000 + 17),
            resolution: Micros(50_000),
            source: Source::Swarm,
            what: What::TaskState {
                task: task(random),
                state: TaskState::Failed,
                desired: TaskState::Shutdown,
                error: Some("task: non-zero exit (137)".to_owned()),
                container: Some(hex(random)),
            },
        }));
    }
    let numbered = bodies.into_iter().map(|body| {
        *next += 1;
        LiveItem { seq: *next, body }
    });
    numbered.collect()
}

#[tokio::test]
async fn ten_minutes_at_fifty_a_second_take_less_than_300_kb() {
    let (store, dir) = fresh().await;
    let empty = {
        store.close().await;
        std::fs::metadata(dir.path().join("lab.db")).unwrap().len()
    };
    let store = SqliteStore::open(&dir.path().join("lab.db")).await.unwrap();
    let random = &mut ChaCha8Rng::seed_from_u64(7341);
    let run = started(&store, "Canary survives a container kill", "web", At(START)).await;
    store
        .keep(run, &[Evidence::Before(snapshot(random))])
        .await
        .unwrap();
    let (mut next, mut sent) = (0, Vec::new());
    for now in 0..SECONDS {
        let samples = second(random, now);
        store.add_samples(run, 0, &samples).await.unwrap();
        store
            .append(run, &items(random, now, &mut next))
            .await
            .unwrap();
        sent.extend(samples);
    }
    store
        .keep(run, &[Evidence::After(snapshot(random))])
        .await
        .unwrap();
    let end = outcome(Verdict::Held, "Recovered in 6.3 s, 15 s were allowed.");
    store
        .finish_run(run, &end, Figures::default(), At(START))
        .await
        .unwrap();
    store.compact(run).await.unwrap();

    let record = store.record(run).await.unwrap().unwrap();
    assert_eq!(record.probes[0].samples, sent);
    assert_eq!(record.events.len(), 200);
    let samples: i64 = sqlx::query_scalar("SELECT sum(length(body)) FROM samples")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    store.close().await;
    let whole = std::fs::metadata(dir.path().join("lab.db")).unwrap().len();
    println!("empty {empty}, with the run {whole}, its samples {samples} bytes");
    assert!(whole < 300_000, "{whole} bytes");
}
