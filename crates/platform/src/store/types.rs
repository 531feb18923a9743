//! What goes into a store and comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::approval::Agreed;
use watchkeeper_model::{Call, LookupValue};
use watchkeeper_pack::Sight;
use watchkeeper_wire::feed::Record;
use watchkeeper_wire::operation::{Operation, Reason, Verdict, VerdictWord};
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

/// Secrets of a store, 32 bytes each; made once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Names this store: another one has another feed.
    pub epoch: [u8; 32],
    /// Authenticates cursors.
    pub cursor_key: [u8; 32],
    /// Seed of the key that countersigns audit heads.
    pub audit_seed: [u8; 32],
}

/// A tenant as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantState {
    /// Id, name, zone.
    pub tenant: Tenant,
    /// The active pack.
    pub pack: Option<PackRef>,
    /// Who signs its packs: minisign public key, base64. Absent before the first.
    pub publisher: Option<String>,
    /// Its settings.
    pub settings: Map<String, Value>,
    /// Rises with every change of the settings.
    pub settings_version: u64,
    /// Its controls.
    pub controls: Map<String, Value>,
    /// Last seq given out.
    pub head: u64,
    /// Changes up to here are gone.
    pub floor: u64,
}

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// Tenant that it belongs to.
    pub tenant: String,
    /// Operator whose it is.
    pub operator: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Regions; empty means all.
    pub regions: Vec<String>,
    /// Now, UTC.
    pub made_at: DateTime<Utc>,
}

/// What a token gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Tenant that it belongs to.
    pub tenant: String,
    /// Whose it is.
    pub operator: Operator,
    /// Roles, sorted.
    pub roles: Vec<String>,
    /// Regions, sorted; empty means all.
    pub regions: Vec<String>,
    /// It was revoked.
    pub revoked: bool,
}

impl Access {
    /// True with this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// True when a record of this region may be seen.
    pub fn sees(&self, region: Option<&str>) -> bool {
        sees(&self.regions, region)
    }
}

/// True when a reader with these regions may see a record of this one.
pub fn sees(regions: &[String], region: Option<&str>) -> bool {
    regions.is_empty() || region.is_none_or(|region| regions.iter().any(|r| r == region))
}

/// The region of a record. One that is no text is nobody's, so that only who sees all sees it.
pub fn record_region(body: &Map<String, Value>) -> Option<String> {
    match body.get("region")? {
        Value::Null => None,
        Value::String(region) => Some(region.clone()),
        other => Some(other.to_string()),
    }
}

/// A record as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// Kind.
    pub kind: String,
    /// Id within its kind.
    pub id: String,
    /// Rises by one with every change.
    pub revision: u64,
    /// Place of its last change in the feed.
    pub seq: u64,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
    /// Region that it belongs to.
    pub region: Option<String>,
    /// Its fields.
    pub body: Map<String, Value>,
    /// Its stored computed fields.
    pub computed: Map<String, Value>,
}

impl RecordRow {
    /// As the API says it.
    pub fn to_wire(&self) -> Record {
        Record {
            kind: self.kind.clone(),
            id: self.id.clone(),
            revision: self.revision,
            updated_at: self.updated_at,
            body: self.body.clone(),
        }
    }
}

/// What becomes of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// The whole of it; none removes it.
    pub put: Option<Put>,
}

/// A record's new contents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Put {
    /// It in a line.
    pub title: String,
    /// Its fields.
    pub body: Map<String, Value>,
    /// Its stored computed fields.
    pub computed: Map<String, Value>,
}

/// What a transaction touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    /// The tenant's head after it.
    pub head: u64,
    /// Kinds that changed.
    pub kinds: BTreeSet<String>,
}

/// Ids by kind.
pub type Names = BTreeMap<String, BTreeSet<String>>;

/// A write, and the revision that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The write.
    pub write: Write,
    /// Revision of the record as it was seen; none where there was none.
    pub revision: Option<u64>,
}

/// Episodes of an alert rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Episodes {
    /// Those that are not over.
    pub open: Vec<RecordRow>,
    /// Number of the last episode of each fingerprint.
    pub last: BTreeMap<String, u64>,
}

/// A question over records, compiled: a boolean expression over `body` and `computed`.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// SQL with anonymous `?`; `1` for everything.
    pub text: String,
    /// Its parameters.
    pub params: Vec<Value>,
}

/// A lookup, compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupAsked {
    /// Kind asked about.
    pub kind: String,
    /// Which records; that of a first one ends with its own `ORDER BY … LIMIT 1`.
    pub filter: Question,
    /// Aggregate as SQL over `body` and `computed`, such as `count(*)`.
    pub answer: String,
}

/// What a decision asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FactsAsked {
    /// Kind of the record acted upon.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// References of it that are wanted: field → kind.
    pub refs: BTreeMap<String, String>,
    /// Lookups by name; compiled on the record, so empty in a first round.
    pub lookups: BTreeMap<String, LookupAsked>,
    /// Regions of who decides: references and lookups reach no other. Empty means all.
    pub regions: Vec<String>,
    /// The platform's clock, for the age of the lookups.
    pub now: DateTime<Utc>,
}

/// What a decision needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The tenant at that moment; its head guards the commit.
    pub tenant: TenantState,
    /// The record; none when it is gone.
    pub record: Option<RecordRow>,
    /// Records that it refers to, by field.
    pub refs: BTreeMap<String, RecordRow>,
    /// Answers of the lookups.
    pub lookups: BTreeMap<String, LookupValue>,
    /// A provider is being asked what it has done for this record already: a call of it is only looked for
    /// ([`Basis::otherwise`]).
    pub looked_for: bool,
}

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

/// A call to be kept.
#[derive(Debug, Clone)]
pub struct NewCall {
    /// As decided.
    pub call: Call,
    /// What it was decided on.
    pub basis: Basis,
    /// Never sent after this instant.
    pub not_after: Option<DateTime<Utc>>,
    /// It may have been sent before the store was put back to what it once was.
    pub sent_before: bool,
}

/// What a call was decided on; it is decided again, on this, before it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// Revision of the record as it stood.
    pub revision: u64,
    /// Its fields as they stood.
    pub body: Map<String, Value>,
    /// Its computed fields as they stood.
    pub computed: Map<String, Value>,
    /// Fields of records referred to.
    pub refs: Map<String, Value>,
    /// Roles of the author.
    pub roles: Vec<String>,
    /// Regions of the author.
    pub regions: Vec<String>,
    /// Answers of the lookups.
    pub lookups: BTreeMap<String, LookupValue>,
    /// Pack under which it was decided.
    pub pack: String,
    /// The answer where the provider has not done it: policy says no, and the call is only looked for
    /// (fault 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<(VerdictWord, Reason)>,
    /// By which rows of the pack somebody has agreed to it, and who could.
    #[serde(
        default,
        rename = "agreements",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub agreed: BTreeSet<Agreed>,
}

/// Names one call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId {
    /// The tenant.
    pub tenant: String,
    /// The operation.
    pub operation: Uuid,
    /// Place of the effect in the action.
    pub effect: u32,
}

impl CallId {
    /// The key under which the provider knows this call, whatever is retried.
    pub fn provider_key(&self) -> String {
        format!("{}:{}", self.operation, self.effect)
    }
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallStatus {
    /// Not known to be done.
    Waiting,
    /// The provider has done it.
    Done,
    /// The provider refused for good.
    Refused,
    /// Never to be sent: too late, denied, or one before it failed.
    GivenUp,
}

/// A call as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// Its name.
    pub id: CallId,
    /// As decided.
    pub call: Call,
    /// What it was decided on.
    pub basis: Basis,
    /// Where it stands.
    pub status: CallStatus,
    /// A send ended without an answer.
    pub ambiguous: bool,
    /// Sends so far.
    pub attempts: u32,
    /// Generation of the idempotency key.
    pub generation: u32,
    /// Last send, UTC.
    pub sent_at: Option<DateTime<Utc>>,
    /// Never sent after this instant, UTC.
    pub not_after: Option<DateTime<Utc>>,
    /// What the provider answered.
    pub result: Option<Value>,
}

impl CallRow {
    /// It may have been sent before the store was put back to what it once was, under whatever key, and
    /// was not since.
    pub fn was_sent_before(&self) -> bool {
        self.ambiguous && self.attempts == 0
    }

    /// It was certainly never sent.
    pub fn was_never_sent(&self) -> bool {
        !self.ambiguous && self.attempts == 0
    }
}

/// How a call is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Postponed {
    /// Not before this instant, UTC.
    pub until: DateTime<Utc>,
    /// A send ended without an answer, or was taken, and nothing has cleared up yet what became of it.
    pub ambiguous: bool,
    /// Generation of the key from now on.
    pub generation: u32,
}

/// The end of a call.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The call.
    pub call: CallId,
    /// Head that the writes rest on.
    pub expected_head: u64,
    /// How it ended.
    pub status: CallStatus,
    /// What the provider answered.
    pub result: Option<Value>,
    /// Records that change, each once.
    pub writes: Vec<Write>,
    /// The operation's next verdict, where there is one.
    pub verdict: Option<Verdict>,
    /// Calls of the same operation that are given up with it.
    pub give_up: Vec<u32>,
    /// The platform's clock, UTC.
    pub at: DateTime<Utc>,
}

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
