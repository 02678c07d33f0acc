//! An experiment: target, hypothesis, method, guards, timing. The document people write.
//!
//! What deserializes here has the right shape; [`Experiment::problems`] says what is still wrong
//! with it as a whole. Unknown fields are errors everywhere.

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
    pub count: Option<u32>,
    /// That share of the running tasks (1 to 100), rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
            Self::ServiceLabel { label, value } => format!("service-label {label}={value}"),
        }
    }

    /// Whether another fault changes the very same thing, so that only one of the two could be put
    /// back as it was.
    pub fn same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ServiceLabel { label, .. }, Self::ServiceLabel { label: there, .. }) => {
                label == there
            }
            _ => false,
        }
    }

    /// Whether the fault leaves nothing that must be put back.
    pub fn needs_no_undo(&self) -> bool {
        matches!(self, Self::ContainerKill { .. })
    }
}

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

/// Something wrong with a document that has the right shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: a path such as `hypothesis.probes[0].http.url`; empty for the whole document.
    pub path: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl Experiment {
    /// Everything that must be mended before it can launch, in document order.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Problems::default();
        found.check(
            !self.title.trim().is_empty(),
            "title",
            "the title is empty: say in a few words what should hold",
        );
        found.check(
            self.title.chars().count() <= 200,
            "title",
            "the title is longer than 200 characters: shorten it",
        );
        found.target(&self.target);
        found.hypothesis(&self.hypothesis);
        found.check(
            !self.method.is_empty(),
            "method",
            "the method has no fault: add one, for example - fault: container-kill",
        );
        found.check(
            self.method.len() <= 20,
            "method",
            "more than 20 faults in one experiment: split it",
        );
        for (i, fault) in self.method.iter().enumerate() {
            let twice = self
                .method
                .iter()
                .take(i)
                .any(|other| other.same_place(fault));
            found.check(!twice, &format!("method[{i}]"), "another fault changes the same thing: keep one of the two, or make two experiments");
        }
        for (i, guard) in self.guards.iter().enumerate() {
            let at = format!("guards[{i}].abort_when");
            found.check(
                !self.hypothesis.probes.is_empty(),
                &at,
                "a guard on availability needs a probe: add one under hypothesis.probes",
            );
            found.check(
                !guard.abort_when.lasting.is_zero(),
                &format!("{at}.for"),
                "0 would abort at the first lost probe: write for example 10s",
            );
        }
        found.check(
            !self.timing.observe.is_zero(),
            "timing.observe",
            "nothing would be seen in 0 s: write for example 60s",
        );
        found.check(
            (1..=100).contains(&self.repeat),
            "repeat",
            "write 1 to 100 repeats",
        );
        found.0
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn check(&mut self, fine: bool, path: &str, message: &str) {
        if !fine {
            self.0.push(Problem {
                path: path.to_owned(),
                message: message.to_owned(),
            });
        }
    }

    fn target(&mut self, target: &Target) {
        let Target { service, tasks } = target;
        self.check(
            !service.trim().is_empty(),
            "target.service",
            "no service is named: write the name that docker service ls shows",
        );
        let ways = usize::from(tasks.count.is_some())
            + usize::from(tasks.percent.is_some())
            + usize::from(tasks.all.is_some());
        self.check(
            ways <= 1,
            "target.tasks",
            "count, percent and all exclude one another: keep one",
        );
        self.check(
            tasks.count != Some(0),
            "target.tasks.count",
            "0 tasks would hit nothing: write at least 1",
        );
        self.check(
            tasks.percent.is_none_or(|p| (1..=100).contains(&p)),
            "target.tasks.percent",
            "write 1 to 100 percent",
        );
        self.check(
            tasks.all != Some(false),
            "target.tasks.all",
            "all: false names no task: leave it out or write count: 1",
        );
    }

    fn hypothesis(&mut self, hypothesis: &Hypothesis) {
        let probes = &hypothesis.probes;
        self.check(
            probes.len() <= 20,
            "hypothesis.probes",
            "more than 20 probes: keep those that users would notice",
        );
        for (i, probe) in probes.iter().enumerate() {
            let twice = probes.iter().take(i).any(|other| other.name == probe.name);
            self.probe(&format!("hypothesis.probes[{i}]"), probe, twice);
        }
        let claimed = hypothesis.availability_at_least.is_some();
        self.check(
            !claimed || !probes.is_empty(),
            "hypothesis.availability_at_least",
            "availability needs a probe to measure it: add one under hypothesis.probes",
        );
    }

    fn probe(&mut self, at: &str, probe: &Probe, twice: bool) {
        let name_ok = !probe.name.is_empty()
            && probe.name.len() <= 40
            && !probe.name.chars().any(char::is_control);
        self.check(
            name_ok,
            &format!("{at}.name"),
            "give the probe a name of 1 to 40 characters",
        );
        self.check(
            !twice,
            &format!("{at}.name"),
            "another probe has this name: choose a different one",
        );
        match (&probe.http, &probe.tcp) {
            (Some(http), None) => {
                let address = http
                    .url
                    .strip_prefix("http://")
                    .or(http.url.strip_prefix("https://"));
                let host = address.is_some_and(|rest| {
                    !rest.is_empty()
                        && !rest.starts_with('/')
                        && !rest.contains(char::is_whitespace)
                });
                self.check(
                    host,
                    &format!("{at}.http.url"),
                    "write a whole address, for example http://127.0.0.1:8080/",
                );
                self.check(
                    (100..=599).contains(&http.expect_status),
                    &format!("{at}.http.expect_status"),
                    "write an HTTP status, 100 to 599",
                );
                self.pace(&format!("{at}.http"), http.every, http.timeout);
            }
            (None, Some(tcp)) => {
                let port = tcp
                    .address
                    .rsplit_once(':')
                    .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
                self.check(
                    port,
                    &format!("{at}.tcp.address"),
                    "write host:port, for example 127.0.0.1:5432",
                );
                self.pace(&format!("{at}.tcp"), tcp.every, tcp.timeout);
            }
            _ => self.check(false, at, "a probe needs exactly one kind: http or tcp"),
        }
    }

    fn pace(&mut self, at: &str, every: Span, timeout: Span) {
        self.check(
            every >= Span::millis(1),
            &format!("{at}.every"),
            "at most 1000 probes a second: write 1ms or more",
        );
        self.check(
            !timeout.is_zero(),
            &format!("{at}.timeout"),
            "no answer comes in 0 s: write for example 1s",
        );
        self.check(
            timeout <= Span::secs(60),
            &format!("{at}.timeout"),
            "write at most 60s",
        );
    }
}
