//! A connection to the engine that breaks, or falls silent without breaking.

use super::place::{ENGINE, EVERY, PATIENCE, Place, Service, place, watch};
use super::way::Way;
use app::model::experiment::Signal;
use app::model::facts::Snapshot;
use app::model::timeline::{Event, Source, What};
use bollard::Docker;
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::RemoveVolumeOptions;
use hivequake::swarm::{Follow, Swarm, Watcher};
use hivequake::timeline::Timeline;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const FULL: &str = "1 of 1 tasks run";

/// A service of one task, watched over a [`Way`].
struct Watched {
    service: Service,
    way: Way,
    watcher: Watcher,
    cancel: CancellationToken,
    follow: Follow,
    /// All that was heard so far.
    all: Vec<Event>,
    _folder: TempDir,
}

impl Watched {
    async fn begin(place: &Place, name: &str) -> Self {
        let service = Service::make(place, name, 1).await;
        let folder = tempfile::tempdir().unwrap();
        let way = Way::to(&place.host, folder.path());
        let through = Swarm::connect(Some(&way.path), hivequake::swarm::PATIENCE).unwrap();
        let (watcher, cancel) = watch(&through).await;
        let follow = watcher.follow(&service.id, EVERY);
        let mut begun = Self {
            service,
            way,
            watcher,
            cancel,
            follow,
            all: Vec::new(),
            _folder: folder,
        };
        begun.hear(FULL).await;
        begun
    }

    /// Reads on until an event's text contains this.
    async fn hear(&mut self, wanted: &str) {
        let is_it = |event: &Event| event.what.text().contains(wanted);
        self.hear_what(wanted, is_it).await;
    }

    /// Reads on until just this container has died.
    async fn hear_death(&mut self, container: &str) {
        let is_it = |event: &Event| dead_container(event) == Some(container);
        self.hear_what(container, is_it).await;
    }

    async fn hear_what(&mut self, wanted: &str, is_it: impl Fn(&Event) -> bool) {
        let (follow, all) = (&mut self.follow, &mut self.all);
        let wait = async {
            while let Some(event) = follow.next().await {
                let found = is_it(&event);
                all.push(event);
                if found {
                    return;
                }
            }
        };
        let heard = tokio::time::timeout(PATIENCE, wait).await;
        assert!(heard.is_ok(), "never heard {wanted}: {:#?}", self.all);
    }

    /// Kills the container directly at the engine, past the way. Which one it was.
    async fn kill(&self) -> String {
        let seen: Snapshot = self.service.steady(1).await;
        let container = seen.containers[0].id.clone();
        let killed = self.service.swarm.kill(&container, Signal::SigKill).await;
        killed.unwrap();
        container
    }

    /// A kill whose death and replacement are heard.
    async fn kill_and_hear(&mut self) -> String {
        let container = self.kill().await;
        self.hear_death(&container).await;
        self.hear(FULL).await;
        container
    }

    async fn notices_the_cut(&self) {
        let noticed = async {
            while self.watcher.trouble().is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let noticed = tokio::time::timeout(PATIENCE, noticed).await;
        noticed.expect("the cut is noticed");
    }

    fn dead(&self) -> Vec<&str> {
        self.all.iter().filter_map(dead_container).collect()
    }

    /// That just these containers died, that nothing was heard twice and nothing may be missing.
    fn heard_it_all(&self, dead: &[&str]) {
        assert_eq!(self.watcher.trouble(), None);
        let gap = |e: &Event| matches!(e.what, What::Gap { .. });
        assert!(!self.all.iter().any(gap), "{:#?}", self.all);
        let mut timeline = Timeline::default();
        for event in self.all.iter().filter(|e| e.source == Source::Engine) {
            let added = timeline.add(event.clone());
            assert!(added.is_some(), "heard twice: {event:?}");
        }
        assert_eq!(self.dead(), dead);
    }

    async fn end(self) {
        self.cancel.cancel();
        self.service.remove().await;
    }
}

fn dead_container(event: &Event) -> Option<&str> {
    match &event.what {
        What::ContainerDied { container, .. } => Some(container),
        _ => None,
    }
}

/// None, loudly, where nothing can stand between the lab and the engine.
fn place_with_a_way(test: &str) -> Option<Place> {
    let place = place(test)?;
    if place.host.starts_with("unix://") {
        return Some(place);
    }
    eprintln!("SKIPPED {test}: HIVEQUAKE_TEST_HOST is no unix:// address");
    None
}

#[tokio::test]
async fn a_cut_connection_is_taken_up_again_and_nothing_is_missed_or_heard_twice() {
    let Some(place) = place_with_a_way("a cut connection") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let mut watched = Watched::begin(&place, "hq-real-cut").await;
    let first = watched.kill_and_hear().await;

    watched.way.cut();
    watched.notices_the_cut().await;
    let unheard = watched.kill().await;
    watched.way.mend();
    watched.hear("died").await;
    watched.hear(FULL).await;
    watched.heard_it_all(&[&first, &unheard]);
    watched.end().await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_asked_for_anew_and_nothing_is_missed_or_heard_twice() {
    let Some(place) = place_with_a_way("a silent stream") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let mut watched = Watched::begin(&place, "hq-real-silent").await;
    let first = watched.kill_and_hear().await;
    // The looks at the tasks pass on new connections; the stream of before carries nothing.
    watched.service.steady(1).await;
    watched.way.fall_silent();
    let unheard = watched.kill().await;
    watched.hear(FULL).await;
    assert_eq!(watched.dead(), [&first], "the stream was silent indeed");

    watched.hear("died").await;
    let after = watched.kill_and_hear().await;
    watched.heard_it_all(&[&first, &unheard, &after]);
    watched.end().await;
}

#[tokio::test]
async fn what_the_engine_forgot_during_a_silence_is_told_as_a_gap() {
    let Some(place) = place_with_a_way("a long silence") else {
        return;
    };
    let _alone = ENGINE.lock().await;
    let mut watched = Watched::begin(&place, "hq-real-forgot").await;
    watched.kill_and_hear().await;
    watched.service.steady(1).await;
    watched.way.fall_silent();
    watched.kill().await;
    watched.hear(FULL).await;
    make_it_forget(&watched.service.docker).await;
    watched.hear("events of this time may be missing").await;
    // The look afresh may tell of the forgotten death only now; the next one is heard all the same.
    watched.kill_and_hear().await;
    watched.end().await;
}

/// An engine keeps its last 256 events; each volume makes two.
async fn make_it_forget(docker: &Docker) {
    for number in 0..150 {
        let name = format!("hq-real-{number}");
        let volume = VolumeCreateRequest {
            name: Some(name.clone()),
            ..VolumeCreateRequest::default()
        };
        docker.create_volume(volume).await.unwrap();
        let options = None::<RemoveVolumeOptions>;
        docker.remove_volume(&name, options).await.unwrap();
    }
}
