//! A throw-away Docker engine: own namespace, own data, own socket (see `scripts/engine.sh`).
//! It ends when it is dropped, and also when this process ends without dropping it.

use crate::root;
use nix::sched::{CloneFlags, setns};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Tells this process's engines apart.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A running engine.
pub struct Engine {
    name: String,
}

impl Engine {
    /// Starts one that is in no swarm.
    pub fn start() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let owner = std::process::id();
        let engine = Self {
            name: format!("hq-test-{owner}-{number}"),
        };
        engine.script(&["up", &engine.name, &owner.to_string()]);
        engine
    }

    /// Starts one that is a swarm of its own.
    pub fn start_swarm() -> Self {
        let engine = Self::start();
        engine.docker(&["swarm", "init", "--advertise-addr", "127.0.0.1"]);
        engine
    }

    /// A swarm's manager, and an engine that is its worker.
    pub fn start_manager_and_worker() -> (Self, Self) {
        let (manager, worker) = (Self::start(), Self::start());
        manager.script(&["link", &manager.name, &worker.name]);
        manager.docker(&["swarm", "init", "--advertise-addr", "10.213.0.1"]);
        let token = manager.docker(&["swarm", "join-token", "--quiet", "worker"]);
        worker.docker(&["swarm", "join", "--token", &token, "10.213.0.1:2377"]);
        (manager, worker)
    }

    /// The engine's address, as `DOCKER_HOST` takes it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.folder().join("docker.sock").display())
    }

    /// The folder that holds all that the engine has; gone with it.
    pub fn folder(&self) -> PathBuf {
        PathBuf::from("/tmp").join(&self.name)
    }

    /// Moves this thread, and what it starts from now on, into the engine's network. There the
    /// services' ports are on 127.0.0.1.
    pub fn enter(&self) {
        let namespace = File::open(format!("/var/run/netns/{}", self.name));
        let namespace = namespace.expect("the engine has a network namespace");
        setns(namespace, CloneFlags::CLONE_NEWNET).expect("a thread may enter the namespace");
    }

    /// Ends the engine in good order; [`Engine::again`] starts it again.
    pub fn stop(&self) {
        self.script(&["stop", &self.name]);
    }

    /// Ends the engine as a power cut would; [`Engine::again`] starts it again.
    pub fn kill(&self) {
        self.script(&["kill", &self.name]);
    }

    /// Starts the engine again with the data it had.
    pub fn again(&self) {
        self.script(&["start", &self.name]);
    }

    /// What a `docker` command prints. Ends the test if the command fails.
    #[track_caller]
    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = self.try_docker(arguments);
        assert!(
            output.status.success(),
            "docker {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    /// A `docker` command that may fail.
    pub fn try_docker(&self, arguments: &[&str]) -> Output {
        let mut docker = Command::new("docker");
        let docker = docker.env("DOCKER_HOST", self.host()).args(arguments);
        docker.output().expect("the docker client is installed")
    }

    /// Loads the sample image; its id.
    pub fn load_sample(&self) -> String {
        self.run_script("sample.sh", &["image"])
    }

    /// Deploys the sample stack and waits until all of it runs. Restarts and health checks take
    /// a second there instead of five.
    pub fn deploy_stack(&self, image: &str) {
        self.run_script("stack.sh", &["up", image]);
    }

    /// A label of a service; none where it is not set.
    pub fn label(&self, service: &str, label: &str) -> Option<String> {
        let format = format!("{{{{json (index .Spec.Labels \"{label}\")}}}}");
        let found = self.docker(&["service", "inspect", service, "--format", &format]);
        let all = self.docker(&[
            "service",
            "inspect",
            service,
            "--format",
            "{{json .Spec.Labels}}",
        ]);
        let there = all.contains(&format!("\"{label}\":"));
        there.then(|| found.trim_matches('"').to_owned())
    }

    /// Whether a service has as many running tasks as it wants, and at least one.
    pub fn is_settled(&self, service: &str) -> bool {
        let filter = format!("name={service}");
        let format = "{{.Name}} {{.Replicas}}";
        let listed = self.docker(&["service", "ls", "--filter", &filter, "--format", format]);
        listed.lines().any(|line| {
            let counts = line
                .strip_prefix(service)
                .and_then(|rest| rest.strip_prefix(' '));
            let counts = counts.and_then(|counts| counts.split_once('/'));
            counts.is_some_and(|(running, wanted)| running == wanted && running != "0")
        })
    }

    fn script(&self, arguments: &[&str]) -> String {
        self.run_script("engine.sh", arguments)
    }

    #[track_caller]
    fn run_script(&self, name: &str, arguments: &[&str]) -> String {
        let mut script = Command::new(root().join("tests/scripts").join(name));
        script.args(arguments).env("DOCKER_HOST", self.host());
        script.env("RESTART_DELAY", "1s").env("HEALTH_EVERY", "1s");
        let output = outside(|| script.output()).expect("the script can be started");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{name} {}: {error}",
            arguments.join(" ")
        );
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }
}

/// Does something in the machine's own network, wherever this thread is: a script that ends an
/// engine ends what is in the engine's network, and would be part of it.
fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let there = File::open(format!("/proc/{}/ns/net", std::process::id()));
    let there = there.expect("a process has a network");
    let worker = move || {
        setns(there, CloneFlags::CLONE_NEWNET).expect("a thread may return");
        work()
    };
    let done = thread::scope(|scope| scope.spawn(worker).join());
    done.expect("the work does not panic")
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.script(&["down", &self.name]);
    }
}
