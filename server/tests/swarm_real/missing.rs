//! What is not there: no such service, no such container, no swarm.

use super::place::{ENGINE, place};
use app::model::experiment::Signal;
use hivequake::swarm::{Swap, Swarm, SwarmError, Watcher};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn what_is_not_there_is_said_as_such() {
    let Some(place) = place("what is not there") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let swarm = Swarm::connect(Some(&place.host), hivequake::swarm::PATIENCE).unwrap();
    let engine = swarm.engine().await.unwrap();
    assert!(engine.manager && !engine.node.is_empty() && !engine.version.is_empty());
    let error = swarm.snapshot("no-such-service").await.unwrap_err();
    assert_eq!(
        error,
        SwarmError::NoSuchService("no-such-service".to_owned())
    );
    let error = swarm.tasks("no-such-service").await.unwrap_err();
    assert!(matches!(error, SwarmError::NoSuchService(_)), "{error}");
    assert_eq!(swarm.container("0123456789ab").await, Ok(None));
    let error = swarm
        .kill("0123456789ab", Signal::SigKill)
        .await
        .unwrap_err();
    assert!(matches!(error, SwarmError::ContainerGone(_)), "{error}");
    let gone = swarm
        .swap_label("no-such-service", "a", None, Some("b"))
        .await;
    assert_eq!(gone, Ok(Swap::Gone));
}

#[tokio::test]
async fn an_engine_in_no_swarm_is_said_to_be_in_none() {
    let Ok(host) = std::env::var("HIVEQUAKE_TEST_NO_SWARM_HOST") else {
        eprintln!("SKIPPED an engine in no swarm: set HIVEQUAKE_TEST_NO_SWARM_HOST");
        return;
    };
    let swarm = Swarm::connect(Some(&host), hivequake::swarm::PATIENCE).unwrap();
    let engine = swarm.engine().await.unwrap();
    assert!(!engine.manager && engine.node.is_empty());
    let none = SwarmError::NotASwarm { host };
    assert_eq!(swarm.services().await, Err(none.clone()));
    assert_eq!(swarm.snapshot("api").await, Err(none.clone()));
    let gone = swarm.swap_label("api", "a", None, Some("b")).await;
    assert_eq!(gone, Err(none.clone()));
    let watcher = Watcher::start(swarm, CancellationToken::new());
    watcher.settled().await;
    assert_eq!(watcher.trouble(), Some(none.to_string()));
}
