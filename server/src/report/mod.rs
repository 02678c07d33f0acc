//! A run written up: for a person (HTML, Markdown, pictures) and for machines (JSON, `JUnit`).
//!
//! Guarantee: pure functions of a record and its analysis. Whatever came from the swarm or from a
//! user is escaped on its way out; the HTML writer's types leave no other way.

pub mod chart;
mod facts;
mod figures;
pub mod html;
pub mod json;
pub mod junit;
mod left;
pub mod markdown;
pub(crate) mod moments;
mod observations;
mod phrases;
mod procedure;
mod rows;
#[cfg(test)]
mod sample;
pub(crate) mod text;
mod words;

#[cfg(test)]
mod tests;
