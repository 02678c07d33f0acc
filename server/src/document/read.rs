//! Text to experiment, or everything that is wrong with it, each at its line and column.
//!
//! The reader of the model judges; what it refuses is explained by `check`, which names several
//! mistakes at once and in words for people.

use super::path::Path;
use super::tree::Tree;
use super::{LONGEST, check};
use app::api::views::ProblemAt;
use app::model::experiment::{Experiment, Problem};
use serde_saphyr::{Error, Options};

/// Reads an experiment, YAML or JSON. What comes back can launch as far as its text is concerned;
/// otherwise every problem, in document order.
///
/// # Errors
/// No YAML; longer than [`LONGEST`]; nested or aliased out of bounds; a field that is unknown,
/// missing, doubled or of the wrong type; a value in the wrong unit; a whole that makes no sense
/// ([`Experiment::problems`]).
pub fn read(text: &str) -> Result<Experiment, Vec<ProblemAt>> {
    let tree = Tree::parse(text).map_err(|problem| vec![problem])?;
    let mut problems = match serde_saphyr::from_str_with_options::<Experiment>(text, options()) {
        Ok(experiment) => {
            let problems = experiment.problems();
            if problems.is_empty() {
                return Ok(experiment);
            }
            let located = problems.into_iter().map(|problem| at(problem, &tree));
            located.collect()
        }
        Err(error) => match check::problems(text, &tree) {
            problems if problems.is_empty() => vec![refused(&error)],
            problems => problems,
        },
    };
    problems.sort_by_key(|problem| (problem.line.is_none(), problem.line, problem.column));
    Err(problems)
}

/// Line and column, from 1, of the value at a path such as `hypothesis.probes[0].http.url`: where
/// a written value begins; for an empty value, fields or a list, where its key stands. None when
/// nothing is there or the text cannot be read.
pub fn locate(text: &str, path: &str) -> Option<(u32, u32)> {
    let tree = Tree::parse(text).ok()?;
    let found = Path::parse(path)?.find(&tree.root)?;
    Some(found.place())
}

fn options() -> Options {
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_reader_input_bytes: Some(LONGEST),
            max_depth: 40,
            max_nodes: 40_000,
            max_events: 100_000,
        },
    }
}

/// A problem of the whole, at the place that its path leads to, or as near as one gets.
fn at(problem: Problem, tree: &Tree) -> ProblemAt {
    let path = Path::parse(&problem.path).unwrap_or_default();
    let (line, column) = path.nearest(&tree.root).place();
    ProblemAt {
        path: problem.path,
        message: problem.message,
        line: Some(line),
        column: Some(column),
    }
}

/// What the reader refused and `check` has no words for.
fn refused(error: &Error) -> ProblemAt {
    let place = error.location();
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    let message = match error.without_snippet() {
        Error::Message { msg, .. } => msg.clone(),
        Error::MultipleDocuments { .. } => {
            "a second document begins here: keep one experiment in one text".to_owned()
        }
        other => format!("this cannot be read: {other}"),
    };
    ProblemAt {
        path: String::new(),
        message,
        line: place.map(|place| number(place.line())),
        column: place.map(|place| number(place.column())),
    }
}
