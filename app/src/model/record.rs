//! A run's record: the raw evidence that is kept, from which everything else can be worked out
//! again by a newer rule set.

use super::facts::Snapshot;
use super::run::Run;
use super::time::{At, Micros};
use super::timeline::{Event, TaskRef};
use super::undo::UndoEntry;
use serde::{Deserialize, Serialize};

/// Everything that was recorded of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The run itself.
    pub run: Run,
    /// The service as it was before anything was touched.
    pub before: Option<Snapshot>,
    /// The service after everything was put back.
    pub after: Option<Snapshot>,
    /// The tasks that were picked, in the order of picking.
    pub picked: Vec<Picked>,
    /// The timeline, in order of recording.
    pub events: Vec<Event>,
    /// The probes' samples, in the order of the document.
    pub probes: Vec<ProbeSeries>,
    /// The run's entries of the undo journal.
    pub undo: Vec<UndoEntry>,
    /// How good the evidence is.
    pub quality: Quality,
}

/// A task that was picked as a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    /// Which.
    pub task: TaskRef,
    /// Its container.
    pub container: String,
    /// Why this one, for people: "random pick, 1 of 3, seed 7341".
    pub why: String,
}

/// How good a run's evidence is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Quality {
    /// The longest time between two looks at the task list while the run was on.
    pub task_poll: Micros,
    /// The engine's clock minus the lab's, already applied to every time in the record.
    pub clock_offset: Micros,
    /// How exactly the offset is known.
    pub clock_resolution: Micros,
}

/// One probe's samples over a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeSeries {
    /// The probe's name.
    pub name: String,
    /// The samples in order of intended send.
    pub samples: Vec<Sample>,
}

/// One probe: when it was meant to be sent, how it ended, after how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The intended send, on the engine's clock.
    pub intended: At,
    /// From the intended send to the end of the answer, or to the failure.
    pub latency: Micros,
    /// How much later than intended it was really sent (the prober's own lateness).
    pub lag: Micros,
    /// How it ended.
    pub outcome: ProbeOutcome,
}

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeOutcome {
    /// Answered as expected.
    Ok,
    /// Answered with another status than expected.
    WrongStatus,
    /// The connection was refused.
    Refused,
    /// The connection was cut.
    Reset,
    /// No route, no network, or the host is unreachable.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The name could not be resolved, or not in time.
    Dns,
    /// TLS could not be agreed.
    Tls,
    /// What came back was not HTTP.
    Garbled,
    /// The lab could not send it: no free port or file descriptor, no time, or too many unanswered
    /// at once. Says nothing about the target.
    NotSent,
}

impl ProbeOutcome {
    /// All, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::Ok,
        Self::WrongStatus,
        Self::Refused,
        Self::Reset,
        Self::Unreachable,
        Self::Timeout,
        Self::Dns,
        Self::Tls,
        Self::Garbled,
        Self::NotSent,
    ];

    /// Whether it left the lab at all. What did not counts neither for the target nor against it.
    pub const fn was_sent(self) -> bool {
        !matches!(self, Self::NotSent)
    }

    /// The word in documents and pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongStatus => "wrong status",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Dns => "DNS",
            Self::Tls => "TLS",
            Self::Garbled => "garbled",
            Self::NotSent => "not sent",
        }
    }
}
