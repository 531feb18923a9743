//! Records, questions over them and the facts of a decision.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::LookupValue;
use watchkeeper_pack::erased;
use watchkeeper_wire::feed::Record;

use super::TenantState;

/// The region of a record. One that is no text is nobody's, so that only who sees all sees it.
pub fn record_region(body: &Map<String, Value>) -> Option<String> {
    match body.get("region")? {
        Value::Null => None,
        Value::String(region) => Some(region.clone()),
        other => Some(other.to_string()),
    }
}

/// A record's fields, and what is computed of them; none where it is not there.
pub type Contents<'a> = Option<(&'a Map<String, Value>, &'a Map<String, Value>)>;

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
    /// What it says.
    pub fn contents(&self) -> Contents<'_> {
        Some((&self.body, &self.computed))
    }

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
    /// Its place in the order of the system that brings it, at most
    /// [`MAX_VERSION`](watchkeeper_wire::ingest::MAX_VERSION); none where that says none, and for what the
    /// platform writes itself: both are written over whatever is there.
    pub version: Option<u64>,
}

impl Write {
    /// What the record says afterwards.
    pub fn contents(&self) -> Contents<'_> {
        self.put.as_ref().map(|put| (&put.body, &put.computed))
    }

    /// Whether it leaves the record otherwise than it was. What changes nothing is no revision.
    pub fn changes(&self, before: Option<&RecordRow>) -> bool {
        self.contents() != before.and_then(RecordRow::contents)
    }

    /// Whether other fields of it are erased than were before.
    pub fn erases(&self, before: Option<&RecordRow>) -> bool {
        let were = before.map(|record| erased::fields(&record.body));
        let put = self.put.as_ref();
        put.is_some_and(|put| erased::fields(&put.body) != were.unwrap_or_default())
    }
}

/// The revision at which these writes leave a record. The last word on it counts: they are one transaction.
pub fn revision_after(before: Option<&RecordRow>, of: (&str, &str), writes: &[Write]) -> u64 {
    let mut last = writes.iter().rev();
    let last = last.find(|write| (write.kind.as_str(), write.id.as_str()) == of);
    let rises = last.is_some_and(|write| write.changes(before));
    before.map_or(0, |record| record.revision) + u64::from(rises)
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
    /// Of one that is erased: kinds whose records may refer to it, each with the field that does. What was
    /// asked about those had it beside them.
    pub referring: Vec<(String, String)>,
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
    /// It gives a list, as text in JSON.
    pub list: bool,
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
    /// Operations of which a provider is being asked what it has done for this record already: a call of theirs
    /// is only looked for ([`Basis::otherwise`](super::Basis::otherwise)).
    pub looked_for: BTreeSet<Uuid>,
    /// Actions whose calls for this record have no end yet, by name, and who took them. What only follows a
    /// call that was done is not meant.
    pub calling: BTreeMap<String, String>,
}
