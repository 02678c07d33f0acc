//! An experiment's text: read with line and column, checked, patched without losing a byte.
//!
//! The text is the document. Nothing here ever writes the model back over it: a form edit becomes
//! a few splices of the text, and the result is read again and compared before anyone sees it.
//! The one guarantee: what was not edited is the same, byte for byte, comments included.
//!
//! How the files hang together, from the text outwards:
//!
//! | file | what it does |
//! |---|---|
//! | `tree` | the text as nodes that know where they stand; `syntax` puts its refusals in words |
//! | `path` | `hypothesis.probes[0].http.url`, and the node it leads to |
//! | `shape` | which fields there are, of which type: taken from the JSON Schema of the model |
//! | `read` | text -> [`Experiment`], or everything that is wrong, at its line ([`read()`]) |
//! | `check` | compares a tree with the shape, so that several mistakes show at once |
//! | `form` | text -> what the form shows, also while values are wrong ([`form()`]) |
//! | `edit` | a change in the form -> splices of the text ([`edit()`]) |
//! | `fresh` | the text that a new design begins with ([`fresh()`]) |
//!
//! JSON is read by the same parser, because every JSON document is a YAML document; edits of a
//! JSON text leave a JSON text. Pure: no I/O, no clock.

mod check;
mod edit;
mod form;
mod fresh;
mod path;
mod quote;
mod read;
mod shape;
mod syntax;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use app::model::experiment::Experiment;

pub use edit::{EditError, edit};
pub use form::{form, title_and_service};
pub use fresh::fresh;
pub use read::{locate, read};

/// The longest text that is read, in bytes (256 kB). An experiment is a page or two; anything
/// larger is a mistake or an attack.
pub const LONGEST: usize = 256 * 1024;

/// The example that the documentation, the schema and the tests share.
pub fn example() -> &'static str {
    include_str!("../../../tests/fixtures/experiments/canary-kill.yaml")
}

/// The JSON Schema of an experiment, for editors and for `hivequake schema`.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Experiment).to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("title".to_owned(), "Hivequake experiment".into());
        if let Ok(example) = serde_saphyr::from_str::<serde_json::Value>(example()) {
            fields.insert("examples".to_owned(), vec![example].into());
        }
    }
    schema
}
