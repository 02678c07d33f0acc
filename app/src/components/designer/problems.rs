//! The text side of the designer: the editor, what is wrong at which line, and
//! the dry run: what stands in the way of a launch.

use super::desk::Desk;
use crate::api::views::ProblemAt;
use crate::components::checks::checks;
use crate::components::editor::{Editor, offset_of};
use leptos::either::Either;
use leptos::{html, prelude::*};

/// The text side.
#[component]
pub fn TextSide(desk: Desk) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let bad = Signal::derive(move || {
        let view = desk.view.read();
        let lines = view.problems.iter().filter_map(|p| p.line);
        lines.collect::<Vec<u32>>()
    });
    let go = move |problem: &ProblemAt| jump(desk, area, problem);
    view! {
        <div class="text">
            <Editor text=desk.text.into() bad area typed=Callback::new(move |text| desk.type_in(text)) />
            <ul class="problems" id="problems">
                {move || {
                    let view = desk.view.read();
                    view.problems.iter().map(|p| problem_line(p.clone(), go)).collect_view()
                }}
            </ul>
            <h2>"Dry run: before launch"</h2>
            {move || {
                let view = desk.view.read();
                before_launch(&view.problems, &view.checks)
            }}
        </div>
    }
}

/// One problem; pressing it goes to its line.
fn problem_line(problem: ProblemAt, go: impl Fn(&ProblemAt) + 'static) -> impl IntoView {
    let text = problem.message.clone();
    let shown = match problem.line {
        Some(line) => Either::Left(view! {
            <button type="button" class="jump" on:click=move |_| go(&problem)>
                "Line " {line} ": " {text}
            </button>
        }),
        None => Either::Right(text),
    };
    view! { <li>{shown}</li> }
}

fn jump(desk: Desk, area: NodeRef<html::Textarea>, problem: &ProblemAt) {
    let (Some(area), Some(line)) = (area.get_untracked(), problem.line) else {
        return;
    };
    let text = desk.text.get_untracked();
    let from = offset_of(&text, line, problem.column.unwrap_or(1));
    let end = offset_of(&text, line + 1, 1).saturating_sub(1).max(from);
    let _ = area.focus();
    let _ = area.set_selection_range(from, end);
}

fn before_launch(
    problems: &[ProblemAt],
    list: &[crate::api::views::Check],
) -> impl IntoView + use<> {
    if list.is_empty() {
        let text = if problems.is_empty() {
            "Nothing to check yet."
        } else {
            "The swarm is asked once the text is right."
        };
        return Either::Left(view! { <p class="muted">{text}</p> });
    }
    Either::Right(checks(list))
}
