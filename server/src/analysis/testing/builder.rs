//! Puts a record together event by event.

use super::facts::snapshot;
use app::model::experiment::Experiment;
use app::model::facts::{ContainerFacts, ServiceFacts, TaskFacts};
use app::model::record::{Picked, ProbeOutcome, ProbeSeries, Quality, Record, Sample};
use app::model::run::{DesignId, Phase, Run, RunId};
use app::model::time::{At, Micros};
use app::model::timeline::{Event, Source, TaskRef, TaskState, What};
use app::model::undo::{Undo, UndoEntry, UndoState};
use serde_json::Value;
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
pub fn long(start: &str, length: usize) -> String {
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

    pub fn facts(&self, service: &str, state: TaskState, since: At) -> TaskFacts {
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

    pub fn container_facts(&self, config: &BTreeMap<String, String>, at: At) -> ContainerFacts {
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
    pub fn new(document: Value, service: &ServiceFacts, lives: &[Life], engine: &str) -> Self {
        let experiment: Experiment = serde_json::from_value(document).expect("a document");
        let before = snapshot(service, lives, engine, LAUNCHED);
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
        let samples = (0..100_000)
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

pub fn refused() -> (i64, ProbeOutcome) {
    (310, ProbeOutcome::Refused)
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
