//! Many who watch: the stream of a live run, resumed and in a crowd.

use hivequake_tests::document::{CANARY, CANARY_URL};
use hivequake_tests::http::Events;
use hivequake_tests::world::world;
use hivequake_tests::{Document, Lab};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

fn watched() -> Document {
    Document::label(CANARY, "hq.try", "on")
        .probing(CANARY_URL)
        .timed("1s", "4s")
}

/// The number of the next event; none at the stream's end.
fn next(events: &mut Events) -> Option<u64> {
    let event = events.next_event().expect("the stream can be read");
    event.map(|event| event.id.parse().expect("an event's id is its number"))
}

#[test]
fn a_stream_counts_from_one_without_a_gap_and_ends_with_the_run() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&watched());
    let mut events = lab.events(&run, None);
    assert_eq!(events.status, 200);
    let mut last = 0;
    while let Some(number) = next(&mut events) {
        assert_eq!(number, last + 1);
        last = number;
    }
    assert_eq!(lab.done(&run)["phase"], "done");
    assert!(last >= 7, "at least its phases: {last}");
}

#[test]
fn a_reconnect_misses_nothing_during_the_run_and_after_it() {
    let Some(world) = world() else { return };
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&watched());
    let mut first = lab.events(&run, None);
    let seen = (0..3)
        .filter_map(|_| next(&mut first))
        .last()
        .expect("three events");
    drop(first);
    let mut second = lab.events(&run, Some(&seen.to_string()));
    assert_eq!(next(&mut second), Some(seen + 1));
    lab.done(&run);
    // Once it is over, what the evidence holds anyway is gone from the stream; its order is not.
    let mut late = lab.events(&run, Some(&seen.to_string()));
    let first = next(&mut late).expect("the rest of the run");
    let second = next(&mut late).expect("and more of it");
    assert!(seen < first && first < second, "{seen} {first} {second}");
}

#[test]
fn a_thousand_watch_and_the_lab_answers() {
    let Some(world) = world() else { return };
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("root may");
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&watched().timed("1s", "10m"));
    let mut views: Vec<_> = (0..1000).map(|_| lab.events(&run, None)).collect();
    for view in &mut views {
        assert_eq!((view.status, next(view)), (200, Some(1)));
    }
    assert_eq!(lab.get("/healthz").status, 200);
    assert_eq!(lab.get("/").status, 200);
    assert!(lab.post(&format!("/api/v1/runs/{run}/abort"), "").status < 300);
    assert_eq!(lab.done(&run)["verdict"], "aborted");
    for view in &mut views {
        let mut last = 1;
        // A reader that is slow at the very end may find that what only the live view needed is
        // gone already: the order stays, and every entry of the timeline.
        while let Some(number) = next(view) {
            assert!(number > last, "{number} after {last}");
            last = number;
        }
    }
}
