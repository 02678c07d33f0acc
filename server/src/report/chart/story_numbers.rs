//! The numbers behind the story: tasks by state, probes by bin.
//!
//! Guarantee: whatever is drawn is here in figures.

use super::answers::micros;
use super::bins::Bin;
use super::figure::Numbers;
use super::lanes::{Lanes, Row, Stretch};
use app::model::record::ProbeSeries;
use app::model::time::{Micros, latency, offset};

/// The tables.
pub fn numbers(lanes: &Lanes, probes: &[(&ProbeSeries, Vec<Bin>)]) -> Vec<Numbers> {
    let tasks = Numbers {
        caption: "Tasks".to_owned(),
        columns: vec!["Place", "Task", "State", "From", "To"],
        words: 3,
        rows: lanes.rows.iter().flat_map(task_rows).collect(),
    };
    let probes = probes.iter().map(|(series, bins)| Numbers {
        caption: format!("Probe {}", series.name),
        columns: vec![
            "From",
            "To",
            "Sent",
            "Answered",
            "Median answer",
            "Longest answer",
            "Not answered",
        ],
        words: 0,
        rows: bins.iter().map(bin_row).collect(),
    });
    std::iter::once(tasks).chain(probes).collect()
}

fn task_rows(row: &Row) -> Vec<Vec<String>> {
    let place = if row.name.is_empty() {
        &row.sub
    } else {
        &row.name
    };
    let cells = |s: &Stretch| {
        let (from, to) = s.ends();
        vec![
            place.clone(),
            s.task.clone(),
            s.doing.word().to_owned(),
            from,
            if s.doing.is_over() { String::new() } else { to },
        ]
    };
    row.stretches.iter().map(cells).collect()
}

fn bin_row(bin: &Bin) -> Vec<String> {
    let at = |seconds: f64| offset(micros(seconds), Micros(0));
    let shown = |value: Option<Micros>| value.map_or_else(String::new, latency);
    vec![
        at(bin.from),
        at(bin.to),
        bin.sent.to_string(),
        bin.ok.to_string(),
        shown(bin.median),
        shown(bin.longest),
        bin.failures(),
    ]
}
