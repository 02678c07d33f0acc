//! How a run stands, as word, icon and colour together: never by colour alone.

use crate::api::views::RunRow;
use crate::model::run::Verdict;
use leptos::prelude::*;

/// A verdict's icon, drawn on 16 by 16.
const fn icon(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Held) => "M3 8.5l3.4 3.5L13 4.5",
        Some(Verdict::Violated) => "M4 4l8 8m0-8l-8 8",
        Some(Verdict::Aborted) => "M4 4h8v8H4z",
        Some(Verdict::Invalid) => "M5.5 5.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.7-.9 1.5M8 12.2v.3",
        Some(Verdict::Refused) => "M3 8h10",
        None => "M8 5.5a2.5 2.5 0 1 0 .01 0z",
    }
}

/// The badge of a verdict; `phase` is the word for a run that is on.
pub fn badge(verdict: Option<Verdict>, phase: &'static str) -> impl IntoView {
    let word = verdict.map_or(phase, Verdict::word);
    let kind = verdict.map_or("running", Verdict::word);
    view! {
        <span class=format!("verdict {kind}")>
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d=icon(verdict) />
            </svg>
            {word}
        </span>
    }
}

/// The badge of a run in a list, which does not follow its phases.
pub fn badge_of(run: &RunRow) -> impl IntoView + use<> {
    badge(run.verdict, "running")
}
