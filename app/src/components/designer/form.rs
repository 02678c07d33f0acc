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

#[component]
fn Target(desk: Desk) -> impl IntoView {
    let by = desk.part(|f| f.tasks_by.clone());
    let number_path = Signal::derive(move || format!("target.tasks.{}", by.read()));
    let services = Signal::derive(move || desk.view.read().services.clone());
    let choose = Callback::new(move |to: String| {
        // One edit, so that no answer in between ever sees two ways, or none.
        desk.press(FormEdit::Set {
            path: "target.tasks.by".to_owned(),
            value: to,
        });
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
