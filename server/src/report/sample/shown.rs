//! What the founding kill shows.

use super::kill::ZERO;
use super::kill::ms;
use crate::analysis::Bearing::{Neutral, Strength, Weakness};
use crate::analysis::{
    Analysis, Claim, Compared, Evidence, Finding, Hit, Line, Moment, Outage, Part, ProbeStats,
    RULES, Recommendation, Recovery, Severity, Window,
};
use app::model::record::ProbeOutcome;
use app::model::run::Verdict;
use app::model::time::{Measured, Micros};

#[expect(clippy::unnecessary_wraps, reason = "what takes it may hold none")]
fn moment(at: i64, resolution: i64, event: u32) -> Option<Moment> {
    Some(Moment {
        after: Measured {
            span: ms(at),
            resolution: ms(resolution),
        },
        evidence: events_named(&[event]),
    })
}

fn events_named(events: &[u32]) -> Evidence {
    Evidence {
        events: events.to_vec(),
        ..Evidence::default()
    }
}

pub fn analysis() -> Analysis {
    Analysis {
        rules: RULES,
        verdict: Verdict::Held,
        reason: "every claim held".to_owned(),
        lead: vec![
            "neotix_neotix-api-canary was without service for 6.3 s after its only container was killed; Swarm called it recovered after 10.7 s.".to_owned(),
            "Limits, image and environment came back as they were.".to_owned(),
            "It went down because there is one replica.".to_owned(),
        ],
        zero: Some(ZERO),
        scaled: None,
        recovery: recovery(),
        split: split(),
        checks: checks(),
        probes: vec![probe()],
        hits: vec![hit()],
        findings: findings(),
        compared: ["HostConfig.Memory", "HostConfig.NanoCpus"].map(same).into(),
        recommendations: recommendations(),
        not_shown: vec![
            "Whether connections in flight were lost: the probe opens a new one each time.".to_owned(),
            "How it behaves under load.".to_owned(),
            "Graceful shutdown: a SIGKILL gives no chance for it.".to_owned(),
        ],
    }
}

fn same(field: &str) -> Compared {
    Compared {
        field: field.to_owned(),
        same: true,
    }
}

fn recovery() -> Recovery {
    Recovery {
        dead: moment(62, 1, 5),
        old_failed: moment(240, 50, 9),
        new_task: moment(250, 1, 10),
        preparing: moment(330, 50, 11),
        created: moment(423, 1, 12),
        ready: moment(500, 50, 13),
        starting: moment(5_300, 50, 14),
        started: moment(5_660, 1, 15),
        first_success: moment(6_410, 100, 16),
        healthy: moment(10_710, 1, 17),
        running: moment(10_740, 50, 18),
        full_strength: moment(10_740, 50, 19),
        ..Recovery::default()
    }
}

fn split() -> Vec<Part> {
    let part = |id, name: &str, from, to, resolution, source: &str| Part {
        id,
        name: name.to_owned(),
        from: ms(from),
        to: ms(to),
        resolution: ms(resolution),
        known: (ms(resolution), ms(resolution)),
        source: source.to_owned(),
    };
    vec![
        part("die", "signal to death", 0, 62, 1, "engine"),
        part("decide", "detect and decide", 62, 250, 1, "Swarm"),
        part("prepare", "create and prepare", 250, 500, 50, "Swarm"),
        part("wait", "restart delay", 500, 5_300, 50, "Swarm"),
        part("start", "start the container", 5_300, 5_660, 50, "engine"),
        part(
            "application",
            "application starts",
            5_660,
            6_410,
            100,
            "probe api",
        ),
        part("health", "first health check", 6_410, 10_740, 100, "engine"),
    ]
}

fn checks() -> Vec<Claim> {
    vec![
        Claim {
            name: "recovers within".to_owned(),
            limit: "15 s".to_owned(),
            measured: "10.7 s".to_owned(),
            value: 10.74,
            limit_value: 15.0,
            held: Some(true),
        },
        Claim {
            name: "availability at least".to_owned(),
            limit: "70 %".to_owned(),
            measured: "78.1 %".to_owned(),
            value: 78.087,
            limit_value: 70.0,
            held: Some(true),
        },
    ]
}

fn probe() -> ProbeStats {
    ProbeStats {
        name: "api".to_owned(),
        before: Window {
            sent: 100,
            ok: 100,
            outcomes: vec![(ProbeOutcome::Ok, 100)],
            p50: Some(Micros(1_600)),
            p99: Some(Micros(9_900)),
            max: Some(Micros(11_500)),
        },
        after: Window {
            sent: 251,
            ok: 196,
            outcomes: vec![
                (ProbeOutcome::Ok, 196),
                (ProbeOutcome::Refused, 54),
                (ProbeOutcome::Timeout, 1),
            ],
            p50: Some(Micros(1_600)),
            p99: Some(Micros(820_000)),
            max: Some(Micros(920_000)),
        },
        outages: vec![Outage {
            from: ms(100),
            to: Some(ms(6_410)),
            length: Measured {
                span: ms(6_310),
                resolution: ms(100),
            },
            failed: 55,
        }],
        lag_p99: Micros(310),
        every: ms(100),
    }
}

fn hit() -> Hit {
    Hit {
        slot: "slot 1".to_owned(),
        task: "ffe49b24".to_owned(),
        container: "32fb59f8".to_owned(),
        node: "vm".to_owned(),
        why: "random pick, 1 of 1, seed 7341".to_owned(),
        sent: Some(Micros(0)),
        proof: Some("died with exit code 137, 0.062 s after the signal was sent".to_owned()),
        recovered: moment(10_740, 50, 18),
        replacement: Some("x0rx0c13".to_owned()),
        error: Some("task: non-zero exit (137)".to_owned()),
    }
}

fn findings() -> Vec<Finding> {
    let finding = |id, bearing, statement: &str, detail: &str, evidence| Finding {
        id,
        bearing,
        statement: statement.to_owned(),
        detail: detail.to_owned(),
        evidence,
    };
    let api = || Evidence {
        probes: vec!["api".to_owned()],
        ..Evidence::default()
    };
    let snapshots = Evidence {
        other: vec!["snapshots before and after".to_owned()],
        ..Evidence::default()
    };
    vec![
        finding(
            "one-replica",
            Weakness,
            "One replica: every container failure is an outage.",
            "6.3 s this time.",
            api(),
        ),
        finding(
            "restart-delay",
            Weakness,
            "45 % of the recovery is the restart delay.",
            "4.8 of 10.7 s; 5 s is Swarm's default.",
            events_named(&[13, 14]),
        ),
        finding(
            "first-health-check",
            Weakness,
            "Swarm learns of recovery 4.3 s after users are served.",
            "The first health check waits a whole interval (5 s).",
            Evidence {
                events: vec![16, 17],
                ..api()
            },
        ),
        finding(
            "detected-at-once",
            Strength,
            "The failure was detected at once.",
            "A replacement existed 0.19 s after the container died.",
            events_named(&[5, 10]),
        ),
        finding(
            "configuration-kept",
            Strength,
            "Configuration kept.",
            "All 41 fields of the new container equal the old one's.",
            snapshots,
        ),
        finding(
            "one-run",
            Neutral,
            "One run.",
            "At least 6 are needed before a recovery time has an interval.",
            Evidence {
                other: vec!["this run".to_owned()],
                ..Evidence::default()
            },
        ),
    ]
}

fn recommendations() -> Vec<Recommendation> {
    let same = |text: &str| Line::Same(text.to_owned());
    let gone = |text: &str| Line::Out(text.to_owned());
    let new = |text: &str| Line::In(text.to_owned());
    vec![
        Recommendation {
            id: "PL-01",
            severity: Severity::Critical,
            title: "Run at least two replicas".to_owned(),
            because: "While the only replica is replaced, nothing serves.".to_owned(),
            findings: vec!["one-replica"],
            field: "deploy.replicas".to_owned(),
            change: vec![same("deploy:"), gone("  replicas: 1"), new("  replicas: 2")],
            caution: "Port 8089 is published in host mode: two replicas need two nodes, or another port mode.".to_owned(),
            verify: "run this experiment again; expected: no outage.".to_owned(),
            sources: vec!["https://docs.docker.com/engine/swarm/services/"],
        },
        Recommendation {
            id: "RP-04",
            severity: Severity::Medium,
            title: "Shorten the restart delay to 1 s".to_owned(),
            because: "Swarm waits for it before every replacement. Less pressing with two replicas.".to_owned(),
            findings: vec!["restart-delay"],
            field: "deploy.restart_policy.delay".to_owned(),
            change: vec![same("deploy:"), same("  restart_policy:"), new("    delay: 1s")],
            caution: String::new(),
            verify: "run this experiment again; expected: full strength about 4 s sooner.".to_owned(),
            sources: vec!["swarmkit, restart supervisor"],
        },
    ]
}
