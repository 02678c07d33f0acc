//! Pictures: plotters draws them as SVG, [`dress`] turns them into themed, titled, hoverable
//! markup, [`figure`] puts the numbers beside them.
//!
//! Guarantee: a picture holds no fixed colour, has a title and a description that states the
//! finding, and every number in it is also in a table.

mod answers;
mod axis;
mod bins;
mod dress;
mod figure;
mod happenings;
pub mod history;
mod ink;
mod lanes;
mod marks;
mod median;
mod notes;
mod pen;
pub mod recovery;
pub mod story;
mod story_numbers;

pub use figure::scrolling;
