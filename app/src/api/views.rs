//! What the use cases answer: ready to show, times and numbers already in words, so that server
//! and browser never disagree about a format.

use crate::model::run::{DesignId, Phase, RunId, Verdict};
use serde::{Deserialize, Serialize};

/// What every page shows around its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Frame {
    /// Runs that are on.
    pub running: Vec<Running>,
    /// Set while no run may start: who stopped everything and when, for people.
    pub on_hold: Option<String>,
    /// Set while the swarm cannot be reached: what is wrong and what to do.
    pub swarm_trouble: Option<String>,
    /// Undo entries that could not be put back: what, and the command that does it.
    pub not_restored: Vec<String>,
    /// Whether people sign in here: then whoever sees this can sign out, by a form that posts to
    /// `/sign-out`.
    #[serde(default)]
    pub signed_in: bool,
}

/// A run that is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Its name.
    pub id: RunId,
    /// The experiment's title.
    pub title: String,
    /// The target service.
    pub service: String,
    /// The faults, "container-kill SIGKILL".
    pub fault: String,
    /// Where it is.
    pub phase: Phase,
}

/// The start page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeView {
    /// The last runs, newest first.
    pub recent: Vec<RunRow>,
    /// The services, those that may be targets first.
    pub services: Vec<ServiceRow>,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its name.
    pub id: RunId,
    /// The experiment's title.
    pub title: String,
    /// The target service.
    pub service: String,
    /// The faults, "container-kill SIGKILL".
    pub fault: String,
    /// Where it is.
    pub phase: Phase,
    /// How it ended; none while it is on.
    pub verdict: Option<Verdict>,
    /// Why, one sentence; empty while it is on.
    pub reason: String,
    /// When it was launched: "23 Nov 2026, 12:21:25".
    pub when: String,
    /// The same, machine-readable (RFC 3339, UTC).
    pub when_iso: String,
    /// Full strength after the fault, "10.7 s"; "more than 60 s" where it never recovered.
    pub recovery: Option<String>,
    /// The same in milliseconds; none where it never recovered or was never below full strength.
    pub recovery_ms: Option<f64>,
    /// Set where it never recovered: how long was watched, in milliseconds.
    pub not_recovered_within_ms: Option<f64>,
    /// The longest outage of any probe, in whole or in part: "6.3 s"; "none" where no answer was
    /// lost; "more than 6.3 s" where it was not over when the run ended.
    pub outage: Option<String>,
    /// The same in milliseconds; 0 where no answer was lost.
    pub outage_ms: Option<f64>,
    /// Whether the longest outage was not over when the run ended.
    pub outage_open: bool,
}

/// A service in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceRow {
    /// Its name.
    pub name: String,
    /// The image without its digest.
    pub image: String,
    /// "replicated", "global", ….
    pub mode: String,
    /// Tasks that run and are meant to.
    pub running: u64,
    /// Tasks that it wants.
    pub desired: u64,
    /// "steady", or what is not: "updating", "1 of 3 running".
    pub state: String,
    /// Whether it is steady.
    pub steady: bool,
    /// Whether it may be attacked.
    pub target: Permission,
}

/// Whether a service may be attacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Permission {
    /// By its label or the settings; which, for people.
    Allowed(String),
    /// Neither labelled nor listed; what to do, for people.
    NotListed(String),
    /// Protected; why, for people.
    Protected(String),
}

/// One service in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceView {
    /// As in the list.
    pub row: ServiceRow,
    /// Its definition in words: group ("Resources"), name ("CPU limit"), value ("0.3").
    pub facts: Vec<(String, Vec<(String, String)>)>,
    /// Its tasks now and before, newest first.
    pub tasks: Vec<TaskRow>,
    /// Its runs, newest first.
    pub runs: Vec<RunRow>,
}

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The id's first characters.
    pub id: String,
    /// "slot 1", or empty for a global service.
    pub slot: String,
    /// The node's name.
    pub node: String,
    /// Swarm's word.
    pub state: String,
    /// What Swarm wants.
    pub desired: String,
    /// Since when, "23 Nov 2026, 12:21:25".
    pub since: String,
    /// Swarm's own error text, uncut.
    pub error: Option<String>,
    /// Whether it failed or was rejected.
    pub failed: bool,
}

/// A design in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignRow {
    /// Its name.
    pub id: DesignId,
    /// The title, or "untitled draft".
    pub title: String,
    /// The target service, where it can be read.
    pub service: String,
    /// The newest version.
    pub version: u32,
    /// Last changed: "23 Nov 2026, 12:21".
    pub changed: String,
    /// Whether it can launch as far as its text is concerned.
    pub valid: bool,
    /// Its last run.
    pub last_run: Option<RunRow>,
}

/// A question about a text in the designer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignAsk {
    /// The document as it stands in the browser.
    pub text: String,
    /// A change made in the form, to be patched into the text.
    pub edit: Option<FormEdit>,
    /// The stored design it belongs to.
    pub id: Option<DesignId>,
}

/// A change made in the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FormEdit {
    /// Sets the scalar at a path (`timing.observe`) to a text; an empty text removes the key.
    Set {
        /// Where.
        path: String,
        /// What people typed.
        value: String,
    },
    /// Appends a probe of a kind ("http", "tcp") with a free name.
    AddProbe {
        /// Which kind.
        kind: String,
    },
    /// Appends a fault of a kind ("container-kill").
    AddFault {
        /// Which kind.
        kind: String,
    },
    /// Appends a guard.
    AddGuard,
    /// Removes the list item at a path (`hypothesis.probes[1]`).
    Remove {
        /// Where.
        path: String,
    },
}

/// A design as the designer shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignView {
    /// The stored design, if it is one.
    pub id: Option<DesignId>,
    /// The stored version; 0 for one that is not stored.
    pub version: u32,
    /// Whether runs point at that version, so that saving makes the next.
    pub has_runs: bool,
    /// The document.
    pub text: String,
    /// The title, where it can be read.
    pub title: String,
    /// The form, built from the text; none while the text cannot be read at all.
    pub form: Option<Form>,
    /// What is wrong, in document order.
    pub problems: Vec<ProblemAt>,
    /// What preflight would say now.
    pub checks: Vec<Check>,
    /// The blast radius in words; none while the text is not valid or the swarm not reachable.
    pub hits: Option<String>,
    /// Services that may be attacked, for the form's list.
    pub services: Vec<String>,
    /// Whether it can launch now.
    pub launchable: bool,
}

/// Which versions of a design to compare, as an address has them; 0 for the newest, and for the
/// one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compared {
    /// This version,
    pub version: u32,
    /// with this one.
    pub since: u32,
}

/// The versions of a design, and what one of them changed.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionsView {
    /// The design.
    pub id: DesignId,
    /// Its title as of the newest version.
    pub title: String,
    /// Newest first.
    pub versions: Vec<VersionRow>,
    /// What is compared; both are the same where there is nothing to compare.
    pub compared: Compared,
    /// The difference, line by line; empty where no line differs.
    pub diff: Vec<DiffLine>,
}

/// A version in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRow {
    /// Which.
    pub version: u32,
    /// Last saved: "23 Nov 2026, 12:21:25".
    pub changed: String,
    /// How many runs it has.
    pub run_count: u64,
    /// The last of them, newest first.
    pub runs: Vec<RunRow>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub kind: DiffKind,
    /// The line; for [`DiffKind::Skipped`] what is left out, for people.
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffKind {
    /// It stayed.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
    /// Lines that are not shown.
    Skipped,
}

/// Something wrong, at its field and its line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProblemAt {
    /// The field's path; empty where it belongs to none.
    pub path: String,
    /// What is wrong and what to write.
    pub message: String,
    /// From 1.
    pub line: Option<u32>,
    /// From 1.
    pub column: Option<u32>,
}

/// One line of a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// How it stands.
    pub state: CheckState,
    /// For people.
    pub text: String,
}

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckState {
    /// Fine.
    Ok,
    /// Fine, with something to know.
    Warn,
    /// In the way of a launch.
    No,
}

/// The form: every value as it stands in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Form {
    /// `title`
    pub title: String,
    /// `target.service`
    pub service: String,
    /// "count", "percent" or "all".
    pub tasks_by: String,
    /// The number for count or percent.
    pub tasks_number: String,
    /// "random", "newest", "oldest".
    pub pick: String,
    /// The probes, in order.
    pub probes: Vec<ProbeForm>,
    /// `hypothesis.recovers_within`; empty when not given.
    pub recovers_within: String,
    /// `hypothesis.availability_at_least`; empty when not given.
    pub availability: String,
    /// The faults, in order.
    pub faults: Vec<FaultForm>,
    /// The guards, in order.
    pub guards: Vec<GuardForm>,
    /// `timing.baseline` as in force.
    pub baseline: String,
    /// `timing.observe` as in force.
    pub observe: String,
    /// `repeat` as in force.
    pub repeat: String,
    /// The same durations in seconds for the drawing, and how long it all takes, for people.
    pub plan: Plan,
}

/// How long a launch takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Plan {
    /// Seconds.
    pub baseline: f64,
    /// Seconds.
    pub observe: f64,
    /// "about 7 minutes in all".
    pub total: String,
}

/// A probe in the form. `kind` is "http" or "tcp"; its fields lie under
/// `hypothesis.probes[i].<kind>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct ProbeForm {
    /// Its name.
    pub name: String,
    /// "http" or "tcp".
    pub kind: String,
    /// `url` or `address`.
    pub address: String,
    /// `every`
    pub every: String,
    /// `timeout`
    pub timeout: String,
    /// `expect_status`, http only.
    pub expect_status: String,
}

/// A fault in the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct FaultForm {
    /// "container-kill", ….
    pub kind: String,
    /// One line for people.
    pub summary: String,
    /// "no undo needed", or what will be put back.
    pub undo: String,
    /// Its parameters under `method[i]`: name, value, allowed values (empty: free text).
    pub parameters: Vec<(String, String, Vec<String>)>,
}

/// A guard in the form, under `guards[i].abort_when`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct GuardForm {
    /// `availability_below`
    pub availability_below: String,
    /// `for`
    pub lasting: String,
}

/// Which runs to list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct RunQuery {
    /// Words in title, service or reason.
    pub text: String,
    /// Exactly this service; empty for all.
    pub service: String,
    /// Exactly this kind of fault; empty for all.
    pub fault: String,
    /// A verdict's word, or "running"; empty for all.
    pub verdict: String,
    /// Launched on or after this day, `2026-11-23`; empty for all.
    pub from: String,
    /// Launched on or before this day; empty for all.
    pub to: String,
    /// "when", "recovery", "outage", "service"; with a leading "-" from large to small.
    /// Empty: "-when".
    pub sort: String,
    /// From 1; 0 counts as 1.
    pub page: u32,
}

/// The history page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    /// One page of runs.
    pub rows: Vec<RunRow>,
    /// How many runs match.
    pub total: u64,
    /// How many pages that is.
    pub pages: u32,
    /// Recovery time across the matching runs: a finished figure (HTML), empty when none recovered.
    pub chart: String,
    /// Services that have runs.
    pub services: Vec<String>,
    /// Kinds of fault that have runs.
    pub faults: Vec<String>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    /// As in the list.
    pub row: RunRow,
    /// Its design and version.
    pub design: DesignId,
    /// See `design`.
    pub version: u32,
    /// Set while it is on.
    pub live: Option<super::live::LiveView>,
    /// The finished report's body (HTML), once it is over.
    pub report: Option<String>,
    /// Links to the report that exist.
    pub shares: Vec<ShareRow>,
}

/// A link to a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShareRow {
    /// Its number, for revoking.
    pub id: i64,
    /// When it was made.
    pub made: String,
    /// "works until 30 Nov 2026, …", "works until revoked", "expired …", "revoked …".
    pub expires: String,
    /// Whether it still works.
    pub works: bool,
}

/// A link just made. The token is shown this once; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewShare {
    /// Path of the link, `/s/<token>`.
    pub path: String,
    /// As in the list.
    pub row: ShareRow,
}

/// Settings, and what works on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingsView {
    /// Services allowed as targets besides the labelled ones, one name each.
    pub allow: Vec<String>,
    /// Most tasks that one run may hit.
    pub max_tasks: u32,
    /// What works, as `hivequake doctor` says it.
    pub doctor: Vec<Check>,
}

/// A change of settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingsEdit {
    /// See [`SettingsView::allow`].
    pub allow: Vec<String>,
    /// See [`SettingsView::max_tasks`].
    #[serde(deserialize_with = "nearest")]
    pub max_tasks: u32,
}

/// Any number as the nearest that fits, so that one out of bounds is refused by the lab, with the
/// bounds, and not by the reader.
fn nearest<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast from a float takes the nearest"
    )]
    f64::deserialize(from).map(|number| number as u32)
}
