//! service-label: a label on the service, there and back.
//!
//! Guarantee: the label is set only over the value that was planned for, and put back only while
//! it holds the fault's value; labels that steer Docker or the lab itself are never touched.

use super::{Act, FaultError, Proof, Step};
use crate::swarm::{Swap, Swarm, SwarmError};
use app::model::facts::ServiceFacts;
use app::model::undo::{Undo, UndoState};
use app::model::{ALLOW_LABEL, PROTECT_LABEL};

pub(super) fn plan(
    index: usize,
    service: &ServiceFacts,
    label: &str,
    value: &str,
) -> Result<Step, FaultError> {
    refuse_label(label)?;
    let before = service.labels.get(label).cloned();
    if before.as_deref() == Some(value) {
        return Err(FaultError::SameAlready {
            label: label.to_owned(),
            value: value.to_owned(),
        });
    }
    Ok(Step {
        fault: index,
        text: format!("service-label {label}={value} on {}", service.name),
        undo: Undo::ServiceLabel {
            service_id: service.id.clone(),
            service: service.name.clone(),
            label: label.to_owned(),
            before: before.clone(),
            during: value.to_owned(),
        },
        task: None,
        container: None,
        act: Act::SetLabel {
            service_id: service.id.clone(),
            service: service.name.clone(),
            label: label.to_owned(),
            before,
            value: value.to_owned(),
        },
    })
}

fn refuse_label(label: &str) -> Result<(), FaultError> {
    let why = if label.trim().is_empty() {
        "it has no name; write for example hivequake-test"
    } else if label.chars().any(char::is_control) {
        "its name has control characters; write for example hivequake-test"
    } else if label.starts_with("com.docker.") {
        "Docker itself steers by labels that begin with com.docker.; write another name"
    } else if label.starts_with(ALLOW_LABEL) || label.starts_with(PROTECT_LABEL) {
        "it decides what the lab may attack; write another name"
    } else {
        return Ok(());
    };
    Err(FaultError::BadLabel {
        label: label.to_owned(),
        why,
    })
}

pub(super) async fn apply(act: &Act, swarm: &Swarm) -> Result<(), FaultError> {
    let Act::SetLabel {
        service_id,
        service,
        label,
        before,
        value,
    } = act
    else {
        return Ok(());
    };
    let swap = swarm.swap_label(service_id, label, before.as_deref(), Some(value));
    match swap.await? {
        Swap::Done { .. } => Ok(()),
        Swap::Other { .. } => Err(FaultError::ChangedMeanwhile {
            label: label.clone(),
            service: service.clone(),
        }),
        Swap::Gone => Err(SwarmError::NoSuchService(service.clone()).into()),
    }
}

/// The label as the swarm has it now, where it is the fault's.
pub(super) async fn read_back(act: &Act, swarm: &Swarm) -> Result<Option<Proof>, FaultError> {
    let Act::SetLabel {
        service_id,
        label,
        value,
        ..
    } = act
    else {
        return Ok(None);
    };
    let found = swarm.label(service_id, label).await?;
    Ok((found.as_ref() == Some(value)).then(|| Proof {
        text: format!("label {label} reads \"{value}\""),
        at: None,
    }))
}

/// `in_doubt`: nobody knows whether the label was set, or is yet to be.
pub(super) async fn revert(undo: &Undo, swarm: &Swarm, in_doubt: bool) -> UndoState {
    let Undo::ServiceLabel {
        service_id,
        label,
        before,
        during,
        ..
    } = undo
    else {
        return nothing();
    };
    let before = before.as_deref();
    let swap = if in_doubt {
        swarm.settle_label(service_id, label, during, before).await
    } else {
        let swap = swarm.swap_label(service_id, label, Some(during), before);
        swap.await
    };
    match swap {
        Ok(swap) => reverted(swap, before),
        Err(error) => UndoState::Failed { why: said(&error) },
    }
}

fn reverted(swap: Swap, before: Option<&str>) -> UndoState {
    match swap {
        Swap::Done { .. } => UndoState::Reverted,
        Swap::Gone => UndoState::NotNeeded {
            why: "the service is gone".to_owned(),
        },
        Swap::Other { found } if found.as_deref() == before => UndoState::NotNeeded {
            why: "the label is as it was before".to_owned(),
        },
        Swap::Other { found } => UndoState::LeftToOther {
            found: found.map_or_else(|| "no such label".to_owned(), |f| format!("\"{f}\"")),
        },
    }
}

fn nothing() -> UndoState {
    UndoState::NotNeeded {
        why: "no label was set".to_owned(),
    }
}

/// Without saying that nothing was changed: the fault's change is still there.
fn said(error: &SwarmError) -> String {
    error.to_string().replace(" Nothing was changed.", "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::samples::snapshot;
    use super::*;

    fn service(label: Option<&str>) -> ServiceFacts {
        let mut service = snapshot(&[]).service;
        if let Some(value) = label {
            service.labels.insert("mark".to_owned(), value.to_owned());
        }
        service
    }

    #[test]
    fn the_inverse_is_fixed_with_the_plan() {
        let undo = |before| plan(0, &service(before), "mark", "on").unwrap().undo;
        assert_eq!(undo(None).intent(), "remove label mark of api");
        assert_eq!(
            undo(Some("off")).intent(),
            "put label mark of api back to \"off\""
        );
    }

    #[test]
    fn labels_that_steer_docker_or_the_lab_are_refused() {
        for label in [
            "",
            "  ",
            "a\nb",
            "com.docker.stack.namespace",
            "hivequake.allow",
            "hivequake.protect",
            "hivequake.allow.more",
        ] {
            let error = plan(0, &service(None), label, "x").unwrap_err();
            assert!(
                matches!(error, FaultError::BadLabel { .. }),
                "{label}: {error}"
            );
        }
        assert!(plan(0, &service(None), "hivequake-test", "x").is_ok());
        let same = plan(0, &service(Some("on")), "mark", "on").unwrap_err();
        assert!(matches!(same, FaultError::SameAlready { .. }));
    }

    #[test]
    fn what_somebody_else_set_is_left_to_them() {
        let other = |found: Option<&str>, before| {
            reverted(
                Swap::Other {
                    found: found.map(str::to_owned),
                },
                before,
            )
        };
        assert!(matches!(
            other(Some("theirs"), None),
            UndoState::LeftToOther { .. }
        ));
        assert!(matches!(
            other(None, Some("was")),
            UndoState::LeftToOther { .. }
        ));
        assert!(matches!(other(None, None), UndoState::NotNeeded { .. }));
        assert!(matches!(
            other(Some("was"), Some("was")),
            UndoState::NotNeeded { .. }
        ));
        assert!(matches!(
            reverted(Swap::Gone, None),
            UndoState::NotNeeded { .. }
        ));
        assert_eq!(
            reverted(Swap::Done { version: 1 }, None),
            UndoState::Reverted
        );
    }

    #[tokio::test]
    async fn an_undo_that_cannot_be_done_says_why() {
        let swarm =
            Swarm::connect(Some("unix:///nowhere/at/all.sock"), crate::swarm::PATIENCE).unwrap();
        let undo = plan(0, &service(None), "mark", "on").unwrap().undo;
        let UndoState::Failed { why } = revert(&undo, &swarm, false).await else {
            panic!("there is no engine");
        };
        assert!(why.contains("no such socket"), "{why}");
        assert!(!why.contains("Nothing was changed"), "{why}");
    }
}
