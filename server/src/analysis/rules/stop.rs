//! How the process ends.

use super::sources::{CREATE, SERVICES};
use super::{AGAIN, Advice, Draft};
use crate::analysis::study::Study;
use crate::analysis::{Line, Severity};
use app::model::time::Micros;

const SHELLS: [&str; 6] = ["sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash"];

/// It ignores a polite signal.
pub(super) fn st_01(advice: &Advice) -> Option<Draft> {
    advice.finding("signal-ignored")?;
    let init = advice.study.service()?.init == Some(true);
    Some(Draft {
        id: "ST-01",
        severity: Severity::High,
        title: "Make it stop when it is asked to".to_owned(),
        because: "What ignores the signal is killed by every update, with work in flight."
            .to_owned(),
        from: &["signal-ignored"],
        field: "init",
        change: if init {
            Vec::new()
        } else {
            init_lines(advice.study)
        },
        caution: "An init process passes the signal on, and the application must act on it: stop \
                  taking requests, finish those in flight, end. Otherwise every update waits for \
                  stop_grace_period (10 s unless set) and then kills."
            .to_owned(),
        verify: AGAIN,
        sources: &[SERVICES, CREATE],
        gain: Micros(10_000_000),
    })
}

fn init_lines(study: &Study) -> Vec<Line> {
    let said = study.service().and_then(|s| s.init);
    let was = said.map(|init| Line::Out(format!("init: {init}")));
    was.into_iter()
        .chain([Line::In("init: true".to_owned())])
        .collect()
}

/// A shell is process 1 and does not pass signals on.
pub(super) fn st_02(advice: &Advice) -> Option<Draft> {
    let service = advice.study.service()?;
    let shell = shell(advice.study)?;
    if service.init == Some(true) || advice.has("signal-ignored") {
        return None;
    }
    Some(Draft {
        id: "ST-02",
        severity: Severity::Low,
        title: "Do not run a shell as the first process".to_owned(),
        because: format!(
            "The container's first process is {shell}, and there is no init: a shell does not \
             pass SIGTERM on."
        ),
        from: &["took-effect"],
        field: "init",
        change: init_lines(advice.study),
        caution: "Better still, start the application itself (exec form of CMD).".to_owned(),
        verify: "Run this experiment with SIGTERM; expected: it ends at once with its own exit code.",
        sources: &[SERVICES],
        gain: Micros(0),
    })
}

/// The shell that a container of the service starts, where it starts one.
fn shell(study: &Study) -> Option<String> {
    let config = &study.before()?.containers.first()?.config;
    let starts = |path: &str| {
        ["Config.Entrypoint", "Config.Cmd", "Path"]
            .iter()
            .any(|start| path.starts_with(start))
    };
    let mut values = config.iter().filter(|(path, _)| starts(path));
    values.find_map(|(_, value)| {
        let word = value.trim_matches(|c| "[]\" ".contains(c));
        let word = word.split(['"', ',']).next().unwrap_or(word);
        SHELLS.contains(&word).then(|| word.to_owned())
    })
}
