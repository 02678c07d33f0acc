//! The founding kill: 10 s of baseline, SIGKILL, 25 s of watching.

use super::shown::analysis;
use crate::analysis::Analysis;
use app::model::facts::{ContainerFacts, NodeFacts, ServiceFacts, Snapshot, TaskFacts};
use app::model::record::{Picked, ProbeOutcome, ProbeSeries, Quality, Record, Sample};
use app::model::run::{DesignId, Outcome, Phase, Run, RunId, Verdict};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, TaskRef, TaskState, What};
use app::model::undo::{Undo, UndoEntry, UndoState};
use uuid::Uuid;

/// When the signal was sent.
pub const ZERO: At = At(1_795_436_485_240_000);
const OLD: &str = "32fb59f8a1b2c3d4e5f60718293a4b5c6d7e8f90";
const NEW: &str = "9c1f44d0b7e61a2f3c4d5e6f708192a3b4c5d6e7";

/// The run and what it shows.
pub fn kill() -> (Record, Analysis) {
    (record(), analysis())
}

/// Milliseconds.
pub fn ms(millis: i64) -> Micros {
    Micros::from_millis(millis)
}

fn task(id: &str) -> TaskRef {
    TaskRef {
        task: id.to_owned(),
        slot: Some(1),
        node: "nodeid".to_owned(),
    }
}

fn old() -> TaskRef {
    task("ffe49b24ffe49b24ffe49b24f")
}

fn new() -> TaskRef {
    task("x0rx0c13x0rx0c13x0rx0c13x")
}

fn record() -> Record {
    let experiment = serde_json::json!({
        "apiVersion": "hivequake/v1",
        "title": "Canary survives a container kill",
        "description": "The canary has one replica:\nhow long do users miss it?\n\nAsked after the outage of April.\n",
        "target": {"service": "neotix_neotix-api-canary", "tasks": {"count": 1, "pick": "random"}},
        "hypothesis": {
            "probes": [{"name": "api", "http": {"url": "http://127.0.0.1:8089/"}}],
            "recovers_within": "15s",
            "availability_at_least": "70%"
        },
        "method": [{"fault": "container-kill", "signal": "SIGKILL"}],
        "timing": {"baseline": "10s", "observe": "25s"}
    });
    let run = RunId(Uuid::from_u128(0x0198_7f3a_0000_7000_8000_0000_0000_0001));
    Record {
        run: Run {
            id: run,
            design: DesignId(Uuid::from_u128(2)),
            version: 1,
            experiment: serde_json::from_value(experiment).expect("a sound document"),
            seed: 7341,
            repeat: 1,
            created: ZERO + ms(-10_200),
            ended: Some(ZERO + ms(25_400)),
            phase: Phase::Done,
            outcome: Some(Outcome {
                verdict: Verdict::Held,
                reason: "every claim held".to_owned(),
                left_behind: Vec::new(),
            }),
        },
        before: Some(snapshot(&old(), OLD, ms(-10_200))),
        after: Some(snapshot(&new(), NEW, ms(25_200))),
        picked: vec![Picked {
            task: old(),
            container: OLD.to_owned(),
            why: "random pick, 1 of 1, seed 7341".to_owned(),
        }],
        events: events(),
        probes: vec![series()],
        undo: vec![UndoEntry {
            id: 1,
            run,
            fault: 0,
            undo: Undo::Nothing {
                why: "a killed container is replaced by Swarm".to_owned(),
            },
            state: UndoState::NotNeeded {
                why: "a killed container is replaced by Swarm".to_owned(),
            },
            changed: ZERO,
        }],
        quality: Quality {
            task_poll: ms(50),
            clock_offset: Micros(0),
            clock_resolution: Micros(200),
        },
    }
}

fn snapshot(task: &TaskRef, container: &str, at: Micros) -> Snapshot {
    Snapshot {
        at: ZERO + at,
        service: ServiceFacts {
            id: "serviceid".to_owned(),
            name: "neotix_neotix-api-canary".to_owned(),
            image: "hivequake-sample:latest".to_owned(),
            replicas: Some(1),
            mode: "replicated".to_owned(),
            ..ServiceFacts::default()
        },
        desired: 1,
        tasks: vec![TaskFacts {
            task: task.clone(),
            service: "serviceid".to_owned(),
            state: TaskState::Running,
            desired: TaskState::Running,
            created: ZERO + at,
            since: ZERO + at,
            container: Some(container.to_owned()),
            exit_code: None,
            error: None,
        }],
        containers: vec![ContainerFacts {
            id: container.to_owned(),
            task: task.task.clone(),
            created: None,
            started: None,
            finished: None,
            oom_killed: false,
            config: std::iter::empty().collect(),
        }],
        nodes: vec![NodeFacts {
            id: "nodeid".to_owned(),
            name: "vm".to_owned(),
            role: "manager".to_owned(),
            state: "ready".to_owned(),
            availability: "active".to_owned(),
            engine: "20.10.24".to_owned(),
        }],
        engine: app::model::facts::EngineFacts::default(),
    }
}

fn state(task: TaskRef, state: TaskState, error: Option<&str>) -> What {
    What::TaskState {
        task,
        state,
        desired: TaskState::Running,
        error: error.map(str::to_owned),
        container: None,
    }
}

fn events() -> Vec<Event> {
    let (engine, swarm, lab) = (Source::Engine, Source::Swarm, Source::Lab);
    let api = Source::Probe("api".to_owned());
    let container = |id: &str| id.to_owned();
    let phase = |phase| What::Phase { phase };
    let sent = What::FaultSent {
        fault: 0,
        text: "container-kill SIGKILL to container 32fb59f8".to_owned(),
        task: Some(old()),
        container: Some(OLD.to_owned()),
    };
    let died = What::ContainerDied {
        container: container(OLD),
        task: old().task,
        exit_code: 137,
    };
    let proven = What::FaultProven {
        fault: 0,
        text: "container 32fb59f8 died with exit code 137, 62 ms after the signal was sent"
            .to_owned(),
    };
    let created = What::ContainerCreated {
        container: container(NEW),
        task: new().task,
    };
    let started = What::ContainerStarted {
        container: container(NEW),
        task: new().task,
    };
    let healthy = What::Health {
        container: container(NEW),
        task: new().task,
        status: "healthy".to_owned(),
    };
    let failing = What::ProbeFailing {
        outcome: "refused".to_owned(),
    };
    let answering = What::ProbeAnswering {
        sent: ZERO + ms(5_490),
    };
    let list = [
        (-10_150, 0, &lab, phase(Phase::Preflight)),
        (-10_000, 0, &lab, phase(Phase::Baseline)),
        (-1, 0, &lab, phase(Phase::Inject)),
        (0, 1, &lab, sent),
        (62, 1, &engine, died),
        (63, 1, &lab, proven),
        (64, 0, &lab, phase(Phase::Observe)),
        (100, 100, &api, failing),
        (
            240,
            50,
            &swarm,
            state(old(), TaskState::Failed, Some("task: non-zero exit (137)")),
        ),
        (250, 1, &swarm, What::TaskCreated { task: new() }),
        (330, 50, &swarm, state(new(), TaskState::Preparing, None)),
        (423, 1, &engine, created),
        (500, 50, &swarm, state(new(), TaskState::Ready, None)),
        (5_300, 50, &swarm, state(new(), TaskState::Starting, None)),
        (5_660, 1, &engine, started),
        (6_410, 100, &api, answering),
        (10_710, 1, &engine, healthy),
        (10_740, 50, &swarm, state(new(), TaskState::Running, None)),
        (
            10_740,
            50,
            &swarm,
            What::Strength {
                running: 1,
                desired: 1,
            },
        ),
        (25_064, 0, &lab, phase(Phase::Restore)),
        (25_300, 0, &lab, phase(Phase::Analyse)),
    ];
    let number = |i: usize| u32::try_from(i + 1).unwrap_or_default();
    list.into_iter()
        .enumerate()
        .map(|(i, (at, resolution, source, what))| Event {
            seq: number(i),
            at: ZERO + ms(at),
            resolution: ms(resolution),
            source: source.clone(),
            what,
        })
        .collect()
}

/// Every 100 ms from -10 s to 25 s; without answer from 0.1 s to 5.5 s.
fn series() -> ProbeSeries {
    let sample = |i: i64| {
        let intended = i * 100 - 10_000;
        let (outcome, latency) = match intended {
            t if (0..5_400).contains(&t) => (ProbeOutcome::Refused, 400),
            5_400 => (ProbeOutcome::Timeout, 1_000_000),
            // What was sent while the application started came in late, all at once.
            t if (5_401..6_400).contains(&t) => (ProbeOutcome::Ok, (6_420 - t) * 1_000),
            _ => (
                ProbeOutcome::Ok,
                1_200 + (i * 7_919 % 13) * 90 + (i % 41 / 40) * 9_000,
            ),
        };
        Sample {
            intended: ZERO + ms(intended),
            latency: Micros(latency),
            lag: Micros(120),
            outcome,
        }
    };
    ProbeSeries {
        name: "api".to_owned(),
        samples: (0..=350).map(sample).collect(),
    }
}
