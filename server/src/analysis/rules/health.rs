//! Health checks, and what finds a task after them.

use super::sources::{
    FIRST_CHECK_ISSUE, HEALTH_SOURCE, HEALTHCHECK, JVM_TTL, RESOLVER_SOURCE, START_PERIOD_ISSUE,
};
use super::{AGAIN, Advice, Draft, addition, change};
use crate::analysis::definition::{
    Gap, detection_target, interval, retries, timeout, worst_detection, worst_of,
};
use crate::analysis::findings::running_before_served;
use crate::analysis::study::Study;
use crate::analysis::words::{compose, figure, nanos};
use crate::analysis::{Line, Severity};
use app::model::facts::HealthCheck;
use app::model::time::{Micros, as_set};

const AT: &[&str] = &["healthcheck"];
const SECOND: i64 = 1_000_000;
/// An interval that a check every so often can bear.
const SHORT: Micros = Micros(2 * SECOND);
/// The first Docker that knows `start_interval`.
const START_INTERVAL_FROM: u32 = 25;

/// There is no health check.
pub(super) fn hc_01(advice: &Advice) -> Option<Draft> {
    advice.finding("no-health-check")?;
    let early = running_before_served(advice.study).is_some();
    let lines = [
        "test: [\"CMD\", \"your-check\"]".to_owned(),
        "interval: 5s".to_owned(),
        "timeout: 2s".to_owned(),
        "retries: 3".to_owned(),
        format!("start_period: {}", compose(start_period(advice.study))),
    ];
    let mut new = vec![Line::In("healthcheck:".to_owned())];
    new.extend(lines.iter().map(|text| Line::In(format!("  {text}"))));
    Some(Draft {
        id: "HC-01",
        severity: if early {
            Severity::High
        } else {
            Severity::Medium
        },
        title: "Add a health check".to_owned(),
        because: "Only a health check tells Swarm whether the application serves or hangs."
            .to_owned(),
        from: if early {
            &["no-health-check", "answers-lost"]
        } else {
            &["no-health-check"]
        },
        field: "healthcheck",
        change: new,
        caution: "Put a command there that is in the image and asks the application itself, not \
                  what it depends on. The first check waits a whole interval, and the task counts \
                  as running only after it: keep the interval short."
            .to_owned(),
        verify: "docker ps after the change; expected: \"(healthy)\" beside its containers.",
        sources: &[HEALTHCHECK, HEALTH_SOURCE],
        gain: Micros(0),
    })
}

/// One and a half times what the start took, in whole seconds, at least 5 s.
fn start_period(study: &Study) -> Micros {
    let r = &study.recovery;
    let took = r
        .started
        .as_ref()
        .zip(r.first_success.as_ref().or(r.healthy.as_ref()))
        .map_or(0, |(started, answer)| started.until(answer).span.0);
    whole_seconds(Micros(took.saturating_mul(3) / 2)).max(Micros(5 * SECOND))
}

/// Rounded up.
fn whole_seconds(span: Micros) -> Micros {
    Micros((span.0.max(0) + SECOND - 1) / SECOND * SECOND)
}

/// The start is dominated by the first health check.
pub(super) fn hc_02(advice: &Advice) -> Option<Draft> {
    let study = advice.study;
    let waited = waited_for_check(study)?;
    let served = advice.has("health-wait");
    let harmless = served || advice.has("no-outage");
    let (title, field, change, caution) = faster_checks(study)?;
    Some(Draft {
        id: "HC-02",
        severity: if harmless {
            Severity::Medium
        } else {
            Severity::High
        },
        title,
        because: format!(
            "The first check comes after a whole interval, and only then the task counts as \
             running.{}",
            if served {
                " Users were served meanwhile."
            } else {
                ""
            }
        ),
        from: &["health-wait", "ready-to-running"],
        field,
        change,
        caution,
        verify: "Run this experiment again after the change; expected: a shorter wait between \
                 the container's start and running.",
        sources: &[FIRST_CHECK_ISSUE, HEALTH_SOURCE],
        gain: waited,
    })
}

/// How long the task waited for its first check, where that was most of an interval.
fn waited_for_check(study: &Study) -> Option<Micros> {
    study.case.health()?;
    let r = &study.recovery;
    let (started, running) = (r.started.as_ref()?, r.running.as_ref()?);
    let start = started.until(running).span;
    let most = interval(study).0 / 5 * 4;
    let from = r
        .first_success
        .as_ref()
        .filter(|m| m.after.span > started.after.span);
    let waited = from.map_or(start, |answer| answer.until(running).span);
    (start.0 >= most && waited.0 > 0).then_some(waited)
}

/// A title, the field that changes, the change, and what to mind.
type Faster = (String, &'static str, Vec<Line>, String);

/// What to write for the first check to come sooner; none where it is soon already.
fn faster_checks(study: &Study) -> Option<Faster> {
    let health = study.case.health()?;
    let now = interval(study);
    let version = oldest_engine(study);
    if version.is_some_and(|v| v >= START_INTERVAL_FROM) {
        return faster_start(study, health);
    }
    let becomes = proposed_interval(study)?;
    let engine = version.map_or(String::new(), |v| format!(" (here: {v})"));
    Some((
        format!("Check health every {}", as_set(becomes)),
        "healthcheck.interval",
        change(
            AT,
            health
                .interval
                .map(|_| format!("interval: {}", compose(now))),
            Some(format!("interval: {}", compose(becomes))),
        ),
        format!(
            "Checks then come more often for as long as it runs: keep them cheap. From Docker \
             {START_INTERVAL_FROM} on{engine}, start_interval would do it for the start alone."
        ),
    ))
}

/// Checks every second, for the start alone; none where they come soon already.
fn faster_start(study: &Study, health: &HealthCheck) -> Option<Faster> {
    let said = health.start_interval.filter(|i| *i > 0).map(nanos);
    if said.is_some_and(|said| said <= SHORT) {
        return None;
    }
    let period = health.start_period.is_none_or(|p| p <= 0);
    let period = period.then(|| format!("start_period: {}", compose(start_period(study))));
    let mut lines = addition(AT, &period.into_iter().collect::<Vec<_>>());
    lines.extend(said.map(|i| Line::Out(format!("  start_interval: {}", compose(i)))));
    lines.push(Line::In("  start_interval: 1s".to_owned()));
    Some((
        "Check health every second while starting".to_owned(),
        "healthcheck.start_interval",
        lines,
        "start_interval counts only within start_period, and the docker command that deploys \
         must be of version 25 or later, too."
            .to_owned(),
    ))
}

/// A shorter interval; none where it is short already.
fn proposed_interval(study: &Study) -> Option<Micros> {
    (interval(study) > SHORT).then_some(SHORT)
}

/// The major version of the oldest engine in the swarm.
fn oldest_engine(study: &Study) -> Option<u32> {
    let before = study.before()?;
    let nodes = before.nodes.iter().map(|n| n.engine.as_str());
    nodes
        .chain([before.engine.version.as_str()])
        .filter_map(major)
        .min()
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// Called unhealthy while it was still starting.
pub(super) fn hc_03(advice: &Advice) -> Option<Draft> {
    advice.finding("killed-while-starting")?;
    let health = advice.study.case.health()?;
    let attempts = advice.study.slots.iter().flat_map(|s| &s.attempts);
    let lived = attempts
        .filter_map(|a| a.started.as_ref().zip(a.unhealthy.as_ref()))
        .map(|(started, unhealthy)| started.until(unhealthy).span)
        .max()?;
    let period = whole_seconds(Micros(lived.0.saturating_mul(2)));
    let now = health.start_period.map(nanos).filter(|p| p.0 > 0);
    if now.is_some_and(|now| now >= period) {
        return None;
    }
    Some(Draft {
        id: "HC-03",
        severity: Severity::High,
        title: format!("Give it {} to start", as_set(period)),
        because: "Checks that fail within the start period do not count against it.".to_owned(),
        from: &["killed-while-starting", "crash-loop", "replacement-died"],
        field: "healthcheck.start_period",
        change: change(
            AT,
            now.map(|now| format!("start_period: {}", compose(now))),
            Some(format!("start_period: {}", compose(period))),
        ),
        caution: "How long it really needs was not seen: it was stopped before. Raise it until \
                  the start passes, then take one and a half times the slowest start."
            .to_owned(),
        verify: AGAIN,
        sources: &[HEALTHCHECK, START_PERIOD_ISSUE],
        gain: lived,
    })
}

/// A hang would be noticed late.
pub(super) fn hc_04(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::SlowToNotice) {
        return None;
    }
    let study = advice.study;
    let health = study.case.health()?;
    let (worst, target) = (worst_detection(study)?, detection_target(study));
    if solved_by_interval(advice, target) {
        return None;
    }
    let (every, wait) = fitting(study)?;
    let field = match (every != interval(study), wait != timeout(health)) {
        (true, true) => "healthcheck",
        (true, false) => "healthcheck.interval",
        (false, _) => "healthcheck.timeout",
    };
    let mut lines = Vec::new();
    let mut set = |name: &str, was: Option<Micros>, now: Micros, becomes: Micros| {
        if now != becomes {
            lines.extend(was.map(|w| Line::Out(format!("  {name}: {}", compose(w)))));
            lines.push(Line::In(format!("  {name}: {}", compose(becomes))));
        }
    };
    set(
        "interval",
        health.interval.map(nanos),
        interval(study),
        every,
    );
    set("timeout", health.timeout.map(nanos), timeout(health), wait);
    lines.insert(0, Line::Same("healthcheck:".to_owned()));
    Some(Draft {
        id: "HC-04",
        severity: Severity::Low,
        title: "Notice a hang sooner".to_owned(),
        because: format!(
            "It takes {} failed checks, {} apart and up to {} each: a hang is noticed after up to {}; \
             {} are wanted.",
            retries(health),
            as_set(interval(study)),
            as_set(timeout(health)),
            as_set(worst),
            as_set(target)
        ),
        from: &["definition-gaps"],
        field,
        change: lines,
        caution: "A timeout shorter than an answer under load takes load for a hang: look at the \
                  slowest answers first."
            .to_owned(),
        verify: "Run an experiment that makes it hang; expected: replaced within the time wanted.",
        sources: &[HEALTHCHECK, HEALTH_SOURCE],
        gain: Micros(0),
    })
}

/// Whether the interval that HC-02 asks for is short enough for this as well.
fn solved_by_interval(advice: &Advice, target: Micros) -> bool {
    let shorter = hc_02(advice).is_some_and(|d| d.title.contains("every 2 s"));
    let health = advice.study.case.health();
    shorter && health.is_some_and(|h| worst_of(SHORT, timeout(h), retries(h)) <= target)
}

/// The least change of interval and timeout with which a hang is noticed in time.
fn fitting(study: &Study) -> Option<(Micros, Micros)> {
    let health = study.case.health()?;
    let (every, wait) = (interval(study), timeout(health));
    let steps = [5 * SECOND, 2 * SECOND, SECOND].map(Micros);
    let waits = std::iter::once(wait).chain(steps.into_iter().filter(|s| *s < wait));
    let everys = std::iter::once(every).chain(steps.into_iter().filter(|s| *s < every));
    let target = detection_target(study);
    everys
        .flat_map(|every| waits.clone().map(move |wait| (every, wait)))
        .find(|(every, wait)| worst_of(*every, *wait, retries(health)) <= target)
}

/// Clients found the new task long after it ran.
pub(super) fn nw_02(advice: &Advice) -> Option<Draft> {
    let r = &advice.study.recovery;
    let (running, answer) = (r.running.as_ref()?, r.first_success.as_ref()?);
    let late = running.until(answer);
    advice.study.case.health()?;
    if late.span.0 <= 10 * SECOND {
        return None;
    }
    Some(Draft {
        id: "NW-02",
        severity: Severity::High,
        title: "Look the address up again after a failure".to_owned(),
        because: format!(
            "Answers came {} after the new task was healthy and running.",
            figure(late)
        ),
        from: &["recovery-time", "answers-lost", "single-replica"],
        field: "clients and proxies in front of the service",
        change: Vec::new(),
        caution: "Docker's own DNS says that its answers are good for 600 s: clients that believe \
                  it go on calling the old address. In nginx: resolver 127.0.0.11 valid=5s; in \
                  Java: networkaddress.cache.ttl of at most 10."
            .to_owned(),
        verify: AGAIN,
        sources: &[RESOLVER_SOURCE, JVM_TTL],
        gain: late.span,
    })
}
