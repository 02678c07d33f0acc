//! The form's lists: probes, faults, guards. Each entry opens to its fields.

use super::desk::Desk;
use super::fields::{Choice, Field};
use crate::api::views::{FaultForm, Form, FormEdit, GuardForm, ProbeForm};
use leptos::either::Either;
use leptos::prelude::*;

/// The kinds of fault that can be added: kind, what it does.
const FAULTS: [(&str, &str); 2] = [
    ("container-kill", "a container dies"),
    ("service-label", "a label on the service, there and back"),
];

/// A button that removes an entry.
fn remove(desk: Desk, path: String, name: &'static str) -> impl IntoView {
    view! {
        <button type="button" class="quiet" on:click=move |_| desk.press(FormEdit::Remove { path: path.clone() })>
            "Remove " {name}
        </button>
    }
}

/// A button that adds an entry.
fn add(desk: Desk, edit: FormEdit, text: String) -> impl IntoView {
    view! {
        <button type="button" class="add" on:click=move |_| desk.press(edit.clone())>
            {text}
        </button>
    }
}

/// The probe at a position, or an empty one while it is going.
fn probe(form: &Form, i: usize) -> ProbeForm {
    form.probes.get(i).cloned().unwrap_or_default()
}

fn fault(form: &Form, i: usize) -> FaultForm {
    form.faults.get(i).cloned().unwrap_or_default()
}

fn guard(form: &Form, i: usize) -> GuardForm {
    form.guards.get(i).cloned().unwrap_or_default()
}

/// The probes.
#[component]
pub fn Probes(desk: Desk) -> impl IntoView {
    let keys = Memo::new(move |_| {
        let form = desk.form.read();
        let kinds = form.probes.iter().map(|p| p.kind.clone());
        kinds.enumerate().collect::<Vec<_>>()
    });
    view! {
        <For each=move || keys.get() key=Clone::clone let((i, kind))>
            <Probe desk i kind />
        </For>
        <div class="adds">
            {add(desk, FormEdit::AddProbe { kind: "http".into() }, "Add an HTTP probe".into())}
            {add(desk, FormEdit::AddProbe { kind: "tcp".into() }, "Add a TCP probe".into())}
        </div>
    }
}

#[component]
fn Probe(desk: Desk, i: usize, kind: String) -> impl IntoView {
    let at = format!("hypothesis.probes[{i}]");
    let below = format!("{at}.{kind}");
    let is_http = kind == "http";
    let address = if is_http { "url" } else { "address" };
    let wrong = at.clone();
    let problem = move || desk.problem_at(&wrong).is_some();
    let summary = move || {
        let p = probe(&desk.form.read(), i);
        format!("{} every {}, within {}", p.address, p.every, p.timeout)
    };
    view! {
        <details class="step" class:err=problem>
            <summary>
                <span class="chip">{kind}</span>
                <span class="what">
                    {desk.part(move |f| probe(f, i).name)} " " <small>{summary}</small>
                </span>
                <span class="button">"Edit"</span>
            </summary>
            <div class="grid">
                <Field desk label="Name" path=format!("{at}.name") value=desk.part(move |f| probe(f, i).name) />
                <Field desk label="Address" path=format!("{below}.{address}") wide=true
                    value=desk.part(move |f| probe(f, i).address) />
                <Field desk label="Every" path=format!("{below}.every") value=desk.part(move |f| probe(f, i).every) />
                <Field desk label="Timeout" path=format!("{below}.timeout")
                    value=desk.part(move |f| probe(f, i).timeout) />
                {is_http.then(|| view! {
                    <Field desk label="Expected status" path=format!("{below}.expect_status")
                        value=desk.part(move |f| probe(f, i).expect_status) />
                })}
            </div>
            {remove(desk, at, "this probe")}
        </details>
    }
}

/// The faults.
#[component]
pub fn Faults(desk: Desk) -> impl IntoView {
    let keys = Memo::new(move |_| {
        let form = desk.form.read();
        let kinds = form.faults.iter().map(fault_key);
        kinds.enumerate().collect::<Vec<_>>()
    });
    view! {
        <For each=move || keys.get() key=Clone::clone let((i, _key))>
            <Fault desk i />
        </For>
        <div class="adds">
            {FAULTS
                .map(|(kind, what)| {
                    add(desk, FormEdit::AddFault { kind: kind.into() }, format!("Add {kind}: {what}"))
                })}
        </div>
    }
}

/// What must stay the same for a fault's fields to stay.
fn fault_key(fault: &FaultForm) -> String {
    let names = fault.parameters.iter().map(|(name, ..)| name.as_str());
    std::iter::once(fault.kind.as_str())
        .chain(names)
        .collect::<Vec<_>>()
        .join(" ")
}

#[component]
fn Fault(desk: Desk, i: usize) -> impl IntoView {
    let at = format!("method[{i}]");
    let first = fault(&desk.form.read_untracked(), i);
    let wrong = at.clone();
    let problem = move || desk.problem_at(&wrong).is_some();
    let fields = (0..first.parameters.len())
        .map(|p| parameter(desk, i, p, &first.parameters[p]))
        .collect_view();
    view! {
        <details class="step" class:err=problem>
            <summary>
                <span class="no">{i + 1}</span>
                <span class="what"><b>{desk.part(move |f| fault(f, i).summary)}</b></span>
                <span class="chip">{desk.part(move |f| fault(f, i).undo)}</span>
                <span class="button">"Edit"</span>
            </summary>
            <div class="grid">{fields}</div>
            {remove(desk, at, "this fault")}
        </details>
    }
}

/// The `p`-th parameter of the `i`-th fault.
fn parameter(
    desk: Desk,
    i: usize,
    p: usize,
    (name, _, allowed): &(String, String, Vec<String>),
) -> impl IntoView + use<> {
    let path = format!("method[{i}].{name}");
    // Names and values come with the form, so that a new fault needs no new page.
    let label = name.clone();
    let value = desk.part(move |f| {
        fault(f, i)
            .parameters
            .get(p)
            .map(|(_, value, _)| value.clone())
            .unwrap_or_default()
    });
    if allowed.is_empty() {
        return Either::Left(view! { <Field desk label path value /> });
    }
    let options = Signal::stored(allowed.clone());
    Either::Right(view! { <Choice desk label path value options /> })
}

/// The guards.
#[component]
pub fn Guards(desk: Desk) -> impl IntoView {
    let count = Memo::new(move |_| desk.form.read().guards.len());
    view! {
        <For each=move || 0..count.get() key=|i| *i let(i)>
            <div class="grid guard">
                <Field desk label="Abort when availability is below"
                    path=format!("guards[{i}].abort_when.availability_below")
                    value=desk.part(move |f| guard(f, i).availability_below) />
                <Field desk label="for" path=format!("guards[{i}].abort_when.for")
                    value=desk.part(move |f| guard(f, i).lasting) />
                {remove(desk, format!("guards[{i}]"), "this guard")}
            </div>
        </For>
        <div class="adds">{add(desk, FormEdit::AddGuard, "Add a guard: abort when too much is lost".into())}</div>
    }
}
