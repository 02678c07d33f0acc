//! `hivequake serve`: recovers first, then serves until it is told to stop, then restores.

use super::{Failure, open, recovered};
use crate::config::Serve;
use crate::engine::Recovered;
use crate::lab::LocalLab;
use crate::report::text::one_line;
use crate::web::{self, Access};
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Shortest access token.
const SHORTEST_TOKEN: usize = 16;

/// Between two tries to put back what could not be put back yet.
const RETRY_EVERY: Duration = Duration::from_secs(15);

/// Serves the web application.
pub async fn serve(args: &Serve) -> Result<ExitCode, Failure> {
    check_access(args)?;
    let shutdown = CancellationToken::new();
    let lab = open(&args.base, shutdown.clone()).await?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!(
            "{} cannot be listened on ({error}): choose another with --listen",
            args.listen
        )
    })?;
    tell(&recovered(&lab).await?);
    let keeping = tokio::spawn(keep_house(lab.clone(), shutdown.clone()));
    let address = listener.local_addr()?;
    let access = Access::new(args.token.as_deref(), address, args.https);
    let app = web::router(lab.clone(), access, &shutdown);
    say!("Hivequake is at http://{address}");
    let stop = shutdown.clone();
    tokio::spawn(async move {
        stop_signal().await;
        stop.cancel();
        tracing::info!("stopping: runs abort and restore");
    });
    web::serve(listener, app, shutdown).await;
    lab.engine.finished().await;
    keeping.abort();
    Ok(ExitCode::SUCCESS)
}

fn check_access(args: &Serve) -> Result<(), Failure> {
    match &args.token {
        None if !args.listen.ip().is_loopback() => Err(format!(
            "{} can be reached from other machines: set an access token with --token or HIVEQUAKE_TOKEN, or listen on 127.0.0.1",
            args.listen
        )
        .into()),
        Some(token) if token.trim().len() < SHORTEST_TOKEN => {
            Err(format!("The access token is shorter than {SHORTEST_TOKEN} characters: choose a longer one").into())
        }
        _ => Ok(()),
    }
}

fn tell(done: &Recovered) {
    for run in &done.runs {
        say!("Closed run {run}, which was interrupted.");
    }
    done.settled
        .iter()
        .for_each(|text| say!("{}", one_line(text)));
    done.left_behind
        .iter()
        .for_each(|text| say!("LEFT: {}", one_line(text)));
}

/// Tries again what could not be put back yet.
async fn keep_house(lab: LocalLab, shutdown: CancellationToken) {
    let mut retry = tokio::time::interval(RETRY_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = retry.tick() => {
                if let Err(error) = lab.engine.recover().await {
                    tracing::error!(%error, "recovery");
                }
            }
        }
    }
}

/// Waits for Ctrl-C, SIGTERM, or the terminal to be closed.
pub(super) async fn stop_signal() {
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    );
    let (Ok(mut term), Ok(mut hangup)) = signals else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
        _ = hangup.recv() => {}
    }
}
