//! A kill: how soon after its launch the container is dead, and whether the lab's moments are
//! those of `docker events` and of a prober that knows nothing of the lab.

use crate::table::{Promise, Table, median};
use hivequake_tests::document::{CANARY, CANARY_URL};
use hivequake_tests::http::{self, Request};
use hivequake_tests::wait::until;
use hivequake_tests::world::{World, now_ms};
use hivequake_tests::{Document, Lab};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Kills of each kind.
const ROUNDS: usize = 7;

/// Turn and turn about, so that the machine's moods hit both.
pub fn launch_to_death(world: &World, table: &mut Table) {
    let lab = Lab::start(&world.engine);
    let kill = Document::kill(CANARY).timed("0s", "5s");
    let (mut by_hand, mut by_lab) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        by_hand.push(until_dead(world, |container| {
            world.engine.docker(&["kill", container]);
        }));
        by_lab.push(until_dead(world, |_| {
            lab.done(&lab.launch(&kill));
        }));
    }
    table.compare(
        "launch request to container dead, against docker kill",
        "ms",
        median(&by_lab),
        median(&by_hand),
        Promise::AtMost(1.5),
    );
}

/// How long after the beginning of `killing` the canary's container was dead, in milliseconds.
/// Returns once the canary is back.
fn until_dead(world: &World, killing: impl FnOnce(&str)) -> f64 {
    world.steady();
    let before = world.containers(CANARY);
    let begun = now_ms();
    killing(&before[0]);
    let died = until("the container is dead", 20, || {
        world.events(CANARY, begun, "die").first().copied()
    });
    // Swarm takes a moment to notice; until then it counts the dead one.
    until("there is a new container", 30, || {
        let now = world.containers(CANARY);
        (!now.is_empty() && now != before).then_some(())
    });
    died - begun
}

/// One kill, read three times.
pub fn against_others(world: &World, table: &mut Table) {
    world.steady();
    let begun = now_ms();
    let prober = Prober::start();
    let lab = Lab::start(&world.engine);
    let kill = Document::kill(CANARY)
        .probing(CANARY_URL)
        .every("20ms", "1s")
        .timed("2s", "12s");
    let report = lab.report(&{
        let run = lab.launch(&kill);
        lab.done(&run);
        run
    });
    let answered = prober.stop();
    let sent = world.events(CANARY, begun, "kill")[0];
    let dead = world.events(CANARY, begun, "die")[0];
    let healthy = world.events(CANARY, begun, "health_status: healthy");
    let first = answered
        .iter()
        .find(|at| **at > dead)
        .copied()
        .unwrap_or(f64::NAN);
    let mut compare = |what: &str, field: &str, theirs: f64| {
        let apart = (moment(&report, field) - (theirs - sent)).abs();
        table.limit(&format!("{what}: lab and others apart"), "ms", apart, 100.0);
    };
    compare("container dead", "dead_ms", dead);
    compare(
        "container started",
        "started_ms",
        world.events(CANARY, begun, "start")[0],
    );
    compare(
        "healthy",
        "healthy_ms",
        healthy.first().copied().unwrap_or(f64::NAN),
    );
    compare("first answer to a user", "first_success_ms", first);
}

fn moment(report: &Value, field: &str) -> f64 {
    report["recovery"][field].as_f64().unwrap_or(f64::NAN)
}

/// Asks the canary every 20 ms, each time from a thread of its own.
struct Prober {
    stop: Arc<AtomicBool>,
    clock: thread::JoinHandle<Vec<f64>>,
}

impl Prober {
    fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        Self {
            stop,
            clock: thread::spawn(move || probe_until(&told)),
        }
    }

    /// When answers came, in order, in milliseconds since 1970.
    fn stop(self) -> Vec<f64> {
        self.stop.store(true, Ordering::Release);
        let mut moments = self.clock.join().expect("the prober does not panic");
        moments.sort_by(f64::total_cmp);
        moments
    }
}

fn probe_until(stop: &AtomicBool) -> Vec<f64> {
    let (answers, all) = channel();
    let mut next = Instant::now();
    while !stop.load(Ordering::Acquire) {
        let answers = answers.clone();
        thread::spawn(move || ask(&answers));
        next += Duration::from_millis(20);
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    drop(answers);
    all.iter().collect()
}

fn ask(answers: &Sender<f64>) {
    let canary = SocketAddr::from(([127, 0, 0, 1], 8089));
    let request = Request {
        method: "GET",
        path: "/",
        ..Request::default()
    };
    if http::send(canary, &request).is_ok_and(|reply| reply.status == 200) {
        // Nobody listens once the measurement is over.
        let _ = answers.send(now_ms());
    }
}
