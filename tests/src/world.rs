//! What the end-to-end tests share: one engine with the sample stack, one test at a time on it.

use crate::document::{API, BACKEND, CANARY};
use crate::{Engine, may_start_engines, wait};
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A swarm with the sample stack.
pub struct World {
    /// The swarm's only node.
    pub engine: Engine,
    /// The sample image's id.
    pub image: String,
}

/// A test's turn on the world; the next test waits until it is dropped.
pub struct Turn {
    world: &'static World,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Turn {
    type Target = World;
    fn deref(&self) -> &World {
        self.world
    }
}

static WORLD: OnceLock<World> = OnceLock::new();
static TURN: Mutex<()> = Mutex::new(());

/// The shared world, steady, with this thread in its network; none where engines cannot be
/// started (said loudly).
pub fn world() -> Option<Turn> {
    if !may_start_engines() {
        return None;
    }
    // A test that failed does not spoil the turn of the next.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let world = WORLD.get_or_init(World::new);
    world.engine.enter();
    world.steady();
    Some(Turn { world, _turn: turn })
}

impl World {
    /// A new one of one's own, for a test that would spoil the shared one.
    pub fn new() -> Self {
        let engine = Engine::start_swarm();
        let image = engine.load_sample();
        engine.deploy_stack(&image);
        Self { engine, image }
    }

    /// Waits until the whole stack is at full strength.
    #[track_caller]
    pub fn steady(&self) {
        wait::until("the sample stack is at full strength", 90, || {
            let all = [CANARY, API, BACKEND, "neotix_neotix-edge"];
            all.iter()
                .all(|service| self.engine.is_settled(service))
                .then_some(())
        });
    }

    /// The containers of a service that run, by full id, sorted.
    pub fn containers(&self, service: &str) -> Vec<String> {
        let filter = format!("label=com.docker.swarm.service.name={service}");
        let listed = self
            .engine
            .docker(&["ps", "--no-trunc", "--quiet", "--filter", &filter]);
        let mut ids: Vec<_> = listed.lines().map(str::to_owned).collect();
        ids.sort();
        ids
    }

    /// When the engine says something happened to a service's containers since a moment, both in
    /// milliseconds since 1970; `action` in the engine's words: "die".
    pub fn events(&self, service: &str, since: f64, action: &str) -> Vec<f64> {
        let since = format!("{:.3}", since / 1000.0);
        let until = format!("{:.3}", now_ms() / 1000.0);
        let service = format!("label=com.docker.swarm.service.name={service}");
        let action = format!("event={action}");
        let lines = self.engine.docker(&[
            "events",
            "--since",
            &since,
            "--until",
            &until,
            "--filter",
            &service,
            "--filter",
            &action,
            "--format",
            "{{.TimeNano}}",
        ]);
        let moments = lines
            .lines()
            .map(|line| line.parse::<f64>().expect("nanoseconds") / 1e6);
        moments.collect()
    }

    /// Changes a service as somebody else would, by `docker service update`.
    #[track_caller]
    pub fn update(&self, service: &str, arguments: &[&str]) {
        let mut all = vec!["service", "update", "--detach", "--quiet"];
        all.extend(arguments);
        all.push(service);
        self.engine.docker(&all);
    }

    /// A service that may be attacked and never comes up for long.
    pub fn crashing(&self, name: &str) -> Service<'_> {
        let arguments = ["--label", "hivequake.allow=true", "--env", "CRASH_AFTER=0"];
        self.create(name, &arguments)
    }

    /// A service of the test's own, from the sample image, at full strength; removed when the
    /// value is dropped.
    pub fn service(&self, name: &str, arguments: &[&str]) -> Service<'_> {
        let service = self.create(name, arguments);
        wait::until(&format!("{name} is at full strength"), 60, || {
            self.engine.is_settled(name).then_some(())
        });
        service
    }

    fn create(&self, name: &str, arguments: &[&str]) -> Service<'_> {
        let mut all = vec![
            "service",
            "create",
            "--quiet",
            "--detach",
            "--no-resolve-image",
        ];
        all.extend([
            "--name",
            name,
            "--restart-delay",
            "1s",
            "--endpoint-mode",
            "dnsrr",
        ]);
        all.extend(arguments);
        all.push(&self.image);
        self.engine.docker(&all);
        Service {
            world: self,
            name: name.to_owned(),
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Milliseconds since 1970, by this machine's clock, which is the engine's too.
pub fn now_ms() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("the clock is past 1970").as_secs_f64() * 1000.0
}

/// A service of a test's own.
pub struct Service<'a> {
    world: &'a World,
    name: String,
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        // One that the test has removed itself is gone already.
        drop(self.world.engine.try_docker(&["service", "rm", &self.name]));
    }
}
