//! A run while it is on: everything on one time axis with zero at the first fault.

mod cross;
mod draw;
mod lanes;
mod log;
mod model;
mod stream;
mod view;

pub use model::LiveModel;
pub use view::Live;
