//! The three records, and the beginnings of others.

use super::builder::{Builder, FOUNDING, Life, Times, later, ordinary, refused};
use super::facts::{document, service};
use app::model::record::{ProbeOutcome, Record};
use app::model::run::Phase;
use app::model::timeline::TaskState;
use serde_json::json;

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
    let mut builder = Builder::new(
        document,
        &service(name, 1),
        std::slice::from_ref(&old),
        "20.10.24",
    );
    builder.picked(&old, "random pick of one, seed 7341");
    builder.opening();
    (builder, old, new)
}

/// The answers of the founding kill: gone from 0.09 s, the first one back sent at 5.49 s.
pub fn founding_answers(ms: i64) -> (i64, ProbeOutcome) {
    match ms {
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
    let mut builder = Builder::new(document, &web, &lives, "26.1.5");
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
    let mut b = Builder::new(document, &billing, std::slice::from_ref(&old), "20.10.24");
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
