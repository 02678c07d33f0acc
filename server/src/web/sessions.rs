//! Signed-in browsers.
//!
//! Guarantee: what a browser keeps cannot be guessed and says nothing of the token; only its hash
//! is kept here, in memory. It ends with signing out, after 30 days, or with the process: after a
//! restart people sign in again.

use crate::lab::sharing::{hash, secret};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// All sessions: the id's hash, and until when it counts.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Instant>>);

impl Sessions {
    /// How long a session lasts.
    pub const LAST: Duration = Duration::from_hours(30 * 24);

    /// Begins a session: its id. None where the system gives no randomness.
    pub fn begin(&self) -> Option<String> {
        let id = secret()?;
        self.remember(&id, Instant::now());
        Some(id)
    }

    /// Whether a session is on. The id is looked up by its hash, so that how long this takes says
    /// nothing about it.
    pub fn has(&self, id: &str) -> bool {
        self.is_on(id, Instant::now())
    }

    /// Ends a session, if it is one.
    pub fn end(&self, id: &str) {
        self.all().remove(&hash(id));
    }

    fn remember(&self, id: &str, now: Instant) {
        let mut all = self.all();
        all.retain(|_, until| *until > now);
        all.insert(hash(id), now + Self::LAST);
    }

    fn is_on(&self, id: &str, now: Instant) -> bool {
        self.all().get(&hash(id)).is_some_and(|until| *until > now)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_session_lasts_until_it_is_ended() {
        let all = Sessions::default();
        let (one, other) = (all.begin().unwrap(), all.begin().unwrap());
        assert_ne!(one, other);
        assert!(all.has(&one) && all.has(&other) && !all.has(&hash(&one)));
        all.end(&one);
        assert!(!all.has(&one) && all.has(&other));
    }

    #[test]
    fn a_session_ends_by_itself_and_is_forgotten() {
        let (all, begun) = (Sessions::default(), Instant::now());
        all.remember("old", begun);
        let almost = Sessions::LAST.saturating_sub(Duration::from_secs(1));
        assert!(all.is_on("old", begun + almost));
        assert!(!all.is_on("old", begun + Sessions::LAST));
        all.remember("new", begun + Sessions::LAST);
        assert_eq!(all.all().len(), 1);
    }
}
