//! Changes of a service's definition: there and back, and beside somebody else's.

use super::place::{ENGINE, EVERY, PATIENCE, Service, place, until, watch};
use app::model::experiment::Fault;
use app::model::timeline::What;
use app::model::undo::UndoState;
use bollard::Docker;
use hivequake::faults;
use hivequake::swarm::{Edit, Edited, Swap};
use hivequake::timeline::Timeline;
use serde_json::json;

#[tokio::test]
async fn a_label_goes_there_and_back_and_nothing_else_moves() {
    let Some(place) = place("a label") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-label", 1).await;
    let swarm = &service.swarm;
    let before = service.steady(1).await;
    let spec = service.spec().await;
    let listed = swarm.services().await.unwrap();
    let listed = listed.iter().find(|s| s.facts.id == service.id).unwrap();
    let check = listed.facts.health.as_ref().map(|check| check.interval);
    assert_eq!(check, Some(Some(5_000_000_000)), "as the definition says");
    let (watcher, cancel) = watch(swarm).await;
    let mut follow = watcher.follow(&service.id, EVERY);
    let mut timeline = Timeline::default();
    until(&mut follow, &mut timeline, |w| {
        matches!(w, What::Strength { .. })
    })
    .await;

    let fault = Fault::ServiceLabel {
        label: "mark".to_owned(),
        value: "on".to_owned(),
    };
    let step = faults::plan(0, &fault, &before, &[]).unwrap().remove(0);
    assert_eq!(faults::prove(&step, before.at, &[], swarm).await, Ok(None));
    faults::apply(&step, swarm).await.unwrap();
    let proof = faults::prove(&step, before.at, &[], swarm).await.unwrap();
    assert_eq!(proof.unwrap().text, "label mark reads \"on\"");
    let updated = until(&mut follow, &mut timeline, |w| {
        matches!(w, What::ServiceUpdated { .. })
    })
    .await;
    assert!(matches!(
        updated.what,
        What::ServiceUpdated { by_lab: true, .. }
    ));
    let twice = faults::apply(&step, swarm).await.unwrap_err();
    assert!(
        matches!(twice, faults::FaultError::ChangedMeanwhile { .. }),
        "{twice}"
    );

    assert_eq!(
        faults::revert(&step.undo, swarm, false).await,
        UndoState::Reverted
    );
    assert!(matches!(
        faults::revert(&step.undo, swarm, false).await,
        UndoState::NotNeeded { .. }
    ));
    assert_eq!(service.spec().await, spec, "as if nothing had been");
    let after = service.steady(1).await;
    assert_eq!(
        before.running().next(),
        after.running().next(),
        "no task was replaced"
    );

    faults::apply(&step, swarm).await.unwrap();
    let theirs = swarm
        .swap_label(&service.id, "mark", Some("on"), Some("theirs"))
        .await
        .unwrap();
    assert!(matches!(theirs, Swap::Done { .. }));
    let left = UndoState::LeftToOther {
        found: "\"theirs\"".to_owned(),
    };
    assert_eq!(faults::revert(&step.undo, swarm, false).await, left);
    cancel.cancel();
    let (undo, swarm) = (step.undo, swarm.clone());
    service.remove().await;
    assert!(matches!(
        faults::revert(&undo, &swarm, false).await,
        UndoState::NotNeeded { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_somebody_makes_meanwhile_survives() {
    let Some(place) = place("a foreign change") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-meanwhile", 1).await;
    let (docker, id) = (service.docker.clone(), service.id.clone());
    let mut asked = 0;
    let edit = |spec: &mut hivequake::swarm::Spec| {
        asked += 1;
        if asked == 1 {
            // Somebody deploys between the lab's look and its write.
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(foreign_label(&docker, &id));
            });
        }
        spec.set_label("mark", Some("on"));
        Edit::Write
    };
    let edited = tokio::select! {
        edited = service.swarm.edit_service(&service.id, edit) => edited.unwrap(),
        () = tokio::time::sleep(PATIENCE) => panic!("it never came to an end"),
    };
    assert!(matches!(edited, Edited::Written { .. }));
    assert_eq!(asked, 2, "the edit looked again before it wrote");
    let labels = &service.spec().await["Labels"];
    let expected = json!({
        "kept": "as it is", "hivequake.allow": "true", "foreign": "change", "mark": "on",
    });
    assert_eq!(*labels, expected);
    service.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_late_fails_once_its_undo_has_settled() {
    let Some(place) = place("a late write") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let service = Service::make(&place, "hq-real-late", 1).await;
    let (docker, id, swarm) = (&service.docker, &service.id, &service.swarm);
    let late = with_label(docker, id, "mark", "on").await;
    let settled = swarm.settle_label(id, "mark", "on", None).await.unwrap();
    assert_eq!(settled, Swap::Other { found: None });
    assert!(write(docker, id, late).await.is_err(), "it came too late");

    let in_time = with_label(docker, id, "mark", "on").await;
    write(docker, id, in_time).await.unwrap();
    let settled = swarm.settle_label(id, "mark", "on", None).await.unwrap();
    assert!(matches!(settled, Swap::Done { .. }));
    assert_eq!(swarm.label(id, "mark").await.unwrap(), None);
    service.remove().await;
}

type Version = (i32, bollard::models::ServiceSpec);

/// The definition as it is, with a label, and the version that it may replace.
async fn with_label(docker: &Docker, id: &str, label: &str, value: &str) -> Version {
    let service = docker.inspect_service(id, None).await.unwrap();
    let mut spec = service.spec.unwrap();
    let labels = spec.labels.get_or_insert_default();
    labels.insert(label.to_owned(), value.to_owned());
    let version = service.version.unwrap().index.unwrap();
    (i32::try_from(version).unwrap(), spec)
}

async fn write(
    docker: &Docker,
    id: &str,
    (version, spec): Version,
) -> Result<(), bollard::errors::Error> {
    let options = bollard::query_parameters::UpdateServiceOptions {
        version,
        ..Default::default()
    };
    docker
        .update_service(id, spec, options, None)
        .await
        .map(drop)
}

async fn foreign_label(docker: &Docker, id: &str) {
    let changed = with_label(docker, id, "foreign", "change").await;
    write(docker, id, changed).await.unwrap();
}
