//! Something asked of the lab by a press of a button.

use super::refusal::Answer;
use crate::api::Refusal;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;

/// Whether it is under way, and how it ended last.
pub struct Asked<T: Send + Sync + 'static = ()> {
    /// Under way.
    pub pending: RwSignal<bool>,
    /// The last answer.
    pub answer: RwSignal<Option<Answer<T>>>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Send + Sync + 'static> Default for Asked<T> {
    /// Nothing was asked yet.
    fn default() -> Self {
        Self {
            pending: RwSignal::new(false),
            answer: RwSignal::new(None),
        }
    }
}

impl<T: Send + Sync + 'static> Asked<T> {
    /// Asks.
    pub fn ask(self, question: impl Future<Output = Answer<T>> + 'static) {
        self.wait(Box::pin(question));
    }

    fn wait(self, question: Pin<Box<dyn Future<Output = Answer<T>>>>) {
        self.pending.set(true);
        spawn_local(async move {
            let answer = question.await;
            self.pending.try_set(false);
            self.answer.try_set(Some(answer));
        });
    }

    /// The "no" that it ended with last. Tracked.
    pub fn no(self) -> Option<Refusal> {
        self.answer
            .with(|answer| answer.as_ref()?.as_ref().err().cloned())
    }

    /// Whether the last answer was a yes. Tracked.
    pub fn is_done(self) -> bool {
        self.answer.with(|answer| matches!(answer, Some(Ok(_))))
    }
}
