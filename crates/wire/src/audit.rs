//! Delivery of a device's audit chain: `POST /v1/audit`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchkeeper_model::audit::Entry;

/// Body of `POST /v1/audit`: the entries after the last head that the platform signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// The laptop whose chain this is.
    pub device: Uuid,
    /// Entries in order, each hashed over its predecessor.
    #[schema(value_type = Vec<Object>)]
    pub entries: Vec<Entry>,
}

/// The platform's countersignature: it holds the chain up to here. The next entry carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedHead {
    /// The laptop.
    pub device: Uuid,
    /// Number of the last entry held, counted from 1.
    pub seq: u64,
    /// Its hash, hex.
    pub hash: String,
    /// When the platform signed, UTC.
    pub signed_at: DateTime<Utc>,
    /// Ed25519 over the RFC 8785 form of the other fields, hex; key is [`crate::session::Me::audit_key`].
    pub signature: String,
}

impl SignedHead {
    /// The bytes that are signed: RFC 8785 of every field but the signature.
    pub fn message(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let serde_json::Value::Object(fields) = &mut value {
            fields.remove("signature");
        }
        serde_json_canonicalizer::to_vec(&value)
    }
}
