//! `hivequake`: reads the command line and hands over.

use hivequake::command;
use hivequake::config::{Cli, Command};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::io::Write as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Exit status of a command that could not even begin.
const COULD_NOT: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::of_this_process();
    // In a terminal the commands speak for themselves; a server's log is read afterwards.
    let usual = if matches!(cli.command, Command::Serve(_)) {
        "warn,hivequake=info"
    } else {
        "error"
    };
    let filter = std::env::var("HIVEQUAKE_LOG").unwrap_or_else(|_| usual.to_owned());
    // At debug, bollard logs whole service definitions, with the secrets in their environment.
    let filter = EnvFilter::new(format!("{filter},bollard=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // A terminal that is gone is no reason to panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .init();
    more_files();
    let done = match cli.command {
        Command::Serve(args) => command::serve(&args).await,
        Command::Run(args) => command::run(&args).await,
        Command::Recover(base) => command::recover(&base).await,
        Command::Abort(args) => command::abort(&args).await,
        Command::Release(base) => command::release(&base).await,
        Command::Doctor(base) => command::doctor(&base).await,
        Command::Schema => Ok(command::schema()),
    };
    done.unwrap_or_else(|failure| {
        let _ = writeln!(std::io::stderr(), "{failure}");
        ExitCode::from(COULD_NOT)
    })
}

/// Each live view and each unanswered probe holds a file open; the usual limit of 1024 is soon
/// reached. Where it cannot be raised, it stays.
fn more_files() {
    let limits = getrlimit(Resource::RLIMIT_NOFILE);
    if let Err(error) = limits.and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most))
    {
        tracing::debug!(%error, "the limit of open files stays");
    }
}
