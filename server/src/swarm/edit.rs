//! Compare-and-swap edits of a service's definition.
//!
//! Guarantee: a definition is written back whole, exactly as the engine gave it but for the edit,
//! and only if nobody changed it in between; the edit looks at it afresh before every attempt.

use super::{Subject, Swarm, SwarmError};
use serde_json::{Value, json};
use std::time::Duration;

/// Attempts before the lab leaves a service to whoever keeps changing it.
const ATTEMPTS: u64 = 5;
/// How many of its own writes the lab remembers, to tell them from those of others.
const REMEMBERED: usize = 1_000;

/// A service's definition, as the engine has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec(Value);

/// What an edit wants done with the definition it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Write it.
    Write,
    /// Leave the service as it is.
    Leave,
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// Written; the version index of the definition afterwards.
    Written {
        /// The version index.
        version: u64,
    },
    /// The edit chose to leave it.
    Left,
    /// The service is not there.
    Gone,
}

/// What became of a label's swap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The label held what was expected and holds the new value now.
    Done {
        /// The version index of the definition afterwards.
        version: u64,
    },
    /// The label held something else and was left alone.
    Other {
        /// What it held; none when it was not there.
        found: Option<String>,
    },
    /// The service is not there.
    Gone,
}

impl Spec {
    /// A label of the service (not of its containers).
    pub fn label(&self, name: &str) -> Option<&str> {
        self.0.get("Labels")?.get(name)?.as_str()
    }

    /// Sets a label of the service, or removes it. Nothing else is touched.
    pub fn set_label(&mut self, name: &str, value: Option<&str>) {
        let labels = &mut self.0["Labels"];
        match (value, labels.as_object_mut()) {
            (Some(value), Some(all)) => {
                all.insert(name.to_owned(), json!(value));
            }
            (Some(value), None) => *labels = json!({ name: value }),
            (None, Some(all)) => {
                all.remove(name);
            }
            (None, None) => {}
        }
    }
}

impl Swarm {
    /// Shows the definition to `edit` and writes it back if asked to, at most five times while
    /// others get in between. Errors: the swarm cannot be asked, or others always got in between.
    pub async fn edit_service(
        &self,
        service_id: &str,
        mut edit: impl FnMut(&mut Spec) -> Edit + Send,
    ) -> Result<Edited, SwarmError> {
        let mut late = SwarmError::OutOfStep(service_id.to_owned());
        for attempt in 0..ATTEMPTS {
            tokio::time::sleep(Duration::from_millis(attempt * 40)).await;
            match self.try_edit(service_id, &mut edit).await {
                Err(error @ SwarmError::OutOfStep(_)) => late = error,
                Err(SwarmError::NoSuchService(_)) => return Ok(Edited::Gone),
                settled => return settled,
            }
        }
        Err(late)
    }

    /// Sets a service's label to `to` (none removes it) if it holds `expect` (none: is not there).
    /// No task is replaced. Errors: as [`Swarm::edit_service`].
    pub async fn swap_label(
        &self,
        service_id: &str,
        label: &str,
        expect: Option<&str>,
        to: Option<&str>,
    ) -> Result<Swap, SwarmError> {
        let mut found = None;
        let edit = |spec: &mut Spec| {
            found = spec.label(label).map(str::to_owned);
            if found.as_deref() != expect {
                return Edit::Leave;
            }
            spec.set_label(label, to);
            Edit::Write
        };
        Ok(match self.edit_service(service_id, edit).await? {
            Edited::Written { version } => Swap::Done { version },
            Edited::Left => Swap::Other { found },
            Edited::Gone => Swap::Gone,
        })
    }

    /// Sets a label back from `during` to `before`, where nobody knows whether `during` was ever
    /// written. If it holds `before`, the definition is written as it is: that gives it a new
    /// version, so that a write of the old version that the engine has still before it fails.
    /// (Swarm refuses updates of any version but the newest.) Errors: as [`Swarm::edit_service`].
    pub async fn settle_label(
        &self,
        service_id: &str,
        label: &str,
        during: &str,
        before: Option<&str>,
    ) -> Result<Swap, SwarmError> {
        let mut found = None;
        let edit = |spec: &mut Spec| {
            found = spec.label(label).map(str::to_owned);
            if found.as_deref() == Some(during) {
                spec.set_label(label, before);
            } else if found.as_deref() != before {
                return Edit::Leave;
            }
            Edit::Write
        };
        Ok(match self.edit_service(service_id, edit).await? {
            Edited::Written { version } if found.as_deref() == Some(during) => {
                Swap::Done { version }
            }
            Edited::Written { .. } | Edited::Left => Swap::Other { found },
            Edited::Gone => Swap::Gone,
        })
    }

    /// A service's label now. Errors: there is no such service, or the swarm cannot be asked.
    pub async fn label(&self, service_id: &str, name: &str) -> Result<Option<String>, SwarmError> {
        let (_, spec) = self.spec(service_id).await?;
        Ok(spec.label(name).map(str::to_owned))
    }

    async fn try_edit(
        &self,
        service_id: &str,
        edit: &mut (impl FnMut(&mut Spec) -> Edit + Send),
    ) -> Result<Edited, SwarmError> {
        let (version, mut spec) = self.spec(service_id).await?;
        if edit(&mut spec) == Edit::Leave {
            return Ok(Edited::Left);
        }
        let mut own = self.inner.written.write().await;
        let path = format!("/services/{service_id}/update?version={version}&registryAuthFrom=spec");
        let name = spec.0.get("Name").and_then(Value::as_str);
        let subject = Subject::Service(name.unwrap_or(service_id));
        self.post(&path, &spec.0, subject).await?;
        let (version, now) = self.spec(service_id).await?;
        // Else somebody wrote after us, and this version is theirs.
        if now == spec {
            own.truncate(REMEMBERED);
            own.push_front(version);
        }
        Ok(Edited::Written { version })
    }

    /// Whether a version of a definition was written by this lab. Waits for an edit under way.
    pub(super) async fn wrote(&self, version: u64) -> bool {
        self.inner.written.read().await.contains(&version)
    }

    async fn spec(&self, service_id: &str) -> Result<(u64, Spec), SwarmError> {
        let subject = Subject::Service(service_id);
        self.refuse_odd(service_id, subject)?;
        let mut service = self
            .get(&format!("/services/{service_id}"), subject)
            .await?;
        let version = service.pointer("/Version/Index").and_then(Value::as_u64);
        match (version, service.get_mut("Spec").map(Value::take)) {
            (Some(version), Some(spec)) if spec.is_object() => Ok((version, Spec(spec))),
            _ => Err(SwarmError::Other {
                host: self.host(),
                cause: "a service without version or definition".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_label_is_all_that_an_edit_changes() {
        let before = json!({
            "Name": "api", "NewerThanWe": { "Know": [1, 2.5, null] },
            "Labels": { "a": "1" }, "Mode": { "Global": {} },
        });
        let mut spec = Spec(before.clone());
        spec.set_label("b", Some("2"));
        assert_eq!(spec.label("b"), Some("2"));
        spec.set_label("b", None);
        assert_eq!(spec.0, before);
    }

    #[test]
    fn labels_may_be_missing_or_null() {
        for mut spec in [
            Spec(json!({ "Name": "x" })),
            Spec(json!({ "Labels": null })),
        ] {
            assert_eq!(spec.label("a"), None);
            spec.set_label("a", None);
            spec.set_label("a", Some("1"));
            assert_eq!(spec.label("a"), Some("1"));
        }
    }

    proptest! {
        #[test]
        fn setting_and_putting_back_is_as_if_nothing_was(
            labels in proptest::collection::btree_map("[a-z.]{1,8}", ".{0,8}", 0..5),
            name in "[a-z.]{1,8}",
            value in ".{0,8}",
        ) {
            let before = Spec(json!({ "Labels": labels, "Rest": 1 }));
            let mut spec = before.clone();
            let old = spec.label(&name).map(str::to_owned);
            spec.set_label(&name, Some(&value));
            prop_assert_eq!(spec.label(&name), Some(value.as_str()));
            spec.set_label(&name, old.as_deref());
            prop_assert_eq!(spec, before);
        }
    }
}
