//! Use cases about designs: open, check as one types, save, launch.
//!
//! Guarantee: what is stored and shown is the text as it came; only `document` changes it.

use super::{LocalLab, refusals, words};
use crate::document;
use crate::engine::Order;
use crate::report::text::clean;
use crate::store::{DesignText, Over, StoreError, StoredDesign};
use app::api::views::{Check, DesignAsk, DesignRow, DesignView, Permission, ProblemAt};
use app::api::{Refusal, RefusalKind};
use app::model::digest::digest;
use app::model::experiment::Experiment;
use app::model::run::{DesignId, RunId};

/// Previews pick by this seed; a launch draws its own.
const PREVIEW_SEED: u64 = 0;

/// A text and where it comes from.
struct Opened {
    id: Option<DesignId>,
    version: u32,
    has_runs: bool,
    text: String,
}

impl LocalLab {
    pub(super) async fn design_rows(&self) -> Result<Vec<DesignRow>, Refusal> {
        let designs = self
            .store
            .designs()
            .await
            .map_err(|e| refusals::store(&e))?;
        Ok(designs
            .into_iter()
            .map(|(design, last)| DesignRow {
                id: design.id,
                title: if design.title.trim().is_empty() {
                    "Untitled draft".to_owned()
                } else {
                    clean(&design.title)
                },
                service: clean(&design.service),
                version: design.version,
                changed: words::when(design.changed),
                valid: design.valid,
                last_run: last.map(words::run_row),
            })
            .collect())
    }

    pub(super) async fn stored_design(&self, id: DesignId) -> Result<DesignView, Refusal> {
        let StoredDesign {
            id,
            version,
            has_runs,
            text,
            ..
        } = self.newest(id).await?;
        self.view(Opened {
            id: Some(id),
            version,
            has_runs,
            text,
        })
        .await
    }

    pub(super) async fn fresh_design(&self, service: Option<&str>) -> Result<DesignView, Refusal> {
        let facts = match service {
            Some(name) => Some(
                self.swarm
                    .snapshot(name)
                    .await
                    .map_err(|e| refusals::swarm(&e))?
                    .service,
            ),
            None => None,
        };
        let text = document::fresh(facts.as_ref());
        self.view(Opened {
            id: None,
            version: 0,
            has_runs: false,
            text,
        })
        .await
    }

    pub(super) async fn checked_design(&self, ask: DesignAsk) -> Result<DesignView, Refusal> {
        let text = match &ask.edit {
            Some(edit) => document::edit(&ask.text, edit)
                .map_err(|e| refusals::no(RefusalKind::Invalid, e.to_string()))?,
            None => ask.text,
        };
        let (version, has_runs) = match ask.id {
            Some(id) => self
                .newest(id)
                .await
                .map(|design| (design.version, design.has_runs))?,
            None => (0, false),
        };
        self.view(Opened {
            id: ask.id,
            version,
            has_runs,
            text,
        })
        .await
    }

    /// A design as it is stored, at its newest version.
    pub async fn newest(&self, id: DesignId) -> Result<StoredDesign, Refusal> {
        let found = self
            .store
            .design(id, None)
            .await
            .map_err(|e| refusals::store(&e))?;
        found.ok_or_else(|| refusals::missing("experiment", &id.to_string()))
    }

    async fn view(&self, opened: Opened) -> Result<DesignView, Refusal> {
        let Opened {
            id,
            version,
            has_runs,
            text,
        } = opened;
        let (problems, checks, hits, clear) = match document::read(&text) {
            Ok(experiment) => {
                let (checks, hits, clear) = self.preview(&experiment).await?;
                (Vec::new(), checks, hits, clear)
            }
            Err(problems) => (problems, Vec::new(), None, false),
        };
        Ok(DesignView {
            id,
            version,
            has_runs,
            title: clean(&document::title_and_service(&text).0),
            form: document::form(&text),
            services: self.allowed_services().await,
            launchable: problems.is_empty() && clear,
            text,
            problems: problems.into_iter().map(readable).collect(),
            checks: checks.iter().map(words::check).collect(),
            hits: hits.as_deref().map(clean),
        })
    }

    async fn preview(
        &self,
        experiment: &Experiment,
    ) -> Result<(Vec<Check>, Option<String>, bool), Refusal> {
        let found = self
            .engine
            .preflight(experiment, PREVIEW_SEED)
            .await
            .map_err(|e| refusals::store(&e))?;
        let clear = found.blockers().is_empty();
        Ok((found.checks, found.hits, clear))
    }

    async fn allowed_services(&self) -> Vec<String> {
        let rows = self.service_rows().await.unwrap_or_default();
        rows.into_iter()
            .filter(|row| matches!(row.target, Permission::Allowed(_)))
            .map(|row| row.name)
            .collect()
    }

    /// Stores a text; see [`Store::save_design`](crate::store::Store::save_design).
    pub async fn keep_design(
        &self,
        id: Option<DesignId>,
        text: &str,
        over: Over,
    ) -> Result<(DesignId, u32), Refusal> {
        if text.len() > document::LONGEST {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                "The document is longer than 256 kB. Nothing was stored; split it into several experiments.",
            ));
        }
        let (title, service) = document::title_and_service(text);
        let valid = document::read(text).is_ok();
        let design = DesignText {
            text,
            title: &title,
            service: &service,
            valid,
        };
        let kept = self
            .store
            .save_design(id, design, over, self.now())
            .await
            .map_err(|e| refusals::store(&e))?;
        kept.ok_or_else(|| {
            refusals::missing(
                "experiment",
                &id.map(|id| id.to_string()).unwrap_or_default(),
            )
        })
    }

    /// Launches a stored design at its newest version, as long as its text has the digest `from`
    /// where one is given; the seed is drawn where none is given.
    pub(super) async fn launch_design(
        &self,
        id: DesignId,
        from: Option<u64>,
        seed: Option<u64>,
    ) -> Result<RunId, Refusal> {
        let design = self.newest(id).await?;
        if from.is_some_and(|known| known != digest(&design.text)) {
            return Err(refusals::store(&StoreError::Outdated(design.version)));
        }
        let experiment = document::read(&design.text).map_err(|problems| not_valid(&problems))?;
        let seed = seed.unwrap_or_else(draw);
        let order = Order {
            design: design.id,
            version: design.version,
            text: digest(&design.text),
            experiment,
            seed,
        };
        self.engine
            .launch(order)
            .await
            .map_err(|e| refusals::launch(&e))
    }

    /// Launches a text: as a version of the design with its title and service, or as a new one.
    /// A draft that somebody saved there meanwhile is not written over, and a text that cannot be
    /// launched is not stored.
    pub async fn launch_text(&self, text: &str, seed: Option<u64>) -> Result<RunId, Refusal> {
        let experiment = document::read(text).map_err(|problems| not_valid(&problems))?;
        let seed = seed.unwrap_or_else(draw);
        let design = self.design_of(text).await?;
        if design.as_ref().is_none_or(|design| design.text != text) {
            let admitted = self.engine.admit(&experiment, seed);
            admitted.await.map_err(|e| refusals::launch(&e))?;
        }
        let (id, _) = self
            .keep_design(design.map(|d| d.id), text, Over::Nothing)
            .await?;
        self.launch_design(id, Some(digest(text)), Some(seed)).await
    }

    /// The design that a text belongs to: the one with the same title and service.
    async fn design_of(&self, text: &str) -> Result<Option<StoredDesign>, Refusal> {
        let (title, service) = document::title_and_service(text);
        let found = self.store.design_named(&title, &service).await;
        found.map_err(|e| refusals::store(&e))
    }
}

/// A seed that people can read out.
fn draw() -> u64 {
    use rand::Rng;
    rand::rng().random_range(1..=999_999)
}

/// A problem as pages show it; the text itself is shown as it is.
fn readable(problem: ProblemAt) -> ProblemAt {
    ProblemAt {
        message: clean(&problem.message),
        ..problem
    }
}

fn not_valid(problems: &[ProblemAt]) -> Refusal {
    let lines: Vec<String> = problems.iter().map(sentence).collect();
    refusals::no(
        RefusalKind::Invalid,
        format!(
            "Nothing was changed: the experiment is not valid. {}",
            lines.join(" · ")
        ),
    )
}

fn sentence(problem: &ProblemAt) -> String {
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("Line {line}, column {column}: {}", problem.message),
        (Some(line), None) => format!("Line {line}: {}", problem.message),
        _ => problem.message.clone(),
    }
}
