//! The lab's prober at a thousand requests a second, and whether a target that stands still for a
//! second is seen to stand still for a second.

use crate::table::{Promise, Table};
use hivequake_tests::document::CANARY;
use hivequake_tests::world::World;
use hivequake_tests::{Document, Lab, root, wait};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::net::TcpStream;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

const PORT: u16 = 8777;

/// Both figures.
pub fn lag_and_stall(world: &World, table: &mut Table) {
    let target = Target::start();
    let lab = Lab::start(&world.engine);
    let calm = probed(&lab, || {});
    table.limit(
        "prober at 1,000 requests a second: schedule lag p99",
        "ms",
        figure(&calm, "lag_p99_ms"),
        5.0,
    );
    let stalled = probed(&lab, || target.stand_still(Duration::from_secs(1)));
    let longest = figure(&stalled, "max_ms");
    table.compare(
        "a stall of one second, as the lab saw it",
        "ms",
        longest,
        1000.0,
        Promise::AtLeast(0.99),
    );
}

/// The probe's part of the report of a run, `during` which something happens.
fn probed(lab: &Lab, during: impl FnOnce()) -> Value {
    let url = format!("http://127.0.0.1:{PORT}/");
    let document = Document::label(CANARY, "hq.try", "on")
        .probing(&url)
        .every("1ms", "4s");
    let run = lab.launch(&document.timed("2s", "8s"));
    lab.reached(&run, "observe");
    during();
    lab.done(&run);
    lab.report(&run)["probes"][0].clone()
}

fn figure(probe: &Value, name: &str) -> f64 {
    probe[name].as_f64().unwrap_or(f64::NAN)
}

/// The sample as a plain process, with a whole core for itself.
struct Target(Child);

impl Target {
    fn start() -> Self {
        let script = root().join("tests/scripts/sample.sh");
        let built = Command::new(script)
            .arg("build")
            .output()
            .expect("the sample can be built");
        let binary = String::from_utf8_lossy(&built.stdout).trim().to_owned();
        let child = Command::new(binary).env("PORT", PORT.to_string()).spawn();
        let target = Self(child.expect("the sample starts"));
        wait::until("the sample answers", 20, || {
            TcpStream::connect(("127.0.0.1", PORT)).ok()
        });
        target
    }

    fn stand_still(&self, time: Duration) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).expect("a process id"));
        kill(pid, Signal::SIGSTOP).expect("it can be stopped");
        thread::sleep(time);
        kill(pid, Signal::SIGCONT).expect("it can go on");
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // One that is gone already is as good as killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
