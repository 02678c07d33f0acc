//! Use cases about settings.
//!
//! Guarantee: what is stored could be a service's name, whether or not there is one now; `doctor`
//! says which names do nothing.

use super::{LocalLab, doctor, refusals, words};
use crate::store::Settings;
use app::api::views::{SettingsEdit, SettingsView};
use app::api::{Refusal, RefusalKind};

/// Most tasks that anybody may allow one run to hit.
const MOST_TASKS: u32 = 1_000;

/// Most names that are listed.
const MOST_NAMES: usize = 500;

/// Swarm's own limit for a service's name.
const LONGEST_NAME: usize = 63;

impl LocalLab {
    pub(super) async fn settings_view(&self) -> Result<SettingsView, Refusal> {
        let settings = self
            .store
            .settings()
            .await
            .map_err(|e| refusals::store(&e))?;
        Ok(SettingsView {
            allow: words::cleaned(&settings.allow),
            max_tasks: settings.max_tasks,
            doctor: doctor::examine(self).await,
        })
    }

    pub(super) async fn keep_settings(&self, edit: &SettingsEdit) -> Result<(), Refusal> {
        let no = |why| refusals::no(RefusalKind::Invalid, format!("{why} Nothing was changed."));
        let settings = read(edit).map_err(no)?;
        self.store
            .save_settings(&settings)
            .await
            .map_err(|e| refusals::store(&e))
    }
}

/// What an edit asks for, or what is wrong with it and what to write.
fn read(edit: &SettingsEdit) -> Result<Settings, String> {
    if !(1..=MOST_TASKS).contains(&edit.max_tasks) {
        return Err(format!(
            "Most tasks that one run may hit: write a number from 1 to {MOST_TASKS}."
        ));
    }
    let mut allow: Vec<String> = Vec::new();
    for name in edit.allow.iter().map(|name| name.trim()) {
        if !name.is_empty() && !allow.iter().any(|known| known == name) {
            check_name(name)?;
            allow.push(name.to_owned());
        }
    }
    if allow.len() > MOST_NAMES {
        return Err(format!(
            "More than {MOST_NAMES} services are listed: label them hivequake.allow=true instead."
        ));
    }
    Ok(Settings {
        allow,
        max_tasks: edit.max_tasks,
    })
}

/// Refuses what Swarm would never take as a service's name.
fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let odd = name.chars().find(|c| !allowed(*c));
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    match odd {
        Some(odd) => Err(format!(
            "\"{shown}\" cannot be a service's name: {odd:?} cannot be in it. Write each name as \
             docker service ls shows it."
        )),
        None if name.len() > LONGEST_NAME => Err(format!(
            "\"{shown}…\" cannot be a service's name: Swarm takes at most {LONGEST_NAME} \
             characters. Write each name as docker service ls shows it."
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn edit(allow: &[&str], max_tasks: u32) -> SettingsEdit {
        SettingsEdit {
            allow: allow.iter().map(|name| (*name).to_owned()).collect(),
            max_tasks,
        }
    }

    #[test]
    fn names_are_trimmed_and_kept_once() {
        let kept = read(&edit(&[" web ", "", "shop_api-2", "web"], 5)).unwrap();
        assert_eq!(kept.allow, ["web", "shop_api-2"]);
    }

    #[test]
    fn what_cannot_be_a_name_is_said() {
        let long = "x".repeat(64);
        for (bad, words) in [
            ("a, b", "',' cannot be in it"),
            ("my service", "' ' cannot be in it"),
            ("web\u{7}", "'\\u{7}' cannot be in it"),
            ("web\u{202e}", "'\\u{202e}' cannot be in it"),
            (long.as_str(), "at most 63"),
        ] {
            let why = read(&edit(&["web", bad], 5)).unwrap_err();
            assert!(why.contains(words), "{bad:?}: {why}");
        }
        let many: Vec<_> = (0..501).map(|i| format!("s{i}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert!(read(&edit(&many, 5)).unwrap_err().contains("More than 500"));
    }

    #[test]
    fn the_most_tasks_have_bounds() {
        assert!(read(&edit(&[], 1)).is_ok() && read(&edit(&[], 1_000)).is_ok());
        for bad in [0, 1_001, u32::MAX] {
            assert!(read(&edit(&[], bad)).unwrap_err().contains("1 to 1000"));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_stored_passes_again(names in proptest::collection::vec(".{0,80}", 0..8)) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if let Ok(kept) = read(&edit(&names, 5)) {
                let again: Vec<_> = kept.allow.iter().map(String::as_str).collect();
                prop_assert_eq!(read(&edit(&again, 5)).unwrap(), kept);
            }
        }
    }
}
