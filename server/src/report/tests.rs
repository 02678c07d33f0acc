//! What every format of a report says alike.

use super::{html, json, junit, markdown};
use crate::analysis::{Analysis, analyse};
use app::model::record::Record;

fn fixture(name: &str) -> (Record, Analysis) {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../tests/fixtures/records/{name}.json");
    let text = std::fs::read_to_string(path).expect("a fixture");
    let record = serde_json::from_str(&text).expect("a record");
    let analysis = analyse(&record);
    (record, analysis)
}

/// Every format that people read.
fn formats((record, analysis): &(Record, Analysis)) -> [String; 3] {
    [
        markdown::write(record, analysis),
        html::document(record, analysis, html::Open::All),
        junit::write(record, analysis),
    ]
}

/// Lengths of a second and more with more or less than one decimal, minutes apart.
fn odd_lengths(text: &str) -> Vec<&str> {
    let words = text.split(" s").map(|before| {
        let number = |c: char| c.is_ascii_digit() || c == '.';
        before.rsplit(|c| !number(c)).next().unwrap_or_default()
    });
    let odd = |word: &&str| match word.split_once('.') {
        Some((whole, decimals)) => whole.parse::<u32>().is_ok_and(|n| n > 0) && decimals.len() != 1,
        None => false,
    };
    words.filter(odd).collect()
}

#[test]
fn a_length_is_written_in_one_way_in_all_formats() {
    for name in ["founding_kill", "three_replicas", "never_recovered"] {
        for text in formats(&fixture(name)) {
            assert_eq!(odd_lengths(&text), [""; 0], "{name}: {text}");
        }
    }
    let [markdown, html, junit] = formats(&fixture("founding_kill"));
    assert!(junit.contains("10.7 s"), "{junit}");
    for text in [markdown, html] {
        for moment in [
            "after 10.7 s",
            "+10.7 s",
            "10.7 s (±0.05 s)",
            "+0.50 ",
            "4.8 s",
            "6.3 s",
        ] {
            assert!(text.contains(moment), "{moment} is missing in {text}");
        }
        assert!(!text.contains("+0.5 s"), "the same moment in another way");
    }
}

#[test]
fn the_date_is_the_launch_in_every_format() {
    let run = fixture("founding_kill");
    let [markdown, html, junit] = formats(&run);
    for text in [markdown, html] {
        assert_eq!(
            text.matches("23 Nov 2026, 12:21:25 UTC").count(),
            2,
            "{text}"
        );
        assert_eq!(
            text.matches("23 Nov 2026, 12:21:35 UTC").count(),
            1,
            "{text}"
        );
        assert!(text.contains("Fault sent"));
    }
    assert!(
        junit.contains("timestamp=\"2026-11-23T12:21:25\""),
        "{junit}"
    );
    let json = json::value(&run.0, &run.1);
    assert_eq!(json["created"], "2026-11-23T12:21:25Z");
    assert_eq!(json["zero"], "2026-11-23T12:21:35.24Z");
}

/// Every value whose name says milliseconds, in `resolutions_ms` each of its own.
fn milliseconds(value: &serde_json::Value, found: &mut Vec<(String, serde_json::Value)>) {
    match value {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                if name.ends_with("_ms") && !value.is_object() {
                    found.push((name.clone(), value.clone()));
                }
                milliseconds(value, found);
            }
            if let Some(serde_json::Value::Object(each)) = map.get("resolutions_ms") {
                found.extend(each.clone());
            }
        }
        serde_json::Value::Array(all) => all.iter().for_each(|v| milliseconds(v, found)),
        _ => {}
    }
}

#[test]
fn milliseconds_are_numbers() {
    for name in ["founding_kill", "three_replicas", "never_recovered"] {
        let (record, analysis) = fixture(name);
        let mut found = Vec::new();
        milliseconds(&json::value(&record, &analysis), &mut found);
        assert!(found.len() > 20, "{found:?}");
        for (name, value) in found {
            assert!(value.is_number() || value.is_null(), "{name}: {value}");
        }
    }
}

#[test]
fn a_recommendation_names_its_findings_by_their_anchors() {
    let [markdown, html, _] = formats(&fixture("founding_kill"));
    assert!(markdown.contains("(RP-04, follows from `restart-delay`, `ready-to-running`)"));
    assert!(markdown.contains("| `restart-delay` | weakness |"));
    assert!(html.contains(">restart-delay</a>") && html.contains("href=\"#restart-delay\""));
    for text in [markdown, html] {
        assert_eq!(text.matches("4.8 of 10.7 s").count(), 1, "{text}");
    }
}
