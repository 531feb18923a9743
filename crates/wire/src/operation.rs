//! Operations and their verdicts: `POST /v1/operations`, `GET /v1/operations/{id}`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use watchkeeper_model::LookupValue;

use crate::feed::Record;

/// Body of `POST /v1/operations`: in lane order, at most [`MAX_BATCH`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Batch {
    /// The operations; one of a lane that fails makes the later ones of that lane `not_tried`.
    pub operations: Vec<Operation>,
    /// [`crate::session::Me::history`] as the laptop knows it. On another one nothing is carried out:
    /// `history.changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// Those of the operations that may have been sent to an earlier history. Their effects may have
    /// reached a provider: the platform asks it by the operation's id before it says no (fault 7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent_before: Vec<Uuid>,
}

/// The most operations one request may carry.
pub const MAX_BATCH: usize = 100;

/// Answer of `POST /v1/operations`: one verdict each, in the order asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    /// The verdicts.
    pub verdicts: Vec<Verdict>,
    /// The platform's clock, UTC.
    pub server_time: DateTime<Utc>,
}

/// One intended effect, made on a laptop, perhaps long before it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Made when the operator decided (UUIDv7); the idempotency key, honoured for ever.
    pub id: Uuid,
    /// Format of this operation, 1. A platform refuses a version that it does not know.
    pub version: u32,
    /// Kind of the record acted upon.
    pub kind: String,
    /// The record acted upon.
    pub record: String,
    /// Action of the pack.
    pub action: String,
    /// Parameters that the action asked for.
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    /// Operator who decided; must be the token's.
    pub author: String,
    /// Laptop on which they decided.
    pub device: Uuid,
    /// When, by the laptop's corrected clock, UTC.
    pub made_at: DateTime<Utc>,
    /// The record's revision that the operator saw; another one now is a conflict.
    pub base_revision: Option<u64>,
    /// Never carried out after this instant, UTC.
    pub not_after: Option<DateTime<Utc>>,
    /// Pack under which the laptop decided.
    pub pack: String,
    /// What the laptop's lookups said, and how old that was.
    pub lookups: BTreeMap<String, LookupValue>,
}

impl Operation {
    /// Operations of one lane are carried out strictly in order: a lane is one record.
    pub fn lane(&self) -> String {
        format!("{}/{}", self.kind, self.record)
    }

    /// SHA-256, hex, of the canonical JSON of the whole operation. The platform keeps it beside
    /// the id: the same id with another hash is a fault of the app and refused (fault 44).
    pub fn fingerprint(&self) -> Result<String, serde_json::Error> {
        self.canonical().map(|(_, fingerprint)| fingerprint)
    }

    /// The canonical JSON of the whole operation, and its fingerprint.
    pub fn canonical(&self) -> Result<(String, String), serde_json::Error> {
        let text = serde_json_canonicalizer::to_string(self)?;
        let fingerprint = hex::encode(Sha256::digest(text.as_bytes()));
        Ok((text, fingerprint))
    }
}

/// What the platform answered to an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The operation.
    pub operation: Uuid,
    /// The answer in a word.
    pub word: VerdictWord,
    /// Why, unless all went well.
    pub reason: Option<Reason>,
    /// The record as it is now on the platform, where the asker may see it and it exists. For
    /// `conflict` this is the other side. Absent in the feed.
    #[serde(default)]
    pub record: Option<Record>,
    /// Kind of the record acted upon.
    pub kind: String,
    /// The record acted upon.
    pub record_id: String,
    /// Revision that this operation gave the record; the last one, where it gave several.
    pub revision: Option<u64>,
    /// Revision of the record that this operation went on from: nobody else changed the record between it and
    /// `revision`, however many revisions the operation gave it. Absent where it gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<u64>,
    /// The platform's clock when it decided, UTC.
    pub decided_at: DateTime<Utc>,
}

/// The answer in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// The internal part is done, an external call is under way; or, with the reason `approval.waits`,
    /// nothing is done before somebody has agreed.
    Accepted,
    /// Everything is done.
    Confirmed,
    /// Policy or rights said no, or the provider did for good.
    Refused,
    /// The record is not what the operator saw.
    Conflict,
    /// It came after its not-after.
    Lapsed,
    /// Something before it in its lane failed.
    NotTried,
    /// An external call ended ambiguously; the platform is finding out.
    Unknown,
}

impl VerdictWord {
    /// True when no other verdict will follow.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Accepted | Self::Unknown)
    }
}

/// Why an operation did not simply go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Stable code: `policy.denied`, `policy.undecidable`, `rights.missing_role`,
    /// `record.changed`, `record.gone`, `record.exists`, `operation.lapsed`, `operation.key_reused`,
    /// `operation.author_mismatch`, `operation.device_mismatch`, `provider.refused`, `provider.ambiguous`,
    /// `provider.not_asked`, `provider.asking`, `provider.unreadable`, `provider.unproven`,
    /// `provider.keeps_out`, `provider.lets_in`,
    /// `provider.done_otherwise`, `provider.otherwise`, `operation.under_way`, `approval.waits`,
    /// `approval.rejected`, `approval.withdrawn`, `approval.lapsed`, `approval.needed`, `approval.changed`,
    /// `approval.asked`, `erasure.waits`, `erasure.too_many`, or one of the pack's.
    pub code: String,
    /// Policy row that decided, such as `D-17`.
    pub row: Option<String>,
    /// One sentence for the operator, in the pack's language.
    pub detail: String,
}
