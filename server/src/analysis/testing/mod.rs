//! Records for tests, built by hand from what was really measured: the founding kill of the field
//! guide, a kill that three replicas hide, and a crash loop that Swarm gives up on.
//!
//! Guarantee: `tests/fixtures/records/*.json` hold exactly these, so that other rooms can test
//! with them too (`cargo test -p server write_the_fixtures -- --ignored` writes them afresh).

mod builder;
mod facts;
mod records;

pub use builder::{FOUNDING, Life, later, ordinary, zero};
pub use records::{
    canary, founding_answers, founding_kill, never_recovered, three, three_replicas,
};

use app::model::record::Record;

fn fixtures() -> [(&'static str, Record); 3] {
    [
        ("founding_kill", founding_kill()),
        ("three_replicas", three_replicas()),
        ("never_recovered", never_recovered()),
    ]
}

fn path(name: &str) -> String {
    format!(
        "{}/../tests/fixtures/records/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
#[ignore = "writes the fixtures"]
fn write_the_fixtures() {
    for (name, record) in fixtures() {
        let text = serde_json::to_string(&record).expect("JSON");
        let lines = text.replace("},{", "},\n{");
        std::fs::write(path(name), lines + "\n").expect("written");
    }
}

#[test]
fn the_fixtures_are_these_records() {
    for (name, record) in fixtures() {
        let text = std::fs::read_to_string(path(name)).expect("a fixture");
        let stored: Record = serde_json::from_str(&text).expect("a record");
        assert!(stored == record, "{name} is not what the builder makes");
    }
}
