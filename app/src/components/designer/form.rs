//! The form side of the designer. Lists keep their elements while the document changes, so that
//! a field keeps its focus.

use super::desk::Desk;
use super::fields::{Choice, Field};
use super::plan;
use super::steps::{Faults, Guards, Probes};
use crate::api::views::FormEdit;
use crate::components::web::when;
use leptos::prelude::*;

fn words(list: &'static [&'static str]) -> Signal<Vec<String>> {
    Signal::stored(list.iter().map(|word| (*word).to_owned()).collect())
}

/// The form. It dims, and takes no input, while the text cannot be read.
#[component]
pub fn FormSide(desk: Desk) -> impl IntoView {
    view! {
        <div class="form" class:behind=move || desk.is_form_behind()>
            {move || desk.is_form_behind().then(|| view! {
                <p class="note">"The text cannot be read. This is how it last could be; mend the text to go on here."</p>
            })}
            <fieldset disabled=move || desk.is_form_behind()>
                <legend>"Experiment"</legend>
                <Field desk label="Title: what it shows when it holds" path="title" value=desk.part(|f| f.title.clone()) wide=true />
            </fieldset>
            <Target desk />
            <fieldset disabled=move || desk.is_form_behind()>
                <legend>"Hypothesis"</legend>
                <Probes desk />
                <div class="grid">
                    <Field desk label="Recovers within" path="hypothesis.recovers_within" hint="no limit"
                        value=desk.part(|f| f.recovers_within.clone()) />
                    <Field desk label="Availability at least" path="hypothesis.availability_at_least" hint="no limit"
                        value=desk.part(|f| f.availability.clone()) />
                </div>
            </fieldset>
            <fieldset disabled=move || desk.is_form_behind()>
                <legend>"Method"</legend>
                <Faults desk />
                <figure class="plan" tabindex="0" inner_html=move || plan::drawn(&desk.form.read())></figure>
            </fieldset>
            <fieldset disabled=move || desk.is_form_behind()>
                <legend>"Guards and timing"</legend>
                <Guards desk />
                <div class="grid">
                    <Field desk label="Baseline" path="timing.baseline" value=desk.part(|f| f.baseline.clone()) />
                    <Field desk label="Observe" path="timing.observe" value=desk.part(|f| f.observe.clone()) />
                    <Field desk label="Repeat" path="repeat" value=desk.part(|f| f.repeat.clone()) />
                </div>
            </fieldset>
        </div>
    }
}

/// What choosing a way to name tasks writes: the new key first, then the old one goes.
fn tasks_by(from: &str, to: &str) -> Vec<FormEdit> {
    let value = match to {
        "percent" => "50",
        "all" => "true",
        _ => "1",
    };
    let set = |key: &str, value: &str| FormEdit::Set {
        path: format!("target.tasks.{key}"),
        value: value.to_owned(),
    };
    let mut edits = vec![set(to, value)];
    if from != to {
        edits.push(set(from, ""));
    }
    edits
}

#[component]
fn Target(desk: Desk) -> impl IntoView {
    let by = desk.part(|f| f.tasks_by.clone());
    let number_path = Signal::derive(move || format!("target.tasks.{}", by.read()));
    let services = Signal::derive(move || desk.view.read().services.clone());
    let choose = Callback::new(move |to: String| {
        for edit in tasks_by(&by.get_untracked(), &to) {
            desk.press(edit);
        }
    });
    let hits = move || {
        let text = desk.view.read().hits.clone()?;
        Some(view! { <p class="hit"><b>"Hits now: "</b>{text}</p> })
    };
    let none = move || {
        services.read().is_empty().then(|| view! {
        <p class="hit">
            "No service may be attacked yet. Label one with " <code>"hivequake.allow=true"</code> " or list it in the "
            <a href="/settings">"settings"</a> "."
        </p>
    })
    };
    view! {
        <fieldset disabled=move || desk.is_form_behind()>
            <legend>"Target"</legend>
            <div class="grid">
                <Choice desk label="Service" path="target.service" value=desk.part(|f| f.service.clone())
                    options=services wide=true />
                <Choice desk label="Tasks by" path="target.tasks" value=by
                    options=words(&["count", "percent", "all"]) choose />
                {when(move || *by.read() != "all", move || view! {
                    <Field desk label="How many" path=number_path value=desk.part(|f| f.tasks_number.clone()) />
                    <Choice desk label="Which" path="target.tasks.pick" value=desk.part(|f| f.pick.clone())
                        options=words(&["random", "newest", "oldest"]) />
                })}
            </div>
            {none}
            {hits}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changing_the_way_never_leaves_two_behind() {
        let edits = tasks_by("count", "all");
        let pairs: Vec<(String, String)> = edits
            .into_iter()
            .filter_map(|edit| match edit {
                FormEdit::Set { path, value } => Some((path, value)),
                _ => None,
            })
            .collect();
        let expected = [("target.tasks.all", "true"), ("target.tasks.count", "")];
        assert_eq!(pairs, expected.map(|(p, v)| (p.to_owned(), v.to_owned())));
        assert_eq!(tasks_by("all", "all").len(), 1);
    }
}
