//! Limits, reservations, logs, secrets.

use super::sources::{CGROUPS, CREATE, DEPLOY, JSON_LOGS, LOCAL_LOGS, RESOURCES, SECRETS};
use super::{AGAIN, Advice, Draft, addition, change};
use crate::analysis::definition::{Gap, secrets};
use crate::analysis::words::{compose_memory, cpus, list, memory};
use crate::analysis::{Line, Severity};
use app::model::time::Micros;

const LIMITS: &[&str] = &["deploy", "resources", "limits"];

/// No memory limit.
pub(super) fn rs_01(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::NoMemoryLimit) {
        return None;
    }
    Some(Draft {
        id: "RS-01",
        severity: Severity::Medium,
        title: "Limit its memory".to_owned(),
        because: "There is no memory limit: a leak takes the whole node, and what else runs there."
            .to_owned(),
        from: &["definition-gaps", "out-of-memory"],
        field: "deploy.resources.limits.memory",
        change: change(LIMITS, None, Some("memory: 512M".to_owned())),
        caution: "512M is only a place to begin: this run did not measure memory. Take one and a \
                  half times what docker stats shows under load."
            .to_owned(),
        verify: "docker inspect of the new container shows it as HostConfig.Memory.",
        sources: &[RESOURCES],
        gain: Micros(0),
    })
}

/// It ran into its memory limit. (Without a limit, RS-01 comes first.)
pub(super) fn rs_02(advice: &Advice) -> Option<Draft> {
    let limit = advice.study.service()?.memory_limit.filter(|m| *m > 0)?;
    if !advice.has("out-of-memory") {
        return None;
    }
    let raised = (limit / 2).saturating_mul(3);
    Some(Draft {
        id: "RS-02",
        severity: Severity::High,
        title: format!(
            "Give it more memory than {}, or make it need less",
            memory(limit)
        ),
        because: "It needs more than its limit allows.".to_owned(),
        from: &["out-of-memory", "crash-loop", "replacement-died"],
        field: "deploy.resources.limits.memory",
        change: change(
            LIMITS,
            Some(format!("memory: {}", compose_memory(limit))),
            Some(format!("memory: {}", compose_memory(raised))),
        ),
        caution: "Half as much again is a place to begin; a leak fills any limit.".to_owned(),
        verify: AGAIN,
        sources: &[RESOURCES, CGROUPS],
        gain: Micros(0),
    })
}

/// Limits, but nothing reserved.
pub(super) fn rs_03(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::NoReservations) {
        return None;
    }
    let service = advice.study.service()?;
    let cpu = service.cpu_limit.filter(|v| *v > 0);
    let bytes = service.memory_limit.filter(|v| *v > 0);
    let limits = cpu
        .map(|v| format!("CPU {}", cpus(v)))
        .into_iter()
        .chain(bytes.map(|v| format!("memory {}", memory(v))))
        .collect::<Vec<_>>();
    let half = cpu
        .map(|v| format!("  cpus: \"{}\"", cpus(v / 2)))
        .into_iter()
        .chain(bytes.map(|v| format!("  memory: {}", compose_memory(v / 2))));
    let lines: Vec<String> = std::iter::once("reservations:".to_owned())
        .chain(half)
        .collect();
    Some(Draft {
        id: "RS-03",
        severity: Severity::Low,
        title: "Reserve what it normally uses".to_owned(),
        because: format!(
            "It is limited ({}), but nothing is reserved: Swarm may put more on a node than it bears.",
            list(&limits)
        ),
        from: &["definition-gaps"],
        field: "deploy.resources.reservations",
        change: addition(&["deploy", "resources"], &lines),
        caution: "Half of the limits is only a place to begin: this run did not measure usage. \
                  What fits on no node keeps a replacement waiting."
            .to_owned(),
        verify: "docker service ps after the change; expected: no task is pending, so what is \
                 reserved fits on the nodes.",
        sources: &[DEPLOY],
        gain: Micros(0),
    })
}

/// No limit of processes.
pub(super) fn rs_06(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::NoPidsLimit) {
        return None;
    }
    Some(Draft {
        id: "RS-06",
        severity: Severity::Low,
        title: "Limit its processes".to_owned(),
        because: "There is no limit of processes: a fork bomb takes the whole node.".to_owned(),
        from: &["definition-gaps"],
        field: "deploy.resources.limits.pids",
        change: change(LIMITS, None, Some("pids: 200".to_owned())),
        caution: "Threads count, too: look at PIDS in docker stats first.".to_owned(),
        verify: "docker inspect of the new container shows it as HostConfig.PidsLimit.",
        sources: &[CREATE],
        gain: Micros(0),
    })
}

/// Logs may fill the node.
pub(super) fn lg_01(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::UnlimitedLogs) {
        return None;
    }
    let there = &advice.study.service()?.log_options;
    let mut lines = vec!["  max-size: \"10m\"".to_owned()];
    if !there.contains_key("max-file") {
        lines.push("  max-file: \"3\"".to_owned());
    }
    let options = there.is_empty();
    let head = "options:".to_owned();
    let mut new = change(&["logging"], None, None);
    new.push(Line::Same("  driver: json-file".to_owned()));
    let head_line = format!("  {head}");
    new.push(if options {
        Line::In(head_line)
    } else {
        Line::Same(head_line)
    });
    new.extend(lines.iter().map(|text| Line::In(format!("  {text}"))));
    Some(Draft {
        id: "LG-01",
        severity: Severity::Low,
        title: "Limit the size of its logs".to_owned(),
        because: "The log driver json-file keeps everything: logs fill the node one day."
            .to_owned(),
        from: &["definition-gaps"],
        field: "logging.options.max-size",
        change: new,
        caution: "The driver \"local\" limits itself and takes less room.".to_owned(),
        verify: "docker inspect of the new container shows max-size under LogConfig.",
        sources: &[JSON_LOGS, LOCAL_LOGS],
        gain: Micros(0),
    })
}

/// Secrets in the environment.
pub(super) fn sc_02(advice: &Advice) -> Option<Draft> {
    if !advice.leaves(Gap::SecretInEnvironment) {
        return None;
    }
    let names = secrets(advice.study.service()?);
    let first = names.first()?;
    let secret = first.to_lowercase();
    Some(Draft {
        id: "SC-02",
        severity: Severity::Medium,
        title: "Hand secrets over as secrets".to_owned(),
        because: format!(
            "{} {} in the environment: whoever may inspect the service can read it.",
            list(&names),
            if names.len() > 1 { "are" } else { "is" }
        ),
        from: &["definition-gaps"],
        field: "secrets",
        change: vec![
            Line::Same("environment:".to_owned()),
            Line::Out(format!("  {first}: …")),
            Line::In(format!("  {first}_FILE: /run/secrets/{secret}")),
            Line::In("secrets:".to_owned()),
            Line::In(format!("  - {secret}")),
        ],
        caution: "The application must read the file. Change the secret's value: the old one was \
                  visible. Only the name was looked at here, never the value."
            .to_owned(),
        verify: "docker service inspect no longer shows the value.",
        sources: &[SECRETS],
        gain: Micros(0),
    })
}
