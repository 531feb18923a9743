//! Search over records.

mod excerpt;
mod find;
mod queries;
mod question;
pub mod view;

pub use find::search;
pub use question::fts_query;
pub(crate) use question::{begun, wholly, words};
