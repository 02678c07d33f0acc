//! What every store must promise, as tests over `&dyn Store`: `contract_tests!(fresh)` makes one
//! test of each for an implementation.
//!
//! Guarantee: nothing here knows which database it talks to; each promise gets an empty store.

#![allow(clippy::unwrap_used, reason = "tests")]

pub mod control;
pub mod designs;
pub mod history;
pub mod journal;
pub mod runs;
pub mod search;
pub mod stream;

use super::{DesignText, Figures, NewRun, Over, Store, StoreError};
use app::model::experiment::Experiment;
use app::model::run::{DesignId, Outcome, RunId, Verdict};
use app::model::time::At;
use app::model::undo::Undo;
use uuid::Uuid;

/// Makes a test of every promise. `fresh` is an async function that answers with an empty store
/// and whatever must live as long as it.
macro_rules! contract_tests {
    ($fresh:ident) => {
        contract_tests! { $fresh:
            control::an_abort_keeps_its_first_reason,
            control::the_hold_is_set_and_released,
            control::settings_start_with_the_default,
            control::links_are_found_until_and_after_they_end,
            control::it_says_that_it_can_be_written,
            designs::the_text_is_kept_byte_for_byte,
            designs::saving_overwrites_until_runs_point_at_a_version,
            designs::saving_spares_what_somebody_else_saved,
            designs::of_two_saves_from_the_same_text_one_gets_in,
            designs::saving_over_nothing_makes_the_next_version,
            designs::versions_come_newest_first_with_their_own_runs,
            designs::a_design_is_found_by_its_newest_title_and_service,
            designs::what_is_not_there_is_none,
            designs::all_come_last_changed_first_with_their_last_run,
            history::the_newest_come_first_fifty_a_page,
            history::each_filter_lets_through_what_it_names,
            history::filters_add_up,
            history::days_are_those_of_utc,
            history::runs_without_a_figure_sort_last,
            history::services_sort_both_ways,
            history::services_and_faults_are_sorted_and_named_once,
            history::a_chart_gets_the_recoveries_oldest_first,
            history::a_chart_gets_the_newest_and_how_many_there_are,
            journal::entries_are_open_until_they_are_settled,
            journal::undoing_goes_backwards,
            journal::all_entries_of_a_run_are_written_or_none,
            journal::a_settled_entry_can_open_again,
            runs::a_run_reads_back_whole,
            runs::one_run_per_target,
            runs::a_run_executes_the_text_that_its_version_holds,
            runs::of_many_launches_at_once_one_gets_in,
            runs::a_run_that_is_over_stays_as_it_ended,
            runs::unfinished_runs_come_oldest_first_with_their_owner,
            search::words_are_found_as_they_are,
            search::a_search_looks_at_title_service_and_reason,
            search::whatever_a_title_says_can_be_found,
            search::any_combination_finds_what_it_says,
            stream::items_come_in_order_from_where_one_left_off,
            stream::a_batch_is_stored_whole_or_not_at_all,
            stream::a_record_holds_everything,
            stream::compacting_drops_the_bins_and_nothing_else,
            stream::a_probe_without_samples_has_an_empty_series,
            stream::evidence_is_replaced_by_kind,
        }
    };
    ($fresh:ident: $($area:ident::$promise:ident),* $(,)?) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            let (store, _alive) = $fresh().await;
            $crate::store::contract::$area::$promise(&store).await;
        }
    )* };
}

/// One hour in microseconds.
const HOUR: i64 = 3_600_000_000;

/// An experiment on a service, with one HTTP probe and one TCP probe.
pub fn experiment(title: &str, service: &str, faults: &str) -> Experiment {
    let method: serde_json::Value = serde_json::from_str(faults).unwrap();
    serde_json::from_value(serde_json::json!({
        "apiVersion": "hivequake/v1",
        "title": title,
        "target": { "service": service },
        "hypothesis": {
            "probes": [
                { "name": "api", "http": { "url": "http://127.0.0.1:8089/" } },
                { "name": "db", "tcp": { "address": "127.0.0.1:5432" } }
            ],
            "recovers_within": "15s"
        },
        "method": method,
        "timing": { "baseline": "10s", "observe": "60s" }
    }))
    .unwrap()
}

/// A kill with SIGKILL.
pub const KILL: &str = r#"[{"fault": "container-kill"}]"#;

/// A label set.
const LABEL: &str = r#"[{"fault": "service-label", "label": "a", "value": "1"}]"#;

/// Two faults.
const BOTH: &str = r#"[{"fault": "container-kill"},
    {"fault": "service-label", "label": "a", "value": "1"}]"#;

/// A design with a run on it, ready to be created.
pub async fn planned(store: &dyn Store, title: &str, service: &str, created: At) -> NewRun {
    planned_with(store, title, service, KILL, created).await
}

async fn planned_with(
    store: &dyn Store,
    title: &str,
    service: &str,
    faults: &str,
    created: At,
) -> NewRun {
    let (design, version) = saved(store, None, title, created).await;
    NewRun {
        id: RunId(Uuid::new_v4()),
        design,
        version,
        text: None,
        experiment: experiment(title, service, faults),
        seed: u64::MAX - 7,
        repeat: 1,
        created,
        owner: "host:1:2".to_owned(),
        first: Vec::new(),
    }
}

/// Writes one entry into the undo journal; its number.
pub async fn intended(store: &dyn Store, run: RunId, fault: usize, undo: &Undo, now: At) -> i64 {
    let one = [(fault, undo.clone())];
    store.intend(run, &one, now).await.unwrap()[0]
}

/// A run that is on.
pub async fn started(store: &dyn Store, title: &str, service: &str, created: At) -> RunId {
    let run = planned(store, title, service, created).await;
    let id = run.id;
    store.create_run(run).await.unwrap();
    id
}

/// Ends a run.
pub async fn ended(store: &dyn Store, run: RunId, verdict: Verdict, figures: Figures) {
    let outcome = outcome(verdict, "it was so");
    let now = At(HOUR * 24 * 365 * 57);
    store.finish_run(run, &outcome, figures, now).await.unwrap();
}

/// An outcome with everything back in place.
pub fn outcome(verdict: Verdict, reason: &str) -> Outcome {
    Outcome {
        verdict,
        reason: reason.to_owned(),
        left_behind: Vec::new(),
    }
}

/// A text stored as a design.
pub async fn saved(
    store: &dyn Store,
    id: Option<DesignId>,
    text: &str,
    now: At,
) -> (DesignId, u32) {
    let text = DesignText {
        text,
        title: text,
        service: "web",
        valid: true,
    };
    let saved = store.save_design(id, text, Over::Any, now).await;
    saved.unwrap().unwrap()
}

/// Whether a use was refused by the database.
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads better at its many callers"
)]
pub fn refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Database(_)))
}
