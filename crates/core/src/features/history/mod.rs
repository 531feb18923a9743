//! What everybody did with one record: as the platform told it when it was last asked, and this laptop's own.
//!
//! Nothing of it comes by itself. It is asked for while somebody looks at the record, kept in `cache.db`, and
//! read from there at once, with or without a line. It goes with the mirror (`sync/histories.rs`).

mod ask;
mod join;
mod merge;
mod queries;
mod shown;
pub mod view;

pub use ask::ask;
pub use shown::shown;
