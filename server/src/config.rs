//! Command line and environment, parsed into types.

use crate::swarm::PATIENCE;
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A chaos-engineering lab for Docker Swarm.
#[derive(Debug, Parser)]
#[command(name = "hivequake", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What this process was started with; ends it with a sentence where that makes no sense.
    #[must_use]
    pub fn of_this_process() -> Self {
        // `cargo leptos watch` starts the server without a word.
        let alone = std::env::args_os().len() == 1;
        if cfg!(debug_assertions) && alone && std::env::var_os("LEPTOS_WATCH").is_some() {
            return Self::parse_from(["hivequake", "serve"]);
        }
        Self::parse()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the web application.
    Serve(Serve),
    /// Run an experiment from a file ("-" reads standard input) and report on it.
    ///
    /// Exit status: 0 held, 1 violated, 2 refused and nothing was changed, 3 aborted and restored,
    /// 4 not restored (what is left is printed), 5 invalid (the fault was not proven, or the
    /// evidence has a gap).
    Run(RunFile),
    /// Restore and close what was interrupted, without starting the web application.
    Recover(Base),
    /// End a run that another process executes, and restore.
    Abort(AbortRun),
    /// Let runs start again after `abort all` or a stop-all in the browser.
    Release(Base),
    /// Print the JSON Schema of experiment files.
    Schema,
    /// Say what works on this machine, and what to do where it does not.
    Doctor(Base),
}

/// Where things are.
#[derive(Debug, Clone, Args)]
pub struct Base {
    /// Folder for the database.
    #[arg(long, env = "HIVEQUAKE_DATA", default_value_os_t = default_data())]
    pub data: PathBuf,
    /// The Docker engine, a manager of the swarm: `unix:///path` or `tcp://host:port`; without it,
    /// `unix:///var/run/docker.sock`.
    #[arg(long, env = "DOCKER_HOST")]
    pub docker_host: Option<String>,
    /// How long the engine may take to begin an answer, in seconds; longer for a slow node.
    #[arg(long, env = "HIVEQUAKE_ENGINE_TIMEOUT", value_name = "SECONDS",
          default_value_t = PATIENCE.as_secs(), value_parser = value_parser!(u64).range(1..=600))]
    pub engine_timeout: u64,
}

/// `hivequake serve`
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where things are.
    #[command(flatten)]
    pub base: Base,
    /// Address to listen on. Any other than loopback needs a token.
    #[arg(long, env = "HIVEQUAKE_LISTEN", default_value = "127.0.0.1:7373")]
    pub listen: SocketAddr,
    /// Access token that browsers and scripts must present (at least 16 characters).
    #[arg(long, env = "HIVEQUAKE_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Browsers come by https only, through a proxy in front: cookies are marked secure, and who
    /// sends wrong tokens is told apart by what the proxy adds to X-Forwarded-For.
    #[arg(long, env = "HIVEQUAKE_HTTPS", value_parser = BoolishValueParser::new())]
    pub https: bool,
}

/// `hivequake run`
#[derive(Debug, Clone, Args)]
pub struct RunFile {
    /// Where things are.
    #[command(flatten)]
    pub base: Base,
    /// The experiment, YAML or JSON; "-" reads standard input.
    pub file: PathBuf,
    /// What to print at the end.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// Where random choices come from; drawn and recorded where not given.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Touch nothing: say what would be hit, and what stands in the way (exit 0: nothing does).
    #[arg(long)]
    pub dry_run: bool,
    /// No progress on standard error.
    #[arg(long, short)]
    pub quiet: bool,
}

/// `hivequake abort`
#[derive(Debug, Clone, Args)]
pub struct AbortRun {
    /// Where things are.
    #[command(flatten)]
    pub base: Base,
    /// The run's id, or "all" to stop everything and let no run start until `hivequake release`.
    pub run: String,
}

/// What `hivequake run` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// A summary for people.
    Text,
    /// The JSON report (an array when the experiment repeats).
    Json,
    /// The report in Markdown.
    Markdown,
}

/// `$XDG_DATA_HOME/hivequake`, `~/.local/share/hivequake`, or `/var/lib/hivequake`.
fn default_data() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let base = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(home);
    base.unwrap_or_else(|| PathBuf::from("/var/lib"))
        .join("hivequake")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_engines_timeout_has_a_default_and_bounds() {
        let read = |seconds: &str| {
            let cli = Cli::try_parse_from(["hivequake", "doctor", "--engine-timeout", seconds]);
            cli.map_err(|error| error.to_string())
        };
        let given = |cli: Cli| match cli.command {
            Command::Doctor(base) => base.engine_timeout,
            _ => 0,
        };
        assert_eq!(read("60").map(given), Ok(60));
        for bad in ["0", "601", "soon"] {
            let said = read(bad).err().unwrap_or_default();
            assert!(said.contains("--engine-timeout"), "{bad}: {said}");
        }
    }
}
