//! `hivequake run`: the same engine and store as the web application, in the terminal.

use super::Failure;
use crate::config::{Output, RunFile};
use crate::document::LONGEST;
use crate::lab::live::Live;
use crate::lab::{LocalLab, open};
use crate::report::{self, text::one_line};
use app::model::run::{Outcome, RunId, Verdict};
use app::model::stream::LiveBody;
use app::model::time::{At, offset};
use app::model::timeline::{Event, Source, What};
use futures::StreamExt;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long the last lines of the progress may take to arrive.
const LAST_LINES: Duration = Duration::from_secs(2);

const VIOLATED: u8 = 1;
const REFUSED: u8 = 2;
const ABORTED: u8 = 3;
pub(super) const NOT_RESTORED: u8 = 4;
const INVALID: u8 = 5;

/// Runs the experiment of a file and prints its report.
pub async fn run(args: &RunFile) -> Result<ExitCode, Failure> {
    let text = read(args)?;
    let shutdown = CancellationToken::new();
    tokio::spawn(abort_on_ctrl_c(shutdown.clone()));
    let lab = open(&args.base, shutdown.clone()).await?;
    if args.dry_run {
        let launchable = super::dry::run(&lab, text, args.output).await?;
        return Ok(ExitCode::from(if launchable { 0 } else { REFUSED }));
    }
    let mut ended = lab.engine.ended();
    let first = match lab.launch_text(&text, args.seed).await {
        Ok(first) => first,
        Err(refusal) => {
            tell!("{refusal}");
            if args.output == Output::Json {
                say!(
                    "{:#}",
                    serde_json::json!({ "verdict": "refused", "reason": refusal.message })
                );
            }
            return Ok(ExitCode::from(REFUSED));
        }
    };
    let progress = (!args.quiet).then(|| tokio::spawn(progress(lab.clone(), first)));
    lab.engine.finished().await;
    if let Some(progress) = progress {
        let _ = tokio::time::timeout(LAST_LINES, progress).await;
    }
    let mut outcomes = Vec::new();
    while let Ok(end) = ended.try_recv() {
        outcomes.push(end);
    }
    let (record, _) = lab.analysed(first).await?;
    let repeats = record.run.experiment.repeat;
    print(&lab, &outcomes, args.output, repeats).await?;
    let missing = (outcomes.len() as u64) < u64::from(repeats);
    let of_the_rest = missing.then(|| rest(outcomes.len(), repeats, shutdown.is_cancelled()));
    Ok(ExitCode::from(worst(
        outcomes.iter().map(|(_, o)| status(o)).chain(of_the_rest),
    )))
}

/// Says that a series ended before its time; what that counts as.
fn rest(done: usize, repeats: u32, asked: bool) -> u8 {
    let why = if asked {
        "it was asked to end"
    } else {
        "a run was aborted or not restored, everything was stopped, or the service did not become steady again"
    };
    tell!("{done} of {repeats} runs: the series ended early, because {why}.");
    if asked { ABORTED } else { INVALID }
}

fn read(args: &RunFile) -> Result<String, Failure> {
    let name = args.file.display();
    let bytes = if args.file.as_os_str() == "-" {
        first_of(std::io::stdin())
    } else {
        File::open(&args.file).and_then(first_of)
    };
    let bytes =
        bytes.map_err(|error| format!("{name} cannot be read ({error}): check the path"))?;
    if bytes.len() > LONGEST {
        let most = LONGEST / 1024;
        let text =
            format!("{name} is longer than {most} kB, which no experiment is: check the path");
        return Err(text.into());
    }
    let text = String::from_utf8(bytes);
    Ok(text.map_err(|_| format!("{name} is no text in UTF-8: save it as UTF-8"))?)
}

/// As much as an experiment may have, and one byte more where there is more.
fn first_of(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

async fn abort_on_ctrl_c(shutdown: CancellationToken) {
    crate::command::serve::stop_signal().await;
    shutdown.cancel();
    tell!("Aborting and restoring.");
}

/// An outcome as an exit status.
fn status(outcome: &Outcome) -> u8 {
    match outcome.verdict {
        _ if !outcome.left_behind.is_empty() => NOT_RESTORED,
        Verdict::Held => 0,
        Verdict::Violated => VIOLATED,
        Verdict::Refused => REFUSED,
        Verdict::Aborted => ABORTED,
        Verdict::Invalid => INVALID,
    }
}

/// The worst exit status of several; that of a run that shows nothing where there is none.
fn worst(all: impl Iterator<Item = u8>) -> u8 {
    let badness = |status: &u8| {
        [0, VIOLATED, INVALID, REFUSED, ABORTED, NOT_RESTORED]
            .iter()
            .position(|s| s == status)
    };
    all.max_by_key(badness).unwrap_or(INVALID)
}

async fn print(
    lab: &LocalLab,
    outcomes: &[(RunId, Outcome)],
    output: Output,
    repeats: u32,
) -> Result<(), Failure> {
    let mut reports = Vec::new();
    for (id, outcome) in outcomes {
        let (record, analysis) = lab.analysed(*id).await?;
        match output {
            Output::Text => print_text(*id, outcome, &analysis.lead),
            Output::Markdown => say!("{}", report::markdown::write(&record, &analysis)),
            Output::Json => reports.push(report::json::value(&record, &analysis)),
        }
    }
    match (output, reports.as_slice()) {
        (Output::Json, [one]) if repeats == 1 => say!("{one:#}"),
        (Output::Json, many) => say!("{:#}", serde_json::Value::from(many)),
        _ => {}
    }
    Ok(())
}

fn print_text(id: RunId, outcome: &Outcome, lead: &[String]) {
    say!("{}: {}", outcome.verdict.word(), one_line(&outcome.reason));
    for sentence in lead {
        say!("  {}", one_line(sentence));
    }
    match outcome.left_behind.as_slice() {
        [] => say!("  Left behind: nothing."),
        left => left
            .iter()
            .for_each(|what| say!("  LEFT BEHIND: {}", one_line(what))),
    }
    say!("  Report: /runs/{id} in the browser (hivequake serve)");
}

/// Prints the timeline on standard error as it grows.
async fn progress(lab: LocalLab, run: RunId) {
    let mut live = Box::pin(lab.hub.read(run, 0));
    let mut zero = None;
    while let Some(Live::Item(item)) = live.next().await {
        if let LiveBody::Event(event) = item.body {
            if matches!(event.what, What::FaultSent { .. }) {
                zero.get_or_insert(event.at);
            }
            tell!("{}", line(&event, zero));
        }
    }
}

fn line(event: &Event, zero: Option<At>) -> String {
    let after = zero.map_or_else(String::new, |zero| {
        offset(event.at - zero, event.resolution)
    });
    let source = match &event.source {
        Source::Lab => "lab".to_owned(),
        Source::Engine => "engine".to_owned(),
        Source::Swarm => "Swarm".to_owned(),
        Source::Probe(name) => format!("probe {name}"),
    };
    format!(
        "{after:>10}  {source:<12}  {}",
        one_line(&event.what.text())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(verdict: Verdict, left: &[&str]) -> u8 {
        status(&Outcome {
            verdict,
            reason: String::new(),
            left_behind: left.iter().map(|s| (*s).to_owned()).collect(),
        })
    }

    #[test]
    fn the_exit_status_is_that_of_the_worst_run() {
        let worst = |all: &[u8]| worst(all.iter().copied());
        let (held, invalid) = (of(Verdict::Held, &[]), of(Verdict::Invalid, &[]));
        assert_eq!(worst(&[held]), 0);
        assert_eq!(worst(&[held, of(Verdict::Violated, &[])]), 1);
        assert_eq!(worst(&[invalid, of(Verdict::Violated, &[])]), 5);
        assert_eq!(worst(&[of(Verdict::Aborted, &["a label"]), invalid]), 4);
        assert_eq!(worst(&[of(Verdict::Aborted, &[])]), 3);
        assert_eq!(worst(&[]), 5);
    }

    #[test]
    fn a_series_that_ends_early_is_no_success() {
        assert_eq!((rest(1, 5, false), rest(1, 5, true)), (5, 3));
    }

    fn note(at: i64, text: &str) -> Event {
        Event {
            seq: 1,
            at: At(at),
            resolution: app::model::time::Micros(50_000),
            source: Source::Swarm,
            what: What::Note {
                text: text.to_owned(),
            },
        }
    }

    #[test]
    fn a_moment_is_written_as_in_the_report() {
        let shown = |at| line(&note(at, "x"), Some(At(0)));
        assert!(shown(10_950_000).trim_start().starts_with("+11.0 s  Swarm"));
        assert!(shown(500_000).trim_start().starts_with("+0.50 s  Swarm"));
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        let line = line(&note(0, "a\u{1b}[2Jb\nc\u{202e}"), None);
        assert!(line.ends_with("a\u{fffd}[2Jb c\u{fffd}"), "{line:?}");
    }
}
