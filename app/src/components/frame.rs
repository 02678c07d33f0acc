//! What stands around every page: the places, what runs now, the way to stop it all.
//!
//! It works without a script too; the parts that change while one looks are islands.

use super::islands::{FrameBar, FrameNotes, Given, KeyList, Theme};
use super::refusal::{Answer, refused};
use crate::api::Refusal;
use crate::api::views::Frame;
use leptos::prelude::*;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_router::hooks::{use_location, use_query_map};

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
    let path = use_location().pathname.get_untracked();
    let link = |(href, name, icon): (&'static str, &'static str, &'static str)| {
        let current = is_here(href, &path).then_some("page");
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
            <div class="foot"><Theme /> {sign_out()}</div>
        </nav>
    }
}

/// The way out, where one had to sign in.
pub fn sign_out() -> Option<AnyView> {
    let signed_in = current().is_ok_and(|frame| frame.signed_in);
    signed_in.then(|| {
        view! {
            <form method="post" action="/sign-out" class="sign-out"><button class="quiet">"Sign out"</button></form>
        }
        .into_any()
    })
}

/// What a form answered that was sent without JavaScript: the "no" travels in the address.
fn refused_before() -> Option<AnyView> {
    let sent = use_query_map().with_untracked(|q| q.get("__err"))?;
    Some(refused(&ServerFnUrlError::<Refusal>::decode_err(&sent)).into_any())
}

/// What the lab said when the response began; the server puts it into context.
pub fn current() -> Answer<Frame> {
    use_context::<Answer<Frame>>().unwrap_or_else(|| Ok(Frame::default()))
}

/// The frame with a page in it.
#[component]
pub fn Layout(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="frame">
            <Rail />
            <div class="column">
                <header class="bar"><FrameBar first=Given(current()) /></header>
                <div class="notes">
                    <FrameNotes first=Given(current()) />
                    {refused_before()}
                </div>
                <main id="main" tabindex="-1">{children()}</main>
            </div>
        </div>
        <KeyList />
    }
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
