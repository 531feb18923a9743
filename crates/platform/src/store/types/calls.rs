//! Calls to providers, from being kept to their end.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::approval::Agreed;
use watchkeeper_model::{Call, LookupValue};
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};

use super::Write;

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
    /// What others may have done of the same record in a history that is lost: each is looked for before this
    /// is sent, and where one was made, this is not (fault 7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub besides: Vec<Beside>,
}

/// What an operation that waits for agreement will call, as it was worked out when it was asked for: that is
/// what is agreed to, and what is looked for after a restore.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its calls, in order.
    pub calls: Vec<Call>,
    /// What they rest on.
    pub basis: Basis,
}

/// A call that another operation may have made of the same record in a history that is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// The other operation.
    pub operation: Uuid,
    /// Its call.
    pub call: Call,
}

impl Beside {
    /// The key under which the provider would know it.
    pub fn provider_key(&self) -> String {
        provider_key(self.operation, self.call.effect)
    }
}

fn provider_key(operation: Uuid, effect: u32) -> String {
    format!("{operation}:{effect}")
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
        provider_key(self.operation, self.effect)
    }

    /// The operation of such a key; none for what is no key of ours.
    pub fn operation_of(key: &str) -> Option<Uuid> {
        let (operation, effect) = key.split_once(':')?;
        effect.parse::<u32>().ok()?;
        Uuid::parse_str(operation).ok()
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
    /// The provider answered that it took it, and honours no key: it is never sent again.
    pub taken: bool,
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
    /// It was taken under no key ([`CallRow::taken`]); that stays so once it was said.
    pub taken: bool,
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
