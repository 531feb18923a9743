//! Search over records.

mod search;
pub mod view;

pub use search::search;
