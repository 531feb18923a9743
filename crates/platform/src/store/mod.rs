//! What the platform remembers, behind one narrow trait.
//!
//! Each method is one transaction and says what it does in the platform's own terms, so that
//! handlers know no SQL and another database fits behind it. What every implementation must keep
//! stands in `contract`, as tests over the trait; [`sqlite`] is the embedded one.
//!
//! **Order.** Every change of a tenant takes the next `seq` inside the transaction that makes it,
//! so that no reader can see a later one before an earlier one. There is exactly one change per
//! record and transaction.
//!
//! **Deciding.** [`Store::facts`] reads all that a decision needs and the tenant's head at that
//! moment; [`Store::commit_operation`] writes only while the head is still the same, else it
//! answers [`Committed::Moved`] and the caller decides again. So a decision never rests on facts
//! that have changed since, and stays a pure function outside the transaction.

#[cfg(test)]
mod contract;
pub mod sqlite;
mod types;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use watchkeeper_model::audit::Entry;
use watchkeeper_pack::Sight;
use watchkeeper_pack::format::Connector;
use watchkeeper_pack::measure::{Asked, Piece};
use watchkeeper_wire::audit::SignedHead;
use watchkeeper_wire::digest::CopyDigests;
use watchkeeper_wire::ingest::Outcome;
use watchkeeper_wire::operation::Verdict;
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

pub use types::*;

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database itself.
    #[error("database: {0}")]
    Database(Box<dyn std::error::Error + Send + Sync>),
    /// A stored value cannot be read back.
    #[error("stored value is damaged: {0}")]
    Damaged(String),
    /// Something was asked about a tenant that is not there.
    #[error("no such tenant")]
    NoTenant,
}

/// The answer of every method.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The platform's memory.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Secrets of this store, made by `fresh` when it is new.
    /// The epoch is a fresh one also where the store was put back to what it once was (fault 7).
    async fn secrets(&self, fresh: Secrets) -> Result<Secrets>;
    /// Another epoch from now on: what is not at its end may have come to it in the one before, and is
    /// marked so.
    async fn put_epoch(&self, epoch: [u8; 32]) -> Result<()>;

    /// Ids of all tenants.
    async fn tenants(&self) -> Result<Vec<String>>;
    /// Makes a tenant, or changes its name and zone.
    async fn found_tenant(&self, tenant: &Tenant) -> Result<()>;
    /// A tenant as it is now.
    async fn tenant(&self, id: &str) -> Result<Option<TenantState>>;
    /// Keeps a pack and makes it the active one. Versions only rise and the publisher stays: false
    /// where it is otherwise.
    async fn publish_pack(
        &self,
        tenant: &str,
        pack: &PackRef,
        bundle: &[u8],
        publisher: &str,
    ) -> Result<bool>;
    /// The bundle of a pack of this tenant.
    async fn pack(&self, tenant: &str, hash: &str) -> Result<Option<Vec<u8>>>;

    /// Makes an operator, or changes their name.
    async fn add_operator(&self, tenant: &str, operator: &Operator) -> Result<()>;
    /// What an operator is called: their id where nobody knows them.
    async fn operator_name(&self, tenant: &str, id: &str) -> Result<String>;
    /// The operators of a tenant, by id.
    async fn operators(&self, tenant: &str) -> Result<Vec<Operator>>;
    /// Keeps a token by its hash.
    async fn issue_token(&self, token: &NewToken) -> Result<()>;
    /// What a token gives, revoked ones included.
    async fn access(&self, token_hash: &str) -> Result<Option<Access>>;
    /// Ends a token; false where there is none that still held.
    async fn revoke_token(&self, token_hash: &str, at: DateTime<Utc>) -> Result<bool>;
    /// Gives all tokens of an operator other rights. Answers the tokens that this touched.
    async fn change_rights(
        &self,
        tenant: &str,
        operator: &str,
        roles: &[String],
        regions: &[String],
    ) -> Result<Vec<String>>;
    /// Enrols a laptop, or changes its name; false where it belongs to another operator.
    async fn enrol(
        &self,
        tenant: &str,
        operator: &str,
        device: Uuid,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<bool>;

    /// One record.
    async fn record(&self, tenant: &str, kind: &str, id: &str) -> Result<Option<RecordRow>>;
    /// Records of a kind that pass a compiled filter, by id.
    async fn records(&self, tenant: &str, kind: &str, filter: &Question) -> Result<Vec<RecordRow>>;
    /// Number of records of a kind.
    async fn count(&self, tenant: &str, kind: &str) -> Result<u64>;
    /// Writes records that the platform's own systems bring, as if one came after the other, without those
    /// that are older than what is there ([`Latest`]). Answers what became of each.
    async fn ingest(
        &self,
        tenant: &str,
        at: DateTime<Utc>,
        writes: &[Write],
    ) -> Result<(Touched, Vec<Outcome>)>;
    /// The version of what a system said of a record last, its end included.
    async fn source_version(&self, tenant: &str, kind: &str, id: &str) -> Result<Option<u64>>;
    /// The records that changed after a seq, removed ones included; none where that is forgotten.
    async fn changed_records(&self, tenant: &str, seq: u64) -> Result<Option<Names>>;
    /// Writes records, each only if it has the revision that was seen (none: it is not there) and none is
    /// older than what is there; else nothing at all is written ([`Committed::Moved`]).
    async fn write_unless_moved(
        &self,
        tenant: &str,
        at: DateTime<Utc>,
        writes: &[Seen],
    ) -> Result<Committed>;
    /// Episodes of an alert rule, read in one moment: those that are open (of these fingerprints
    /// alone, where some are given), and the number of the last one of each fingerprint.
    async fn episodes(
        &self,
        tenant: &str,
        rule: &str,
        fingerprints: Option<&[String]>,
    ) -> Result<Episodes>;
    /// Answers lookups, in order, in one moment.
    async fn look_up(&self, tenant: &str, lookups: &[LookupAsked]) -> Result<Vec<Value>>;
    /// Answers measures, in order, in one moment.
    async fn measure(&self, tenant: &str, asked: &[Asked]) -> Result<Vec<Vec<Piece>>>;
    /// Answers questions for one instant each, in order, in one moment.
    async fn instants(&self, tenant: &str, asked: &[Asked]) -> Result<Vec<Option<String>>>;
    /// Makes sure that there is an index for each of these: kind, name, SQL expression.
    async fn index(&self, expressions: &[(String, String, String)]) -> Result<()>;

    /// Everything that a decision needs, read in one moment.
    async fn facts(&self, tenant: &str, asked: &FactsAsked) -> Result<Option<Facts>>;

    /// An operation and its current verdict.
    async fn operation(&self, tenant: &str, id: Uuid) -> Result<Option<OperationRow>>;
    /// Does any tenant know this operation?
    async fn knows_operation(&self, id: Uuid) -> Result<bool>;
    /// What everybody did with a record, read in one moment; none where the reader does not see the record,
    /// or it was never there. Of a record that is gone, or of one about a person who was erased, it is told
    /// without words.
    async fn record_history(&self, asked: &HistoryAsked) -> Result<Option<HistoryRead>>;
    /// Internal effects, the operation, its verdict, its calls and the changes, all or nothing.
    async fn commit_operation(&self, commit: &Commit) -> Result<Committed>;
    /// Ends an operation that waited for agreement: record writes, its verdict and calls that are looked for,
    /// all or nothing.
    /// Writes only while the tenant's head is `expected_head` and the operation has no final verdict.
    async fn end_unanswered(&self, end: &Unanswered) -> Result<Committed>;

    /// Calls that wait and whose time has come, oldest first, over all tenants; without those that
    /// wait for an earlier call of their operation.
    async fn due_calls(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<CallRow>>;
    /// Calls that wait until after `beyond`, which is further than anything is put off, wait until `to`
    /// instead, and no send of them counts as later than now: the clock was set back.
    async fn bring_calls_back(
        &self,
        now: DateTime<Utc>,
        beyond: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<()>;
    /// All calls of an operation, in order.
    async fn calls_of(&self, tenant: &str, operation: Uuid) -> Result<Vec<CallRow>>;
    /// Calls that wait, each by its connector and with what is said of its operation, where the reason that is
    /// said has this code.
    async fn calls_told(&self, tenant: &str, code: &str) -> Result<Vec<(Connector, Verdict)>>;
    /// Counts an attempt before it is made; false where the call does not wait any more.
    async fn begin_call(&self, call: &CallId, at: DateTime<Utc>) -> Result<bool>;
    /// A call that may have been sent before the store was put back to what it once was, nobody knows
    /// when, counts as sent at this instant.
    async fn count_as_sent(&self, call: &CallId, at: DateTime<Utc>) -> Result<()>;
    /// Puts a call off. One that may have been sent before the store was put back stays one.
    async fn postpone_call(&self, call: &CallId, to: &Postponed) -> Result<()>;
    /// Ends a call: record writes, the call's end and, where it is known, the operation's next
    /// verdict, all or nothing. Writes only while the tenant's head is `expected_head` and the call
    /// waits; one that has ended is not ended again.
    async fn settle_call(&self, settle: &Settle) -> Result<Committed>;
    /// A new verdict for an operation whose calls stay as they are, written only while it still has the
    /// one that was seen; a final one stands.
    async fn say_verdict(
        &self,
        tenant: &str,
        seen: &Verdict,
        verdict: &Verdict,
    ) -> Result<Committed>;

    /// A page of the feed, read in one moment.
    async fn page(&self, asked: &PageAsked) -> Result<PageRead>;
    /// What the copy of a reader who has read up to a place should amount to, read in one moment; none
    /// where the place is ahead of the feed, or its changes are compacted away.
    async fn copy_digests(&self, asked: &CopyAsked) -> Result<Option<CopyDigests>>;
    /// Kinds of which this reader may see a change after a seq, and the head. Verdicts go to their
    /// author alone, as in the feed.
    async fn changed_since(
        &self,
        tenant: &str,
        seq: u64,
        operator: &str,
        regions: &[String],
    ) -> Result<Touched>;
    /// Forgets all but the newest `keep` changes of each tenant; older cursors are gone then.
    async fn compact_all(&self, keep: u64) -> Result<()>;

    /// The operator a device belongs to.
    async fn device_owner(&self, tenant: &str, device: Uuid) -> Result<Option<String>>;
    /// The newest countersignature of a device's chain.
    async fn signed_head(&self, tenant: &str, device: Uuid) -> Result<Option<SignedHead>>;
    /// The hash of one entry of a chain.
    async fn audit_hash(&self, tenant: &str, device: Uuid, seq: u64) -> Result<Option<String>>;
    /// Adds entries to a chain whose head is `after`, with the countersignature of the new head;
    /// false where the head is another by now.
    async fn extend_audit(
        &self,
        tenant: &str,
        device: Uuid,
        after: u64,
        entries: &[Entry],
        head: &SignedHead,
    ) -> Result<bool>;

    /// True when a record that a reader with these regions may see names the blob, in a field that
    /// they see.
    async fn names_blob(
        &self,
        tenant: &str,
        sha256: &str,
        regions: &[String],
        sight: &Sight,
    ) -> Result<bool>;
}
