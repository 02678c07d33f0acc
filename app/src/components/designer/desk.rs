//! The designer's state in the browser: the document, the last good form, what is wrong.

use super::turn::{Turn, Use};
use crate::api::calls::check_design;
use crate::api::views::{DesignView, Form, FormEdit, ProblemAt};
use crate::api::{Refusal, RefusalKind};
use crate::components::web;
use crate::model::digest::digest;
use crate::model::run::DesignId;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How long a pause in typing is.
const PAUSE: Duration = Duration::from_millis(250);

/// The designer's state.
#[derive(Clone, Copy)]
pub struct Desk {
    inner: StoredValue<Inner>,
    /// The document.
    pub text: RwSignal<String>,
    /// The document as it is stored.
    pub stored: RwSignal<String>,
    /// The last answer.
    pub view: RwSignal<DesignView>,
    /// The last form that could be read.
    pub form: RwSignal<Form>,
    /// Why the last question was not answered.
    pub trouble: RwSignal<Option<Refusal>>,
    /// Whether the answer shown is about the document as it stands.
    pub settled: RwSignal<bool>,
}

/// How a part is read out of the form.
type Reading = Box<dyn Fn(&Form) -> String + Send + Sync>;

/// What nobody sees.
struct Inner {
    turn: Turn,
    timer: Option<TimeoutHandle>,
    /// Where unsaved changes are kept in this tab.
    key: String,
    /// The digest of the stored text that the document was made from.
    from: u64,
}

impl Desk {
    /// With a design as the server gave it.
    pub fn new(view: DesignView, key: String) -> Self {
        Self {
            inner: StoredValue::new(Inner {
                turn: Turn::new(view.text.clone()),
                timer: None,
                key,
                from: digest(&view.text),
            }),
            text: RwSignal::new(view.text.clone()),
            stored: RwSignal::new(view.text.clone()),
            form: RwSignal::new(view.form.clone().unwrap_or_default()),
            view: RwSignal::new(view),
            trouble: RwSignal::new(None),
            settled: RwSignal::new(true),
        }
    }

    /// Asks whose turn it is; none once the page is gone.
    fn turn<T>(self, ask: impl FnOnce(&mut Turn) -> T) -> Option<T> {
        self.inner.try_update_value(|inner| ask(&mut inner.turn))
    }

    fn key(self) -> String {
        self.inner.with_value(|inner| inner.key.clone())
    }

    /// The digest of the stored text that the document was made from.
    pub fn from(self) -> u64 {
        self.inner.with_value(|inner| inner.from)
    }

    fn came_from(self, from: u64) {
        self.inner.update_value(|inner| inner.from = from);
    }

    /// The stored design, if it is one.
    pub fn id(self) -> Option<DesignId> {
        self.view.read_untracked().id
    }

    /// Whether the document differs from the stored one. Tracked.
    pub fn is_dirty(self) -> bool {
        *self.text.read() != *self.stored.read()
    }

    /// Whether the form shows an older state because the text cannot be read. Tracked.
    pub fn is_form_behind(self) -> bool {
        self.view.read().form.is_none()
    }

    /// Problems at a path or below it. Tracked.
    pub fn problem_at(self, path: &str) -> Option<String> {
        problem_at(&self.view.read().problems, path)
    }

    /// A part of the last good form.
    pub fn part(self, read: impl Fn(&Form) -> String + Send + Sync + 'static) -> Signal<String> {
        self.read_by(Box::new(read))
    }

    fn read_by(self, read: Reading) -> Signal<String> {
        Signal::derive(move || read(&self.form.read()))
    }

    /// Somebody typed; asks after a pause.
    pub fn type_in(self, text: String) {
        self.turn(|turn| turn.typed(text.clone()));
        self.text.set(text);
        self.remember();
        self.ask_after(PAUSE);
    }

    /// Somebody typed in the form; asks after a pause.
    pub fn set(self, path: &str, value: String) {
        let path = path.to_owned();
        self.turn(|turn| turn.edited(FormEdit::Set { path, value }));
        self.ask_after(PAUSE);
    }

    /// Somebody pressed a button of the form; asks at once.
    pub fn press(self, edit: FormEdit) {
        self.turn(|turn| turn.edited(edit));
        self.ask_after(Duration::ZERO);
    }

    /// Asks again what could not be asked.
    pub fn again(self) {
        self.turn(Turn::again);
        self.ask_after(Duration::ZERO);
    }

    /// Whether nothing but the swarm's state is in the way of a launch: that may pass by itself.
    pub fn is_blocked(self) -> bool {
        let view = self.view.read_untracked();
        self.settled.get_untracked() && !view.launchable && view.problems.is_empty()
    }

    /// The document was stored.
    pub fn saved(self, text: String) {
        self.came_from(digest(&text));
        self.stored.set(text);
        self.remember();
    }

    /// The document is this stored design now: a first save gives it its address, every save
    /// renews what is known of it.
    pub fn belongs_to(self, id: DesignId) {
        if self.id() != Some(id) {
            self.view.update(|view| view.id = Some(id));
            web::rename(&format!("/designs/{id}"));
            self.inner
                .update_value(|inner| inner.key = draft_key(Some(id), None));
        }
        self.again();
    }

    /// Takes up changes that were left unsaved in this tab, with the text that they were made
    /// from: it may have been saved over meanwhile. True when there were any.
    pub fn take_up(self) -> bool {
        let Some(kept) = web::kept(&self.key()) else {
            return false;
        };
        let (from, text) = unpacked(&kept);
        if *text == **self.stored.read_untracked() {
            return false;
        }
        if let Some(from) = from {
            self.came_from(from);
        }
        self.type_in(text.to_owned());
        true
    }

    /// Goes back to the stored document.
    pub fn drop_changes(self) {
        let stored = self.stored.get_untracked();
        self.came_from(digest(&stored));
        self.type_in(stored);
    }

    fn remember(self) {
        let (text, stored) = (self.text.read_untracked(), self.stored.read_untracked());
        let unsaved = (*text != *stored).then(|| packed(self.from(), &text));
        web::keep(&self.key(), unsaved.as_deref());
    }

    fn ask_after(self, pause: Duration) {
        self.settled.set(false);
        let timer = set_timeout_with_handle(move || self.ask(), pause).ok();
        self.inner.update_value(|inner| {
            if let Some(last) = std::mem::replace(&mut inner.timer, timer) {
                last.clear();
            }
        });
    }

    fn ask(self) {
        let id = self.id();
        let Some(Some(ask)) = self.turn(|turn| turn.next(id)) else {
            return;
        };
        spawn_local(async move {
            match check_design(ask).await {
                Ok(view) => self.answered(view),
                Err(no) => self.failed(no),
            }
        });
    }

    fn answered(self, view: DesignView) {
        let Some(usage) = self.turn(|turn| turn.answered(&view.text)) else {
            return;
        };
        if let Use::Show { text } = usage {
            self.show(view, text);
        }
        self.settled
            .set(self.turn(|turn| turn.is_settled()).unwrap_or(true));
        self.ask();
    }

    fn show(self, mut view: DesignView, text: Option<String>) {
        self.trouble.set(None);
        // An answer to a question from before the first save knows of no stored design.
        view.id = view.id.or(self.id());
        if let Some(text) = text {
            self.text.set(text);
            self.remember();
        }
        if let Some(form) = view.form.clone() {
            self.form.set(form);
        }
        self.view.set(view);
    }

    fn failed(self, no: Refusal) {
        // Asked again later: only what was sent wrong would be refused for ever.
        let keep = no.kind != RefusalKind::Invalid;
        let known = self.turn(|turn| turn.failed(keep));
        if known.is_some() {
            self.trouble.set(Some(no));
        }
    }
}

/// Where unsaved changes of a design, or of a new one for a service, are kept in a tab.
pub fn draft_key(id: Option<DesignId>, service: Option<&str>) -> String {
    match id {
        Some(id) => format!("draft:{id}"),
        None => format!("draft:new:{}", service.unwrap_or_default()),
    }
}

/// Unsaved changes as they are kept: what they were made from, then the document.
fn packed(from: u64, text: &str) -> String {
    format!("{from}\n{text}")
}

/// The same taken apart.
fn unpacked(kept: &str) -> (Option<u64>, &str) {
    let parts = kept.split_once('\n');
    match parts.and_then(|(from, text)| Some((from.parse().ok()?, text))) {
        Some((from, text)) => (Some(from), text),
        None => (None, kept),
    }
}

/// The first problem at a path or below it.
fn problem_at(problems: &[ProblemAt], path: &str) -> Option<String> {
    let below = |p: &ProblemAt| {
        let rest = p.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    problems
        .iter()
        .find(|p| below(p))
        .map(|p| p.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_changes_know_what_they_were_made_from() {
        let from = digest("stored");
        assert_eq!(unpacked(&packed(from, "a\nb")), (Some(from), "a\nb"));
        assert_eq!(unpacked("title: a\nb"), (None, "title: a\nb"));
    }

    #[test]
    fn a_problem_shows_at_its_field_only() {
        let at = |path: &str| ProblemAt {
            path: path.into(),
            message: path.into(),
            line: None,
            column: None,
        };
        let problems = [at("timing.observe"), at("method[1].label"), at("")];
        assert_eq!(
            problem_at(&problems, "timing.observe").as_deref(),
            Some("timing.observe")
        );
        assert_eq!(problem_at(&problems, "timing.obs"), None);
        assert_eq!(
            problem_at(&problems, "method[1]").as_deref(),
            Some("method[1].label")
        );
        assert_eq!(problem_at(&problems, "method[10]"), None);
    }
}
