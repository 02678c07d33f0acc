//! What a browser loads first, and how pages fare over thousands of stored runs.

use crate::table::{Promise, Table, median, percentile};
use app::model::experiment::{Fault, Signal};
use app::model::run::{Outcome, Run, RunId, Verdict};
use app::model::time::{At, Micros};
use hivequake::store::{Figures, NewRun, SqliteStore, Store};
use hivequake_tests::document::CANARY;
use hivequake_tests::http::Request;
use hivequake_tests::world::World;
use hivequake_tests::{Document, Lab};
use std::time::Instant;
use uuid::Uuid;

/// Pages that list runs.
const PAGES: [&str; 5] = [
    "/",
    "/runs",
    "/runs?page=2&sort=recovery",
    "/runs?verdict=held&text=test",
    "/runs?text=nowhere",
];

/// Requests of each page.
const REQUESTS: usize = 100;

/// The sizes of script and style as they go over the wire.
pub fn bundle(lab: &Lab, table: &mut Table) {
    let page = lab.get("/").body;
    for (what, ending, limit) in [("WASM", ".wasm", 250.0), ("style sheet", ".css", 20.0)] {
        let file = page
            .split('"')
            .find(|part| part.starts_with('/') && part.ends_with(ending));
        let headers = vec![("accept-encoding", "br")];
        let size = file.map_or(f64::NAN, |path| {
            let reply = lab.send(&Request {
                method: "GET",
                path,
                headers,
                body: b"",
            });
            if reply.status == 200 {
                reply.size as f64 / 1000.0
            } else {
                f64::NAN
            }
        });
        table.limit(&format!("first load: {what}, brotli"), "kB", size, limit);
    }
}

/// Pages over 100 runs and over 10,000, turn and turn about, so that the machine's moods hit both.
pub fn history(world: &World, table: &mut Table) {
    let [few, many] = [99, 9_999].map(|more| filled(world, more));
    for page in PAGES {
        let (few, many) = times(&few, &many, page);
        let name = format!("{page} over 10,000 runs");
        table.limit(&format!("{name}: p99"), "ms", percentile(&many, 99), 30.0);
        let promise = Promise::AtMost(2.0);
        table.compare(
            &format!("{name}, against 100 runs"),
            "ms",
            median(&many),
            median(&few),
            promise,
        );
    }
}

/// A lab with a run of its own, and more like it.
fn filled(world: &World, more: u32) -> Lab {
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&Document::label(CANARY, "hq.try", "on").timed("0s", "1s"));
    lab.done(&run);
    fill(&lab, run.parse().expect("a run's id"), more);
    lab
}

/// How long a page of each of two labs took each time, in milliseconds.
fn times(few: &Lab, many: &Lab, page: &str) -> (Vec<f64>, Vec<f64>) {
    let once = |lab: &Lab| {
        let begun = Instant::now();
        let reply = lab.get(page);
        assert_eq!(reply.status, 200, "{page}");
        begun.elapsed().as_secs_f64() * 1000.0
    };
    let both = |_| (once(few), once(many));
    for turn in 0..5 {
        both(turn);
    }
    (0..REQUESTS).map(both).unzip()
}

/// Stores runs like one, as if so many had been made over the last days.
fn fill(lab: &Lab, pattern: RunId, count: u32) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(&lab.database())
            .await
            .expect("the database opens");
        let pattern = store
            .run(pattern)
            .await
            .expect("it can be read")
            .expect("it is there");
        for number in 0..count {
            let run = copy(&pattern, number);
            let (id, created) = (run.id, run.created);
            store.create_run(run).await.expect("a run can be stored");
            let (outcome, figures) = end(number);
            store
                .finish_run(id, &outcome, figures, created)
                .await
                .expect("and ended");
        }
        store.close().await;
    });
}

/// The next of many runs: on one of twenty services, by one of four methods.
fn copy(pattern: &Run, number: u32) -> NewRun {
    let stack = ["shop", "billing", "media", "search"][number as usize % 4];
    let part = ["api", "db", "worker", "web", "cache"][number as usize / 4 % 5];
    let service = format!("{stack}_{part}");
    let kill = |signal| Fault::ContainerKill { signal };
    let label = || pattern.experiment.method.clone();
    let (title, method) = match number / 20 % 4 {
        0 => (format!("A test on {service}"), label()),
        1 => (
            format!("Latency test of {service} under a kill"),
            vec![kill(Signal::SigKill)],
        ),
        2 => (
            format!("{service} leaves politely: the weekly test"),
            vec![kill(Signal::SigTerm)],
        ),
        _ => (
            format!("Test of {service} with a label and a kill"),
            [label(), vec![kill(Signal::SigKill)]].concat(),
        ),
    };
    let mut experiment = pattern.experiment.clone();
    (
        experiment.title,
        experiment.target.service,
        experiment.method,
    ) = (title, service, method);
    NewRun {
        id: RunId(Uuid::now_v7()),
        design: pattern.design,
        version: pattern.version,
        text: None,
        experiment,
        seed: u64::from(number),
        repeat: 1,
        created: At(pattern.created.0 - i64::from(number) * 60_000_000),
        owner: String::new(),
        first: Vec::new(),
    }
}

/// How it ended. Of twenty, seventeen held, one recovered too late, one never did and one was
/// aborted: so few that a list of those that held, and its chart, are about as long with 100 runs
/// as with 10,000, and the two can be compared.
fn end(number: u32) -> (Outcome, Figures) {
    let spread = i64::from(number % 977) * 7_000;
    let measured = |recovery: Micros| Figures {
        recovery: Some(recovery),
        outage: Some(Micros(spread)),
        ..Figures::default()
    };
    // Not the same ones in every twenty, or they would always be on the same services.
    let (verdict, reason, figures) = match (number + number / 20) % 20 {
        0 => {
            let figures = measured(Micros(16_000_000 + spread));
            (
                Verdict::Violated,
                "Recovered too late: 15 s were allowed.",
                figures,
            )
        }
        1 => {
            let figures = Figures {
                not_recovered_within: Some(Micros(60_000_000)),
                ..Figures::default()
            };
            (Verdict::Violated, "Not recovered within 60 s.", figures)
        }
        2 => (Verdict::Aborted, "Aborted by somebody.", Figures::default()),
        _ => {
            let figures = measured(Micros(5_000_000 + spread));
            (Verdict::Held, "A copy, to measure with: all held.", figures)
        }
    };
    let outcome = Outcome {
        verdict,
        reason: reason.to_owned(),
        left_behind: Vec::new(),
    };
    (outcome, figures)
}
