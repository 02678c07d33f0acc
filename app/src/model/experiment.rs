//! An experiment: target, hypothesis, method, guards, timing. The document people write.
//!
//! What deserializes here has the right shape; [`Experiment::problems`] says what is still wrong
//! with it as a whole. Unknown fields are errors everywhere.

pub use super::problems::Problem;

use super::units::{Percent, Span};
use serde::{Deserialize, Serialize};

/// The only version of the format so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum ApiVersion {
    /// `hivequake/v1`
    #[serde(rename = "hivequake/v1")]
    V1,
}

/// A versioned design, as written in YAML or JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Experiment {
    /// The format's version.
    #[serde(rename = "apiVersion")]
    pub api_version: ApiVersion,
    /// What the experiment shows when it holds, for example "Canary survives a container kill".
    pub title: String,
    /// Why one runs it, in free words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is attacked.
    pub target: Target,
    /// What must stay true.
    #[serde(default, skip_serializing_if = "Hypothesis::is_empty")]
    pub hypothesis: Hypothesis,
    /// The faults, in order.
    pub method: Vec<Fault>,
    /// What aborts a run at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// How long to watch before and after.
    #[serde(default)]
    pub timing: Timing,
    /// How many runs one launch makes, one after the other (1 to 100).
    #[serde(default = "one")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1, max = 100)))]
    pub repeat: u32,
}

fn one() -> u32 {
    1
}

/// A service and which of its tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Target {
    /// The service's name, as `docker service ls` shows it.
    pub service: String,
    /// Which of its tasks; without it, one at random.
    #[serde(default)]
    pub tasks: Tasks,
}

/// Which tasks: exactly one of `count`, `percent`, `all`; and how they are picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Tasks {
    /// That many tasks (at least 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1)))]
    pub count: Option<u32>,
    /// That share of the running tasks (1 to 100), rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 1, max = 100)))]
    pub percent: Option<u32>,
    /// Every task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// Which ones first; ignored with `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<Pick>,
}

/// How tasks are picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum Pick {
    /// By the run's recorded seed.
    #[default]
    Random,
    /// Started last.
    Newest,
    /// Started first.
    Oldest,
}

impl Tasks {
    /// How many of `running` tasks are hit; none when the document asks for more than there are.
    pub fn how_many(&self, running: usize) -> Option<usize> {
        let wanted = match (self.count, self.percent, self.all) {
            (_, _, Some(true)) => running,
            (_, Some(percent), _) => (running * percent as usize).div_ceil(100),
            (count, _, _) => count.unwrap_or(1) as usize,
        };
        (wanted >= 1 && wanted <= running).then_some(wanted)
    }

    /// How tasks are picked.
    pub fn pick(&self) -> Pick {
        self.pick.unwrap_or_default()
    }
}

/// The steady state: probes and what must hold of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Hypothesis {
    /// Repeated measurements from outside the application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
    /// From the fault to full strength and every probe answering, at most this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovers_within: Option<Span>,
    /// Share of probes answered from the fault to the end of observation, at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_at_least: Option<Percent>,
}

impl Hypothesis {
    /// Whether nothing is claimed or measured.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// One repeated measurement from outside the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Probe {
    /// A short name, unique in the experiment.
    pub name: String,
    /// An HTTP request; exactly one kind of probe must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpProbe>,
    /// A TCP connection; exactly one kind of probe must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpProbe>,
}

/// A GET over a new connection each time. Redirects are not followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct HttpProbe {
    /// `http://` or `https://` address.
    pub url: String,
    /// Time between two intended sends.
    #[serde(default = "every")]
    pub every: Span,
    /// Counted from the intended send.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// The status that counts as an answer.
    #[serde(default = "ok_status")]
    #[cfg_attr(feature = "ssr", schemars(range(min = 100, max = 599)))]
    pub expect_status: u16,
}

/// A TCP connection that must be accepted; nothing is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TcpProbe {
    /// `host:port`
    pub address: String,
    /// Time between two intended attempts.
    #[serde(default = "every")]
    pub every: Span,
    /// Counted from the intended attempt.
    #[serde(default = "timeout")]
    pub timeout: Span,
}

/// Probes of one kind that may wait for their answers at the same time.
pub const MOST_UNANSWERED: u16 = 4096;

fn every() -> Span {
    Span::millis(100)
}

fn timeout() -> Span {
    Span::secs(1)
}

fn ok_status() -> u16 {
    200
}

impl Probe {
    /// Time between two intended sends.
    pub fn every(&self) -> Span {
        self.http
            .as_ref()
            .map(|p| p.every)
            .or(self.tcp.as_ref().map(|p| p.every))
            .unwrap_or_else(every)
    }

    /// How long an answer may take, from the intended send.
    pub fn timeout(&self) -> Span {
        self.http
            .as_ref()
            .map(|p| p.timeout)
            .or(self.tcp.as_ref().map(|p| p.timeout))
            .unwrap_or_else(timeout)
    }
}

/// One disturbance with its parameters; `fault` names the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum Fault {
    /// Kills the main process of each picked task's container.
    ContainerKill {
        /// Which signal.
        #[serde(default)]
        signal: Signal,
    },
    /// Sets a label on the service (not on its containers, so that no task is replaced): the
    /// gentlest change there is, to try the way there and back.
    ServiceLabel {
        /// The label's name.
        label: String,
        /// Its value while the fault is in effect.
        value: String,
    },
}

impl Fault {
    /// Every kind that there is.
    pub const KINDS: [&'static str; 2] = ["container-kill", "service-label"];

    /// The kind as written after `fault:`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ContainerKill { .. } => "container-kill",
            Self::ServiceLabel { .. } => "service-label",
        }
    }

    /// One line for people: "container-kill SIGKILL".
    pub fn summary(&self) -> String {
        match self {
            Self::ContainerKill { signal } => format!("container-kill {}", signal.name()),
            Self::ServiceLabel { label, value } => {
                format!("service-label {}={}", clipped(label), clipped(value))
            }
        }
    }

    /// Whether another fault changes the very same thing, so that only one of the two could be put
    /// back as it was.
    pub fn same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ServiceLabel { label, .. }, Self::ServiceLabel { label: there, .. }) => {
                label == there
            }
            // Both would be sent to the same containers, and the second would find none.
            (Self::ContainerKill { .. }, Self::ContainerKill { .. }) => true,
            _ => false,
        }
    }

    /// Whether the fault leaves nothing that must be put back.
    pub fn needs_no_undo(&self) -> bool {
        matches!(self, Self::ContainerKill { .. })
    }
}

/// As much of a text as a line has room for.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Most characters of a label or its value that a summary shows.
const MOST_SHOWN: usize = 60;

/// A signal that ends, or should end, a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub enum Signal {
    /// A crash with no chance to clean up.
    #[default]
    SigKill,
    /// A polite request to stop.
    SigTerm,
    /// As from a keyboard.
    SigInt,
    /// A crash with a core dump.
    SigAbrt,
    /// A bad memory access.
    SigSegv,
}

impl Signal {
    /// As written: "SIGKILL".
    pub const fn name(self) -> &'static str {
        match self {
            Self::SigKill => "SIGKILL",
            Self::SigTerm => "SIGTERM",
            Self::SigInt => "SIGINT",
            Self::SigAbrt => "SIGABRT",
            Self::SigSegv => "SIGSEGV",
        }
    }

    /// Its number on Linux.
    pub const fn number(self) -> i64 {
        match self {
            Self::SigKill => 9,
            Self::SigTerm => 15,
            Self::SigInt => 2,
            Self::SigAbrt => 6,
            Self::SigSegv => 11,
        }
    }
}

/// A condition that aborts a run at once and restores everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Guard {
    /// The condition.
    pub abort_when: AbortWhen,
}

/// Availability of all probes together stays below a share for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AbortWhen {
    /// Share of probes answered.
    pub availability_below: Percent,
    /// Over this long, without a break.
    #[serde(rename = "for")]
    pub lasting: Span,
}

/// How long to watch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Timing {
    /// Before the first fault.
    #[serde(default = "baseline")]
    pub baseline: Span,
    /// After it.
    #[serde(default = "observe")]
    pub observe: Span,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            baseline: baseline(),
            observe: observe(),
        }
    }
}

fn baseline() -> Span {
    Span::secs(10)
}

fn observe() -> Span {
    Span::secs(60)
}
