//! How the process ends.

use super::sources::{CREATE, SERVICES};
use super::{AGAIN, Advice, Draft};
use crate::analysis::findings::shell;
use crate::analysis::study::Study;
use crate::analysis::{Line, Severity};
use app::model::time::Micros;

/// It ignores the signal with which Swarm stops it.
pub(super) fn st_01(advice: &Advice) -> Option<Draft> {
    advice.finding("signal-ignored")?;
    if advice.study.signal()?.name() != stop_signal(advice.study) {
        return None;
    }
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

/// The signal with which the service's containers are stopped. Docker's default: SIGTERM.
fn stop_signal<'a>(study: &Study<'a>) -> &'a str {
    let first = study.before().and_then(|s| s.containers.first());
    let said = first.and_then(|c| c.config.get("Config.StopSignal"));
    match said.map_or("", |s| s.trim_matches('"')) {
        "" | "TERM" | "15" => "SIGTERM",
        "INT" | "2" => "SIGINT",
        said => said,
    }
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
    advice.finding("shell-first")?;
    let shell = shell(advice.study)?;
    if advice.has("signal-ignored") {
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
        from: &["shell-first"],
        field: "init",
        change: init_lines(advice.study),
        caution: "Better still, start the application itself (exec form of CMD).".to_owned(),
        verify: "Kill a container with SIGTERM; expected: it ends at once with its own exit code.",
        sources: &[SERVICES],
        gain: Micros(0),
    })
}
