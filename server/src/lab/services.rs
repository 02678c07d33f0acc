//! Use cases about services, and what every page shows around its content.

use super::words::cleaned;
use super::{LocalLab, RECENT, facts, refusals, words};
use crate::engine::journal;
use crate::report::text::clean;
use app::api::Refusal;
use app::api::views::{Frame, RunQuery, ServiceRow, ServiceView};

impl LocalLab {
    pub(super) async fn frame_now(&self) -> Result<Frame, Refusal> {
        let query = RunQuery {
            verdict: "running".to_owned(),
            ..RunQuery::default()
        };
        let running = self
            .store
            .runs(&query)
            .await
            .map_err(|e| refusals::store(&e))?;
        let hold = self.store.hold().await.map_err(|e| refusals::store(&e))?;
        let open = self
            .store
            .open_undo()
            .await
            .map_err(|e| refusals::store(&e))?;
        let on: Vec<_> = running.iter().map(|run| run.id).collect();
        let stuck: Vec<_> = open
            .into_iter()
            .filter(|entry| !on.contains(&entry.run))
            .collect();
        Ok(Frame {
            running: running.iter().map(words::running).collect(),
            on_hold: hold.map(|h| format!("Everything was stopped by {} on {} (UTC). No run starts until somebody releases it.", clean(&h.who), words::when(h.since))),
            swarm_trouble: self.engine.trouble().as_deref().map(clean),
            not_restored: cleaned(&journal::left_behind(&stuck)),
            signed_in: self.signs_in,
        })
    }

    pub(super) async fn service_rows(&self) -> Result<Vec<ServiceRow>, Refusal> {
        let settings = self
            .store
            .settings()
            .await
            .map_err(|e| refusals::store(&e))?;
        let services = self
            .swarm
            .services()
            .await
            .map_err(|e| refusals::swarm(&e))?;
        let own = self.swarm.own_service().await;
        let mut rows: Vec<ServiceRow> = services
            .iter()
            .map(|s| {
                words::service_row(
                    &s.facts,
                    s.running,
                    s.desired,
                    &settings.allow,
                    own.as_deref(),
                )
            })
            .collect();
        words::sort_services(&mut rows);
        Ok(rows)
    }

    pub(super) async fn service_view(&self, name: &str) -> Result<ServiceView, Refusal> {
        let settings = self
            .store
            .settings()
            .await
            .map_err(|e| refusals::store(&e))?;
        let snapshot = self
            .swarm
            .snapshot(name)
            .await
            .map_err(|e| refusals::swarm(&e))?;
        let query = RunQuery {
            service: snapshot.service.name.clone(),
            ..RunQuery::default()
        };
        let runs = self
            .store
            .runs(&query)
            .await
            .map_err(|e| refusals::store(&e))?;
        let running = snapshot.running().count() as u64;
        let own = self.swarm.own_service().await;
        Ok(ServiceView {
            row: words::service_row(
                &snapshot.service,
                running,
                snapshot.desired,
                &settings.allow,
                own.as_deref(),
            ),
            facts: facts::groups(&snapshot.service),
            tasks: words::task_rows(&snapshot),
            runs: runs.into_iter().take(RECENT).map(words::run_row).collect(),
        })
    }
}
