//! Who was hit, and what proves that it took effect.
//!
//! Guarantee: a hit without proof is never shown as proven (promise 3).

use super::case::{Case, Target};
use super::slots::Slot;
use super::words::figure;
use super::{Evidence, Hit};
use app::model::time::Micros;
use app::model::timeline::{What, short};

/// Every target, in the order of hitting.
pub(super) fn hits(case: &Case, slots: &[Slot]) -> Vec<Hit> {
    slots.iter().map(|slot| hit(case, slot)).collect()
}

fn hit(case: &Case, slot: &Slot) -> Hit {
    let target = &slot.target;
    let stays = slot.stays();
    Hit {
        slot: slot_name(case, target),
        task: short(&target.task.task).to_owned(),
        container: short(target.container).to_owned(),
        node: node_name(case, &target.task.node),
        why: why(case, target),
        sent: case.zero().map(|zero| target.event.at - zero),
        proof: proof(case, slot),
        recovered: stays.and_then(|a| a.running.clone()),
        replacement: stays.map(|a| short(a.task).to_owned()),
        error: slot.error.clone(),
    }
}

/// "slot 1", or the node's name for a global service.
pub(super) fn slot_name(case: &Case, target: &Target) -> String {
    target.task.slot.map_or_else(
        || node_name(case, &target.task.node),
        |slot| format!("slot {slot}"),
    )
}

fn node_name(case: &Case, id: &str) -> String {
    let before = case.record.before.as_ref();
    before.map_or(id, |s| s.node_name(id)).to_owned()
}

fn why(case: &Case, target: &Target) -> String {
    let picked = &case.record.picked;
    picked
        .iter()
        .find(|p| p.task.task == target.task.task)
        .map(|p| p.why.clone())
        .unwrap_or_default()
}

/// What shows that this one was hit: its container's death, or the engine's own proof.
fn proof(case: &Case, slot: &Slot) -> Option<String> {
    let target = &slot.target;
    let own = proofs(case, target.fault)
        .find(|(text, _)| !target.container.is_empty() && text.contains(short(target.container)));
    match (&slot.dead, slot.exit_code) {
        (Some(dead), Some(code)) if fault_is_proven(case, target.fault) => {
            let sent = case.moment(target.event).after.span;
            let mut after = dead.after;
            after.span = Micros((after.span.0 - sent.0).max(0));
            Some(format!(
                "died with exit code {code}, {} after the signal was sent",
                figure(after)
            ))
        }
        _ if not_proven(case, target.fault).is_some() => None,
        _ => own
            .or_else(|| only_target(case, target).then(|| proofs(case, target.fault).next())?)
            .map(|(text, _)| text.to_owned()),
    }
}

fn only_target(case: &Case, target: &Target) -> bool {
    let same = |t: &&Target| t.fault == target.fault;
    case.targets().iter().filter(same).count() == 1
}

/// Texts that prove a fault, with their events' numbers.
pub(super) fn proofs<'c>(
    case: &'c Case,
    fault: usize,
) -> impl Iterator<Item = (&'c str, u32)> + 'c {
    case.all().filter_map(move |event| match &event.what {
        What::FaultProven { fault: of, text } if *of == fault => Some((text.as_str(), event.seq)),
        _ => None,
    })
}

/// Why a fault could not be shown to have taken effect, with what says so.
pub(super) fn not_proven(case: &Case, fault: usize) -> Option<(String, Evidence)> {
    case.all().find_map(|event| match &event.what {
        What::FaultNotProven { fault: of, text } if *of == fault => {
            Some((text.clone(), Evidence::event(event)))
        }
        _ => None,
    })
}

fn fault_is_proven(case: &Case, fault: usize) -> bool {
    not_proven(case, fault).is_none() && proofs(case, fault).next().is_some()
}

/// The first fault that was sent but not shown to have taken effect, with why.
pub(super) fn first_unproven(case: &Case, hits: &[Hit]) -> Option<(String, Evidence)> {
    let sent = case.all().filter_map(|event| match &event.what {
        What::FaultSent { fault, text, .. } => Some((*fault, text, event)),
        _ => None,
    });
    for (fault, text, event) in sent {
        if let Some((why, evidence)) = not_proven(case, fault) {
            return Some((why, evidence.and(&Evidence::event(event))));
        }
        if !fault_is_proven(case, fault) {
            return Some((
                format!("nothing shows that {text} had any effect"),
                Evidence::event(event),
            ));
        }
    }
    let unseen = hits.iter().find(|h| h.proof.is_none())?;
    let why = format!("nothing shows that container {} was hit", unseen.container);
    Some((why, Evidence::event(case.sent?)))
}
