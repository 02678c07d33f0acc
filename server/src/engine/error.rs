//! Why the engine does not start something.

use crate::faults::FaultError;
use crate::store::StoreError;
use crate::swarm::SwarmError;
use app::api::views::Check;
use app::model::run::RunId;

/// Why a run was not started. Nothing was touched.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Preflight said no; the checks that are in the way.
    #[error("{}", sentence(.0))]
    Preflight(Vec<Check>),
    /// The service must not be attacked. For people.
    #[error("{0}")]
    NotAllowed(String),
    /// Everything is on hold. For people.
    #[error("{0}")]
    OnHold(String),
    /// Another run has this target.
    #[error(
        "Another run ({0}) is still on for this service. Nothing was changed; wait for it or abort it, then launch again."
    )]
    Busy(RunId),
    /// The swarm did not answer as needed.
    #[error(transparent)]
    Swarm(#[from] SwarmError),
    /// The store did not do as needed.
    #[error(transparent)]
    Store(StoreError),
    /// A fault cannot be planned on this target.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl From<StoreError> for LaunchError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TargetBusy(run) => Self::Busy(run),
            other => Self::Store(other),
        }
    }
}

/// Says once that nothing was changed, however many of the checks say it, too.
fn sentence(checks: &[Check]) -> String {
    let texts = checks.iter().map(|c| &c.text);
    let reasons: Vec<String> = texts
        .map(|text| text.replace(" Nothing was changed.", ""))
        .collect();
    format!("Nothing was changed. In the way: {}", reasons.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::api::views::CheckState;

    #[test]
    fn that_nothing_was_changed_is_said_once() {
        let check = |error: FaultError| Check {
            state: CheckState::No,
            text: error.to_string(),
        };
        let few = FaultError::TooFew {
            wanted: "3 tasks".to_owned(),
            running: 1,
        };
        let bad = FaultError::BadLabel {
            label: "x".to_owned(),
            why: "write another name",
        };
        let said = LaunchError::Preflight(vec![check(few), check(bad)]).to_string();
        assert_eq!(said.matches("othing was changed").count(), 1, "{said}");
        assert!(said.contains("Ask for fewer under target.tasks"), "{said}");
    }
}
