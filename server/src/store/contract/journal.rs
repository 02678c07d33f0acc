//! Promises about the undo journal.

use super::{ended, intended, refused, started};
use crate::store::{Figures, Store};
use app::model::run::{Phase, Verdict};
use app::model::time::At;
use app::model::undo::{Undo, UndoState};

fn label(name: &str) -> Undo {
    Undo::ServiceLabel {
        service_id: "s1".to_owned(),
        service: "web".to_owned(),
        label: name.to_owned(),
        before: None,
        during: "on".to_owned(),
    }
}

/// See its name.
pub async fn entries_are_open_until_they_are_settled(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let entry = intended(store, run, 3, &label("x"), At(5)).await;
    let found = store.open_undo().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].run, found[0].fault), (entry, run, 3));
    assert_eq!(
        (&found[0].undo, &found[0].state),
        (&label("x"), &UndoState::Intended)
    );
    assert_eq!(found[0].changed, At(5));

    let failed = UndoState::Failed {
        why: "the engine is gone".to_owned(),
    };
    for state in [UndoState::Applied, failed] {
        store.set_undo(entry, &state, At(6)).await.unwrap();
        let open = store.open_undo().await.unwrap();
        assert_eq!((&open[0].state, open[0].changed), (&state, At(6)));
    }
    for state in [
        UndoState::Reverted,
        UndoState::NotNeeded {
            why: "the service is gone".to_owned(),
        },
        UndoState::LeftToOther {
            found: "off".to_owned(),
        },
    ] {
        store.set_undo(entry, &state, At(7)).await.unwrap();
        assert_eq!(store.open_undo().await.unwrap(), []);
        assert_eq!(store.undo_of(run).await.unwrap()[0].state, state);
    }
    assert!(refused(
        store.set_undo(entry + 1, &UndoState::Reverted, At(8)).await
    ));
}

/// See its name.
pub async fn undoing_goes_backwards(store: &dyn Store) {
    let web = started(store, "a", "web", At(1)).await;
    let api = started(store, "b", "api", At(2)).await;
    let mut entries = Vec::new();
    for (run, name) in [(web, "1"), (api, "2"), (web, "3")] {
        entries.push(intended(store, run, 0, &label(name), At(9)).await);
    }
    let open: Vec<_> = store
        .open_undo()
        .await
        .unwrap()
        .iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(open, [entries[2], entries[1], entries[0]]);
    let of_web: Vec<_> = store
        .undo_of(web)
        .await
        .unwrap()
        .iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(of_web, [entries[0], entries[2]]);
}

/// A fault that took hold after its entry was settled must not be forgotten.
pub async fn a_settled_entry_can_open_again(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let entry = intended(store, run, 0, &label("x"), At(5)).await;
    let settled = UndoState::NotNeeded {
        why: "not there yet".to_owned(),
    };
    store.set_undo(entry, &settled, At(6)).await.unwrap();
    store
        .set_undo(entry, &UndoState::Applied, At(7))
        .await
        .unwrap();
    assert_eq!(store.open_undo().await.unwrap().len(), 1);
}

/// See its name.
pub async fn all_entries_of_a_run_are_written_or_none(store: &dyn Store) {
    let run = started(store, "a", "web", At(1)).await;
    let undos = [(0, label("x")), (0, label("y")), (1, label("z"))];
    let entries = store.intend(run, &undos, At(5)).await.unwrap();
    let found = store.undo_of(run).await.unwrap();
    let ids: Vec<_> = found.iter().map(|e| e.id).collect();
    let written: Vec<_> = found.into_iter().map(|e| (e.fault, e.undo)).collect();
    assert_eq!((ids, written), (entries, undos.to_vec()));
    let phase = store.run(run).await.unwrap().unwrap().phase;
    assert_eq!(phase, Phase::Inject, "nothing is sent in any phase before");

    let over = started(store, "b", "api", At(2)).await;
    ended(store, over, Verdict::Aborted, Figures::default()).await;
    assert!(refused(store.intend(over, &undos, At(6)).await));
    assert_eq!(store.undo_of(over).await.unwrap(), []);
}
