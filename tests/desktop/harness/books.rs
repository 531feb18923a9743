//! What the platform keeps, read from its own store.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

/// Records by kind and id, and what was done to them.
pub struct Books {
    records: BTreeMap<(String, String), Kept>,
    operations: BTreeMap<(String, String), Vec<String>>,
}

/// A record as the platform has it.
#[derive(Debug)]
pub struct Kept {
    /// Rises with each change.
    pub revision: i64,
    /// Its fields.
    pub body: Value,
}

impl Books {
    /// Of the platform with this data folder.
    pub fn of(data: &Path) -> Self {
        let store = Connection::open(data.join("platform.db")).unwrap();
        store.busy_timeout(Duration::from_secs(30)).unwrap();
        let mut found = Self {
            records: BTreeMap::new(),
            operations: BTreeMap::new(),
        };
        let all = "SELECT kind, id, revision, body FROM record";
        let mut records = store.prepare(all).unwrap();
        let mut rows = records.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let name = (row.get(0).unwrap(), row.get(1).unwrap());
            let body: String = row.get(3).unwrap();
            let kept = Kept {
                revision: row.get(2).unwrap(),
                body: serde_json::from_str(&body).unwrap(),
            };
            found.records.insert(name, kept);
        }
        // An id begins with the time at which it was made.
        let all = "SELECT kind, record,
                 json_extract(request, '$.action') || ' ' || json_extract(verdict, '$.word')
             FROM operation ORDER BY id";
        let mut operations = store.prepare(all).unwrap();
        let mut rows = operations.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let name = (row.get(0).unwrap(), row.get(1).unwrap());
            let done = found.operations.entry(name).or_default();
            done.push(row.get(2).unwrap());
        }
        found
    }

    /// A record; none where there is no such one.
    pub fn record(&self, kind: &str, id: &str) -> Option<&Kept> {
        self.records.get(&(kind.to_owned(), id.to_owned()))
    }

    /// What was done to the records of a kind, by their ids: each action with the platform's word, in
    /// the order in which they were decided on.
    pub fn done_to(&self, kind: &str) -> BTreeMap<&str, &Vec<String>> {
        let of_kind = self.operations.iter().filter(|((of, _), _)| of == kind);
        of_kind.map(|((_, id), done)| (id.as_str(), done)).collect()
    }
}
