//! The connection and what waits, as the UI sees it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Error;
use crate::features::queues::view::OperationView;

/// The foot of the rail and the Sync screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SyncView {
    /// How things stand with the platform.
    pub link: Link,
    /// Since when, tenant's wall clock, RFC 3339 with offset.
    pub since: Option<String>,
    /// Seconds since the last completed pull; none before the first.
    pub age_seconds: Option<u32>,
    /// When that pull was, RFC 3339 with offset.
    pub as_of: Option<String>,
    /// Why it is cut off.
    pub problem: Option<Error>,
    /// Next attempt, RFC 3339 with offset.
    pub next_try: Option<String>,
    /// Hints arrive over the stream; else polling.
    pub live: bool,
    /// First fill: records so far.
    pub filling: Option<u32>,
    /// Records in the mirror.
    pub records: u32,
    /// How many operations are not settled.
    pub open: OpenCounts,
    /// The first operations that wait, at most 100: those of which nobody knows whether they happened,
    /// then the oldest.
    pub waiting: Vec<OperationView>,
    /// What was done last and can still be taken back.
    pub undo: Option<UndoOfferView>,
    /// What was done on many records at once and is not over, newest first.
    pub batches: Vec<BatchView>,
    /// Actions on many records of which something is still to be queued, newest first.
    pub unfinished: Vec<UnfinishedView>,
    /// The first operations held for the operator, at most 100, the oldest first.
    pub held: Vec<OperationView>,
    /// The first operations that the platform has, without a final verdict, at most 100: those whose
    /// outcome it does not know, then the oldest.
    pub under_way: Vec<OperationView>,
    /// The last settled ones, newest first, at most 20.
    pub settled: Vec<OperationView>,
    /// Records that could not be read.
    pub quarantine: Vec<QuarantineView>,
    /// What of this laptop's copy is not held against the platform's, because of those.
    pub uncompared: UncomparedView,
    /// Kinds of which this laptop's copy differed from the platform's within a day, by name.
    pub copies: Vec<CopyView>,
    /// The audit chain.
    pub chain: ChainView,
    /// Age of the newest server time known, and whether the clock is carried or guessed.
    pub clock_unsure: bool,
    /// Platform address.
    pub platform: String,
    /// Pack in force: name and version.
    pub pack: String,
}

/// How many operations are not settled, by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OpenCounts {
    /// Not with the platform, as far as anybody here knows.
    pub waiting: u32,
    /// The platform has them; the final verdict is to come.
    pub sent: u32,
    /// The platform has them and does not know the outcome.
    pub unknown: u32,
    /// Held for the operator.
    pub held: u32,
}

/// Where operations stand that are not settled, as Sync lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OpenPart {
    /// Those that wait.
    Waiting,
    /// Those that the platform has.
    UnderWay,
    /// Those that are held.
    Held,
}

/// How far an action on many records is. Its parts add up to `count`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchView {
    /// What the ids of its operations begin with; so does the id of the batch.
    pub id: String,
    /// Action as shown.
    pub action: String,
    /// Its operations.
    pub count: u32,
    /// Not with the platform yet.
    pub waiting: u32,
    /// The platform has them; the final word is to come.
    pub under_way: u32,
    /// Held for the operator.
    pub held: u32,
    /// Done, and the platform said so.
    pub confirmed: u32,
    /// Given up, or taken back.
    pub discarded: u32,
}

/// An action on many records of which something is still to be queued. Its parts add up to `count`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UnfinishedView {
    /// Id of the batch.
    pub id: String,
    /// Action as shown.
    pub action: String,
    /// Its records.
    pub count: u32,
    /// Those that are queued.
    pub queued: u32,
    /// Those that were looked at and not queued.
    pub failed: u32,
    /// Those that nothing was done about.
    pub left: u32,
    /// It is being queued now; else it was cut off, and waits for the operator to go on or leave it.
    pub runs: bool,
    /// When it was confirmed, tenant's wall clock, RFC 3339 with offset.
    pub made_at: String,
}

/// What was done last, on one record or on many at once, and can still be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UndoOfferView {
    /// Its operations.
    pub operations: Vec<String>,
    /// Action as shown.
    pub action: String,
    /// The record in a line, where it is one.
    pub title: Option<String>,
    /// The first of them goes in so many seconds, rounded up.
    pub goes_in_seconds: u32,
}

/// What came of taking operations back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TakenBackView {
    /// Taken back: nothing of them was ever sent.
    pub taken: u32,
    /// Too late: they may have left, and their verdicts decide.
    pub late: u32,
}

/// How things stand with the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The first fill is under way.
    Filling,
    /// In step.
    InStep,
    /// Cut off: work goes on here.
    CutOff,
    /// The token is not accepted any more: nothing is sent until somebody signs in.
    SignedOut,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct QuarantineView {
    /// Kind, if it could be told.
    pub kind: Option<String>,
    /// Id, if it could be told.
    pub id: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// Since when, RFC 3339 with offset.
    pub since: String,
    /// Bytes kept.
    pub bytes: u32,
}

/// What is not held against the platform's, because it was set aside and does not read far enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UncomparedView {
    /// So many lines of which not even the kind reads: while there is one, no kind is compared.
    pub lines: u32,
    /// Kinds of which a record was set aside at a revision that does not read, as shown, many of each.
    pub kinds: Vec<String>,
}

/// A kind of which this laptop's copy differed from the platform's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CopyView {
    /// The kind as shown, many of it.
    pub kind: String,
    /// When it was fetched anew, RFC 3339 with offset.
    pub at: String,
    /// It differed again after that.
    pub stays: bool,
}

/// The audit chain in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChainView {
    /// Entries.
    pub entries: u32,
    /// The last entry that the platform countersigned.
    pub countersigned: u32,
    /// First bad entry that the verifier found; none when the chain holds.
    pub broken_at: Option<u32>,
}
