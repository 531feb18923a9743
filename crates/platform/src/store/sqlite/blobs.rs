//! Which records name which blobs.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use serde_json::{Map, Value};
use watchkeeper_pack::Sight;

use super::values::from_json;
use crate::store::{Result, Write, sees};

/// Keeps which blobs a record names.
pub fn note(
    tx: &Transaction<'_>,
    tenant: &str,
    write: &Write,
    body: &Map<String, Value>,
) -> Result<()> {
    tx.prepare_cached("DELETE FROM blob_name WHERE tenant = ? AND kind = ? AND id = ?")?
        .execute(params![tenant, write.kind, write.id])?;
    let mut names = BTreeSet::new();
    blobs_of(body, &mut names);
    for sha256 in names {
        tx.prepare_cached("INSERT INTO blob_name (tenant, sha256, kind, id) VALUES (?, ?, ?, ?)")?
            .execute(params![tenant, sha256, write.kind, write.id])?;
    }
    Ok(())
}

/// A blob is named by a `sha256` of 64 hex digits: the record's own, where it is a file itself, or
/// one of an object in it, at any depth.
fn blobs_of(fields: &Map<String, Value>, names: &mut BTreeSet<String>) {
    if let Some(Value::String(name)) = fields.get("sha256")
        && crate::blobs::is_name(name)
    {
        names.insert(name.clone());
    }
    fields.values().for_each(|value| blobs_in(value, names));
}

fn blobs_in(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => blobs_of(fields, names),
        Value::Array(values) => values.iter().for_each(|value| blobs_in(value, names)),
        _ => {}
    }
}

/// Does a record that a reader with these regions may see name the blob, in a field that they see?
pub fn is_named(
    tx: &Transaction<'_>,
    (tenant, sha256): (&str, &str),
    regions: &[String],
    sight: &Sight,
) -> Result<bool> {
    let mut statement = tx.prepare_cached(
        "SELECT r.region, r.kind, r.body FROM blob_name b
         JOIN record r ON r.tenant = b.tenant AND r.kind = b.kind AND r.id = b.id
         WHERE b.tenant = ? AND b.sha256 = ?",
    )?;
    let mut rows = statement.query(params![tenant, sha256])?;
    while let Some(row) = rows.next()? {
        let region: Option<String> = row.get(0)?;
        if !sees(regions, region.as_deref()) {
            continue;
        }
        let kind: String = row.get(1)?;
        if sight.looks_into(&kind) {
            let mut body: Map<String, Value> = from_json(&row.get::<_, String>(2)?)?;
            let mut names = BTreeSet::new();
            sight.strip(&kind, &mut body);
            blobs_of(&body, &mut names);
            if sight.sees_record(&kind, &body) && names.contains(sha256) {
                return Ok(true);
            }
        } else if sight.sees_kind(&kind) {
            return Ok(true);
        }
    }
    Ok(false)
}
