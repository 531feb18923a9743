//! A record as a decision sees it.

use serde_json::{Map, Value};

/// A record at one revision, with what it computes.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Its id.
    pub id: String,
    /// Its revision.
    pub revision: u64,
    /// Its fields.
    pub body: Map<String, Value>,
    /// Its stored computed fields.
    pub computed: Map<String, Value>,
    /// Fields of the records that it refers to, by field name; for titles and mails.
    pub refs: Map<String, Value>,
}
