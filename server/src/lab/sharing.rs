//! Use cases about links to reports.
//!
//! Guarantee: only a hash of a token is stored; a token that is wrong, expired or revoked opens
//! nothing and tells nothing about any run.

use super::{LocalLab, refusals, words};
use app::api::views::NewShare;
use app::api::{Refusal, RefusalKind};
use app::model::record::Record;
use app::model::run::{Phase, RunId};
use app::model::time::{At, Micros};
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// What any link says that opens nothing: whoever has it learns no more than that.
const CLOSED: &str = "This link opens nothing, or no longer does. Check that it was copied whole, or ask whoever sent it for a new one.";

impl LocalLab {
    pub(super) async fn new_share(
        &self,
        run: RunId,
        days: Option<u32>,
    ) -> Result<NewShare, Refusal> {
        let known = self.store.run(run).await.map_err(|e| refusals::store(&e))?;
        let known = known.ok_or_else(|| refusals::missing("run", &run.to_string()))?;
        if known.phase != Phase::Done {
            return Err(Refusal::new(
                RefusalKind::Conflict,
                "The run is still on: it can be shared once its report is there.",
            ));
        }
        if days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                "A link works for 1 to 3650 days, or for ever. No link was made.",
            ));
        }
        let token = token()?;
        let made = self.now();
        let expires = days.map(|days| made + Micros(i64::from(days) * DAY));
        self.store
            .add_share(run, &hash(&token), made, expires)
            .await
            .map_err(|e| refusals::store(&e))?;
        let share = self
            .store
            .share(&hash(&token))
            .await
            .map_err(|e| refusals::store(&e))?;
        let share = share.ok_or_else(|| refusals::missing("link", ""))?;
        Ok(NewShare {
            path: format!("/s/{token}"),
            row: words::share_row(&share, made),
        })
    }

    pub(super) async fn revoke_share(&self, id: i64) -> Result<(), Refusal> {
        let ended = self
            .store
            .revoke_share(id, self.now())
            .await
            .map_err(|e| refusals::store(&e))?;
        if ended {
            Ok(())
        } else {
            Err(refusals::missing("link", &id.to_string()))
        }
    }

    /// The record behind a link.
    pub async fn shared_record(
        &self,
        token: &str,
    ) -> Result<(Record, crate::analysis::Analysis), Refusal> {
        let share = self
            .store
            .share(&hash(token))
            .await
            .map_err(|e| refusals::store(&e))?;
        let share = share.ok_or_else(|| Refusal::new(RefusalKind::NotFound, CLOSED))?;
        let over = |until: Option<At>| until.is_some_and(|until| until <= self.now());
        if share.revoked.is_some() || over(share.expires) {
            return Err(Refusal::new(RefusalKind::Gone, CLOSED));
        }
        self.reported(share.run).await
    }
}

fn token() -> Result<String, Refusal> {
    secret().ok_or_else(|| {
        Refusal::new(
            RefusalKind::Internal,
            "No link was made: the system gave no randomness. Try again.",
        )
    })
}

/// A text that nobody can guess; none where the system gives no randomness.
pub fn secret() -> Option<String> {
    let mut bytes = [0_u8; TOKEN_BYTES];
    let drawn = rand::rngs::OsRng.try_fill_bytes(&mut bytes);
    drawn
        .inspect_err(|error| tracing::error!(%error, "no randomness"))
        .ok()?;
    Some(hex(&bytes))
}

/// The SHA-256 of a token, in hexadecimal digits.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
