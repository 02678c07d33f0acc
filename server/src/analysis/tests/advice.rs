//! What is recommended: the right thing, for this engine and this definition, and nothing that is
//! there already.

use super::super::testing::{
    FOUNDING, canary, founding_answers, founding_kill, never_recovered, three_replicas,
};
use super::super::{Analysis, Line, Recommendation, Severity, analyse};
use super::{add, analyse_with, at, detail, finding_ids, rule_ids};
use app::model::experiment::{Fault, Signal};
use app::model::facts::{HealthCheck, ServiceFacts, UpdatePolicy};
use app::model::record::{ProbeOutcome, Record};
use app::model::run::Verdict;
use app::model::time::Micros;
use app::model::timeline::What;
use std::collections::BTreeSet;

fn rule<'a>(analysis: &'a Analysis, id: &str) -> &'a Recommendation {
    let found = analysis.recommendations.iter().find(|r| r.id == id);
    found.unwrap_or_else(|| panic!("no {id} among {:?}", rule_ids(analysis)))
}

fn diff(recommendation: &Recommendation) -> String {
    let lines = recommendation.change.iter().map(|line| match line {
        Line::Same(text) => format!(" {text}"),
        Line::Out(text) => format!("-{text}"),
        Line::In(text) => format!("+{text}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_founding_kills_recommendations_in_order() {
    let analysis = analyse(&founding_kill());
    assert_eq!(
        rule_ids(&analysis),
        [
            "PL-01", "HC-02", "RP-04", "EX-01", "RS-03", "RS-06", "UP-02"
        ]
    );
    let first = &analysis.recommendations[0];
    assert_eq!(first.severity, Severity::Critical);
    assert_eq!(
        first.because,
        "While the only replica is replaced, nothing serves."
    );
    assert_eq!(first.findings, ["single-replica"]);
    assert_eq!(diff(first), " deploy:\n-  replicas: 1\n+  replicas: 2");
    assert!(
        first
            .caution
            .contains("Port 8089 is published in host mode")
    );
    assert!(first.caution.contains("there is 1"));
}

#[test]
fn the_restart_delay_matters_less_with_more_replicas() {
    let analysis = analyse(&founding_kill());
    let delay = rule(&analysis, "RP-04");
    assert_eq!(delay.severity, Severity::Low);
    assert_eq!(delay.findings, ["restart-delay", "ready-to-running"]);
    assert!(delay.because.contains("Less pressing with two replicas"));
    assert!(
        !diff(delay).contains("-    delay"),
        "the default is written nowhere"
    );

    let said = analyse_with(founding_kill(), |s| s.restart_delay = Some(5_000_000_000));
    assert!(diff(rule(&said, "RP-04")).contains("-    delay: 5s\n+    delay: 1s"));
}

#[test]
fn a_short_delay_or_a_crash_loop_needs_no_shorter_one() {
    assert!(!rule_ids(&analyse(&never_recovered())).contains(&"RP-04"));
    let short = analyse_with(founding_kill(), |s| s.restart_delay = Some(1_000_000_000));
    assert!(!rule_ids(&short).contains(&"RP-04"));
    assert_eq!(short.split[4].name, "wait", "4.8 s are no delay of 1 s");
}

#[test]
fn health_checks_after_the_engines_own_abilities() {
    let old = analyse(&founding_kill());
    assert!(diff(rule(&old, "HC-02")).ends_with("-  interval: 5s\n+  interval: 2s"));

    let new = analyse(&three_replicas());
    let advice = diff(rule(&new, "HC-02"));
    assert!(advice.contains("+  start_interval: 1s"), "{advice}");
    assert!(advice.contains("+  start_period: 5s"), "{advice}");

    let mut mixed = three_replicas();
    if let Some(before) = &mut mixed.before {
        before.nodes[2].engine = "20.10.24".to_owned();
    }
    assert!(
        !rule_ids(&analyse(&mixed)).contains(&"HC-02"),
        "every 2 s already"
    );

    let there = analyse_with(three_replicas(), |s| {
        s.health.get_or_insert_default().start_interval = Some(1_000_000_000);
    });
    assert!(!rule_ids(&there).contains(&"HC-02"));
}

#[test]
fn a_hang_noticed_late() {
    let slow = analyse_with(three_replicas(), |s| {
        s.health = Some(HealthCheck {
            test: vec!["CMD".to_owned(), "/check".to_owned()],
            ..HealthCheck::default()
        });
    });
    let advice = rule(&slow, "HC-04");
    assert!(advice.because.contains("up to 3 min"), "{}", advice.because);
    let text = diff(advice);
    assert!(text.contains("+  interval: 2s\n+  timeout: 2s"), "{text}");
    assert!(!rule_ids(&analyse(&three_replicas())).contains(&"HC-04"));
}

#[test]
fn a_service_that_swarm_gave_up_on() {
    let analysis = analyse(&never_recovered());
    assert_eq!(
        rule_ids(&analysis)[..6],
        ["PL-01", "RP-02", "AL-02", "AL-03", "HC-01", "RS-01"]
    );
    assert!(diff(rule(&analysis, "RP-02")).contains("-    max_attempts: 2"));
    assert!(
        !rule_ids(&analysis).contains(&"RP-05"),
        "it is limited already"
    );
    let endless = analyse_with(never_recovered(), |s| s.restart_max_attempts = None);
    assert!(diff(rule(&endless, "RP-05")).contains("+    delay: 15s"));
}

fn sigterm(mut record: Record) -> Record {
    record.run.experiment.method = vec![Fault::ContainerKill {
        signal: Signal::SigTerm,
    }];
    record
}

#[test]
fn an_exit_with_0_and_on_failure_leaves_the_slot_empty() {
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
    let mut record = sigterm(b.record);
    for event in &mut record.events {
        if let What::ContainerDied { exit_code, .. } = &mut event.what {
            *exit_code = 0;
        }
    }
    let analysis = analyse_with(record, |s| {
        s.restart_condition = Some("on-failure".to_owned());
    });
    assert!(detail(&analysis, "not-replaced").contains("exit code 0"));
    let text = diff(rule(&analysis, "RP-01"));
    assert!(
        text.contains("-    condition: on-failure\n+    condition: any"),
        "{text}"
    );
}

#[test]
fn an_application_that_ignores_sigterm() {
    let (mut b, old, _) = canary();
    b.kill(0, 62, &old);
    b.closing(25_100);
    b.probe("api", 100, 25_090, |ms| founding_answers(-ms.abs()));
    let mut record = sigterm(b.record);
    record.events.retain(|e| {
        !matches!(
            e.what,
            What::ContainerDied { .. } | What::FaultProven { .. }
        )
    });
    for event in &mut record.events {
        if let What::ContainerKilled { signal, .. } = &mut event.what {
            *signal = 15;
        }
    }
    let analysis = analyse(&record);
    assert_eq!(analysis.verdict, Verdict::Invalid);
    assert!(finding_ids(&analysis).contains(&"signal-ignored"));
    assert_eq!(diff(rule(&analysis, "ST-01")), "+init: true");
    assert_eq!(analysis.recovery.not_within, None);
}

#[test]
fn out_of_memory() {
    let mut record = founding_kill();
    let (container, task) = ("d81c07aa".repeat(8), "x0rx0c13x0rx0c13x0rx0c13x".to_owned());
    add(&mut record, 9_000, What::ContainerOom { container, task });
    let analysis = analyse(&record);
    let advice = rule(&analysis, "RS-02");
    assert!(diff(advice).contains("-      memory: 384M\n+      memory: 576M"));
    assert!(rule_ids(&analysis).contains(&"AL-03"));
    assert!(!rule_ids(&analysis).contains(&"RS-01"));
}

#[test]
fn a_configuration_that_came_back_differently() {
    let mut record = founding_kill();
    if let Some(after) = &mut record.after {
        let config = &mut after.containers[0].config;
        config.insert("HostConfig.Memory".to_owned(), "0".to_owned());
    }
    let analysis = analyse(&record);
    let said = detail(&analysis, "configuration-changed");
    assert!(
        said.contains("HostConfig.Memory (was 402653184, is 0)"),
        "{said}"
    );
    assert_eq!(
        detail(&analysis, "limits-kept"),
        "Limits kept on the new container: CPU 0.3."
    );
    assert!(analysis.lead[1].contains("configured differently in 1 field"));
}

#[test]
fn probes_that_failed_before_or_were_late() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        sample.lag = Micros(7_000);
        if sample.intended < at(-9_000) {
            sample.outcome = ProbeOutcome::Timeout;
        }
    }
    let analysis = analyse(&record);
    assert!(detail(&analysis, "failing-before").contains("11 of 101"));
    assert!(rule_ids(&analysis).contains(&"EX-02"));
    assert!(detail(&analysis, "prober-late").contains("7.0 ms"));
}

#[test]
fn answers_that_stay_slow() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        if sample.intended > at(10_740) {
            sample.latency = Micros(40_000);
        }
    }
    let said = detail(&analyse(&record), "slower-after");
    assert!(said.contains("within 40.0 ms after"), "{said}");
    assert!(!finding_ids(&analyse(&founding_kill())).contains(&"slower-after"));
}

#[test]
fn all_replicas_on_one_node() {
    let mut record = three_replicas();
    if let Some(before) = &mut record.before {
        for task in &mut before.tasks {
            task.task.node = "node1".to_owned();
        }
    }
    let analysis = analyse(&record);
    let advice = rule(&analysis, "PL-02");
    assert_eq!(advice.because, "3 of 3 replicas (100 %) run on node vm1.");
    assert!(diff(advice).contains("+    max_replicas_per_node: 2"));
    assert!(!rule_ids(&analyse(&three_replicas())).contains(&"PL-02"));
}

/// A definition that leaves everything to chance, on three replicas.
fn careless(service: &mut ServiceFacts) {
    service.update = Some(UpdatePolicy {
        parallelism: Some(0),
        order: Some("start-first".to_owned()),
        ..UpdatePolicy::default()
    });
    service.max_per_node = Some(1);
    service.restart_max_attempts = Some(3);
    service.restart_window = Some(10_000_000_000);
    service.log_driver = Some("json-file".to_owned());
    service.env_names = vec!["DB_PASSWORD".to_owned(), "KEY_TOKEN_FILE".to_owned()];
    service.memory_limit = None;
}

#[test]
fn what_the_definition_shows_without_any_harm() {
    let analysis = analyse_with(three_replicas(), careless);
    let ids = rule_ids(&analysis);
    for id in [
        "UP-05", "UP-07", "RP-03", "LG-01", "SC-02", "RS-01", "RS-06", "UP-02",
    ] {
        assert!(ids.contains(&id), "{id} is not among {ids:?}");
    }
    assert!(diff(rule(&analysis, "UP-05")).contains("-    parallelism: 0\n+    parallelism: 1"));
    assert!(diff(rule(&analysis, "RP-03")).contains("-    window: 10s\n+    window: 45s"));
    let secret = rule(&analysis, "SC-02");
    assert!(
        secret.because.starts_with("DB_PASSWORD is in"),
        "{}",
        secret.because
    );
}

/// The same with everything in place.
fn careful(service: &mut ServiceFacts) {
    service.update = Some(UpdatePolicy {
        parallelism: Some(1),
        failure_action: Some("rollback".to_owned()),
        ..UpdatePolicy::default()
    });
    service.restart_delay = Some(1_000_000_000);
    service.log_driver = Some("json-file".to_owned());
    service
        .log_options
        .insert("max-size".to_owned(), "10m".to_owned());
    service.memory_reservation = Some(1 << 27);
    service.pids_limit = Some(200);
    service.health.get_or_insert_default().start_interval = Some(1_000_000_000);
}

#[test]
fn nothing_is_recommended_that_is_there() {
    let mut record = three_replicas();
    record.run.experiment.repeat = 10;
    let analysis = analyse_with(record, careful);
    assert_eq!(rule_ids(&analysis), [""; 0]);
}

#[test]
fn start_first_is_not_for_ports_in_host_mode() {
    assert!(!rule_ids(&analyse(&founding_kill())).contains(&"UP-01"));
    let ingress = analyse_with(founding_kill(), |s| s.ports.clear());
    assert!(rule_ids(&ingress).contains(&"UP-01"));
}

#[test]
fn a_shell_as_the_first_process() {
    let mut record = founding_kill();
    if let Some(before) = &mut record.before {
        let config = &mut before.containers[0].config;
        config.insert(
            "Config.Entrypoint".to_owned(),
            r#"["/bin/sh","-c","x"]"#.to_owned(),
        );
    }
    assert!(rule(&analyse(&record), "ST-02").because.contains("/bin/sh"));
}

#[test]
fn killed_by_the_health_check_while_starting() {
    let (mut b, old, new) = canary();
    b.kill(0, 62, &old);
    b.strength(284, 0, 1);
    b.replaced_until_started(&old, 137, &new, FOUNDING);
    b.health(12_660, &new, "unhealthy");
    b.died(12_700, &new, 143);
    b.closing(25_100);
    b.probe("api", 100, 25_090, founding_answers);
    let analysis = analyse(&b.record);
    let text = diff(rule(&analysis, "HC-03"));
    assert!(text.contains("+  start_period: 14s"), "{text}");
}

#[test]
fn clients_that_hold_on_to_the_old_address() {
    let mut record = founding_kill();
    for sample in &mut record.probes[0].samples {
        if (at(0)..at(22_000)).contains(&sample.intended) {
            sample.outcome = ProbeOutcome::Timeout;
        }
    }
    let analysis = analyse(&record);
    assert!(rule_ids(&analysis).contains(&"NW-02"));
    assert_eq!(analysis.split.last().map(|p| p.id), Some("serve"));
}

#[test]
fn what_a_finding_says_no_recommendation_and_no_lead_says_again() {
    for record in [founding_kill(), three_replicas(), never_recovered()] {
        let analysis = analyse(&record);
        for r in &analysis.recommendations {
            for f in &analysis.findings {
                assert!(!r.because.contains(&f.statement), "{}: {}", r.id, f.id);
                let again = !f.detail.is_empty() && r.because.contains(&f.detail);
                assert!(!again, "{}: {}", r.id, f.id);
            }
            let measured = ["6.3 s", "10.7", "4.8", "4.3", " 60 s"];
            let found = measured.iter().find(|figure| r.because.contains(*figure));
            assert_eq!(found, None, "{}: {}", r.id, r.because);
        }
        let parts = analysis.lead.iter().filter(|s| s.contains("part of the"));
        assert!(parts.count() <= 1, "{:?}", analysis.lead);
        let lead = analysis.lead.join(" ");
        assert!(!lead.contains("health check"), "only the longest: {lead}");
    }
    let said = detail(&analyse(&founding_kill()), "ready-to-running");
    assert!(
        said.ends_with("in 10.2 s: "),
        "the split has its parts: {said}"
    );
    let said = detail(&analyse(&founding_kill()), "replicas-kept");
    assert!(said.ends_with("running again."), "{said}");
}

#[test]
fn one_run_says_little_only_where_it_says_something() {
    let judged = analyse(&founding_kill());
    assert!(finding_ids(&judged).contains(&"single-run"));
    assert!(rule_ids(&judged).contains(&"EX-01"));
    let mut aborted = founding_kill();
    let text = "stopped by ada".to_owned();
    add(&mut aborted, 20_000, What::Aborted { text });
    let mut invalid = founding_kill();
    let text = "no death was seen".to_owned();
    add(&mut invalid, 5_000, What::FaultNotProven { fault: 0, text });
    for (record, verdict) in [(aborted, Verdict::Aborted), (invalid, Verdict::Invalid)] {
        let analysis = analyse(&record);
        assert_eq!(analysis.verdict, verdict);
        assert!(!analysis.hits.is_empty(), "a task was hit");
        assert!(
            !finding_ids(&analysis).contains(&"single-run"),
            "{verdict:?}"
        );
        assert!(!rule_ids(&analysis).contains(&"EX-01"), "{verdict:?}");
    }
}

#[test]
fn every_recommendation_is_complete_and_in_order() {
    let all = [
        analyse(&founding_kill()),
        analyse(&never_recovered()),
        analyse_with(three_replicas(), careless),
    ];
    let mut ids = BTreeSet::new();
    for analysis in &all {
        let severities: Vec<_> = analysis
            .recommendations
            .iter()
            .map(|r| r.severity)
            .collect();
        assert!(severities.is_sorted(), "{severities:?}");
        for r in &analysis.recommendations {
            ids.insert(r.id);
            assert!(!r.sources.is_empty() && !r.verify.is_empty(), "{}", r.id);
            assert!(r.because.ends_with('.'), "{}: {}", r.id, r.because);
            assert!(!r.findings.is_empty(), "{} follows from nothing", r.id);
        }
    }
    assert!(ids.len() >= 12, "{ids:?}");
}
