//! What each command does; all of it through the same lab.

/// Prints a line. Whoever reads may have gone (`hivequake doctor | head -1`): that is no reason to
/// panic in the middle of a run.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

/// The same on standard error, whose reader may have gone as well.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

mod dry;
mod run;
mod serve;

pub use run::run;
pub use serve::serve;

use crate::config::{AbortRun, Base};
use crate::document;
use crate::engine::Recovered;
use crate::lab::{LocalLab, doctor, open};
use crate::report::text::one_line;
use app::api::Lab;
use app::api::views::{Check, CheckState};
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Why a command ends before it has done anything; for people.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Prints the JSON Schema of experiment files.
pub fn schema() -> ExitCode {
    say!("{:#}", document::schema());
    ExitCode::SUCCESS
}

/// Says what works; fails when something is in the way.
pub async fn doctor(base: &Base) -> Result<ExitCode, Failure> {
    let lab = open(base, CancellationToken::new()).await?;
    let checks = doctor::examine(&lab).await;
    let mut fine = true;
    for check in checks {
        fine &= check.state != CheckState::No;
        say!("{}", line(&check));
    }
    Ok(if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A check as a line: its mark, then its text.
fn line(check: &Check) -> String {
    let mark = match check.state {
        CheckState::Ok => "ok  ",
        CheckState::Warn => "note",
        CheckState::No => "FAIL",
    };
    format!("{mark}  {}", one_line(&check.text))
}

/// Restores and closes what was interrupted. Fails (4) when something is left.
pub async fn recover(base: &Base) -> Result<ExitCode, Failure> {
    let lab = open(base, CancellationToken::new()).await?;
    let done = recovered(&lab).await?;
    for run in &done.runs {
        say!("closed run {run}: aborted, the process that executed it had ended");
    }
    done.settled
        .iter()
        .for_each(|text| say!("{}", one_line(text)));
    for run in &done.still_on {
        say!("run {run} is still on in another process; it was left alone");
    }
    if done.left_behind.is_empty() {
        if done.still_on.is_empty() {
            say!(
                "Everything is back in place, as far as the data in {} tells.",
                base.data.display()
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    Ok(left(&done.left_behind))
}

async fn recovered(lab: &LocalLab) -> Result<Recovered, Failure> {
    let done = lab.engine.recover().await;
    Ok(done.map_err(|error| error.for_people())?)
}

/// Names what is left, and fails (4) when something is.
fn left(behind: &[String]) -> ExitCode {
    for left in behind {
        say!("LEFT: {}", one_line(left));
    }
    ExitCode::from(if behind.is_empty() {
        0
    } else {
        run::NOT_RESTORED
    })
}

/// Ends a run, or all.
pub async fn abort(args: &AbortRun) -> Result<ExitCode, Failure> {
    let lab = open(&args.base, CancellationToken::new()).await?;
    if args.run == "all" {
        lab.stop_all("somebody on the command line").await?;
        let done = recovered(&lab).await?;
        say!(
            "All runs end and restore; none starts until somebody releases it (hivequake release)."
        );
        return Ok(left(&done.left_behind));
    }
    let id = args.run.parse().map_err(|_| {
        format!(
            "\"{}\" is no run id: copy it from the run's page, or write all",
            args.run
        )
    })?;
    lab.abort(id, "somebody on the command line").await?;
    say!("The run ends and restores.");
    Ok(ExitCode::SUCCESS)
}

/// Lets runs start again.
pub async fn release(base: &Base) -> Result<ExitCode, Failure> {
    let lab = open(base, CancellationToken::new()).await?;
    lab.release("somebody on the command line").await?;
    say!("Runs may start again.");
    Ok(ExitCode::SUCCESS)
}
