//! What a server costs that nobody asks for anything.

use crate::table::Table;
use hivequake_tests::Lab;
use hivequake_tests::world::World;
use std::fs::read_to_string;
use std::thread;
use std::time::Duration;

/// How long it is watched, in seconds.
const SECONDS: u32 = 30;

/// Clock ticks a second in `/proc`: 100 on every Linux that Docker runs on.
const TICKS: f64 = 100.0;

/// Memory and processor.
pub fn idle(world: &World, table: &mut Table) {
    let lab = Lab::start(&world.engine);
    let pid = lab.pid().expect("the lab runs");
    thread::sleep(Duration::from_secs(5));
    let before = ticks(pid);
    thread::sleep(Duration::from_secs(u64::from(SECONDS)));
    let share = (ticks(pid) - before) / TICKS / f64::from(SECONDS) * 100.0;
    table.limit("idle server: resident memory", "MB", resident_mb(pid), 60.0);
    table.limit("idle server: of one core", "%", share, 2.0);
}

fn resident_mb(pid: u32) -> f64 {
    let status = read_to_string(format!("/proc/{pid}/status")).expect("the lab runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("a size");
    let kilobytes = line
        .split_whitespace()
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    kilobytes.expect("a number") / 1024.0
}

/// Processor time so far; the fields are counted after the process's name, which may hold spaces.
fn ticks(pid: u32) -> f64 {
    let stat = read_to_string(format!("/proc/{pid}/stat")).expect("the lab runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let fields: Vec<_> = fields.split_whitespace().collect();
    [11, 12]
        .into_iter()
        .map(|field| fields[field].parse::<f64>().expect("a number"))
        .sum()
}
