//! What is kept of a person: their record, those that refer to it, and what the engine itself has written
//! about any of these, or about others that refer to one of them and had it beside them. What was asked and sent
//! about all of these is cut where it is stored, in the transaction that writes the records (`store::sqlite`);
//! a record that refers and says nothing itself is not written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use watchkeeper_model::plan::Erase;
use watchkeeper_model::{Plan, approval};
use watchkeeper_pack::{Pack, filter};
use watchkeeper_wire::operation::{Operation, Reason};

use super::{reason, refs_of};
use crate::Platform;
use crate::problem::ApiError;
use crate::store::{Question, RecordRow};

/// Most records of one erasure: it is one transaction, and every copy follows it.
const MOST: usize = 10_000;

/// Kinds of the engine that tell of other records, and their fields that do.
const TELLING: [(&str, &[&str]); 2] = [
    (
        approval::KIND,
        &["subject_label", "what", "found", "comment", "outcome"],
    ),
    ("alert", &["detail"]),
];

/// Why somebody is not erased now: too much is kept of them, or somebody still has to agree to something
/// about them, which reads what it is about.
pub(super) async fn refused(
    platform: &Platform,
    tenant: &str,
    pack: &Pack,
    operation: &Operation,
    plan: &Plan,
) -> Result<Option<Reason>, ApiError> {
    let own = (operation.kind.as_str(), operation.record.as_str());
    let mut count = 0;
    for erase in &plan.erases {
        let said = said_of(platform, tenant, pack, own, erase).await?;
        count += said.len();
        let waits = |row: &RecordRow| {
            row.kind == approval::KIND && row.body.get("state") == Some(&json!("waiting"))
        };
        if said.iter().any(|(row, _)| waits(row)) {
            let detail = "Somebody has still to agree to something about this person. Let it be answered \
                          or withdrawn first.";
            return Ok(Some(reason("erasure.waits", None, detail)));
        }
    }
    Ok((count > MOST).then(|| {
        let detail =
            format!("{count} records tell of this person; at once {MOST} are erased at most.");
        reason("erasure.too_many", None, &detail)
    }))
}

/// All records that say something of a person, each once, with the fields that do. `own` is the record that
/// is acted upon.
pub(super) async fn said_of(
    platform: &Platform,
    tenant: &str,
    pack: &Pack,
    own: (&str, &str),
    erase: &Erase,
) -> Result<Vec<(RecordRow, Vec<String>)>, ApiError> {
    let (store, what) = (&platform.store, &erase.what);
    let person = erase.id.as_deref().unwrap_or(own.1);
    let mut said: Vec<(RecordRow, Vec<String>)> = Vec::new();
    if let Some(row) = store.record(tenant, &what.kind, person).await? {
        said.push((row, what.fields.clone()));
    }
    for along in what.along.iter().filter(|along| !along.fields.is_empty()) {
        let column = pack
            .kind(&along.kind)
            .and_then(|kind| filter::column(kind, &along.by));
        let Some(column) = column else { continue };
        let refers = question(format!("{column} = ?"), person);
        for row in store.records(tenant, &along.kind, &refers).await? {
            said.push((row, along.fields.clone()));
        }
    }
    let mut emptied: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (row, _) in &said {
        let ids = emptied.entry(row.kind.clone()).or_default();
        ids.insert(row.id.clone());
    }
    let about: Vec<Question> = emptied
        .iter()
        .flat_map(|(kind, ids)| about(pack, kind, ids))
        .collect();
    for (telling, fields) in TELLING {
        if pack.kind(telling).is_none() {
            continue;
        }
        let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let mut found = BTreeMap::new();
        for asked in &about {
            let rows = store.records(tenant, telling, asked).await?;
            found.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
        }
        said.extend(found.into_values().map(|row| (row, fields.clone())));
    }
    Ok(said)
}

/// Asks for what tells of these records, and of those that refer to one of them: either may have read what is
/// erased. From what tells on, which is little: thousands may refer of which nobody was ever told.
fn about(pack: &Pack, target: &str, ids: &BTreeSet<String>) -> Vec<Question> {
    const OF: &str = "json_extract(record.body, '$.subject_kind') = ?";
    const SUBJECT: &str = "json_extract(record.body, '$.subject')";
    const AMONG: &str = "IN (SELECT value FROM json_each(?))";
    let ids = json!(ids).to_string();
    let themselves = Question {
        text: format!("{OF} AND {SUBJECT} {AMONG}"),
        params: vec![target.into(), ids.as_str().into()],
    };
    let referring = referring(pack, target).into_iter().map(|(kind, field)| {
        let text = format!(
            "{OF} AND EXISTS (SELECT 1 FROM record AS r
               WHERE r.tenant = record.tenant AND r.kind = ? AND r.id = {SUBJECT}
                 AND json_extract(r.body, '$.' || ?) {AMONG})"
        );
        let kind = Value::from(kind);
        let params = vec![kind.clone(), kind, field.into(), ids.as_str().into()];
        Question { text, params }
    });
    std::iter::once(themselves).chain(referring).collect()
}

/// Kinds whose records may refer to one of this kind, each with the field that does.
pub(super) fn referring(pack: &Pack, target: &str) -> Vec<(String, String)> {
    let mut referring = Vec::new();
    for kind in pack.kinds.values() {
        let fields = refs_of(kind).into_iter();
        let leading = fields.filter(|(_, leads_to)| leads_to == target);
        referring.extend(leading.map(|(field, _)| (kind.name.clone(), field)));
    }
    referring
}

fn question(text: String, value: &str) -> Question {
    Question {
        text,
        params: vec![value.into()],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use chrono::DateTime;
    use watchkeeper_pack::Bundle;
    use watchkeeper_wire::session::Tenant;

    use super::*;
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Put, Store, Write};

    fn written(kind: &str, id: &str, body: &Value) -> Write {
        Write {
            kind: kind.into(),
            id: id.into(),
            put: Some(Put {
                body: body.as_object().unwrap().clone(),
                ..Put::default()
            }),
            version: None,
        }
    }

    #[tokio::test]
    async fn what_tells_of_the_erased_or_of_what_refers_to_them_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/dog-trainers");
        let bundle = Bundle::from_dir(&folder).unwrap();
        let pack = Bundle::open(bundle.bytes(), bundle.hash()).unwrap();
        let data = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&data.path().join("platform.db")).unwrap();
        let mut all = vec![
            written("placement", "theirs", &json!({"business": "gone"})),
            written("placement", "others", &json!({"business": "kept"})),
        ];
        for (id, kind, subject) in [
            ("1", "business", "gone"),
            ("2", "placement", "theirs"),
            ("3", "placement", "others"),
            ("4", "business", "kept"),
            ("5", "council", "theirs"),
        ] {
            let body = json!({"subject_kind": kind, "subject": subject});
            all.push(written("alert", id, &body));
        }
        let tenant = Tenant {
            id: "t".into(),
            name: "t".into(),
            zone: "UTC".into(),
        };
        store.found_tenant(&tenant).await.unwrap();
        let at = DateTime::UNIX_EPOCH;
        store.ingest("t", at, &all).await.unwrap();
        let mut told = BTreeSet::new();
        for asked in about(&pack, "business", &BTreeSet::from(["gone".to_owned()])) {
            let rows = store.records("t", "alert", &asked).await.unwrap();
            told.extend(rows.into_iter().map(|row| row.id));
        }
        assert_eq!(told, BTreeSet::from(["1".to_owned(), "2".to_owned()]));
    }
}
