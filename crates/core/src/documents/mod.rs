//! Documents that are kept on this laptop: asked for by the operator, fetched in the background,
//! compared with their hash, and only then said to be here.
//!
//! Their bytes stand in `cache.db`, encrypted like all of it and never the only copy. A document is
//! written whole in one transaction or not at all, so that no half of one is ever found (fault 11),
//! and belongs to one record of the mirror: where that goes, or names another file, or is no longer
//! shown to its reader, the bytes go in the same transaction.

mod fetch;
pub(crate) mod kept;

pub(crate) use fetch::round;
pub use kept::Problem;

/// The most bytes of one document.
pub const MAX_BYTES: u64 = 20 * 1024 * 1024;
/// The most bytes of all documents of a profile.
pub const MAX_KEPT: u64 = 512 * 1024 * 1024;
