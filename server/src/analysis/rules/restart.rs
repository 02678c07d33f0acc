//! The restart policy.

use super::replicas::less_pressing;
use super::sources::{CASCADES, DEPLOY, RESTART_SOURCE, WINDOW_ISSUE};
use super::{AGAIN, Advice, Draft, change};
use crate::analysis::Severity;
use crate::analysis::definition::Gap;
use crate::analysis::findings::{attempts_used_up, restart_delay_share};
use crate::analysis::split::restart_delay;
use crate::analysis::words::{compose, nanos};
use app::model::time::{Micros, as_set};

const AT: &[&str] = &["deploy", "restart_policy"];
/// Swarm has no back-off: shorter than this a crash loop burns too much.
const SHORTEST: Micros = Micros(1_000_000);

/// The condition forbids the restart that was needed.
pub(super) fn rp_01(advice: &Advice) -> Option<Draft> {
    advice.finding("not-replaced")?;
    let condition = advice.study.service()?.restart_condition.as_deref()?;
    // What the limit of attempts forbids, another condition would not allow.
    if condition == "any" || attempts_used_up(advice.study).is_some() {
        return None;
    }
    Some(Draft {
        id: "RP-01",
        severity: Severity::High,
        title: "Restart whatever way it ended".to_owned(),
        because: "The restart condition did not let Swarm replace it.".to_owned(),
        from: &["not-replaced", "never-recovered"],
        field: "deploy.restart_policy.condition",
        change: change(
            AT,
            Some(format!("condition: {condition}")),
            Some("condition: any".to_owned()),
        ),
        caution: "With \"on-failure\", a container that ends with exit code 0, also after \
                  SIGTERM, is not started again."
            .to_owned(),
        verify: AGAIN,
        sources: &[RESTART_SOURCE, DEPLOY],
        gain: advice.study.case.observed(),
    })
}

/// Swarm used up its attempts.
pub(super) fn rp_02(advice: &Advice) -> Option<Draft> {
    let limit = advice.study.service()?.restart_max_attempts?;
    let earlier = advice.has("not-replaced") && attempts_used_up(advice.study).is_some();
    if !advice.has("gave-up") && !earlier {
        return None;
    }
    Some(Draft {
        id: "RP-02",
        severity: Severity::High,
        title: "Let Swarm go on trying".to_owned(),
        because: "Once max_attempts is used up, nothing starts the task again.".to_owned(),
        from: &[
            "gave-up",
            "not-replaced",
            "crash-loop",
            "replacement-died",
            "never-recovered",
        ],
        field: "deploy.restart_policy.max_attempts",
        change: change(AT, Some(format!("max_attempts: {limit}")), None),
        caution: "Without a limit a crash loop goes on for ever, at delay plus lifetime: find out \
                  first why the replacement dies, and alert on it."
            .to_owned(),
        verify: AGAIN,
        sources: &[RESTART_SOURCE, DEPLOY],
        gain: advice.study.case.observed(),
    })
}

/// The attempt limit never counts.
pub(super) fn rp_03(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::IdleAttemptLimit) {
        return None;
    }
    let service = advice.study.service()?;
    let (attempts, window) = (
        service.restart_max_attempts?,
        nanos(service.restart_window?),
    );
    let delay = restart_delay(&advice.study.case);
    let times = i64::try_from(attempts).unwrap_or(i64::MAX);
    let wide = Micros(delay.0.saturating_mul(times).saturating_mul(3));
    Some(Draft {
        id: "RP-03",
        severity: Severity::Low,
        title: "Widen the window of restart attempts".to_owned(),
        because: format!(
            "{attempts} attempts, {} apart, never fall into a window of {}: the limit never counts.",
            as_set(delay),
            as_set(window)
        ),
        from: &["definition-gaps"],
        field: "deploy.restart_policy.window",
        change: change(
            AT,
            Some(format!("window: {}", compose(window))),
            Some(format!("window: {}", compose(wide))),
        ),
        caution: "Once the limit counts, Swarm gives up for good when it is reached: alert on it."
            .to_owned(),
        verify: "Run an experiment whose replacement cannot start; expected: it is tried as often \
                 as the limit says.",
        sources: &[WINDOW_ISSUE, RESTART_SOURCE],
        gain: Micros(0),
    })
}

/// Most of the recovery is the restart delay.
pub(super) fn rp_04(advice: &Advice) -> Option<Draft> {
    let (part, share) = restart_delay_share(advice.study)?;
    let delay = restart_delay(&advice.study.case);
    let crashes = advice.has("crash-loop") || advice.has("replacement-died");
    if share <= 0.4 || delay.0 < 2 * SHORTEST.0 || crashes {
        return None;
    }
    let (severity, less) = less_pressing(advice, Severity::Medium);
    let said = advice.study.service()?.restart_delay;
    Some(Draft {
        id: "RP-04",
        severity,
        title: format!("Shorten the restart delay to {}", as_set(SHORTEST)),
        because: format!(
            "Swarm waits for it before every replacement, also where that could start at once.{less}"
        ),
        from: &["restart-delay", "ready-to-running"],
        field: "deploy.restart_policy.delay",
        change: change(
            AT,
            said.map(|d| format!("delay: {}", compose(nanos(d)))),
            Some(format!("delay: {}", compose(SHORTEST))),
        ),
        caution: "Swarm has no back-off: a service that dies as soon as it starts is then started \
                  every second or so. Keep the longer delay where that would hurt others."
            .to_owned(),
        verify: "Run this experiment again after the change; expected: the wait is the new delay.",
        sources: &[RESTART_SOURCE, DEPLOY],
        gain: Micros(part.length().0 - SHORTEST.0),
    })
}

/// A crash loop that nothing slows down.
pub(super) fn rp_05(advice: &Advice) -> Option<Draft> {
    advice.finding("crash-loop")?;
    let service = advice.study.service()?;
    let delay = restart_delay(&advice.study.case);
    let slower = Micros(15_000_000);
    if service.restart_max_attempts.unwrap_or(0) > 0 || delay >= slower {
        return None;
    }
    Some(Draft {
        id: "RP-05",
        severity: Severity::High,
        title: "Find out why the replacement dies, and slow the loop down".to_owned(),
        because: "Nothing ends the loop, and little slows it down.".to_owned(),
        from: &["crash-loop", "never-recovered"],
        field: "deploy.restart_policy.delay",
        change: change(
            AT,
            service
                .restart_delay
                .map(|d| format!("delay: {}", compose(nanos(d)))),
            Some(format!("delay: {}", compose(slower))),
        ),
        caution:
            "A longer delay lengthens every recovery: shorten it again when the cause is gone."
                .to_owned(),
        verify: AGAIN,
        sources: &[RESTART_SOURCE, CASCADES],
        gain: Micros(0),
    })
}
