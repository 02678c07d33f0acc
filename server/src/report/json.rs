//! The report for machines.
//!
//! Guarantee: every time is in milliseconds from the moment the first fault was sent, and null
//! where nothing was seen; fields are added, never renamed.

use crate::analysis::{Analysis, Finding, Hit, Moment, Outage, ProbeStats, Recovery, Window};
use crate::report::left::left_behind;
use crate::report::moments::{Zero, iso};
use crate::report::observations::source;
use crate::report::rows::Rows;
use app::model::record::{ProbeOutcome, Record};
use app::model::time::{At, Micros};
use app::model::timeline::Event;
use app::model::undo::UndoEntry;
use serde_json::{Map, Value, json};

/// The whole report.
pub fn value(record: &Record, analysis: &Analysis) -> Value {
    let run = &record.run;
    let zero = Zero::of(record, analysis).at;
    let rows = Rows::of(record);
    json!({
        "run_id": run.id,
        "experiment": {
            "title": run.experiment.title,
            "description": run.experiment.description,
            "design_id": run.design,
            "version": run.version,
            "document": run.experiment,
        },
        "seed": run.seed,
        "repeat": run.repeat,
        "created": iso(run.created),
        "ended": run.ended.map(iso),
        "zero": analysis.zero.map(iso),
        "verdict": analysis.verdict.word(),
        "reason": analysis.reason,
        "summary": analysis.lead,
        "target": target(record, analysis),
        "claims": analysis.checks,
        "recovery": recovery(analysis),
        "parts": analysis.split.iter().map(part).collect::<Vec<_>>(),
        "probes": analysis.probes.iter().map(probe).collect::<Vec<_>>(),
        "timeline": timeline(&rows, zero),
        "findings": analysis.findings.iter().map(|f| finding(f, &rows)).collect::<Vec<_>>(),
        "compared": analysis.compared,
        "recommendations": analysis.recommendations,
        "not_shown": analysis.not_shown,
        "undo": record.undo.iter().map(undo).collect::<Vec<_>>(),
        "left_behind": left_behind(record).into_iter().map(|left| json!({
            "text": left.text,
            "command": left.command,
        })).collect::<Vec<_>>(),
        "quality": {
            "task_poll_ms": ms(record.quality.task_poll),
            "clock_offset_ms": ms(record.quality.clock_offset),
            "clock_resolution_ms": ms(record.quality.clock_resolution),
        },
        "rules": analysis.rules,
    })
}

/// Milliseconds, to the microsecond; a whole number where it is one.
fn ms(span: Micros) -> Value {
    if span.0 % 1_000 == 0 {
        json!(span.0 / 1_000)
    } else {
        json!(span.as_millis_f64())
    }
}

fn maybe_ms(span: Option<Micros>) -> Value {
    span.map_or(Value::Null, ms)
}

fn target(record: &Record, analysis: &Analysis) -> Value {
    let before = record.before.as_ref();
    json!({
        "service": record.run.experiment.target.service,
        "service_id": before.map(|b| &b.service.id),
        "image": before.map(|b| &b.service.image),
        "tasks_running": before.map(|b| b.running().count()),
        "tasks_wanted": before.map(|b| b.desired),
        "hits": analysis.hits.iter().map(hit).collect::<Vec<_>>(),
    })
}

fn hit(hit: &Hit) -> Value {
    json!({
        "slot": hit.slot,
        "task": hit.task,
        "container": hit.container,
        "node": hit.node,
        "why": hit.why,
        "sent_ms": maybe_ms(hit.sent),
        "proof": hit.proof,
        "recovered_ms": maybe_ms(hit.recovered.as_ref().map(|m| m.after.span)),
        "replacement": hit.replacement,
        "error": hit.error,
    })
}

/// The moments by name, in the order in which they happen.
fn moments(recovery: &Recovery) -> [(&'static str, &Option<Moment>); 13] {
    [
        ("dead", &recovery.dead),
        ("old_failed", &recovery.old_failed),
        ("new_task", &recovery.new_task),
        ("assigned", &recovery.assigned),
        ("preparing", &recovery.preparing),
        ("created", &recovery.created),
        ("ready", &recovery.ready),
        ("starting", &recovery.starting),
        ("started", &recovery.started),
        ("healthy", &recovery.healthy),
        ("running", &recovery.running),
        ("first_success", &recovery.first_success),
        ("full_strength", &recovery.full_strength),
    ]
}

/// `resolution_ms` is the coarsest of those seen; `resolutions_ms` has each.
fn recovery(analysis: &Analysis) -> Value {
    let mut out = Map::new();
    let mut resolutions = Map::new();
    let mut coarsest = None;
    for (name, moment) in moments(&analysis.recovery) {
        let span = moment.as_ref().map(|m| m.after.span);
        out.insert(format!("{name}_ms"), maybe_ms(span));
        if let Some(moment) = moment {
            let resolution = moment.after.resolution;
            coarsest = coarsest.max(Some(resolution));
            resolutions.insert(name.to_owned(), ms(resolution));
        }
    }
    out.insert(
        "not_within_ms".to_owned(),
        maybe_ms(analysis.recovery.not_within),
    );
    out.insert("resolution_ms".to_owned(), maybe_ms(coarsest));
    out.insert("resolutions_ms".to_owned(), Value::Object(resolutions));
    Value::Object(out)
}

fn part(part: &crate::analysis::Part) -> Value {
    json!({
        "id": part.id,
        "name": part.name,
        "from_ms": ms(part.from),
        "to_ms": ms(part.to),
        "resolution_ms": ms(part.resolution),
        "source": part.source,
    })
}

/// The figures after the fault at the top, those before it under `before`.
fn probe(probe: &ProbeStats) -> Value {
    let mut out = window(&probe.after);
    out.insert("name".to_owned(), json!(probe.name));
    out.insert("every_ms".to_owned(), ms(probe.every));
    out.insert("lag_p99_ms".to_owned(), ms(probe.lag_p99));
    out.insert("before".to_owned(), Value::Object(window(&probe.before)));
    let outages = probe.outages.iter().map(outage).collect::<Vec<_>>();
    out.insert("outages".to_owned(), json!(outages));
    Value::Object(out)
}

fn window(window: &Window) -> Map<String, Value> {
    let outcomes = window
        .outcomes
        .iter()
        .map(|(outcome, n)| (key(*outcome), json!(n)));
    let pairs = [
        ("sent", json!(window.sent)),
        ("ok", json!(window.ok)),
        ("outcomes", Value::Object(outcomes.collect())),
        ("p50_ms", maybe_ms(window.p50)),
        ("p99_ms", maybe_ms(window.p99)),
        ("max_ms", maybe_ms(window.max)),
    ];
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// The outcome's word as a key: "wrong-status".
fn key(outcome: ProbeOutcome) -> String {
    outcome.word().to_lowercase().replace(' ', "-")
}

fn outage(outage: &Outage) -> Value {
    json!({
        "from_ms": ms(outage.from),
        "to_ms": maybe_ms(outage.to),
        "length_ms": ms(outage.length.span),
        "resolution_ms": ms(outage.length.resolution),
        "failed": outage.failed,
    })
}

/// In order of time. A row tells several events where the tasks stood like that at the beginning.
fn timeline(rows: &Rows, zero: At) -> Vec<Value> {
    rows.iter()
        .flat_map(|row| row.events().map(|e| event(e, row.number, zero)))
        .collect()
}

/// Its evidence names rows of the timeline, as the other forms of the report do.
fn finding(finding: &Finding, rows: &Rows) -> Value {
    let mut value = json!(finding);
    let told = rows.telling(&finding.evidence.events);
    value["evidence"]["events"] = told.keys().copied().collect();
    value
}

/// `row` is the number by which evidence refers to it.
fn event(event: &Event, row: usize, zero: At) -> Value {
    json!({
        "row": row,
        "at": iso(event.at),
        "after_ms": ms(event.at - zero),
        "resolution_ms": ms(event.resolution),
        "source": source(&event.source, Micros(0)),
        "text": event.what.text(),
        "what": event.what,
    })
}

fn undo(entry: &UndoEntry) -> Value {
    json!({
        "id": entry.id,
        "fault": entry.fault,
        "text": entry.told(),
        "intent": entry.undo.intent(),
        "state": entry.state,
        "settled": entry.state.is_settled(),
        "by_hand": entry.undo.by_hand(),
        "changed": iso(entry.changed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_promised_fields_are_there() {
        let (record, analysis) = sample::kill();
        let value = value(&record, &analysis);
        assert_eq!(value["run_id"], record.run.id.to_string());
        assert_eq!(value["verdict"], "held");
        assert_eq!(
            value["experiment"]["title"],
            "Canary survives a container kill"
        );
        assert!(value["experiment"]["description"].is_string());
        assert_eq!(value["target"]["service"], "neotix_neotix-api-canary");
        let recovery = &value["recovery"];
        assert_eq!(recovery["dead_ms"], 62);
        assert_eq!(recovery["new_task_ms"], 250);
        assert_eq!(recovery["first_success_ms"], 6_410);
        assert_eq!(recovery["running_ms"], 10_740);
        assert_eq!(recovery["full_strength_ms"], 10_740);
        assert_eq!(recovery["resolution_ms"], 100);
        assert_eq!(recovery["resolutions_ms"]["dead"], 1);
        assert!(recovery["assigned_ms"].is_null());
        let probe = &value["probes"][0];
        assert_eq!((&probe["sent"], &probe["ok"]), (&json!(251), &json!(196)));
        assert_eq!(probe["outcomes"]["refused"], 54);
        assert_eq!(probe["p50_ms"], 1.6);
        assert_eq!(probe["outages"][0]["length_ms"], 6_310);
        assert_eq!(value["findings"][0]["id"], "one-replica");
        assert!(value["findings"][0]["evidence"]["probes"][0] == "api");
        let rows = value["timeline"].as_array().into_iter().flatten();
        let rows: Vec<_> = rows.filter_map(|event| event["row"].as_u64()).collect();
        assert!(rows.is_sorted() && rows.first() == Some(&1), "{rows:?}");
        assert_eq!(
            value["timeline"].as_array().map(Vec::len),
            Some(record.events.len())
        );
        assert_eq!(value["undo"][0]["settled"], true);
        assert_eq!(
            value["recommendations"][0]["change"][1],
            json!({"is": "out", "text": "  replicas: 1"})
        );
    }

    #[test]
    fn an_undo_is_told_as_it_went() {
        let (record, analysis) = sample::not_restored();
        let value = value(&record, &analysis);
        let undo = &value["undo"][0];
        assert_eq!(
            undo["intent"],
            "remove label hivequake-test of neotix_neotix-api-canary"
        );
        let text = undo["text"].as_str().unwrap_or_default();
        assert!(text.contains("was NOT removed"), "{text}");
        assert_eq!(value["left_behind"][0]["text"], undo["text"]);
    }

    #[test]
    fn what_was_not_seen_is_null() {
        let (record, analysis) = sample::refused();
        let value = value(&record, &analysis);
        assert!(value["zero"].is_null());
        assert!(value["recovery"]["dead_ms"].is_null());
        assert!(value["recovery"]["resolution_ms"].is_null());
        assert_eq!(value["verdict"], "refused");
    }
}
