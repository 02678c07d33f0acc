//! What a run records as it goes, item by item, for whoever watches and for the report.

use super::time::At;
use super::timeline::Event;
use serde::{Deserialize, Serialize};

/// One item of a live stream. `seq` counts from 1 without gaps within a run and is the id of the
/// server-sent event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveItem {
    /// Its number.
    pub seq: u64,
    /// What it is.
    pub body: LiveBody,
}

/// What an item of a live stream is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LiveBody {
    /// An entry of the timeline.
    Event(Event),
    /// What the probes of one second were like.
    Bin(Bin),
}

/// One probe over one second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// The second's beginning.
    pub at: At,
    /// The probe's position in the document.
    pub probe: usize,
    /// Sent (by intention) in that second and settled.
    pub sent: u32,
    /// Answered as expected.
    pub ok: u32,
    /// Median latency of the answered ones, microseconds; 0 when none.
    pub median_us: i64,
    /// Longest latency of any, microseconds.
    pub max_us: i64,
}
