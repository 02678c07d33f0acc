//! The frame around every page: where to go, what runs now, *Stop all*, what is amiss.
//!
//! Links and forms work before the page is awake; afterwards the frame refreshes itself.

use super::confirm::{Confirm, Post, Words};
use super::keys::Keys;
use super::load::{Answer, refused};
use super::theme::ThemePicker;
use crate::api::Refusal;
use crate::api::calls::{Release, StopAll, current_frame};
use crate::api::views::Frame;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos::server_fn::error::ServerFnUrlError;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_location, use_query_map};
use std::time::Duration;

/// How often the frame asks what runs now.
const EVERY: Duration = Duration::from_secs(2);

/// What the frame knows, for pages that show it too.
#[derive(Clone, Copy)]
pub struct Pulse {
    first: Resource<Answer<Frame>>,
    fresh: RwSignal<Option<Answer<Frame>>>,
    asking: StoredValue<bool>,
}

impl Pulse {
    fn start() -> Self {
        let pulse = Self {
            first: Resource::new(|| (), |()| current_frame()),
            fresh: RwSignal::new(None),
            asking: StoredValue::new(false),
        };
        Effect::new(move || {
            let timer = set_interval_with_handle(
                move || {
                    if !document().hidden() {
                        pulse.refresh();
                    }
                },
                EVERY,
            );
            on_cleanup(move || timer.map(|t| t.clear()).unwrap_or_default());
        });
        pulse
    }

    /// Asks again now.
    pub fn refresh(self) {
        if self.asking.get_value() {
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            let answer = current_frame().await;
            self.asking.try_set_value(false);
            self.fresh.try_set(Some(answer));
        });
    }

    /// Shows a part of the frame; drawn again only when that part changes.
    pub fn show<T: PartialEq + Send + Sync + 'static>(
        self,
        part: fn(&Answer<Frame>) -> T,
        draw: fn(&T) -> AnyView,
    ) -> AnyView {
        view! {
            <Transition>
                {move || Suspend::new(async move {
                    let first = self.first.await;
                    let now = Memo::new(move |_| {
                        self.fresh.with(|fresh| part(fresh.as_ref().unwrap_or(&first)))
                    });
                    move || now.with(draw)
                })}
            </Transition>
        }
        .into_any()
    }
}

/// The places, in the order of the rail: address, name, icon on 20 by 20.
const PLACES: [(&str, &str, &str); 5] = [
    ("/", "Home", "M3 9.5L10 4l7 5.5M5 8.5V16h10V8.5"),
    (
        "/services",
        "Services",
        "M10 3l6 3.5v7L10 17l-6-3.5v-7zM4 6.5l6 3.5 6-3.5M10 10v7",
    ),
    (
        "/designs",
        "Experiments",
        "M8 3h4M9 3v5l-4.5 7.2A1.2 1.2 0 0 0 5.5 17h9a1.2 1.2 0 0 0 1-1.8L11 8V3M6.5 13h7",
    ),
    ("/runs", "Runs", "M2.5 11h3.2L8 4.5l4 11 2.2-4.5h3.3"),
    (
        "/settings",
        "Settings",
        "M3 6h7m4 0h3M12 4v4M3 14h3m4 0h7M8 12v4",
    ),
];

/// Whether a place is where we are.
fn is_here(place: &str, path: &str) -> bool {
    match place {
        "/" => path == "/",
        _ => {
            path == place
                || path
                    .strip_prefix(place)
                    .is_some_and(|rest| rest.starts_with('/'))
        }
    }
}

#[component]
fn Rail() -> impl IntoView {
    let path = use_location().pathname;
    let link = move |(href, name, icon): (&'static str, &'static str, &'static str)| {
        let current = move || is_here(href, &path.get()).then_some("page");
        view! {
            <a href=href aria-current=current>
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d=icon /></svg>
                <span>{name}</span>
            </a>
        }
    };
    view! {
        <nav class="rail" aria-label="Main">
            <a class="brand" href="/">"Hivequake"</a>
            {PLACES.map(link)}
            <div class="foot"><ThemePicker /></div>
        </nav>
    }
}

/// A use case without arguments as a question's form.
macro_rules! post {
    ($call:ident, $action:ident) => {
        Post {
            url: $call::PATH,
            field: None,
            pending: $action.pending().into(),
            answer: $action.value().into(),
        }
    };
}

#[component]
fn Bar(pulse: Pulse) -> impl IntoView {
    let stop = ServerAction::<StopAll>::new();
    Effect::new(move || {
        if stop.version().get() > 0 {
            pulse.refresh();
        }
    });
    let words = Words {
        label: "Stop all",
        question: "Stop everything and restore? No run starts until somebody releases it.",
        yes: "Stop and restore",
    };
    let go = Callback::new(move |()| {
        stop.dispatch(StopAll {});
    });
    view! {
        <header class="bar">
            <div class="now">{pulse.show(running, draw_running)}</div>
            <Confirm words post=post!(StopAll, stop) go />
        </header>
    }
}

/// Runs that are on: address, title, phase.
type Running = Vec<(String, String, &'static str)>;

fn running(frame: &Answer<Frame>) -> Running {
    let rows = frame
        .as_ref()
        .map(|f| f.running.as_slice())
        .unwrap_or_default();
    rows.iter()
        .map(|run| {
            (
                format!("/runs/{}", run.id),
                run.title.clone(),
                run.phase.word(),
            )
        })
        .collect()
}

fn draw_running(running: &Running) -> AnyView {
    if running.is_empty() {
        return view! { <span class="muted">"nothing is running"</span> }.into_any();
    }
    let more = running.len().saturating_sub(2);
    let links = running.iter().take(2).map(|(href, title, phase)| {
        view! { <a href=href.clone()>{title.clone()}</a> " " <span class="muted">{*phase}</span> " " }
    });
    view! {
        <span class="live" aria-hidden="true"></span>
        <span class="count">{running.len()} " running: "</span>
        {links.collect_view()}
        {(more > 0).then(|| view! { <a href="/runs?verdict=running">"and " {more} " more"</a> })}
    }
    .into_any()
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

fn draw_amiss((lab, hold, swarm, left): &Amiss) -> AnyView {
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
    .into_any()
}

#[component]
fn Held(text: String) -> impl IntoView {
    let release = ServerAction::<Release>::new();
    let pulse = use_context::<Pulse>();
    Effect::new(move || {
        if let (Some(Ok(())), Some(pulse)) = (release.value().get(), pulse) {
            pulse.refresh();
        }
    });
    view! {
        <div class="note hold">
            <div>
                <strong>"On hold: no run starts"</strong>
                <p>{text}</p>
            </div>
            <ActionForm action=release>
                <button type="submit" disabled=move || release.pending().get()>"Release"</button>
            </ActionForm>
            {move || release.value().get().and_then(Result::err).map(|no| refused(&no))}
        </div>
    }
}

/// What a form answered that was sent without JavaScript: the "no" travels in the address.
fn refused_before() -> impl IntoView {
    let query = use_query_map();
    move || {
        let sent = query.with(|q| q.get("__err"))?;
        Some(refused(&ServerFnUrlError::<Refusal>::decode_err(&sent)))
    }
}

/// The frame with a page in it. A shared report stands alone, without any of it.
#[component]
pub fn Layout(children: Children) -> impl IntoView {
    let path = use_location().pathname;
    if path.with_untracked(|p| p.starts_with("/s/")) {
        return view! { <main id="main" class="lone">{children()}</main> }.into_any();
    }
    let pulse = Pulse::start();
    provide_context(pulse);
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="frame">
            <Rail />
            <div class="column">
                <Bar pulse />
                <div class="notes">
                    {pulse.show(amiss, draw_amiss)}
                    {refused_before()}
                </div>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <Keys />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_marked_for_its_pages_only() {
        assert!(is_here("/runs", "/runs"));
        assert!(is_here("/runs", "/runs/0198"));
        assert!(!is_here("/runs", "/runsheet"));
        assert!(!is_here("/", "/runs"));
        assert!(is_here("/", "/"));
    }
}
