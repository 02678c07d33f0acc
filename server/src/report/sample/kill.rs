//! The founding kill: 10 s of baseline, SIGKILL, 25 s of watching.

use crate::analysis::{
    Analysis, Bearing, Claim, Evidence, Finding, Hit, Line, Moment, Outage, Part, ProbeStats,
    RULES, Recommendation, Recovery, Severity, Window,
};
use app::model::facts::{ContainerFacts, NodeFacts, ServiceFacts, Snapshot, TaskFacts};
use app::model::record::{Picked, ProbeOutcome, ProbeSeries, Quality, Record, Sample};
use app::model::run::{DesignId, Outcome, Phase, Run, RunId, Verdict};
use app::model::time::{At, Measured, Micros};
use app::model::timeline::{Event, Source, TaskRef, TaskState, What};
use app::model::undo::{Undo, UndoEntry, UndoState};
use uuid::Uuid;

pub const ZERO: At = At(1_795_436_485_240_000);
const OLD: &str = "32fb59f8a1b2c3d4e5f60718293a4b5c6d7e8f90";
const NEW: &str = "9c1f44d0b7e61a2f3c4d5e6f708192a3b4c5d6e7";

/// The run and what it shows.
pub fn kill() -> (Record, Analysis) {
    (record(), analysis())
}

fn ms(millis: i64) -> Micros {
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

fn moment(at: i64, resolution: i64, event: u32) -> Option<Moment> {
    Some(Moment {
        after: Measured {
            span: ms(at),
            resolution: ms(resolution),
        },
        evidence: events_named(&[event]),
    })
}

fn events_named(events: &[u32]) -> Evidence {
    Evidence {
        events: events.to_vec(),
        ..Evidence::default()
    }
}

fn analysis() -> Analysis {
    Analysis {
        rules: RULES,
        verdict: Verdict::Held,
        reason: "every claim held".to_owned(),
        lead: vec![
            "neotix_neotix-api-canary was without service for 6.3 s after its only container was killed; Swarm called it recovered after 10.7 s.".to_owned(),
            "Limits, image and environment came back as they were.".to_owned(),
            "It went down because there is one replica.".to_owned(),
        ],
        zero: Some(ZERO),
        recovery: recovery(),
        split: split(),
        checks: checks(),
        probes: vec![probe()],
        hits: vec![hit()],
        findings: findings(),
        recommendations: recommendations(),
        not_shown: vec![
            "Whether connections in flight were lost: the probe opens a new one each time.".to_owned(),
            "How it behaves under load.".to_owned(),
            "Graceful shutdown: a SIGKILL gives no chance for it.".to_owned(),
        ],
    }
}

fn recovery() -> Recovery {
    Recovery {
        dead: moment(62, 1, 5),
        old_failed: moment(240, 50, 9),
        new_task: moment(250, 1, 10),
        preparing: moment(330, 50, 11),
        created: moment(423, 1, 12),
        ready: moment(500, 50, 13),
        starting: moment(5_300, 50, 14),
        started: moment(5_660, 1, 15),
        first_success: moment(6_410, 100, 16),
        healthy: moment(10_710, 1, 17),
        running: moment(10_740, 50, 18),
        full_strength: moment(10_740, 50, 19),
        ..Recovery::default()
    }
}

fn split() -> Vec<Part> {
    let part = |id, name: &str, from, to, resolution, source: &str| Part {
        id,
        name: name.to_owned(),
        from: ms(from),
        to: ms(to),
        resolution: ms(resolution),
        source: source.to_owned(),
    };
    vec![
        part("die", "signal to death", 0, 62, 1, "engine"),
        part("decide", "detect and decide", 62, 250, 1, "Swarm"),
        part("prepare", "create and prepare", 250, 500, 50, "Swarm"),
        part("wait", "restart delay", 500, 5_300, 50, "Swarm"),
        part("start", "start the container", 5_300, 5_660, 50, "engine"),
        part(
            "application",
            "application starts",
            5_660,
            6_410,
            100,
            "probe api",
        ),
        part("health", "first health check", 6_410, 10_740, 100, "engine"),
    ]
}

fn checks() -> Vec<Claim> {
    vec![
        Claim {
            name: "recovers within".to_owned(),
            limit: "15 s".to_owned(),
            measured: "10.74 s".to_owned(),
            value: 10.74,
            limit_value: 15.0,
            held: Some(true),
        },
        Claim {
            name: "availability at least".to_owned(),
            limit: "70 %".to_owned(),
            measured: "78.1 %".to_owned(),
            value: 78.087,
            limit_value: 70.0,
            held: Some(true),
        },
    ]
}

fn probe() -> ProbeStats {
    ProbeStats {
        name: "api".to_owned(),
        before: Window {
            sent: 100,
            ok: 100,
            outcomes: vec![(ProbeOutcome::Ok, 100)],
            p50: Some(Micros(1_600)),
            p99: Some(Micros(9_900)),
            max: Some(Micros(11_500)),
        },
        after: Window {
            sent: 251,
            ok: 196,
            outcomes: vec![
                (ProbeOutcome::Ok, 196),
                (ProbeOutcome::Refused, 54),
                (ProbeOutcome::Timeout, 1),
            ],
            p50: Some(Micros(1_600)),
            p99: Some(Micros(820_000)),
            max: Some(Micros(920_000)),
        },
        outages: vec![Outage {
            from: ms(100),
            to: Some(ms(6_410)),
            length: Measured {
                span: ms(6_310),
                resolution: ms(100),
            },
            failed: 55,
        }],
        lag_p99: Micros(310),
        every: ms(100),
    }
}

fn hit() -> Hit {
    Hit {
        slot: "slot 1".to_owned(),
        task: "ffe49b24".to_owned(),
        container: "32fb59f8".to_owned(),
        node: "vm".to_owned(),
        why: "random pick, 1 of 1, seed 7341".to_owned(),
        sent: Some(Micros(0)),
        proof: Some("died with exit code 137, 0.062 s after the signal was sent".to_owned()),
        recovered: moment(10_740, 50, 18),
        replacement: Some("x0rx0c13".to_owned()),
        error: Some("task: non-zero exit (137)".to_owned()),
    }
}

fn findings() -> Vec<Finding> {
    let finding = |id, bearing, statement: &str, detail: &str, evidence| Finding {
        id,
        bearing,
        statement: statement.to_owned(),
        detail: detail.to_owned(),
        evidence,
    };
    let api = || Evidence {
        probes: vec!["api".to_owned()],
        ..Evidence::default()
    };
    let snapshots = Evidence {
        other: vec!["snapshots before and after".to_owned()],
        ..Evidence::default()
    };
    use Bearing::{Neutral, Strength, Weakness};
    vec![
        finding(
            "one-replica",
            Weakness,
            "One replica: every container failure is an outage.",
            "6.3 s this time.",
            api(),
        ),
        finding(
            "restart-delay",
            Weakness,
            "45 % of the recovery is the restart delay.",
            "4.80 of 10.74 s; 5 s is Swarm's default.",
            events_named(&[13, 14]),
        ),
        finding(
            "first-health-check",
            Weakness,
            "Swarm learns of recovery 4.3 s after users are served.",
            "The first health check waits a whole interval (5 s).",
            Evidence {
                events: vec![16, 17],
                ..api()
            },
        ),
        finding(
            "detected-at-once",
            Strength,
            "The failure was detected at once.",
            "A replacement existed 0.19 s after the container died.",
            events_named(&[5, 10]),
        ),
        finding(
            "configuration-kept",
            Strength,
            "Configuration kept.",
            "All 41 fields of the new container equal the old one's.",
            snapshots,
        ),
        finding(
            "one-run",
            Neutral,
            "One run.",
            "At least 6 are needed before a recovery time has an interval.",
            Evidence {
                other: vec!["this run".to_owned()],
                ..Evidence::default()
            },
        ),
    ]
}

fn recommendations() -> Vec<Recommendation> {
    let same = |text: &str| Line::Same(text.to_owned());
    let gone = |text: &str| Line::Out(text.to_owned());
    let new = |text: &str| Line::In(text.to_owned());
    vec![
        Recommendation {
            id: "PL-01",
            severity: Severity::Critical,
            title: "Run at least two replicas".to_owned(),
            because: "One replica meant 6.3 s without service.".to_owned(),
            findings: vec!["one-replica"],
            field: "deploy.replicas".to_owned(),
            change: vec![same("deploy:"), gone("  replicas: 1"), new("  replicas: 2")],
            caution: "Port 8089 is published in host mode: two replicas need two nodes, or another port mode.".to_owned(),
            verify: "run this experiment again; expected: no outage.".to_owned(),
            sources: vec!["https://docs.docker.com/engine/swarm/services/"],
        },
        Recommendation {
            id: "RP-04",
            severity: Severity::Medium,
            title: "Shorten the restart delay to 1 s".to_owned(),
            because: "4.8 of 10.7 s were spent in it. Less pressing with two replicas.".to_owned(),
            findings: vec!["restart-delay"],
            field: "deploy.restart_policy.delay".to_owned(),
            change: vec![same("deploy:"), same("  restart_policy:"), new("    delay: 1s")],
            caution: String::new(),
            verify: "run this experiment again; expected: full strength about 4 s sooner.".to_owned(),
            sources: vec!["swarmkit, restart supervisor"],
        },
    ]
}
