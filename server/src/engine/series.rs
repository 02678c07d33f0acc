//! The runs of one launch: as many as the experiment repeats, one after the other.
//!
//! Guarantee: the next run starts only when the service is as steady as the first one found it;
//! a run that was aborted or not restored is the last of its series, and so is any run before
//! everything was stopped.

use super::claim::{self, Claim};
use super::run::Running;
use super::{LaunchError, Ready, Shared};
use crate::store::{Evidence, Figures, Hold, NewRun};
use app::api::views::{Check, CheckState, Permission};
use app::model::experiment::Experiment;
use app::model::run::{DesignId, Outcome, Phase, Run, RunId, Verdict};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Between two looks whether the service is steady again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often is looked before the series is given up.
const LOOKS: u32 = 120;

/// What is to be launched.
#[derive(Debug, Clone)]
pub struct Order {
    /// The design and the version that are executed.
    pub design: DesignId,
    /// See `design`.
    pub version: u32,
    /// The [`digest`](app::model::digest::digest) of that version's text.
    pub text: u64,
    /// The document as types, valid.
    pub experiment: Experiment,
    /// Where random choices come from; each repeat adds its number.
    pub seed: u64,
}

/// Checks, creates the first run, and hands back what executes it and those after it.
pub(super) async fn begin(
    shared: &Arc<Shared>,
    order: Order,
) -> Result<(RunId, impl Future<Output = ()> + use<>), LaunchError> {
    let ready = ready(shared, &order.experiment, order.seed).await?;
    let claim = claimed(&ready).await?;
    let first = create(shared, &order, 1, &ready).await?;
    let id = first.id;
    let shared = shared.clone();
    Ok((id, async move {
        let mut outcome = Running::new(shared.clone(), first, ready, claim)
            .execute()
            .await;
        shared.pack(id).await;
        for repeat in 2..=order.experiment.repeat {
            if !goes_on(&outcome) || shared.shutdown.is_cancelled() {
                return;
            }
            match next(&shared, &order, repeat).await {
                Some(running) => {
                    let id = running.id();
                    outcome = running.execute().await;
                    shared.pack(id).await;
                }
                None => return,
            }
        }
    }))
}

/// Claims the target; another lab may have been quicker since preflight.
async fn claimed(ready: &Ready) -> Result<Claim, LaunchError> {
    let taken = || Check {
        state: CheckState::No,
        text: claim::TAKEN.to_owned(),
    };
    let claim = Claim::take(&ready.before.service.id).await;
    claim.ok_or_else(|| LaunchError::Preflight(vec![taken()]))
}

fn goes_on(outcome: &Outcome) -> bool {
    outcome.left_behind.is_empty()
        && !matches!(outcome.verdict, Verdict::Aborted | Verdict::Refused)
}

/// What a run starts from; why it must not start, where something is in the way.
pub(super) async fn ready(
    shared: &Shared,
    experiment: &Experiment,
    seed: u64,
) -> Result<Ready, LaunchError> {
    let found = shared.look(experiment, seed).await?;
    let service = &experiment.target.service;
    let blockers = found.blockers();
    if let Some(ready) = found.ready {
        return Ok(ready);
    }
    if let Some(hold) = shared.store.hold().await? {
        return Err(LaunchError::OnHold(on_hold(&hold)));
    }
    let busy = shared
        .store
        .unfinished()
        .await?
        .into_iter()
        .find(|u| &u.run.experiment.target.service == service);
    if let Some(busy) = busy {
        return Err(LaunchError::Busy(busy.run.id));
    }
    // An error of the swarm keeps its kind, and with it its status.
    let before = shared.swarm.snapshot(service).await?;
    let settings = shared.store.settings().await?;
    match super::permission::permission(
        &before.service,
        &settings.allow,
        shared.swarm.own_service().await.as_deref(),
    ) {
        Permission::Allowed(_) => Err(LaunchError::Preflight(blockers)),
        Permission::NotListed(what) => Err(LaunchError::NotAllowed(format!(
            "{} is not allowed as a target. Nothing was changed; {what}.",
            before.service.name
        ))),
        Permission::Protected(why) => Err(LaunchError::NotAllowed(format!(
            "{} is protected: {why}. Nothing was changed; choose another service.",
            before.service.name
        ))),
    }
}

async fn create(
    shared: &Arc<Shared>,
    order: &Order,
    repeat: u32,
    ready: &Ready,
) -> Result<Run, LaunchError> {
    let created = shared.clock().now();
    let run = Run {
        id: RunId(Uuid::now_v7()),
        design: order.design,
        version: order.version,
        experiment: order.experiment.clone(),
        seed: order.seed.wrapping_add(u64::from(repeat - 1)),
        repeat,
        created,
        ended: None,
        phase: Phase::Preflight,
        outcome: None,
    };
    let owner = shared.owner.name().to_owned();
    let Run {
        id,
        design,
        version,
        experiment,
        seed,
        ..
    } = run.clone();
    shared.on().insert(id);
    let new = NewRun {
        id,
        design,
        version,
        text: Some(order.text),
        experiment,
        seed,
        repeat,
        created,
        owner,
        first: vec![
            Evidence::Before(ready.before.clone()),
            Evidence::Picked(ready.picked.clone()),
        ],
    };
    match admit(shared, new).await {
        Ok(()) => Ok(run),
        Err(error) => {
            shared.on().remove(&id);
            Err(error)
        }
    }
}

/// Creates the run, then looks at the hold: whoever stops everything sets the hold first and looks
/// at the runs afterwards, so that one of the two sees the other.
async fn admit(shared: &Arc<Shared>, new: NewRun) -> Result<(), LaunchError> {
    let (id, created) = (new.id, new.created);
    shared.store.create_run(new).await?;
    let Some(hold) = shared.store.hold().await? else {
        return Ok(());
    };
    let reason = on_hold(&hold);
    let outcome = Outcome {
        verdict: Verdict::Refused,
        reason: reason.clone(),
        left_behind: Vec::new(),
    };
    shared
        .store
        .finish_run(id, &outcome, Figures::default(), created)
        .await?;
    Err(LaunchError::OnHold(reason))
}

fn on_hold(hold: &Hold) -> String {
    format!(
        "Everything was stopped by {}; no run starts until somebody releases it. Nothing was changed.",
        hold.who
    )
}

/// Waits until the service is steady again and prepares the next run; none when it never is, or
/// when everything was stopped meanwhile.
async fn next(shared: &Arc<Shared>, order: &Order, repeat: u32) -> Option<Running> {
    let seed = order.seed.wrapping_add(u64::from(repeat - 1));
    for _ in 0..LOOKS {
        let found = shared.look(&order.experiment, seed).await.ok()?;
        if shared.store.hold().await.ok()?.is_some() {
            return None;
        }
        if let Some(ready) = found.ready {
            let claim = claimed(&ready).await.ok()?;
            let run = create(shared, order, repeat, &ready).await.ok()?;
            return Some(Running::new(shared.clone(), run, ready, claim));
        }
        tokio::select! {
            () = shared.shutdown.cancelled() => return None,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    tracing::warn!(
        repeat,
        "the series ends: the service did not become steady again"
    );
    None
}
