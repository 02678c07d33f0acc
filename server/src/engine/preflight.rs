//! Everything that can be checked before anything is touched.
//!
//! Guarantee: nothing in here changes anything; it asks the swarm, the store and the probes.

use super::Shared;
use super::claim::{self, Claim};
use super::off_target;
use super::permission::permission;
use crate::faults::{self, Step};
use crate::probes;
use crate::store::{Settings, StoreError};
use crate::timeline::Clock;
use app::api::views::{Check, CheckState, Permission};
use app::model::experiment::{Experiment, Pick, Probe, Tasks};
use app::model::facts::{ServiceFacts, Snapshot};
use app::model::record::Picked;
use futures::future::join_all;

/// What no undo gives back.
const ROLLBACK: &str = "Swarm keeps one earlier definition of a service: after this run docker \
                        service rollback no longer goes back to before your last deploy";

/// What preflight found.
pub struct Preflight {
    /// Line by line, for people.
    pub checks: Vec<Check>,
    /// The blast radius in words, where it could be worked out.
    pub hits: Option<String>,
    /// What a run needs; none when something is in the way.
    pub ready: Option<Ready>,
}

/// What a run starts from.
#[derive(Clone)]
pub struct Ready {
    /// The service as it is.
    pub before: Snapshot,
    /// The tasks that will be hit.
    pub picked: Vec<Picked>,
    /// The steps, fault by fault.
    pub steps: Vec<Step>,
    /// The engine's clock.
    pub clock: Clock,
}

impl Preflight {
    /// The checks that are in the way.
    pub fn blockers(&self) -> Vec<Check> {
        self.checks
            .iter()
            .filter(|c| c.state == CheckState::No)
            .cloned()
            .collect()
    }

    fn say(&mut self, state: CheckState, text: impl Into<String>) {
        self.checks.push(Check {
            state,
            text: text.into(),
        });
    }

    fn need(&mut self, fine: bool, yes: String, no: String) {
        self.say(
            if fine { CheckState::Ok } else { CheckState::No },
            if fine { yes } else { no },
        );
    }
}

impl Shared {
    /// Checks everything; an `Err` only where the store itself fails.
    pub(super) async fn look(
        &self,
        experiment: &Experiment,
        seed: u64,
    ) -> Result<Preflight, StoreError> {
        let mut found = Preflight {
            checks: Vec::new(),
            hits: None,
            ready: None,
        };
        let settings = self.store.settings().await?;
        self.on_hold(&mut found).await?;
        let probes = &experiment.hypothesis.probes;
        let (before, answers, nodes) = tokio::join!(
            self.swarm.snapshot(&experiment.target.service),
            ask(probes),
            self.swarm.addresses()
        );
        let before = match before {
            Ok(before) => before,
            Err(error) => {
                found.say(CheckState::No, error.to_string());
                return Ok(found);
            }
        };
        let own = self.swarm.own_service().await;
        allowed(&mut found, &before, &settings, own.as_deref());
        steady(&mut found, &before);
        let hits_tasks = experiment.method.iter().any(faults::hits_tasks);
        if before.desired == 1 && hits_tasks {
            found.say(
                CheckState::Warn,
                "One replica: expect users to be without service until it is replaced",
            );
        }
        let left_open = self.alone(&mut found, &before).await?;
        answering(&mut found, probes, &answers);
        for text in off_target::warnings(&before.service, probes, &nodes.unwrap_or_default()) {
            found.say(CheckState::Warn, text);
        }
        late_guards(&mut found, experiment);
        if experiment.method.iter().any(faults::updates_the_service) {
            found.say(CheckState::Warn, ROLLBACK);
        }
        if !left_open {
            self.blast_radius(&mut found, experiment, before, seed, &settings);
        }
        Ok(found)
    }

    /// Why a service must not be touched now, though preflight let it be; none where it may be.
    pub(super) async fn spared(&self, service_id: &str) -> Result<Option<String>, StoreError> {
        let settings = self.store.settings().await?;
        let own = self.swarm.own_service().await;
        let now = match self.swarm.snapshot(service_id).await {
            Ok(now) => now.service,
            Err(error) => {
                return Ok(Some(format!(
                    "the service could not be looked at ({error})"
                )));
            }
        };
        Ok(match permission(&now, &settings.allow, own.as_deref()) {
            Permission::Allowed(_) => rollout(&now),
            Permission::Protected(why) => Some(format!("{} is protected now: {why}", now.name)),
            Permission::NotListed(_) => Some(format!("{} is no target any more", now.name)),
        })
    }

    async fn on_hold(&self, found: &mut Preflight) -> Result<(), StoreError> {
        if let Some(hold) = self.store.hold().await? {
            found.say(
                CheckState::No,
                format!("Everything was stopped by {}: release it first", hold.who),
            );
        }
        Ok(())
    }

    /// Whether a run was left open on the service: what that moved is put back before a launch goes
    /// on, so that nothing can be planned yet.
    async fn alone(&self, found: &mut Preflight, before: &Snapshot) -> Result<bool, StoreError> {
        let name = &before.service.name;
        let other = self
            .store
            .unfinished()
            .await?
            .into_iter()
            .find(|u| &u.run.experiment.target.service == name);
        match other {
            Some(other) if !self.is_executed(&other) => {
                found.say(
                    CheckState::Warn,
                    format!(
                        "A run ({}) was left open by a process that is gone: a launch restores and closes it first, and so does hivequake recover; what would be hit shows after that",
                        other.run.id
                    ),
                );
                return Ok(true);
            }
            Some(other) => found.say(
                CheckState::No,
                format!(
                    "Another run ({}) is still on for this service: wait for it or abort it",
                    other.run.id
                ),
            ),
            None if Claim::take(&before.service.id).await.is_none() => {
                found.say(CheckState::No, claim::TAKEN);
            }
            None => found.say(CheckState::Ok, "Nothing else runs on this service"),
        }
        Ok(false)
    }

    fn blast_radius(
        &self,
        found: &mut Preflight,
        experiment: &Experiment,
        before: Snapshot,
        seed: u64,
        settings: &Settings,
    ) {
        let planned = plan(experiment, &before, seed);
        let (picked, steps) = match planned {
            Ok(planned) => planned,
            // Where tasks are missing, that is said already, and what to do.
            Err(_) if (before.running().count() as u64) < before.desired => return,
            Err(error) => return found.say(CheckState::No, error.to_string()),
        };
        let limit = settings.max_tasks as usize;
        let (hit, running) = (picked.len(), before.running().count());
        found.need(
            picked.len() <= limit,
            format!("Blast radius: {hit} of {running} tasks, the limit is {limit}"),
            format!("Blast radius: {hit} tasks are more than the limit of {limit}; name fewer, or raise the limit in the settings"),
        );
        found.hits = Some(hits(&experiment.target.tasks, &before, &picked));
        if found.blockers().is_empty() {
            found.ready = Some(Ready {
                before,
                picked,
                steps,
                clock: self.clock(),
            });
        }
    }
}

fn allowed(found: &mut Preflight, before: &Snapshot, settings: &Settings, own: Option<&str>) {
    let name = &before.service.name;
    match permission(&before.service, &settings.allow, own) {
        Permission::Allowed(why) => found.say(CheckState::Ok, format!("Allowed: {why}")),
        Permission::NotListed(what) => found.say(
            CheckState::No,
            format!("{name} is not allowed as a target: {what}"),
        ),
        Permission::Protected(why) => found.say(
            CheckState::No,
            format!("{name} is protected: {why}; choose another service"),
        ),
    }
}

fn steady(found: &mut Preflight, before: &Snapshot) {
    if before.desired == 0 {
        return found.say(CheckState::No, nothing_to_hit(&before.service));
    }
    let running = before.running().count() as u64;
    found.need(
        running >= before.desired,
        format!("Steady: {running} of {} tasks run", before.desired),
        format!(
            "Not steady: {running} of {} tasks run; wait until all do (docker service ps {})",
            before.desired, before.service.name
        ),
    );
    if let Some(text) = rollout(&before.service) {
        found.say(CheckState::No, text);
    }
}

/// An update that is not over. A paused one would go on at the next change of the definition: Swarm
/// forgets that it was paused.
fn rollout(service: &ServiceFacts) -> Option<String> {
    let name = &service.name;
    match service.update_state.as_deref()? {
        "updating" | "rollback_started" => {
            Some("An update of the service is under way: wait until it is completed".to_owned())
        }
        "paused" | "rollback_paused" => Some(format!(
            "An update of the service is paused, with some tasks old and some new: finish it (docker service update {name}) or undo it (docker service rollback {name}) first"
        )),
        _ => None,
    }
}

/// Why a service without tasks is no target, and what to do.
fn nothing_to_hit(service: &ServiceFacts) -> String {
    let name = &service.name;
    match service.replicas {
        Some(_) => format!(
            "{name} is scaled to 0: nothing to hit; scale it up first (docker service scale {name}=1)"
        ),
        None => format!(
            "{name} has no task on any node: nothing to hit; look at its placement first (docker service ps {name})"
        ),
    }
}

/// A guard's time begins with the loss, so one that takes as long as the observation ends nothing.
fn late_guards(found: &mut Preflight, experiment: &Experiment) {
    let observe = &experiment.timing.observe;
    for guard in &experiment.guards {
        let lasting = &guard.abort_when.lasting;
        if lasting.get() >= observe.get() {
            found.say(
                CheckState::Warn,
                format!("A guard that waits for {lasting} ends nothing that is watched for {observe}: give it less time"),
            );
        }
    }
}

fn answering(
    found: &mut Preflight,
    probes: &[Probe],
    answers: &[Result<probes::Look, probes::ProbeError>],
) {
    if probes.is_empty() {
        found.say(
            CheckState::Warn,
            "No probe: the run cannot tell what users notice",
        );
    }
    for (probe, answer) in probes.iter().zip(answers) {
        match answer {
            Ok(look) if look.is_ok() => found.say(
                CheckState::Ok,
                format!("Probe {}: {}", probe.name, look.text()),
            ),
            Ok(look) => found.say(
                CheckState::No,
                format!(
                    "Probe {}: {}; check its address, and that the service is up",
                    probe.name,
                    look.text()
                ),
            ),
            Err(error) => found.say(CheckState::No, error.to_string()),
        }
    }
}

/// Picks the tasks and plans all faults on them.
fn plan(
    experiment: &Experiment,
    before: &Snapshot,
    seed: u64,
) -> Result<(Vec<Picked>, Vec<Step>), faults::FaultError> {
    let picked = if experiment.method.iter().any(faults::hits_tasks) {
        faults::pick(&experiment.target.tasks, before, &before.engine.node, seed)?
    } else {
        Vec::new()
    };
    let mut steps = Vec::new();
    for (index, fault) in experiment.method.iter().enumerate() {
        steps.extend(faults::plan(index, fault, before, &picked)?);
    }
    Ok((picked, steps))
}

/// "slot 1 on node vm, the only task of web"; where the pick is random, every launch picks anew.
fn hits(tasks: &Tasks, before: &Snapshot, picked: &[Picked]) -> String {
    let (hit, running, name) = (picked.len(), before.running().count(), &before.service.name);
    if picked.is_empty() {
        return format!("the definition of {name}, and none of its {running} tasks");
    }
    if hit < running && tasks.pick() == Pick::Random {
        return format!("{hit} of {running} tasks of {name}, picked at random at launch");
    }
    let mut places: Vec<String> = picked.iter().map(|p| place(before, p)).collect();
    places.sort();
    let share = match (hit, running) {
        (1, 1) => "the only task".to_owned(),
        (hit, all) if hit == all => format!("all {all} tasks"),
        (hit, all) => format!("{hit} of {all} tasks"),
    };
    format!("{}: {share} of {name}", places.join(", "))
}

fn place(before: &Snapshot, picked: &Picked) -> String {
    let node = before.node_name(&picked.task.node);
    match picked.task.slot {
        Some(slot) => format!("slot {slot} on node {node}"),
        None => format!("the task on node {node}"),
    }
}

async fn ask(probes: &[Probe]) -> Vec<Result<probes::Look, probes::ProbeError>> {
    join_all(probes.iter().map(probes::once)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::samples::snapshot;

    /// What is said of a service with tasks on these nodes that wants so many.
    fn said(nodes: &[&str], desired: u64, replicas: Option<u64>) -> Vec<Check> {
        let mut found = Preflight {
            checks: Vec::new(),
            hits: None,
            ready: None,
        };
        let mut before = snapshot(nodes);
        (before.desired, before.service.replicas) = (desired, replicas);
        steady(&mut found, &before);
        found.checks
    }

    #[test]
    fn a_service_scaled_to_0_has_nothing_to_hit() {
        let checks = said(&[], 0, Some(0));
        assert_eq!((checks.len(), checks[0].state), (1, CheckState::No));
        let text = &checks[0].text;
        assert!(text.contains("scaled to 0: nothing to hit; scale it up first"));
        assert!(text.contains("docker service scale api=1"), "{text}");
        let global = &said(&[], 0, None)[0].text;
        assert!(global.contains("no task on any node"), "{global}");
    }

    #[test]
    fn a_rollout_that_is_not_over_is_in_the_way() {
        let said = |state: &str| {
            let mut service = snapshot(&["n1"]).service;
            service.update_state = Some(state.to_owned());
            rollout(&service)
        };
        for state in ["updating", "rollback_started", "paused", "rollback_paused"] {
            assert!(said(state).is_some(), "{state}");
        }
        assert!(said("paused").is_some_and(|text| text.contains("docker service rollback api")));
        assert_eq!(
            (said("completed"), said("rollback_completed")),
            (None, None)
        );
    }

    #[test]
    fn one_that_lacks_tasks_is_waited_for() {
        let text = &said(&["n1"], 2, Some(2))[0].text;
        assert!(text.starts_with("Not steady: 1 of 2 tasks run"), "{text}");
        assert_eq!(said(&["n1", "n1"], 2, Some(2))[0].state, CheckState::Ok);
    }
}
