//! Whether what came back is configured like what was lost: leaf by leaf.
//!
//! Guarantee: nothing is called kept that was not compared; a field on one side only differs.

use super::Compared;
use super::case::Case;
use super::slots::Slot;
use app::model::facts::ContainerFacts;
use app::model::timeline::short;
use std::collections::{BTreeMap, BTreeSet};

/// What a comparison of the containers hit with their replacements shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Comparison {
    /// Fields compared, and whether each is the same in every pair.
    pub fields: BTreeMap<String, bool>,
    /// Containers compared, each as "32fb59f8 and d81c07aa".
    pub pairs: Vec<String>,
    /// Fields that differ: path, before, after.
    pub differing: Vec<(String, String, String)>,
    /// CPU limit of the replacement in billionths of a core, where it equals the old one's.
    pub cpu_kept: Option<i64>,
    /// Memory limit of the replacement in bytes, where it equals the old one's.
    pub memory_kept: Option<i64>,
}

impl Comparison {
    /// The fields as a report lists them.
    pub fn listed(&self) -> Vec<Compared> {
        let listed = self.fields.iter().map(|(field, same)| Compared {
            field: field.clone(),
            same: *same,
        });
        listed.collect()
    }
}

/// Compares every container hit that was looked at before with its replacement, where that was
/// looked at after. None when there is no such pair.
pub(super) fn compare(case: &Case, slots: &[Slot]) -> Option<Comparison> {
    let mut all = Comparison::default();
    for (old, new) in slots.iter().filter_map(|slot| pair(case, slot)) {
        add(&mut all, old, new);
    }
    let mut seen = BTreeSet::new();
    all.differing.retain(|field| seen.insert(field.clone()));
    (!all.pairs.is_empty()).then_some(all)
}

fn pair<'c>(case: &Case<'c>, slot: &Slot) -> Option<(&'c ContainerFacts, &'c ContainerFacts)> {
    let (before, after) = (case.record.before.as_ref()?, case.record.after.as_ref()?);
    let target = &slot.target;
    let old = before
        .containers
        .iter()
        .find(|c| c.id == target.container || c.task == target.task.task)?;
    let replacement = slot.stays()?.task;
    let new = after.containers.iter().find(|c| c.task == replacement)?;
    Some((old, new))
}

fn add(all: &mut Comparison, old: &ContainerFacts, new: &ContainerFacts) {
    let paths: BTreeSet<&String> = old.config.keys().chain(new.config.keys()).collect();
    all.pairs
        .push(format!("{} and {}", short(&old.id), short(&new.id)));
    for path in paths {
        let (was, is) = (old.config.get(path), new.config.get(path));
        *all.fields.entry(path.clone()).or_insert(true) &= was == is;
        if was != is {
            let text = |value: Option<&String>| value.map_or("not there", |v| v).to_owned();
            all.differing.push((path.clone(), text(was), text(is)));
        }
    }
    all.cpu_kept = kept(old, new, "HostConfig.NanoCpus");
    all.memory_kept = kept(old, new, "HostConfig.Memory");
}

/// A limit that is set and equal on both sides.
fn kept(old: &ContainerFacts, new: &ContainerFacts, path: &str) -> Option<i64> {
    let value = |c: &ContainerFacts| c.config.get(path).and_then(|v| v.parse::<i64>().ok());
    value(new).filter(|v| *v > 0 && value(old) == Some(*v))
}
