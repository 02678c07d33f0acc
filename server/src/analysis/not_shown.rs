//! What a run does not show: said, so that nobody reads it in.

use super::study::Study;
use super::words::{count, list};
use app::model::experiment::Signal;
use app::model::run::Verdict;

/// A sentence each.
pub(super) fn not_shown(study: &Study) -> Vec<String> {
    if study.case.sent.is_none() || study.verdict == Verdict::Refused {
        return vec!["How the service bears the fault: none was sent.".to_owned()];
    }
    [
        Some(users(study)),
        ready(study),
        connections(study),
        load(study),
        graceful(study),
        others(study),
        node_loss(study),
        far_nodes(study),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn users(study: &Study) -> String {
    if study.probes.is_empty() {
        return "What users saw: there was no probe.".to_owned();
    }
    let probes = &study.case.record.run.experiment.hypothesis.probes;
    let addresses: Vec<String> = probes
        .iter()
        .filter_map(|p| {
            let http = p.http.as_ref().map(|h| h.url.clone());
            http.or(p.tcp.as_ref().map(|t| t.address.clone()))
        })
        .collect();
    format!(
        "What other ways in would have seen: only {} {} probed.",
        list(&addresses),
        if addresses.len() > 1 { "were" } else { "was" }
    )
}

/// Swarm calls a container without a health check running as soon as its process has started.
fn ready(study: &Study) -> Option<String> {
    let (case, recovery) = (&study.case, &study.recovery);
    let checked = case.health().is_some() || recovery.healthy.is_some();
    let untold = !checked && recovery.first_success.is_none() && recovery.running.is_some();
    untold.then(|| {
        "When the new container was ready to serve: it has no health check, and no probe failed \
         until then."
            .to_owned()
    })
}

fn connections(study: &Study) -> Option<String> {
    (!study.probes.is_empty()).then(|| {
        "Whether connections in flight were lost: the probes open a new one each time.".to_owned()
    })
}

fn load(study: &Study) -> Option<String> {
    if study.probes.is_empty() {
        return None;
    }
    let rate: f64 = study
        .probes
        .iter()
        .filter(|p| p.every.0 > 0)
        .map(|p| 1.0 / p.every.as_secs_f64())
        .sum();
    Some(format!(
        "How it behaves under load: the lab itself sent {}.",
        pace(rate)
    ))
}

/// So many a second: "10 probes a second", "12 probes a minute".
fn pace(rate: f64) -> String {
    let (number, unit) = if rate < 1.5 {
        (rate * 60.0, "minute")
    } else {
        (rate, "second")
    };
    match format!("{number:.0}").as_str() {
        "0" | "1" => format!("at most one probe a {unit}"),
        number => format!("{number} probes a {unit}"),
    }
}

fn graceful(study: &Study) -> Option<String> {
    matches!(study.signal()?, Signal::SigKill).then(|| {
        "How it shuts down when it is asked to: SIGKILL gives it no chance; SIGTERM would."
            .to_owned()
    })
}

fn others(study: &Study) -> Option<String> {
    let desired = study.desired()?;
    let hit = study.tasks_hit() as u64;
    (hit > 0 && hit < desired).then(|| {
        format!(
            "What happens when more than {hit} of {} fail at once.",
            count(desired, "replica")
        )
    })
}

fn node_loss(study: &Study) -> Option<String> {
    (!study.slots.is_empty()).then(|| "What happens when a whole node fails.".to_owned())
}

/// Containers on other nodes are out of the engine's sight.
fn far_nodes(study: &Study) -> Option<String> {
    let before = study.before()?;
    let mut nodes: Vec<String> = study
        .slots
        .iter()
        .map(|s| s.target.task.node.as_str())
        .filter(|node| !node.is_empty() && *node != before.engine.node)
        .filter(|node| {
            let seen = |c: &app::model::facts::ContainerFacts| {
                before
                    .tasks
                    .iter()
                    .any(|t| t.task.task == c.task && t.task.node == **node)
            };
            !before.containers.iter().any(seen)
        })
        .map(|node| before.node_name(node).to_owned())
        .collect();
    nodes.sort();
    nodes.dedup();
    (!nodes.is_empty()).then(|| {
        format!(
            "What the engine of {} saw: only the engine of {} was asked.",
            list(&nodes),
            before.engine.name
        )
    })
}

#[cfg(test)]
mod tests {
    use super::pace;

    #[test]
    fn few_probes_are_counted_by_the_minute() {
        assert_eq!(pace(10.0), "10 probes a second");
        assert_eq!(pace(0.2), "12 probes a minute");
        assert_eq!(pace(1.0 / 300.0), "at most one probe a minute");
    }
}
