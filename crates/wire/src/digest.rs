//! What a reader's copy should amount to: `GET /v1/digest?cursor=…`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /v1/digest`: each kind of which this reader sees a record, as it was where the
/// cursor stands. A kind that neither map nor set names has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CopyDigests {
    /// Kinds that are now as they were there.
    pub kinds: BTreeMap<String, KindDigest>,
    /// Kinds that changed since: nothing is said of them before the reader has pulled.
    #[serde(default)]
    pub moved: BTreeSet<String>,
}

/// The records of one kind that a reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KindDigest {
    /// How many.
    pub count: u64,
    /// Sum of SHA-256(revision as 8 bytes, most significant first, then the id as UTF-8) over all
    /// records, as four numbers of 64 bits each, added without carry between them; 64 hex digits.
    pub digest: String,
}
