//! What is told of a run, word for word where a word too many would be wrong.

use super::super::testing::{
    FOUNDING, Life, canary, founding_answers, founding_kill, later, three, three_replicas,
};
use super::super::{Analysis, Bearing, Line, Recommendation, analyse};
use super::{add, analyse_with, at, detail, finding_ids, rule_ids};
use app::model::experiment::{Fault, Signal};
use app::model::facts::HealthCheck;
use app::model::record::{ProbeOutcome, Record};
use app::model::run::Verdict;
use app::model::time::Micros;
use app::model::timeline::What;

fn rule<'a>(analysis: &'a Analysis, id: &str) -> &'a Recommendation {
    let found = analysis.recommendations.iter().find(|r| r.id == id);
    found.unwrap_or_else(|| panic!("no {id} among {:?}", rule_ids(analysis)))
}

/// The lines that change.
fn changed(recommendation: &Recommendation) -> Vec<String> {
    let lines = recommendation.change.iter().filter_map(|line| match line {
        Line::Same(_) => None,
        Line::Out(text) => Some(format!("-{}", text.trim())),
        Line::In(text) => Some(format!("+{}", text.trim())),
    });
    lines.collect()
}

/// Every probe from one moment to another fails of which `fails` says so by its number.
fn failing(record: &mut Record, from: i64, to: i64, fails: impl Fn(usize) -> bool) {
    let samples = record.probes[0].samples.iter_mut();
    let hit = samples.filter(|s| (at(from)..at(to)).contains(&s.intended));
    for (_, sample) in hit.enumerate().filter(|(i, _)| fails(*i)) {
        sample.outcome = ProbeOutcome::Refused;
    }
}

/// As in the founding kill, but a second probe is answered throughout.
fn with_another_probe(mut record: Record) -> Record {
    let mut other = record.probes[0].clone();
    other.name = "web".to_owned();
    for sample in &mut other.samples {
        (sample.outcome, sample.latency) = (ProbeOutcome::Ok, Micros(2_000));
    }
    record.probes.push(other);
    record
}

fn aborted(mut record: Record, ms: i64) -> Analysis {
    let text = "stopped by ada".to_owned();
    add(&mut record, ms, What::Aborted { text });
    analyse(&record)
}

#[test]
fn one_replica_of_three_that_refuses_is_no_service_gone() {
    let mut record = three_replicas();
    failing(&mut record, 90, 40_000, |i| i % 3 == 0);
    let analysis = analyse(&record);
    let lead = analysis.lead.join(" ");
    assert!(
        lead.contains("; 33 % of the answers were lost from the fault to the end."),
        "{lead}"
    );
    assert!(!lead.contains("without service"), "{lead}");
    let said = detail(&analysis, "never-recovered");
    assert!(
        said.contains("33 % of the answers to probe api lost since the fault"),
        "{said}"
    );
    let lost = detail(&analysis, "answers-lost");
    assert!(lost.contains("not over at the end"), "{lost}");
}

#[test]
fn where_one_probe_is_answered_the_other_is_named() {
    let analysis = analyse(&with_another_probe(founding_kill()));
    assert!(
        analysis.lead[1].contains("did not answer probe api for 6.3 s after"),
        "{:?}",
        analysis.lead
    );
    let mut record = founding_kill();
    failing(&mut record, 90, 40_000, |_| true);
    let lead = analyse(&with_another_probe(record)).lead.join(" ");
    assert!(
        lead.contains("did not answer probe api all the while"),
        "{lead}"
    );
}

fn ignoring(signal: Signal, observed: i64) -> Record {
    let (mut b, old, _) = canary();
    b.kill(0, 62, &old);
    b.closing(observed);
    b.probe("api", 100, observed - 10, |ms| founding_answers(-ms.abs()));
    let mut record = b.record;
    record.run.experiment.method = vec![Fault::ContainerKill { signal }];
    record.events.retain(|e| {
        !matches!(
            e.what,
            What::ContainerDied { .. } | What::FaultProven { .. }
        )
    });
    for event in &mut record.events {
        if let What::ContainerKilled { signal: number, .. } = &mut event.what {
            *number = signal.number();
        }
    }
    record
}

#[test]
fn a_signal_is_ignored_only_after_the_grace_period() {
    let early = analyse(&ignoring(Signal::SigTerm, 6_000));
    assert!(!finding_ids(&early).contains(&"signal-ignored"));
    let late = analyse(&ignoring(Signal::SigTerm, 25_100));
    let said = detail(&late, "signal-ignored");
    assert!(
        said.starts_with("The application had not ended 25 s after SIGTERM"),
        "{said}"
    );
    assert!(rule_ids(&late).contains(&"ST-01"));
    let patient = analyse_with(ignoring(Signal::SigTerm, 25_100), |s| {
        s.stop_grace = Some(60_000_000_000);
    });
    assert!(!finding_ids(&patient).contains(&"signal-ignored"));
    let keyboard = analyse(&ignoring(Signal::SigInt, 25_100));
    assert!(finding_ids(&keyboard).contains(&"signal-ignored"));
    assert!(
        !rule_ids(&keyboard).contains(&"ST-01"),
        "updates send SIGTERM"
    );
}

#[test]
fn a_run_that_was_cut_off_has_no_strengths_of_its_probes() {
    let analysis = aborted(three_replicas(), 2_000);
    assert_eq!(analysis.verdict, Verdict::Aborted);
    assert!(!finding_ids(&analysis).contains(&"no-outage"));
    let whole = detail(&analyse(&three_replicas()), "no-outage");
    assert!(whole.contains("while 1 of 3 replicas was being replaced"));
}

#[test]
fn what_was_watched_for_two_seconds_says_so() {
    let analysis = aborted(founding_kill(), 2_000);
    let found = analysis.findings.iter().find(|f| f.id == "never-recovered");
    let found = found.expect("it had not recovered");
    assert_eq!(
        found.statement,
        "Only 2 s were watched, and it had not recovered by then"
    );
    assert_eq!(found.bearing, Bearing::Neutral);
    assert!(!finding_ids(&analysis).contains(&"availability-missed"));
    assert!(!rule_ids(&analysis).contains(&"AL-02"));
}

#[test]
fn replicas_that_were_not_replaced_were_down() {
    let (mut b, lives) = three();
    b.kill(0, 62, &lives[0]);
    b.kill(300, 362, &lives[1]);
    b.strength(400, 1, 3);
    b.closing(30_050);
    b.probe("api", 100, 29_990, super::super::testing::ordinary);
    let said = detail(&analyse(&b.record), "no-outage");
    assert!(said.contains("while 2 of 3 replicas were down"), "{said}");
}

#[test]
fn several_outages_are_counted() {
    let mut record = three_replicas();
    failing(&mut record, 1_000, 1_400, |_| true);
    failing(&mut record, 5_000, 6_000, |_| true);
    let said = detail(&analyse(&record), "answers-lost");
    assert!(said.contains("in 2 outages, the longest 1.0 s."), "{said}");
}

#[test]
fn a_slot_whose_attempts_are_used_up() {
    let (mut b, old, _) = canary();
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    b.closing(25_100);
    b.probe("api", 100, 25_090, |ms| {
        if ms > 0 {
            (300, ProbeOutcome::Refused)
        } else {
            founding_answers(ms)
        }
    });
    let limited = |condition: &'static str| {
        analyse_with(b.record.clone(), |s| {
            s.restart_condition = Some(condition.to_owned());
            s.restart_max_attempts = Some(1);
        })
    };
    let analysis = limited("on-failure");
    let said = detail(&analysis, "not-replaced");
    assert!(
        said.contains("max_attempts is 1; earlier restarts of this slot count"),
        "{said}"
    );
    assert!(rule(&analysis, "RP-02").findings.contains(&"not-replaced"));
    assert!(!rule_ids(&analysis).contains(&"RP-01"));
    let never = limited("none");
    assert!(rule_ids(&never).contains(&"RP-01"));
    assert!(!rule_ids(&never).contains(&"RP-02"));
}

#[test]
fn what_failed_before_is_in_the_lead() {
    let mut record = founding_kill();
    failing(&mut record, -10_010, 0, |i| i % 4 == 0);
    let lead = analyse(&record).lead;
    let said = lead
        .iter()
        .any(|s| s.ends_with("% of the probes failed already before the fault."));
    assert!(said, "{lead:?}");
    let calm = analyse(&founding_kill()).lead.join(" ");
    assert!(!calm.contains("already before"), "{calm}");
}

#[test]
fn of_many_deaths_five_are_named() {
    let (mut b, old, _) = canary();
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    let mut before = old;
    for i in 0..8 {
        let name = format!("{i}abcdefg");
        let new = Life::new(1, "node", &name, &name);
        let times = later(FOUNDING, i * 2_000);
        b.replaced_until_started(&before, 1, &new, times);
        b.died(times.started + 100, &new, 1);
        before = new;
    }
    b.closing(25_100);
    b.probe("api", 100, 25_090, founding_answers);
    let said = detail(&analyse(&b.record), "crash-loop");
    assert!(said.ends_with("and 3 more."), "{said}");
    assert_eq!(said.matches("exit code").count(), 5, "{said}");
}

#[test]
fn fields_are_those_that_change() {
    let slow = analyse_with(three_replicas(), |s| {
        s.health.get_or_insert_default().start_interval = Some(10_000_000_000);
    });
    let advice = rule(&slow, "HC-02");
    assert_eq!(advice.field, "healthcheck.start_interval");
    let lines = changed(advice);
    assert!(
        lines.ends_with(&[
            "-start_interval: 10s".to_owned(),
            "+start_interval: 1s".to_owned()
        ]),
        "{lines:?}"
    );
    let every = |interval, timeout| {
        let analysis = analyse_with(three_replicas(), |s| {
            s.health = Some(HealthCheck {
                test: vec!["CMD".to_owned(), "/check".to_owned()],
                interval: Some(interval),
                timeout: Some(timeout),
                start_interval: Some(1_000_000_000),
                start_period: Some(5_000_000_000),
                ..HealthCheck::default()
            });
        });
        rule(&analysis, "HC-04").clone()
    };
    assert_eq!(
        every(2_000_000_000, 9_000_000_000).field,
        "healthcheck.timeout"
    );
    assert_eq!(
        every(30_000_000_000, 1_000_000_000).field,
        "healthcheck.interval"
    );
    assert_eq!(every(30_000_000_000, 30_000_000_000).field, "healthcheck");
    let logs = analyse_with(founding_kill(), |s| {
        s.log_driver = Some("json-file".to_owned());
        s.log_options.insert("max-file".to_owned(), "3".to_owned());
    });
    assert_eq!(changed(rule(&logs, "LG-01")), ["+max-size: \"10m\""]);
}

#[test]
fn the_entrypoint_is_the_first_process() {
    let starting = |entrypoint: Option<&str>, cmd: &str| {
        let mut record = founding_kill();
        if let Some(before) = &mut record.before {
            let config = &mut before.containers[0].config;
            config.insert("Config.Cmd".to_owned(), cmd.to_owned());
            let entry = entrypoint.map(|e| ("Config.Entrypoint".to_owned(), e.to_owned()));
            config.extend(entry);
        }
        analyse(&record)
    };
    let shell = starting(None, r#"["sh","-c","/sample"]"#);
    assert_eq!(rule(&shell, "ST-02").findings, ["shell-first"]);
    let own = starting(Some(r#"["/tini","--"]"#), r#"["sh","-c","/sample"]"#);
    assert!(!rule_ids(&own).contains(&"ST-02"));
    let named = starting(None, r#"["/sample","sh"]"#);
    assert!(!rule_ids(&named).contains(&"ST-02"));
}

#[test]
fn crowded_replicas_are_a_finding() {
    let mut record = three_replicas();
    if let Some(before) = &mut record.before {
        for task in &mut before.tasks {
            task.task.node = "node1".to_owned();
        }
    }
    let analysis = aborted(record, 2_000);
    assert_eq!(rule(&analysis, "PL-02").findings, ["crowded-node"]);
    let said = detail(&analysis, "crowded-node");
    assert!(said.ends_with("Node vm1 has 3 of 3."), "{said}");
}

#[test]
fn a_fault_that_a_dead_lab_may_have_sent_is_not_told_as_never_sent() {
    let (mut b, ..) = canary();
    b.closing(1_000);
    let calm = aborted(b.record.clone(), 900).lead.join(" ");
    assert!(calm.contains("No fault was sent"), "{calm}");
    let text = "whether it was sent is not known: the lab ended at that moment".to_owned();
    add(&mut b.record, 800, What::FaultNotProven { fault: 0, text });
    let lead = aborted(b.record, 900).lead.join(" ");
    assert!(
        lead.contains("Of the fault, whether it was sent is not known"),
        "{lead}"
    );
    assert!(!lead.contains("No fault was sent"), "{lead}");
}
