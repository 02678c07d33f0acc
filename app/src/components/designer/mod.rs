//! The designer: form and YAML as two views of one document, where the text is the document.

mod actions;
mod desk;
mod fields;
mod form;
mod plan;
mod problems;
mod steps;
mod turn;

pub use actions::Actions;
pub use desk::Desk;
pub use form::FormSide;
pub use problems::TextSide;
