//! The lab's own binary, started against a throw-away engine: served, asked, killed, run from the
//! command line. It ends with the test.

use crate::http::{self, Events, Reply, Request};
use crate::{Document, Engine, target, wait};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;

/// Tells the labs of this process apart.
static NEXT_PORT: AtomicU16 = AtomicU16::new(7400);

/// The binary under test: `HIVEQUAKE_BIN`, or what cargo has built.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("HIVEQUAKE_BIN").map(PathBuf::from);
    let binary = named.unwrap_or_else(|| target().join("debug/hivequake"));
    assert!(
        binary.is_file(),
        "{} is not there: run `cargo build -p server` first",
        binary.display()
    );
    binary
}

/// A lab: its data, its address, and its process while it runs.
pub struct Lab {
    host: String,
    address: SocketAddr,
    /// Kept to be removed with the lab.
    home: TempDir,
    data: PathBuf,
    process: Option<Child>,
}

impl Lab {
    /// One that is not running yet, for the engine of an address.
    pub fn new(host: &str) -> Self {
        let home = tempfile::Builder::new().prefix("hq-test-lab-").tempdir();
        let home = home.expect("a folder can be made");
        let port = NEXT_PORT.fetch_add(1, Ordering::Relaxed);
        Self {
            host: host.to_owned(),
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            data: home.path().join("data"),
            home,
            process: None,
        }
    }

    /// Serves; the thread must be in the engine's network already.
    pub fn start(engine: &Engine) -> Self {
        let mut lab = Self::new(&engine.host());
        lab.serve();
        lab
    }

    /// The same lab with its data elsewhere.
    #[must_use]
    pub fn keeping_data_in(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.data);
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process's id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Starts the server and waits until it answers.
    #[track_caller]
    pub fn serve(&mut self) {
        let mut child = self
            .command(&["serve"])
            .spawn()
            .expect("the lab can be started");
        let address = self.address;
        let answered = wait::until("the lab answers", 60, || {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(Err(status));
            }
            let reply = http::send(address, &get("/healthz")).ok()?;
            (reply.status == 200).then_some(Ok(()))
        });
        if let Err(status) = answered {
            panic!("the lab ended at once, {status}:\n{}", self.log());
        }
        self.process = Some(child);
    }

    /// Starts the server and waits until it ends by itself; for one that should refuse to start.
    #[track_caller]
    pub fn serve_to_its_end(&self, extra: &[(&str, &str)]) -> ExitStatus {
        let mut command = self.command(&["serve"]);
        let mut child = command
            .envs(extra.iter().copied())
            .spawn()
            .expect("it can be started");
        wait::until("the lab ends", 30, || {
            child.try_wait().expect("it can be waited for")
        })
    }

    /// A command of the binary, not yet started; what it says goes to the log.
    fn command(&self, arguments: &[&str]) -> Command {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file());
        let log = log.expect("a log can be written");
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .env("HIVEQUAKE_LISTEN", self.address.to_string())
            .env("HIVEQUAKE_DATA", &self.data)
            .env("DOCKER_HOST", &self.host)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log);
        command
    }

    fn log_file(&self) -> PathBuf {
        self.home.path().join("log")
    }

    /// What the server has said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// A command of the binary, run to its end beside the server or without it.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.output().expect("the binary can be started")
    }

    /// A command of the binary, started and left running.
    pub fn cli_in_background(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary can be started")
    }

    /// `hivequake run` with a document: exit code, report (null where there is none), and what was
    /// said on standard error.
    #[track_caller]
    pub fn run_by_cli(&self, document: &Document) -> (i32, Value, String) {
        let file = self.home.path().join("experiment.yaml");
        std::fs::write(&file, document.yaml()).expect("a file can be written");
        let file = file.to_str().expect("a plain path");
        let output = self.cli(&["run", file, "--output", "json"]);
        let code = output.status.code().expect("it ended by itself");
        let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (
            code,
            report,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// Ends the server as a power cut would.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.process.take() {
            // One that is gone already is as good as killed.
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// Asks the server to end, as Ctrl-C or a service manager does.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.process.take().expect("the lab runs");
        let pid = i32::try_from(child.id()).expect("a process id");
        kill(Pid::from_raw(pid), Signal::SIGTERM).expect("the lab takes signals");
        wait::until("the lab ends when asked", 30, || {
            child.try_wait().expect("it can be waited for")
        })
    }

    /// Asks for a page.
    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.send(&get(path))
    }

    /// Sends a document or a command.
    #[track_caller]
    pub fn post(&self, path: &str, body: &str) -> Reply {
        self.send(&Request {
            method: "POST",
            path,
            headers: vec![],
            body: body.as_bytes(),
        })
    }

    /// Sends a document that is JSON, and says so.
    #[track_caller]
    pub fn post_json(&self, path: &str, body: &str) -> Reply {
        let headers = vec![("content-type", "application/json")];
        self.send(&Request {
            method: "POST",
            path,
            headers,
            body: body.as_bytes(),
        })
    }

    /// The lab's database.
    pub fn database(&self) -> PathBuf {
        self.data.join("hivequake.db")
    }

    /// Every file that the lab keeps.
    pub fn data_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.data).expect("the lab has data");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.is_file()).collect()
    }

    /// Sends a request.
    #[track_caller]
    pub fn send(&self, request: &Request<'_>) -> Reply {
        match http::send(self.address, request) {
            Ok(reply) => reply,
            Err(error) => panic!(
                "{} {}: {error}\n{}",
                request.method,
                request.path,
                self.log()
            ),
        }
    }

    /// Launches a document; the run's id.
    #[track_caller]
    pub fn launch(&self, document: &Document) -> String {
        let reply = self.post("/api/v1/runs", &document.yaml());
        assert_eq!(reply.status, 201, "{}", reply.body);
        text(&reply.json(), "run_id")
    }

    /// The sentence with which a launch is refused, before or in preflight.
    #[track_caller]
    pub fn refusal(&self, document: &Document) -> String {
        let reply = self.post("/api/v1/runs", &document.yaml());
        if reply.status != 201 {
            assert!(
                (400..500).contains(&reply.status),
                "{}: {}",
                reply.status,
                reply.body
            );
            return reply.body;
        }
        let run = self.done(&text(&reply.json(), "run_id"));
        assert_eq!(run["verdict"], "refused", "{run}");
        text(&run, "reason")
    }

    /// A run as it stands.
    #[track_caller]
    pub fn run(&self, id: &str) -> Value {
        let reply = self.get(&format!("/api/v1/runs/{id}"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Waits until a run is in a phase or past it.
    #[track_caller]
    pub fn reached(&self, id: &str, phase: &str) -> Value {
        wait::until(&format!("run {id} reaches {phase}"), 120, || {
            let run = self.run(id);
            (order(&text(&run, "phase")) >= order(phase)).then_some(run)
        })
    }

    /// Waits until a run is over.
    #[track_caller]
    pub fn done(&self, id: &str) -> Value {
        self.reached(id, "done")
    }

    /// A finished run's report.
    #[track_caller]
    pub fn report(&self, id: &str) -> Value {
        let reply = self.get(&format!("/api/v1/runs/{id}/report.json"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// The live events of a run, after the event `last` if given.
    #[track_caller]
    pub fn events(&self, id: &str, last: Option<&str>) -> Events {
        let path = format!("/api/v1/runs/{id}/events");
        Events::open(self.address, &path, last).expect("the stream opens")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            crate::say(&format!("--- the lab's log\n{}---", self.log()));
        }
    }
}

fn get(path: &str) -> Request<'_> {
    Request {
        method: "GET",
        path,
        headers: vec![],
        body: b"",
    }
}

/// A text field of an answer. Ends the test if there is none.
#[track_caller]
pub fn text(value: &Value, field: &str) -> String {
    match value[field].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no text {field:?} in {value}"),
    }
}

/// The phases in their order.
#[track_caller]
fn order(phase: &str) -> usize {
    let phases = [
        "preflight",
        "baseline",
        "inject",
        "observe",
        "restore",
        "analyse",
        "done",
    ];
    let found = phases.iter().position(|known| *known == phase);
    found.unwrap_or_else(|| panic!("no phase: {phase:?}"))
}
