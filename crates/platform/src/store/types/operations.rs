//! Operations, and what a decision writes.

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
