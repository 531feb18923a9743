//! The audit chain of this laptop: read, filtered, searched and verified.
//!
//! The chain holds ids. What they were called is looked up here and now, in the outbox and the
//! mirror, so that what was erased there is gone here too.

mod entry;
mod page;
mod queries;
mod sorts;
mod verify;
pub mod view;

pub use page::page;
pub use verify::verify;
