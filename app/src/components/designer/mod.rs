//! The designer: form and YAML as two views of one document, where the text is the document.

mod actions;
mod desk;
mod fields;
mod form;
mod plan;
mod problems;
mod steps;
mod turn;
mod view;

pub use desk::draft_key;
pub use view::{Designer, titled};
