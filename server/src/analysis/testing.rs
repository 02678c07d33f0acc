//! Records for tests, built by hand from what was really measured: the founding kill of the field
//! guide, a kill that three replicas hide, and a crash loop that Swarm gives up on.
//!
//! Guarantee: `tests/fixtures/records/*.json` hold exactly these, so that other rooms can test
//! with them too (`cargo test -p server write_the_fixtures -- --ignored` writes them afresh).

use app::model::experiment::Experiment;
use app::model::facts::{
    ContainerFacts, EngineFacts, HealthCheck, NodeFacts, Port, ServiceFacts, Snapshot, TaskFacts,
};
use app::model::record::{Picked, ProbeOutcome, ProbeSeries, Quality, Record, Sample};
use app::model::run::{DesignId, Phase, Run, RunId};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, TaskRef, TaskState, What};
use app::model::undo::{Undo, UndoEntry, UndoState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// 23 November 2026, 12:21:25 UTC.
const LAUNCHED: At = At(1_795_436_485_000_000);
/// From the launch to the first fault: preflight and ten seconds of baseline.
const TO_ZERO: i64 = 10_240;
/// How exactly the task list is seen.
const POLL: i64 = 50_000;
/// How exactly the engine's events are known.
const ENGINE: i64 = 1_000;
/// How exactly the lab's own moments are known on the engine's clock.
const LAB: i64 = 200;

/// The moment that counts as zero in every record of this module.
pub fn zero() -> At {
    LAUNCHED + Micros::from_millis(TO_ZERO)
}

/// A full id from its first characters, of the length that Docker gives it.
fn long(start: &str, length: usize) -> String {
    start.chars().cycle().take(length).collect()
}

/// One slot's way through a kill.
#[derive(Clone)]
pub struct Life {
    pub slot: u64,
    pub node: &'static str,
    pub task: String,
    pub container: String,
}

impl Life {
    pub fn new(slot: u64, node: &'static str, task: &str, container: &str) -> Self {
        Self {
            slot,
            node,
            task: long(task, 25),
            container: long(container, 64),
        }
    }

    pub fn task_ref(&self) -> TaskRef {
        TaskRef {
            task: self.task.clone(),
            slot: Some(self.slot),
            node: self.node.to_owned(),
        }
    }

    fn facts(&self, service: &str, state: TaskState, since: At) -> TaskFacts {
        TaskFacts {
            task: self.task_ref(),
            service: service.to_owned(),
            state,
            desired: if state.is_over() {
                TaskState::Shutdown
            } else {
                TaskState::Running
            },
            created: since + Micros::from_millis(-10_000),
            since,
            container: Some(self.container.clone()),
            exit_code: state.is_over().then_some(137),
            error: state
                .is_over()
                .then(|| "task: non-zero exit (137)".to_owned()),
        }
    }

    fn container_facts(&self, config: &BTreeMap<String, String>, at: At) -> ContainerFacts {
        ContainerFacts {
            id: self.container.clone(),
            task: self.task.clone(),
            created: Some(at),
            started: Some(at),
            finished: None,
            oom_killed: false,
            config: config.clone(),
        }
    }
}

/// When what happened to a replacement, in milliseconds from zero.
#[derive(Clone, Copy)]
pub struct Times {
    pub died: i64,
    pub failed: i64,
    pub new: i64,
    pub created: i64,
    pub ready: i64,
    pub starting: i64,
    pub started: i64,
    pub healthy: Option<i64>,
    pub running: i64,
}

/// The founding kill's.
pub const FOUNDING: Times = Times {
    died: 62,
    failed: 238,
    new: 250,
    created: 423,
    ready: 500,
    starting: 5_300,
    started: 5_660,
    healthy: Some(10_710),
    running: 10_740,
};

/// Puts a record together event by event; times in milliseconds from zero.
pub struct Builder {
    pub record: Record,
}

impl Builder {
    pub fn new(document: Value, service: ServiceFacts, lives: &[Life]) -> Self {
        let experiment: Experiment = serde_json::from_value(document).expect("a document");
        let engine = if service.name == "shop_web" {
            "26.1.5"
        } else {
            "20.10.24"
        };
        let before = snapshot(&service, lives, engine, LAUNCHED);
        let run = Run {
            id: RunId(Uuid::from_u128(0x019a_b1c2_d3e4_7000_8000_0000_0000_0001)),
            design: DesignId(Uuid::from_u128(0x019a_b1c2_0000_7000_8000_0000_0000_0002)),
            version: 1,
            experiment,
            seed: 7341,
            repeat: 1,
            created: LAUNCHED,
            ended: None,
            phase: Phase::Analyse,
            outcome: None,
        };
        Self {
            record: Record {
                run,
                before: Some(before),
                after: None,
                picked: Vec::new(),
                events: Vec::new(),
                probes: Vec::new(),
                undo: Vec::new(),
                quality: Quality {
                    task_poll: Micros(POLL),
                    clock_offset: Micros(0),
                    clock_resolution: Micros(LAB),
                },
            },
        }
    }

    fn push(&mut self, ms: i64, resolution: i64, source: Source, what: What) {
        let seq = u32::try_from(self.record.events.len()).expect("few events") + 1;
        self.record.events.push(Event {
            seq,
            at: zero() + Micros::from_millis(ms),
            resolution: Micros(resolution),
            source,
            what,
        });
    }

    pub fn lab(&mut self, ms: i64, what: What) {
        self.push(ms, LAB, Source::Lab, what);
    }

    pub fn engine(&mut self, ms: i64, what: What) {
        self.push(ms, ENGINE, Source::Engine, what);
    }

    pub fn swarm(&mut self, ms: i64, what: What) {
        self.push(ms, POLL, Source::Swarm, what);
    }

    pub fn phase(&mut self, ms: i64, phase: Phase) {
        self.lab(ms, What::Phase { phase });
    }

    pub fn opening(&mut self) {
        self.phase(-TO_ZERO, Phase::Preflight);
        self.phase(-10_050, Phase::Baseline);
        self.phase(-1, Phase::Inject);
    }

    pub fn closing(&mut self, observed: i64) {
        self.phase(observed, Phase::Restore);
        self.phase(observed + 5, Phase::Analyse);
    }

    pub fn strength(&mut self, ms: i64, running: u64, desired: u64) {
        self.swarm(ms, What::Strength { running, desired });
    }

    pub fn state(&mut self, ms: i64, life: &Life, state: TaskState, error: Option<&str>) {
        let desired = match state {
            TaskState::Starting | TaskState::Running => TaskState::Running,
            s if s.is_over() => TaskState::Shutdown,
            _ => TaskState::Ready,
        };
        let container = (state > TaskState::Preparing).then(|| life.container.clone());
        self.swarm(
            ms,
            What::TaskState {
                task: life.task_ref(),
                state,
                desired,
                error: error.map(str::to_owned),
                container,
            },
        );
    }

    pub fn died(&mut self, ms: i64, life: &Life, exit_code: i64) {
        self.engine(
            ms,
            What::ContainerDied {
                container: life.container.clone(),
                task: life.task.clone(),
                exit_code,
            },
        );
    }

    /// A SIGKILL and its proof.
    pub fn kill(&mut self, sent: i64, died: i64, life: &Life) {
        let name = &life.container[..8];
        self.lab(
            sent,
            What::FaultSent {
                fault: 0,
                text: format!("container-kill SIGKILL to container {name}"),
                task: Some(life.task_ref()),
                container: Some(life.container.clone()),
            },
        );
        self.engine(
            sent + 21,
            What::ContainerKilled {
                container: life.container.clone(),
                task: life.task.clone(),
                signal: 9,
            },
        );
        self.died(died, life, 137);
        self.lab(
            died,
            What::FaultProven {
                fault: 0,
                text: format!("container {name} died with exit code 137"),
            },
        );
        let entry = self.record.undo.len() + 1;
        self.record.undo.push(UndoEntry {
            id: i64::try_from(entry).expect("few entries"),
            run: self.record.run.id,
            fault: 0,
            undo: Undo::Nothing {
                why: "a killed container is replaced by Swarm".to_owned(),
            },
            state: UndoState::NotNeeded {
                why: "a killed container is replaced by Swarm".to_owned(),
            },
            changed: zero() + Micros::from_millis(died),
        });
    }

    /// From the old task failed to the new container started.
    pub fn replaced_until_started(&mut self, old: &Life, code: i64, new: &Life, t: Times) {
        let error = format!("task: non-zero exit ({code})");
        self.state(t.failed, old, TaskState::Failed, Some(&error));
        self.push(
            t.new,
            ENGINE,
            Source::Swarm,
            What::TaskCreated {
                task: new.task_ref(),
            },
        );
        self.state(t.new + 34, new, TaskState::Assigned, None);
        self.state(t.new + 84, new, TaskState::Preparing, None);
        self.engine(
            t.created,
            What::ContainerCreated {
                container: new.container.clone(),
                task: new.task.clone(),
            },
        );
        self.state(t.ready, new, TaskState::Ready, None);
        self.swarm(
            t.starting,
            What::DesiredState {
                task: new.task_ref(),
                desired: TaskState::Running,
            },
        );
        self.state(t.starting, new, TaskState::Starting, None);
        self.engine(
            t.started,
            What::ContainerStarted {
                container: new.container.clone(),
                task: new.task.clone(),
            },
        );
    }

    /// From the first healthy check to running.
    pub fn up(&mut self, new: &Life, t: Times) {
        if let Some(healthy) = t.healthy {
            self.health(healthy, new, "healthy");
        }
        self.state(t.running, new, TaskState::Running, None);
    }

    pub fn health(&mut self, ms: i64, life: &Life, status: &str) {
        self.engine(
            ms,
            What::Health {
                container: life.container.clone(),
                task: life.task.clone(),
                status: status.to_owned(),
            },
        );
    }

    pub fn probe_failing(&mut self, probe: &str, ms: i64, outcome: &str) {
        let what = What::ProbeFailing {
            outcome: outcome.to_owned(),
        };
        self.push(ms, LAB, Source::Probe(probe.to_owned()), what);
    }

    pub fn probe_answering(&mut self, probe: &str, sent: i64, ms: i64) {
        let what = What::ProbeAnswering {
            sent: zero() + Micros::from_millis(sent),
        };
        self.push(ms, LAB, Source::Probe(probe.to_owned()), what);
    }

    pub fn picked(&mut self, life: &Life, why: &str) {
        self.record.picked.push(Picked {
            task: life.task_ref(),
            container: life.container.clone(),
            why: why.to_owned(),
        });
    }

    /// A probe every `every` ms from -10 s until `until`; `answer` says how each ends.
    pub fn probe(
        &mut self,
        name: &str,
        every: i64,
        until: i64,
        answer: impl Fn(i64) -> (i64, ProbeOutcome),
    ) {
        let first = -10_010;
        let samples = (0..)
            .map(|i| first + i * every)
            .take_while(|ms| *ms <= until)
            .map(|ms| sample(ms, answer(ms)))
            .collect();
        self.record.probes.push(ProbeSeries {
            name: name.to_owned(),
            samples,
        });
    }

    /// The snapshot after, `failed` being the dead tasks of the history, newest first.
    pub fn after(&mut self, ms: i64, running: &[Life], failed: &[(Life, &str)]) {
        let before = self.record.before.as_ref().expect("a snapshot before");
        let at = zero() + Micros::from_millis(ms);
        let mut after = snapshot(&before.service, running, &before.engine.version, at);
        for (life, error) in failed {
            let mut facts = life.facts(&before.service.id, TaskState::Failed, zero());
            facts.error = Some((*error).to_owned());
            after.tasks.push(facts);
        }
        self.record.after = Some(after);
    }
}

fn sample(ms: i64, (latency, outcome): (i64, ProbeOutcome)) -> Sample {
    Sample {
        intended: zero() + Micros::from_millis(ms),
        latency: Micros(latency),
        lag: Micros(90 + ms.rem_euclid(7) * 20),
        outcome,
    }
}

/// An ordinary answer: 1.2 to 2.1 ms, now and then 11.5 ms.
pub fn ordinary(ms: i64) -> (i64, ProbeOutcome) {
    let step = (ms + 100_000) / 10;
    let latency = if step % 970 == 49 {
        11_500
    } else {
        1_200 + (step * 37).rem_euclid(13) * 75
    };
    (latency, ProbeOutcome::Ok)
}

fn refused() -> (i64, ProbeOutcome) {
    (310, ProbeOutcome::Refused)
}

fn snapshot(service: &ServiceFacts, lives: &[Life], engine: &str, at: At) -> Snapshot {
    let config = config(service);
    let mut nodes: Vec<&str> = lives.iter().map(|l| l.node).collect();
    nodes.dedup();
    Snapshot {
        at,
        service: service.clone(),
        desired: service.replicas.unwrap_or(1),
        tasks: lives
            .iter()
            .map(|l| l.facts(&service.id, TaskState::Running, at))
            .collect(),
        containers: lives
            .iter()
            .map(|l| l.container_facts(&config, at))
            .collect(),
        nodes: nodes.iter().map(|id| node(id, engine)).collect(),
        engine: EngineFacts {
            version: engine.to_owned(),
            api: "1.41".to_owned(),
            kernel: "linux 6.18.44".to_owned(),
            cgroup: "1".to_owned(),
            cgroup_driver: "cgroupfs".to_owned(),
            node: nodes.first().copied().unwrap_or("node0").to_owned(),
            name: "vm".to_owned(),
            manager: true,
        },
    }
}

fn node(id: &str, engine: &str) -> NodeFacts {
    NodeFacts {
        id: id.to_owned(),
        name: id.replace("node", "vm"),
        role: "manager".to_owned(),
        state: "ready".to_owned(),
        availability: "active".to_owned(),
        engine: engine.to_owned(),
    }
}

/// 41 leaves, as an inspected container has them.
fn config(service: &ServiceFacts) -> BTreeMap<String, String> {
    let mut leaves: BTreeMap<String, String> = [
        ("Config.Image", json!(service.image)),
        ("Config.StopSignal", json!("SIGTERM")),
        ("Config.User", json!("")),
        ("Config.WorkingDir", json!("/")),
        ("Config.Cmd.0", json!("/sample")),
        ("Config.Cmd.1", json!("serve")),
        ("Config.Healthcheck.Interval", json!(5_000_000_000_i64)),
        ("HostConfig.NanoCpus", json!(service.cpu_limit.unwrap_or(0))),
        (
            "HostConfig.Memory",
            json!(service.memory_limit.unwrap_or(0)),
        ),
        ("HostConfig.ReadonlyRootfs", json!(service.read_only)),
        ("HostConfig.RestartPolicy.Name", json!("")),
    ]
    .into_iter()
    .map(|(path, value)| (path.to_owned(), value.to_string()))
    .collect();
    for i in 0..(41 - leaves.len()) {
        leaves.insert(
            format!("Config.Env.VALUE_{i:02}"),
            format!("\"sha256:{i:04x}\""),
        );
    }
    leaves
}

fn service(name: &str, replicas: u64) -> ServiceFacts {
    ServiceFacts {
        id: long(&name.replace(['_', '-'], ""), 25),
        name: name.to_owned(),
        version: 42,
        image: "hivequake-sample:latest".to_owned(),
        replicas: Some(replicas),
        mode: "replicated".to_owned(),
        labels: BTreeMap::from([("hivequake.allow".to_owned(), "true".to_owned())]),
        cpu_limit: Some(300_000_000),
        memory_limit: Some(384 * 1024 * 1024),
        health: Some(HealthCheck {
            test: ["CMD", "/sample", "health"].map(str::to_owned).to_vec(),
            interval: Some(5_000_000_000),
            timeout: Some(2_000_000_000),
            retries: Some(3),
            start_period: None,
            start_interval: None,
        }),
        health_known: true,
        env_names: vec!["PORT".to_owned()],
        endpoint_mode: Some("dnsrr".to_owned()),
        ports: vec![Port {
            published: Some(8089),
            target: 8080,
            protocol: "tcp".to_owned(),
            mode: "host".to_owned(),
        }],
        ..ServiceFacts::default()
    }
}

fn document(title: &str, service: &str, url: &str, hypothesis: &Value, timing: &Value) -> Value {
    let mut whole = json!({ "probes": [{ "name": "api", "http": { "url": url } }] });
    if let (Some(to), Some(from)) = (whole.as_object_mut(), hypothesis.as_object()) {
        to.extend(from.clone());
    }
    json!({
        "apiVersion": "hivequake/v1",
        "title": title,
        "target": { "service": service, "tasks": { "count": 1, "pick": "random" } },
        "hypothesis": whole,
        "method": [{ "fault": "container-kill", "signal": "SIGKILL" }],
        "timing": timing,
    })
}

/// A builder for the canary with one replica, not yet hit: builder, the task hit, its replacement.
pub fn canary() -> (Builder, Life, Life) {
    let name = "neotix_neotix-api-canary";
    let old = Life::new(1, "node", "k3v9t2m7", "32fb59f8");
    let new = Life::new(1, "node", "x0rx0c13", "d81c07aa");
    let document = document(
        "Canary survives a container kill",
        name,
        "http://127.0.0.1:8089/",
        &json!({ "recovers_within": "15s", "availability_at_least": "70%" }),
        &json!({ "baseline": "10s", "observe": "25s" }),
    );
    let mut builder = Builder::new(document, service(name, 1), std::slice::from_ref(&old));
    builder.picked(&old, "random pick of one, seed 7341");
    builder.opening();
    (builder, old, new)
}

/// The answers of the founding kill: gone from 0.09 s, the first one back sent at 5.49 s.
pub fn founding_answers(ms: i64) -> (i64, ProbeOutcome) {
    match ms {
        ..=0 => ordinary(ms),
        1..=5_300 => refused(),
        5_301..=5_400 => (1_000_000, ProbeOutcome::Timeout),
        5_401..=6_410 => ((6_410 - ms) * 1_000, ProbeOutcome::Ok),
        _ => ordinary(ms),
    }
}

/// The founding kill (field guide, "by hand"; report example).
pub fn founding_kill() -> Record {
    let (mut b, old, new) = canary();
    b.kill(0, 62, &old);
    b.phase(80, Phase::Observe);
    b.probe_failing("api", 90, "refused");
    b.replaced_until_started(&old, 137, &new, FOUNDING);
    b.strength(284, 0, 1);
    b.probe_answering("api", 5_490, 6_410);
    b.up(&new, FOUNDING);
    b.strength(10_740, 1, 1);
    b.closing(25_100);
    b.probe("api", 100, 25_090, founding_answers);
    b.after(25_150, &[new], &[(old, "task: non-zero exit (137)")]);
    b.record
}

/// The service with three replicas on three nodes: builder and its three tasks.
pub fn three() -> (Builder, [Life; 3]) {
    let lives = [
        Life::new(1, "node1", "a1b2c3d4", "1111aaaa"),
        Life::new(2, "node2", "b2c3d4e5", "2222bbbb"),
        Life::new(3, "node3", "c3d4e5f6", "3333cccc"),
    ];
    let mut web = service("shop_web", 3);
    web.ports[0].mode = "ingress".to_owned();
    web.endpoint_mode = Some("vip".to_owned());
    if let Some(health) = &mut web.health {
        health.interval = Some(2_000_000_000);
        health.timeout = Some(1_000_000_000);
    }
    let document = document(
        "Web survives the loss of one container",
        "shop_web",
        "http://127.0.0.1:8089/",
        &json!({ "recovers_within": "15s", "availability_at_least": "99%" }),
        &json!({ "baseline": "10s", "observe": "30s" }),
    );
    let mut builder = Builder::new(document, web, &lives);
    builder.opening();
    (builder, lives)
}

/// One of three replicas killed; no answer is lost.
pub fn three_replicas() -> Record {
    let (mut b, lives) = three();
    let new = Life::new(2, "node2", "z9y8x7w6", "9999eeee");
    let times = Times {
        died: 58,
        failed: 210,
        new: 231,
        created: 410,
        ready: 460,
        starting: 5_260,
        started: 5_710,
        healthy: Some(7_740),
        running: 7_780,
    };
    b.picked(&lives[1], "random pick of 3, seed 7341");
    b.kill(0, times.died, &lives[1]);
    b.phase(80, Phase::Observe);
    b.replaced_until_started(&lives[1], 137, &new, times);
    b.strength(250, 2, 3);
    b.up(&new, times);
    b.strength(7_780, 3, 3);
    b.closing(30_050);
    b.probe("api", 100, 29_990, ordinary);
    let [one, two, three] = lives;
    b.after(
        30_100,
        &[one, new, three],
        &[(two, "task: non-zero exit (137)")],
    );
    b.record
}

/// A replacement that dies again and again until Swarm gives up.
pub fn never_recovered() -> Record {
    let name = "neotix_billing";
    let old = Life::new(1, "node", "m4n5o6p7", "4444dddd");
    let tries = [
        Life::new(1, "node", "q1q1q1q1", "5555eeee"),
        Life::new(1, "node", "r2r2r2r2", "6666ffff"),
    ];
    let mut billing = service(name, 1);
    billing.health = None;
    billing.restart_condition = Some("any".to_owned());
    billing.restart_max_attempts = Some(2);
    billing.memory_limit = None;
    let document = document(
        "Billing survives a container kill",
        name,
        "http://127.0.0.1:8089/",
        &json!({ "recovers_within": "20s", "availability_at_least": "80%" }),
        &json!({ "baseline": "10s", "observe": "60s" }),
    );
    let mut b = Builder::new(document, billing, std::slice::from_ref(&old));
    b.picked(&old, "random pick of one, seed 7341");
    b.opening();
    b.kill(0, 62, &old);
    b.phase(80, Phase::Observe);
    b.probe_failing("api", 90, "refused");
    b.strength(284, 0, 1);
    let mut before = &old;
    for (i, new) in (0..).zip(&tries) {
        let times = later(FOUNDING, i * 6_200);
        b.replaced_until_started(before, if i == 0 { 137 } else { 1 }, new, times);
        b.died(times.started + 480, new, 1);
        before = new;
    }
    let error = Some("task: non-zero exit (1)");
    b.state(12_500, before, TaskState::Failed, error);
    b.closing(60_100);
    b.probe("api", 100, 60_090, |ms| {
        if ms <= 0 { ordinary(ms) } else { refused() }
    });
    let [first, second] = tries;
    b.after(
        60_150,
        &[],
        &[
            (second, "task: non-zero exit (1)"),
            (first, "task: non-zero exit (1)"),
            (old, "task: non-zero exit (137)"),
        ],
    );
    b.record
}

/// The same, so many milliseconds later.
pub fn later(t: Times, ms: i64) -> Times {
    Times {
        died: t.died + ms,
        failed: t.failed + ms,
        new: t.new + ms,
        created: t.created + ms,
        ready: t.ready + ms,
        starting: t.starting + ms,
        started: t.started + ms,
        healthy: t.healthy.map(|h| h + ms),
        running: t.running + ms,
    }
}

fn fixtures() -> [(&'static str, Record); 3] {
    [
        ("founding_kill", founding_kill()),
        ("three_replicas", three_replicas()),
        ("never_recovered", never_recovered()),
    ]
}

fn path(name: &str) -> String {
    format!(
        "{}/../tests/fixtures/records/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
#[ignore = "writes the fixtures"]
fn write_the_fixtures() {
    for (name, record) in fixtures() {
        let text = serde_json::to_string(&record).expect("JSON");
        let lines = text.replace("},{", "},\n{");
        std::fs::write(path(name), lines + "\n").expect("written");
    }
}

#[test]
fn the_fixtures_are_these_records() {
    for (name, record) in fixtures() {
        let text = std::fs::read_to_string(path(name)).expect("a fixture");
        let stored: Record = serde_json::from_str(&text).expect("a record");
        assert!(stored == record, "{name} is not what the builder makes");
    }
}
