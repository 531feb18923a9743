//! Operations, and what a decision writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use watchkeeper_pack::Sight;
use watchkeeper_wire::history::HistoryEntry;
use watchkeeper_wire::operation::{Operation, Verdict};

use super::{Kept, NewCall, Touched, Write};

/// An operation as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationRow {
    /// SHA-256 of the canonical request.
    pub fingerprint: String,
    /// As it came.
    pub request: Operation,
    /// Its current verdict, without the record.
    pub verdict: Verdict,
    /// It may have been carried out before the store was put back to what it once was.
    pub sent_before: bool,
    /// What it will call, where it waits for agreement.
    pub kept: Option<Kept>,
}

/// One operation, decided.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The tenant.
    pub tenant: String,
    /// Head that the decision rests on.
    pub expected_head: u64,
    /// The operation and its verdict.
    pub operation: OperationRow,
    /// Records that change, each once.
    pub writes: Vec<Write>,
    /// Calls to providers.
    pub calls: Vec<NewCall>,
    /// What becomes, with it, of an operation that had waited for agreement.
    pub follows: Option<Follows>,
}

/// What becomes of an operation that had waited for agreement.
#[derive(Debug, Clone)]
pub struct Follows {
    /// Its next verdict.
    pub verdict: Verdict,
    /// Its calls to providers.
    pub calls: Vec<NewCall>,
}

/// The end of an operation for whose agreement nobody has answered.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The tenant.
    pub tenant: String,
    /// Head that this rests on.
    pub expected_head: u64,
    /// Records that change, each once.
    pub writes: Vec<Write>,
    /// The operation's next verdict: the last one, unless it has calls.
    pub verdict: Verdict,
    /// Calls that are only looked for at their providers.
    pub calls: Vec<NewCall>,
}

/// How a guarded transaction ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Committed {
    /// Written.
    Done(Touched),
    /// Something changed since the facts were read, or the call has ended; nothing was written.
    Moved,
    /// The operation's id was taken in between; nothing was written.
    Known(Box<OperationRow>),
}

/// A question about what everybody did with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryAsked {
    /// The tenant.
    pub tenant: String,
    /// Kind of the record.
    pub kind: String,
    /// Its id.
    pub record: String,
    /// References of it by which it may be about a person: field → kind.
    pub refs: BTreeMap<String, String>,
    /// Regions of the reader; empty means all.
    pub regions: Vec<String>,
    /// What they see of kinds and fields.
    pub sight: Arc<Sight>,
    /// Only operations whose last verdict has an earlier place than this; none: from the newest on.
    pub before: Option<u64>,
    /// The most entries.
    pub limit: usize,
}

/// A page of what everybody did with a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryRead {
    /// Newest first by the place of the last verdict.
    pub entries: Vec<HistoryEntry>,
    /// There are more behind them.
    pub older: bool,
}
