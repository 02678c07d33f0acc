//! What a stroke means. Each meaning is drawn in a sentinel colour that the style sheet's
//! classes replace.
//!
//! Guarantee: sentinel and meaning map one to one, both ways.

use plotters::style::RGBColor;

/// What a stroke means; its place in [`Ink::ALL`] is its sentinel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Lines at round values.
    Grid,
    /// The base of a scale; braces.
    Axis,
    /// A brace of lesser weight.
    SoftAxis,
    /// The fault.
    Fault,
    /// A limit of the hypothesis.
    Limit,
    /// A stretch without service.
    Outage,
    /// A task that runs.
    Run,
    /// A task that starts.
    Start,
    /// A task that is ready and waits.
    Wait,
    /// A task that is prepared.
    Prep,
    /// A task without a place yet.
    Pending,
    /// A failure.
    Fail,
    /// A task that was stopped.
    Stop,
    /// Answered as expected.
    Good,
    /// Not answered as expected.
    Bad,
    /// One answer's latency.
    Dot,
    /// Time the application needs.
    App,
    /// Time until a health check passes.
    Health,
    /// A moment worth a mark.
    Moment,
    /// A run that held.
    Held,
    /// A run that violated its hypothesis.
    Violated,
    /// A run that proves nothing.
    Other,
    /// A median over runs.
    Median,
    /// An interval of confidence.
    Band,
    /// Text: the name of a lane.
    Lane,
    /// Text: what a lane holds.
    Sub,
    /// Text: a value of a scale.
    Tick,
    /// Text: a remark.
    Label,
    /// Text: a remark on lost service.
    Strong,
    /// Text: a value beside a bar.
    Value,
    /// Text on a filled bar.
    On,
}

impl Ink {
    /// All, in the order of their sentinels.
    pub const ALL: [Self; 31] = [
        Self::Grid,
        Self::Axis,
        Self::SoftAxis,
        Self::Fault,
        Self::Limit,
        Self::Outage,
        Self::Run,
        Self::Start,
        Self::Wait,
        Self::Prep,
        Self::Pending,
        Self::Fail,
        Self::Stop,
        Self::Good,
        Self::Bad,
        Self::Dot,
        Self::App,
        Self::Health,
        Self::Moment,
        Self::Held,
        Self::Violated,
        Self::Other,
        Self::Median,
        Self::Band,
        Self::Lane,
        Self::Sub,
        Self::Tick,
        Self::Label,
        Self::Strong,
        Self::Value,
        Self::On,
    ];

    /// The colour it is drawn in before it is dressed; never seen.
    pub const fn sentinel(self) -> RGBColor {
        RGBColor(0xC0, 0xDE, self as u8)
    }

    /// The meaning behind a colour as plotters writes it ("#C0DE07").
    pub fn from_sentinel(colour: &str) -> Option<Self> {
        let number = u8::from_str_radix(colour.strip_prefix("#C0DE")?, 16).ok()?;
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Grid => "k-grid",
            Self::Axis => "k-axis",
            Self::SoftAxis => "k-softaxis",
            Self::Fault => "k-fault",
            Self::Limit => "k-limit",
            Self::Outage => "k-outage",
            Self::Run => "k-run",
            Self::Start => "k-start",
            Self::Wait => "k-wait",
            Self::Prep => "k-prep",
            Self::Pending => "k-pending",
            Self::Fail => "k-fail",
            Self::Stop => "k-stop",
            Self::Good => "k-good",
            Self::Bad => "k-bad",
            Self::Dot => "k-dot",
            Self::App => "k-app",
            Self::Health => "k-health",
            Self::Moment => "k-moment",
            Self::Held => "k-held",
            Self::Violated => "k-violated",
            Self::Other => "k-other",
            Self::Median => "k-median",
            Self::Band => "k-band",
            Self::Lane => "k-lane",
            Self::Sub => "k-sub",
            Self::Tick => "k-tick",
            Self::Label => "k-label",
            Self::Strong => "k-strong",
            Self::Value => "k-value",
            Self::On => "k-on",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_sentinel_leads_back() {
        for ink in Ink::ALL {
            let RGBColor(r, g, b) = ink.sentinel();
            let written = format!("#{r:02X}{g:02X}{b:02X}");
            assert_eq!(Ink::from_sentinel(&written), Some(ink));
        }
        assert_eq!(Ink::from_sentinel("#FF0000"), None);
        assert_eq!(Ink::from_sentinel("#C0DEFF"), None);
    }

    #[test]
    fn the_style_sheet_knows_every_class() {
        let css = include_str!("../../../../style/60-report.css");
        for ink in Ink::ALL {
            let needle = format!(".{}", ink.class());
            assert!(
                matches!(ink, Ink::Outage | Ink::Bad) || css.contains(&needle),
                "no rule for {needle}"
            );
        }
    }
}
