//! What a browser loads first, and how pages fare over thousands of stored runs.

use crate::table::{Promise, Table, median, percentile};
use app::model::run::{Outcome, RunId, Verdict};
use app::model::time::{At, Micros};
use hivequake::store::{Figures, NewRun, SqliteStore, Store};
use hivequake_tests::document::CANARY;
use hivequake_tests::http::Request;
use hivequake_tests::world::World;
use hivequake_tests::{Document, Lab};
use std::time::Instant;
use uuid::Uuid;

/// Pages that list runs.
const PAGES: [&str; 4] = [
    "/",
    "/runs",
    "/runs?page=2&sort=recovery",
    "/runs?verdict=held&text=test",
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

/// Pages over 100 runs and over 10,000.
pub fn history(world: &World, table: &mut Table) {
    let lab = Lab::start(&world.engine);
    let run = lab.launch(&Document::label(CANARY, "hq.try", "on").timed("0s", "1s"));
    lab.done(&run);
    let pattern = run.parse().expect("a run's id");
    fill(&lab, pattern, 99);
    let few = PAGES.map(|page| times(&lab, page));
    fill(&lab, pattern, 9_900);
    for (page, few) in PAGES.into_iter().zip(few) {
        let many = times(&lab, page);
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

/// How long a page took each time, in milliseconds.
fn times(lab: &Lab, page: &str) -> Vec<f64> {
    let once = || {
        let begun = Instant::now();
        let reply = lab.get(page);
        assert_eq!(reply.status, 200, "{page}");
        begun.elapsed().as_secs_f64() * 1000.0
    };
    for _ in 0..5 {
        once();
    }
    (0..REQUESTS).map(|_| once()).collect()
}

/// Stores copies of a run, as if it had been made so often.
fn fill(lab: &Lab, pattern: RunId, copies: u32) {
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
        for number in 0..copies {
            let id = RunId(Uuid::now_v7());
            let created = At(pattern.created.0 - i64::from(number) * 60_000_000);
            let run = NewRun {
                id,
                design: pattern.design,
                version: pattern.version,
                experiment: pattern.experiment.clone(),
                seed: u64::from(number),
                repeat: 1,
                created,
                owner: String::new(),
            };
            store.create_run(run).await.expect("a run can be stored");
            let outcome = Outcome {
                verdict: Verdict::Held,
                reason: "A copy, to measure with.".to_owned(),
                left_behind: Vec::new(),
            };
            let recovery = Some(Micros(5_000_000 + i64::from(number % 977) * 7_000));
            let figures = Figures {
                recovery,
                ..Figures::default()
            };
            store
                .finish_run(id, &outcome, figures, created)
                .await
                .expect("and ended");
        }
        store.close().await;
    });
}
