//! The form shows what stands in the text, and what holds where nothing stands.

use super::SHORT;
use crate::document::{example, form, title_and_service};
use app::api::views::{GuardForm, ProbeForm};

#[test]
fn the_example_as_a_form() {
    let form = form(example()).unwrap();
    assert_eq!(form.title, "Canary survives a container kill");
    assert_eq!(form.service, "neotix_neotix-api-canary");
    assert_eq!(
        (form.tasks_by.as_str(), form.tasks_number.as_str()),
        ("count", "1")
    );
    assert_eq!(form.pick, "random");
    let api = ProbeForm {
        name: "api".to_owned(),
        kind: "http".to_owned(),
        address: "http://127.0.0.1:8089/".to_owned(),
        every: "100ms".to_owned(),
        timeout: "1s".to_owned(),
        expect_status: "200".to_owned(),
    };
    assert_eq!(form.probes, [api]);
    assert_eq!(
        (form.recovers_within.as_str(), form.availability.as_str()),
        ("15s", "80%")
    );
    let fault = &form.faults[0];
    assert_eq!(fault.summary, "container-kill SIGKILL");
    assert_eq!(fault.undo, "no undo needed");
    let (name, value, choices) = &fault.parameters[0];
    assert_eq!((name.as_str(), value.as_str()), ("signal", "SIGKILL"));
    assert!(choices.contains(&"SIGTERM".to_owned()));
    let guard = GuardForm {
        availability_below: "5%".to_owned(),
        lasting: "60s".to_owned(),
    };
    assert_eq!(form.guards, [guard]);
    assert_eq!((form.plan.baseline, form.plan.observe), (10.0, 60.0));
    assert_eq!(form.plan.total, "about 70 seconds in all");
}

#[test]
fn defaults_show_where_nothing_is_written() {
    let short = format!(
        "{SHORT}hypothesis: {{ probes: [ {{ name: db, tcp: {{ address: 'db:5432' }} }} ] }}\n"
    );
    let form = form(&short).unwrap();
    assert_eq!(
        (form.tasks_by.as_str(), form.tasks_number.as_str()),
        ("count", "1")
    );
    assert_eq!(form.pick, "random");
    assert_eq!(
        (form.baseline.as_str(), form.observe.as_str()),
        ("10s", "1m")
    );
    assert_eq!(form.repeat, "1");
    let db = &form.probes[0];
    assert_eq!((db.kind.as_str(), db.address.as_str()), ("tcp", "db:5432"));
    assert_eq!((db.every.as_str(), db.timeout.as_str()), ("100ms", "1s"));
    assert_eq!(db.expect_status, "");
    assert_eq!(form.faults[0].parameters[0].1, "SIGKILL");
    assert_eq!(form.recovers_within, "");
}

#[test]
fn values_that_are_wrong_show_as_typed() {
    let text = "title: [\ttwo, words]\ntarget: {service: 5, tasks: {percent: lots, pick: any}}
hypothesis: {recovers_within: 15 sek, probes: [{http: {every: '9'}}, 7]}
method: [{fault: asteroid, size: big}, {fault: service-label, label: a, value: 'on'}]
timing: {observe: -1s, baseline: 30s}\nrepeat: 3\n";
    let form = form(text).unwrap();
    assert_eq!((form.title.as_str(), form.service.as_str()), ("", "5"));
    assert_eq!(
        (form.tasks_by.as_str(), form.tasks_number.as_str()),
        ("percent", "lots")
    );
    assert_eq!(
        (form.pick.as_str(), form.recovers_within.as_str()),
        ("any", "15 sek")
    );
    assert_eq!(form.probes.len(), 2);
    assert_eq!(form.probes[0].every, "9");
    assert_eq!(form.faults[0].summary, "asteroid");
    assert_eq!(form.faults[1].summary, "service-label a=on");
    assert_eq!(form.faults[1].undo, "the label is put back as it was");
    assert_eq!(form.observe, "-1s");
    assert_eq!(form.plan.total, "about 5 minutes in all");
}

#[test]
fn no_form_for_what_is_no_document() {
    for text in ["", "words", "- a", "a: [", "a: 1\n---\nb: 2\n"] {
        assert_eq!(form(text), None, "{text:?}");
    }
    assert!(form("{}").is_some());
}

#[test]
fn title_and_service_for_lists() {
    let pair = |title: &str, service: &str| (title.to_owned(), service.to_owned());
    assert_eq!(title_and_service(SHORT), pair("Web survives a kill", "web"));
    assert_eq!(
        title_and_service("title: 'a' # b\n\ttarget:\n  service: x\n"),
        pair("a", "x")
    );
    assert_eq!(title_and_service("- ["), pair("", ""));
}
