//! What an analysis consists of. The contract with `report`: plain data, nothing computed here.

use app::model::record::ProbeOutcome;
use app::model::run::Verdict;
use app::model::time::{At, Measured, Micros};
use serde::Serialize;

/// All that a record shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// The version of the rules it was made with.
    pub rules: u32,
    /// How the run ended.
    pub verdict: Verdict,
    /// Why, one sentence.
    pub reason: String,
    /// Two to four sentences that a hurried reader needs, most important first. Plain text.
    pub lead: Vec<String>,
    /// The moment that counts as zero: the first fault sent. None when none was.
    pub zero: Option<At>,
    /// Where somebody scaled the service meanwhile, which ended the observation.
    pub scaled: Option<Scaled>,
    /// The recovery, moment by moment.
    pub recovery: Recovery,
    /// The recovery taken apart, in order, without gaps. Empty when it cannot be.
    pub split: Vec<Part>,
    /// What was claimed, beside what was measured.
    pub checks: Vec<Claim>,
    /// Each probe, in the order of the document.
    pub probes: Vec<ProbeStats>,
    /// Who was hit.
    pub hits: Vec<Hit>,
    /// What the run proves, weaknesses first.
    pub findings: Vec<Finding>,
    /// What was compared of the containers hit and their replacements, by path.
    pub compared: Vec<Compared>,
    /// What to change, most pressing first.
    pub recommendations: Vec<Recommendation>,
    /// What this run does not show, a sentence each.
    pub not_shown: Vec<String>,
}

/// A field of a container's configuration, before and after. What it holds is nobody's business who
/// reads a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its path: "HostConfig.Memory".
    pub field: String,
    /// Whether it is the same in each container hit and its replacement.
    pub same: bool,
}

/// What findings cite that follow from [`Analysis::compared`].
pub const SNAPSHOTS: &str = "snapshots before and after";

/// The service was to have another number of tasks than when the fault was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scaled {
    /// The number of the event that first shows it.
    pub event: u32,
    /// Tasks wanted before.
    pub from: u64,
    /// Tasks wanted then.
    pub to: u64,
}

/// The moments of a recovery, all counted from [`Analysis::zero`]. With several tasks hit, each
/// is the moment when the last of them got there (`new_task`: likewise). None: not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Recovery {
    /// The (last) container died.
    pub dead: Option<Moment>,
    /// The old task was seen failed.
    pub old_failed: Option<Moment>,
    /// The replacement task was created.
    pub new_task: Option<Moment>,
    /// The replacement was assigned to a node.
    pub assigned: Option<Moment>,
    /// It was preparing.
    pub preparing: Option<Moment>,
    /// Its container was created.
    pub created: Option<Moment>,
    /// It was ready, waiting for its turn.
    pub ready: Option<Moment>,
    /// It was starting.
    pub starting: Option<Moment>,
    /// Its container was started.
    pub started: Option<Moment>,
    /// Its health check passed first.
    pub healthy: Option<Moment>,
    /// The task was running.
    pub running: Option<Moment>,
    /// The first of five answers in a row, on every probe that had failed before the tasks were
    /// complete. None also where none had (see [`ProbeStats::outages`]).
    pub first_success: Option<Moment>,
    /// As many tasks running as wanted, and every probe answering.
    pub full_strength: Option<Moment>,
    /// Set when full strength was never seen: the time that was watched.
    pub not_within: Option<Micros>,
}

/// A moment with its resolution and what proves it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// From zero, with resolution.
    pub after: Measured,
    /// What proves it.
    pub evidence: Evidence,
}

/// One part of the recovery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// "die", "detect", "decide" (or "retry" for all of it where replacements died, too),
    /// "prepare", "wait", "start", "application", "health", "serve".
    pub id: &'static str,
    /// For people: "restart delay".
    pub name: String,
    /// From zero.
    pub from: Micros,
    /// From zero.
    pub to: Micros,
    /// Plus or minus.
    pub resolution: Micros,
    /// How exactly its beginning and its end are known, which together are the resolution.
    pub known: (Micros, Micros),
    /// Who saw it: "engine", "Swarm", "probe api".
    pub source: String,
}

/// One claim of the hypothesis beside what was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// For people: "recovers within", "availability at least".
    pub name: String,
    /// For people, with unit: "15 s", "80 %".
    pub limit: String,
    /// For people, with unit: "10.74 s", "more than 60 s", "78.5 %".
    pub measured: String,
    /// For drawing: measured and limit as plain numbers of one unit.
    pub value: f64,
    /// See `value`.
    pub limit_value: f64,
    /// Whether it held; none where it could not be judged, or where the run proves nothing.
    pub held: Option<bool>,
}

/// A probe over the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeStats {
    /// Its name.
    pub name: String,
    /// Before the fault.
    pub before: Window,
    /// From the fault to the end of observation.
    pub after: Window,
    /// Its outages after the fault.
    pub outages: Vec<Outage>,
    /// The prober's own lateness, 99th percentile.
    pub lag_p99: Micros,
    /// Time between two intended sends: the resolution of what it shows.
    pub every: Micros,
}

/// A probe over one window.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Window {
    /// Sent, by intention, within the window. What the lab could not send is not among them.
    pub sent: u64,
    /// Answered as expected.
    pub ok: u64,
    /// How many ended how, those that occur, ok and those not sent included.
    pub outcomes: Vec<(ProbeOutcome, u64)>,
    /// Median latency of answered ones (from the intended send).
    pub p50: Option<Micros>,
    /// 99th percentile.
    pub p99: Option<Micros>,
    /// Longest.
    pub max: Option<Micros>,
}

/// A stretch of failures: from the first failure's intended send to the answer that begins five
/// answers in a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outage {
    /// From zero.
    pub from: Micros,
    /// From zero; none when it lasted to the end.
    pub to: Option<Micros>,
    /// How long, at the resolution of the sends around its ends (when it never ended, to the last
    /// one that anything is known of).
    pub length: Measured,
    /// Probes that failed in it.
    pub failed: u64,
}

/// A target that was hit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// "slot 1", or the node's name for a global service.
    pub slot: String,
    /// The task, shortened.
    pub task: String,
    /// The container, shortened.
    pub container: String,
    /// The node's name.
    pub node: String,
    /// Why this one.
    pub why: String,
    /// When the fault was sent, from zero.
    pub sent: Option<Micros>,
    /// What proves that it took effect; none when nothing does.
    pub proof: Option<String>,
    /// From zero to its replacement running.
    pub recovered: Option<Moment>,
    /// The replacement's id, shortened.
    pub replacement: Option<String>,
    /// Swarm's error text of the old task.
    pub error: Option<String>,
}

/// What proves a statement: at least one of these is not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Evidence {
    /// Numbers of timeline events.
    pub events: Vec<u32>,
    /// Names of probes whose series show it.
    pub probes: Vec<String>,
    /// Anything else, for people: "snapshots before and after", "service definition".
    pub other: Vec<String>,
}

/// Whether a finding speaks for or against the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bearing {
    /// Against.
    Weakness,
    /// For.
    Strength,
    /// Neither.
    Neutral,
}

/// A statement that the run proves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable over runs, usable as an anchor: "detected-at-once".
    pub id: &'static str,
    /// For or against.
    pub bearing: Bearing,
    /// The point in a few words: "One replica: every container failure is an outage."
    pub statement: String,
    /// The number that goes with it: "6.3 s this time." May be empty.
    pub detail: String,
    /// What proves it.
    pub evidence: Evidence,
}

/// How pressing a recommendation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Users are without service.
    Critical,
    /// Soon.
    High,
    /// When at it.
    Medium,
    /// Good practice.
    Low,
}

/// A change to make.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendation {
    /// The rule: "PL-01".
    pub id: &'static str,
    /// How pressing.
    pub severity: Severity,
    /// What to do: "Run at least two replicas".
    pub title: String,
    /// Why that follows from its findings, which have the numbers: a sentence.
    pub because: String,
    /// The findings it follows from, by id.
    pub findings: Vec<&'static str>,
    /// The compose field: "deploy.replicas".
    pub field: String,
    /// The change as a diff of the compose file, line by line.
    pub change: Vec<Line>,
    /// What to mind; may be empty.
    pub caution: String,
    /// How to see that it helped.
    pub verify: String,
    /// Where the advice comes from: addresses or names of pages.
    pub sources: Vec<&'static str>,
}

/// A line of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "text", rename_all = "lowercase")]
pub enum Line {
    /// Stays.
    Same(String),
    /// Goes.
    Out(String),
    /// Comes.
    In(String),
}
