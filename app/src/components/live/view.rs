//! The live page: phase and time left, abort, the picture, the log.

use super::cross::Cross;
use super::draw;
use super::log::{Log, offset};
use super::model::LiveModel;
use super::stream::{Told, listen};
use crate::api::calls::{Abort, abort};
use crate::api::live::LiveView;
use crate::components::asked::Asked;
use crate::components::confirm::{Confirm, Post, Words};
use crate::components::web::{effect, reload, uptime, when};
use crate::model::run::{Phase, RunId};
use crate::model::time::{At, Micros};
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use std::time::Duration;

/// What is said while nobody points at a moment.
const AXIS: &str = "Everything on one axis; zero is the moment the first fault is sent. Point at a moment, or step along with the arrow keys.";

/// How often the picture is drawn again.
const TICK: Duration = Duration::from_millis(500);

/// How long after the browser gave up the lab is asked again.
const AGAIN: Duration = Duration::from_secs(4);

/// The engine's clock in this browser, told by the server and carried on from there. It stands
/// still while the lab is lost: nobody knows what goes on.
fn clock(start: At, model: RwSignal<LiveModel>, lost: RwSignal<bool>) -> RwSignal<At> {
    let now = RwSignal::new(start);
    effect(move || {
        let woke = uptime();
        let tick = move || {
            if lost.get_untracked() {
                return;
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "milliseconds since the page opened"
            )]
            let since = Micros(((uptime() - woke) * 1_000.0) as i64);
            now.set((start + since).max(model.read_untracked().latest));
        };
        let timer = set_interval_with_handle(tick, TICK);
        on_cleanup(move || timer.map(|t| t.clear()).unwrap_or_default());
    });
    now
}

/// What a phase is, in words of its own.
const fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Preflight => "checking before anything is touched",
        Phase::Baseline => "watching before the fault",
        Phase::Inject => "applying the fault",
        Phase::Observe => "watching after the fault",
        Phase::Restore => "putting everything back",
        Phase::Analyse => "working out what the evidence shows",
        Phase::Done => "over",
    }
}

/// A run while it is on; once it is over, the page is loaded anew with the report.
#[component]
pub fn Live(run: RunId, live: LiveView) -> impl IntoView {
    let model = RwSignal::new(LiveModel::new(&live));
    let lost = RwSignal::new(false);
    let now = clock(live.now, model, lost);
    let paused = RwSignal::new(false);
    let again = RwSignal::new(false);
    effect(move || {
        again.track();
        listen(run, model.read_untracked().last(), move |told| match told {
            Told::Item(item) => {
                model.try_update(|model| model.apply(&item));
            }
            Told::Connected(there) => {
                lost.try_set(!there);
            }
            Told::GivenUp => {
                lost.try_set(true);
                let listen = move || {
                    again.try_set(true);
                };
                set_timeout(listen, AGAIN);
            }
            Told::Done => reload(),
        });
    });
    let cross = Cross::new(model, now);
    let picture = Memo::new(move |old: Option<&String>| match old {
        Some(old) if paused.get() => old.clone(),
        _ => draw::drawn(&model.read(), now.get()),
    });
    view! {
        <Status run model now />
        {when(move || lost.get(), || view! {
            <p class="note" role="status">
                "The lab does not answer; it is tried again by itself. This is what was known last. If the lab has ended, the run has too: everything is put back when the lab starts again, or by hivequake recover."
            </p>
        })}
        <div class="live-picture" tabindex="0" role="group"
            aria-label="The run so far. Arrow keys move along it."
            on:keydown=move |event| cross.key(&event)
            on:pointermove=move |event| cross.point(&event)
            on:pointerup=move |event| cross.press(&event)
            on:pointerleave=move |_| cross.leave()
        >
            <div class="sheet">
                <figure inner_html=move || picture.get()></figure>
                {move || cross.place().map(|x| view! {
                    <div class="crossline" style:left=format!("{x:.2}%")></div>
                })}
            </div>
        </div>
        <p class="row muted readout">
            <span role="status">{move || cross.words().unwrap_or_else(|| AXIS.to_owned())}</span>
            <button type="button" class="quiet" aria-pressed=move || paused.get().to_string()
                on:click=move |_| paused.update(|p| *p = !*p)>
                {move || if paused.get() { "Go on drawing" } else { "Pause the picture" }}
            </button>
        </p>
        <h2>"Events"</h2>
        <Log model />
    }
}

#[component]
fn Status(run: RunId, model: RwSignal<LiveModel>, now: RwSignal<At>) -> impl IntoView {
    let phase = Memo::new(move |_| model.read().phase());
    let since = move || offset(now.get() - model.read().zero(), Micros(1_000_000));
    let left = move || {
        let left = model.read().left(now.get());
        left.map_or_else(|| "–".to_owned(), |left| format!("{left:.0} s"))
    };
    let strength = move || {
        let known = model.read().strength;
        known.map_or_else(
            || "–".to_owned(),
            |(running, desired)| format!("{running} of {desired}"),
        )
    };
    let asked = Asked::default();
    let words = Words {
        label: "Abort and restore",
        question: "End this run now and put everything back?",
        yes: "Abort and restore",
    };
    let post = Post {
        url: Abort::PATH,
        field: Some(("run", StoredValue::new(run.to_string()))),
        asked,
    };
    let go = Callback::new(move |()| {
        asked.ask(abort(run));
    });
    view! {
        <div class="strip">
            <dl>
                <div>
                    <dt>"Phase"</dt>
                    <dd aria-live="polite">
                        {move || phase.get().word()} " " <small>{move || doing(phase.get())}</small>
                    </dd>
                </div>
                <div><dt>"On the clock"</dt><dd>{since}</dd></div>
                <div><dt>"Left"</dt><dd>{left}</dd></div>
                <div><dt>"Tasks running"</dt><dd>{strength}</dd></div>
            </dl>
            <Confirm words post go />
        </div>
    }
}
