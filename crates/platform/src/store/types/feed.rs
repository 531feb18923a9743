//! Questions to the feed, and its pages.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use watchkeeper_pack::Sight;

/// A question to the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAsked {
    /// The tenant.
    pub tenant: String,
    /// Operator who reads; verdicts go to the author alone.
    pub operator: String,
    /// Their regions; empty means all.
    pub regions: Vec<String>,
    /// What they see of kinds and fields.
    pub sight: Arc<Sight>,
    /// Where to go on.
    pub from: Place,
    /// The most records.
    pub limit: usize,
    /// The most bytes of lines; one line may always come.
    pub bytes: usize,
}

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "p", rename_all = "snake_case")]
pub enum Place {
    /// Nothing read yet.
    Start,
    /// In a snapshot of the records whose last change is at most `head`; read up to `at`.
    /// A record that changes meanwhile moves beyond `head` and comes with what follows.
    Snapshot {
        /// Head of the feed when the snapshot began.
        head: u64,
        /// Last seq read.
        at: u64,
    },
    /// The snapshot's records are read; what changed since it began belongs to it.
    CatchUp {
        /// Last seq read.
        at: u64,
    },
    /// In the deltas; read up to `at`.
    Delta {
        /// Last seq read.
        at: u64,
    },
}

/// A page of the feed.
#[derive(Debug, Clone, PartialEq)]
pub enum PageRead {
    /// The lines between head and end of the page, each one JSON text, and where to go on.
    Lines {
        /// One JSON text each.
        lines: Vec<String>,
        /// Where to go on.
        next: Place,
        /// Another page is ready now.
        more: bool,
        /// The page belongs to a snapshot.
        snapshot: bool,
        /// It is the last of it.
        snapshot_complete: bool,
    },
    /// The place is ahead of the feed, or its changes are compacted away.
    Gone,
}

/// A question about what a reader's copy should amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyAsked {
    /// The tenant.
    pub tenant: String,
    /// Operator whose copy it is.
    pub operator: String,
    /// Regions of the reader; empty means all.
    pub regions: Vec<String>,
    /// What they see of kinds and fields.
    pub sight: Arc<Sight>,
    /// Place in the feed up to which they have read.
    pub at: u64,
}
