//! A run: one execution of an experiment, and the phases it goes through.

use super::experiment::Experiment;
use super::time::At;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// Names a run; time-ordered (UUID version 7).
    RunId
);
id!(
    /// Names a design over all its versions (UUID version 7).
    DesignId
);

/// Where a run is. The order is the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Checking everything that can be checked without touching anything.
    Preflight,
    /// Watching before the fault.
    Baseline,
    /// Applying the faults.
    Inject,
    /// Watching after the fault.
    Observe,
    /// Putting back what was moved.
    Restore,
    /// Working out what the evidence shows.
    Analyse,
    /// Over; there is an [`Outcome`].
    Done,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Self; 7] = [
        Self::Preflight,
        Self::Baseline,
        Self::Inject,
        Self::Observe,
        Self::Restore,
        Self::Analyse,
        Self::Done,
    ];

    /// The word in documents and pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Baseline => "baseline",
            Self::Inject => "inject",
            Self::Observe => "observe",
            Self::Restore => "restore",
            Self::Analyse => "analyse",
            Self::Done => "done",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The hypothesis held.
    Held,
    /// The hypothesis was violated.
    Violated,
    /// Ended early, everything restored.
    Aborted,
    /// Nothing can be concluded: the fault was not proven, or the evidence has a gap.
    Invalid,
    /// Preflight said no; nothing was touched.
    Refused,
}

impl Verdict {
    /// The word in documents and pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Violated => "violated",
            Self::Aborted => "aborted",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
        }
    }

    /// From its word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Held,
            Self::Violated,
            Self::Aborted,
            Self::Invalid,
            Self::Refused,
        ]
        .into_iter()
        .find(|v| v.word() == word)
    }
}

/// A run's end: the verdict, why, and whether everything is back in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// One sentence.
    pub reason: String,
    /// What is not back in place, one sentence each with what to do; empty when all is.
    pub left_behind: Vec<String>,
}

/// One execution of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// The design it executes.
    pub design: DesignId,
    /// The version of that design, from 1.
    pub version: u32,
    /// The document, as it was.
    pub experiment: Experiment,
    /// Where random choices come from.
    pub seed: u64,
    /// Its number within one launch, from 1.
    pub repeat: u32,
    /// When it was asked for.
    pub created: At,
    /// When it was over.
    pub ended: Option<At>,
    /// Where it is.
    pub phase: Phase,
    /// How it ended, once it is over.
    pub outcome: Option<Outcome>,
}
