//! A list of checks with their marks.

use crate::api::views::{Check, CheckState};
use leptos::prelude::*;

/// A mark's class and the word a screen reader says for it.
const fn mark(state: CheckState) -> (&'static str, &'static str) {
    match state {
        CheckState::Ok => ("ok", "fine: "),
        CheckState::Warn => ("warn", "to know: "),
        CheckState::No => ("no", "in the way: "),
    }
}

/// The list.
pub fn checks(list: &[Check]) -> impl IntoView + use<> {
    let items = list
        .iter()
        .map(|check| {
            let (class, word) = mark(check.state);
            view! {
                <li class=class>
                    <span class="said">{word}</span>
                    {check.text.clone()}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="checks">{items}</ul> }
}
