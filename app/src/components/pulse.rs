//! What runs now and what is amiss, on every page: drawn by the server, then kept fresh by one
//! question every two seconds, however many parts of the page show a piece of the answer.

use super::asked::Asked;
use super::badge::badge;
use super::confirm::{Confirm, Post, Words};
use super::refusal::{Answer, refused};
use crate::api::Refusal;
use crate::api::calls::{Release, StopAll, current_frame, release, stop_all};
use crate::api::views::{Frame, Running};
use crate::components::web::{effect, is_busy, reload};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// How often the lab is asked.
const EVERY: Duration = Duration::from_secs(2);

/// The lab's last answer in this page; none until the first question after loading.
#[derive(Clone)]
pub struct Pulse {
    fresh: ArcRwSignal<Option<Answer<Frame>>>,
    asking: Rc<Cell<bool>>,
}

thread_local! {
    static PAGE: Pulse = Pulse::start();
}

impl Pulse {
    /// The one of this page. On the server, where many pages are drawn, nothing ever changes in it.
    pub fn of_page() -> Self {
        if cfg!(target_arch = "wasm32") {
            PAGE.with(Self::clone)
        } else {
            Self::new()
        }
    }

    fn new() -> Self {
        Self {
            fresh: ArcRwSignal::new(None),
            asking: Rc::default(),
        }
    }

    fn start() -> Self {
        let pulse = Self::new();
        let ticking = pulse.clone();
        set_interval(
            move || {
                if !document().hidden() {
                    ticking.refresh();
                }
            },
            EVERY,
        );
        pulse
    }

    /// Asks again now, unless that is under way.
    pub fn refresh(&self) {
        if self.asking.replace(true) {
            return;
        }
        let pulse = self.clone();
        spawn_local(async move {
            let answer = current_frame().await;
            pulse.asking.set(false);
            pulse.fresh.set(Some(answer));
        });
    }

    /// Shows a part of the frame, beginning with what the server knew; drawn again only when that
    /// part changes.
    pub fn show<T: PartialEq + Send + Sync + 'static, V: IntoView + 'static>(
        &self,
        first: Answer<Frame>,
        part: fn(&Answer<Frame>) -> T,
        draw: fn(&T) -> V,
    ) -> impl IntoView + use<T, V> {
        let fresh = self.fresh.clone();
        let now = Memo::new(move |_| fresh.with(|fresh| part(fresh.as_ref().unwrap_or(&first))));
        move || now.with(draw)
    }
}

/// The bar: what runs, and the way to stop it.
#[component]
pub fn Bar(
    /// What the server knew.
    first: Answer<Frame>,
) -> impl IntoView {
    let pulse = Pulse::of_page();
    let asked = Asked::default();
    let now = pulse.show(first, running, draw_links);
    effect(move || {
        if asked.answer.read().is_some() {
            Pulse::of_page().refresh();
        }
    });
    let words = Words {
        label: "Stop all",
        question: "Stop everything and restore? No run starts until somebody releases it.",
        yes: "Stop and restore",
    };
    let post = Post {
        url: StopAll::PATH,
        field: None,
        asked,
    };
    let go = Callback::new(move |()| {
        asked.ask(stop_all());
    });
    view! {
        <div class="now">{now}</div>
        <Confirm words post go />
    }
}

/// None where the lab does not say.
fn running(frame: &Answer<Frame>) -> Option<Vec<Running>> {
    frame.as_ref().ok().map(|frame| frame.running.clone())
}

fn run_link(run: &Running) -> impl IntoView + use<> {
    view! { <a href=format!("/runs/{}", run.id)>{run.title.clone()}</a> }
}

#[expect(
    clippy::ref_option,
    reason = "a part of the frame is handed over as it is"
)]
fn draw_links(running: &Option<Vec<Running>>) -> impl IntoView + use<> {
    let running = match running.as_deref() {
        None => return Either::Left(idle("what runs is not known")),
        Some([]) => return Either::Left(idle("nothing is running")),
        Some(running) => running,
    };
    let more = running.len().saturating_sub(2);
    let links = running.iter().take(2).map(|run| {
        view! { {run_link(run)} " " <span class="muted">{run.phase.word()}</span> " " }
    });
    Either::Right(view! {
        <span class="live" aria-hidden="true"></span>
        <span class="count">{running.len()} " running: "</span>
        {links.collect_view()}
        {(more > 0).then(|| view! { <a href="/runs?verdict=running">"and " {more} " more"</a> })}
    })
}

fn idle(words: &'static str) -> impl IntoView {
    view! { <span class="muted">{words}</span> }
}

/// The runs that are on, as a section of the start page; nothing while none is.
#[component]
pub fn RunningNow(
    /// What the server knew.
    first: Answer<Frame>,
) -> impl IntoView {
    Pulse::of_page().show(first, running, draw_section)
}

#[expect(
    clippy::ref_option,
    reason = "a part of the frame is handed over as it is"
)]
fn draw_section(runs: &Option<Vec<Running>>) -> impl IntoView + use<> {
    let runs = runs.as_deref().filter(|runs| !runs.is_empty())?;
    let items = runs.iter().map(|run| {
        view! {
            <li>
                {badge(None, run.phase.word())}
                {run_link(run)}
                <small>{run.fault.clone()} " on " {run.service.clone()}</small>
            </li>
        }
    });
    Some(view! {
        <section>
            <h2>"Running now"</h2>
            <ul class="running">{items.collect_view()}</ul>
        </section>
    })
}

/// Loads a page with a list of runs anew when a run has begun or ended, unless somebody is at
/// something: then later.
#[component]
pub fn Relist(
    /// What the server knew when it drew the list.
    first: Answer<Frame>,
) -> impl IntoView {
    let ids = |frame: &Answer<Frame>| {
        running(frame).map(|runs| runs.into_iter().map(|run| run.id).collect::<Vec<_>>())
    };
    let drawn = ids(&first);
    let fresh = Pulse::of_page().fresh;
    effect(move || {
        let now = fresh.with(|fresh| fresh.as_ref().and_then(ids));
        if now.is_some() && now != drawn && !is_busy() {
            reload();
        }
    });
}

/// What is amiss: unreachable lab, hold, swarm trouble, not restored.
type Amiss = (Option<Refusal>, Option<String>, Option<String>, Vec<String>);

fn amiss(frame: &Answer<Frame>) -> Amiss {
    match frame {
        Ok(f) => (
            None,
            f.on_hold.clone(),
            f.swarm_trouble.clone(),
            f.not_restored.clone(),
        ),
        Err(refusal) => (Some(refusal.clone()), None, None, Vec::new()),
    }
}

/// The notes above every page.
#[component]
pub fn Notes(
    /// What the server knew.
    first: Answer<Frame>,
) -> impl IntoView {
    Pulse::of_page().show(first, amiss, draw_amiss)
}

fn draw_amiss((lab, hold, swarm, left): &Amiss) -> impl IntoView + use<> {
    let left = (!left.is_empty()).then(|| {
        let items = left
            .iter()
            .map(|one| view! { <li>{one.clone()}</li> })
            .collect_view();
        view! {
            <div class="note bad" role="alert">
                <strong>"Not everything is back in place"</strong>
                <ul>{items}</ul>
            </div>
        }
    });
    view! {
        {lab.as_ref().map(refused)}
        {swarm.as_ref().map(|text| view! {
            <div class="note bad" role="alert">
                <strong>"The swarm is out of reach"</strong>
                <p>{text.clone()}</p>
            </div>
        })}
        {left}
        {hold.clone().map(|text| view! { <Held text /> })}
    }
}

#[component]
fn Held(text: String) -> impl IntoView {
    let asked = Asked::default();
    effect(move || {
        if asked.is_done() {
            Pulse::of_page().refresh();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        asked.ask(release());
    };
    view! {
        <div class="note hold">
            <div>
                <strong>"On hold: no run starts"</strong>
                <p>{text}</p>
            </div>
            <form method="post" action=Release::PATH on:submit=submit>
                <button type="submit" disabled=move || asked.pending.get()>"Release"</button>
            </form>
            {move || asked.no().map(|no| refused(&no))}
        </div>
    }
}
