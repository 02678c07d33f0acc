//! One field of the form. It writes into the document as one types, and is never written to
//! while it has the focus.

use super::desk::Desk;
use crate::components::web::{effect, has_focus};
use leptos::{html, prelude::*};

/// What is wrong with a field, under it.
fn message(problem: Memo<Option<String>>, id: String) -> impl IntoView {
    move || {
        problem
            .get()
            .map(|text| view! { <p class="msg" id=id.clone()>{text}</p> })
    }
}

/// Shows a value in a field, unless somebody is typing there.
fn put(input: Option<web_sys::HtmlInputElement>, text: &str) {
    if let Some(input) = input
        && !has_focus(&input)
        && input.value() != text
    {
        input.set_value(text);
    }
}

/// A field for a short text.
#[component]
pub fn Field(
    /// Where it writes.
    desk: Desk,
    /// What it says.
    #[prop(into)]
    label: String,
    /// The value's path in the document.
    #[prop(into)]
    path: Signal<String>,
    /// The value as it stands there.
    value: Signal<String>,
    /// Shown while it is empty.
    #[prop(optional)]
    hint: &'static str,
    /// Takes two places.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    effect(move || put(input.get(), &value.get()));
    let leave = move |_| {
        if desk.settled.get_untracked() {
            request_animation_frame(move || put(input.get_untracked(), &value.get_untracked()));
        }
    };
    let problem = Memo::new(move |_| desk.problem_at(&path.read()));
    let id = format!("why-{}", path.get_untracked());
    view! {
        <div class="field" class:two=wide class:err=move || problem.read().is_some()>
            <label>
                {label}
                <input
                    value=value.get_untracked()
                    placeholder=hint
                    autocomplete="off"
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    aria-describedby=id.clone()
                    node_ref=input
                    on:input:target=move |event| {
                        desk.set(&path.get_untracked(), event.target().value());
                    }
                    on:blur=leave
                />
            </label>
            {message(problem, id)}
        </div>
    }
}

/// A field with a fixed set of values. `choose` hears what was chosen.
#[component]
pub fn Choice(
    /// Where problems come from.
    desk: Desk,
    /// What it says.
    #[prop(into)]
    label: String,
    /// The value's path in the document.
    #[prop(into)]
    path: String,
    /// The value as it stands there.
    value: Signal<String>,
    /// Its values.
    options: Signal<Vec<String>>,
    /// Hears the choice; without it, the choice is written to the path.
    #[prop(optional)]
    choose: Option<Callback<String>>,
    /// Takes two places.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    let all = Memo::new(move |_| with_current(options.get(), value.get()));
    effect(move || {
        let (text, _) = (value.get(), all.read());
        if let Some(select) = select.get()
            && select.value() != text
        {
            select.set_value(&text);
        }
    });
    let at = path.clone();
    let problem = Memo::new(move |_| desk.problem_at(&at));
    let id = format!("why-{path}");
    let chosen = move |text: String| match choose {
        Some(choose) => choose.run(text),
        None => desk.set(&path, text),
    };
    let option = move |text: String| {
        let shown = if text.is_empty() {
            "choose …".to_owned()
        } else {
            text.clone()
        };
        let selected = value.with_untracked(|v| *v == text);
        view! { <option value=text selected=selected>{shown}</option> }
    };
    view! {
        <div class="field" class:two=wide class:err=move || problem.read().is_some()>
            <label>
                {label}
                <select
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    aria-describedby=id.clone()
                    node_ref=select
                    on:change:target=move |event| chosen(event.target().value())
                >
                    {move || all.get().into_iter().map(option).collect_view()}
                </select>
            </label>
            {message(problem, id)}
        </div>
    }
}

/// The values with the current one among them, so that a document is never shown as another.
fn with_current(mut options: Vec<String>, current: String) -> Vec<String> {
    if !options.contains(&current) {
        options.insert(0, current);
    }
    options
}
