//! Records: reading them, writing them with their place in the feed, looking things up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use serde_json::{Map, Value};
use watchkeeper_model::{LookupValue, control, setting};
use watchkeeper_pack::filter::rows;
use watchkeeper_pack::{Sight, erased, saved};
use watchkeeper_wire::ingest::Outcome;

use super::operations::Along;
use super::values::{answer, from_json, instant, ms, parameter, signed, to_json, unsigned};
use super::{blobs, operations, tenants};
use crate::store::{
    Facts, FactsAsked, Latest, LookupAsked, Put, Question, RecordRow, Result, StoreError, Write,
    record_region, sees,
};

pub const COLUMNS: &str = "kind, id, revision, seq, updated_at, region, body, computed";

pub struct Raw {
    kind: String,
    id: String,
    revision: i64,
    seq: i64,
    updated_at: i64,
    region: Option<String>,
    body: String,
    computed: String,
}

pub fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        kind: row.get(0)?,
        id: row.get(1)?,
        revision: row.get(2)?,
        seq: row.get(3)?,
        updated_at: row.get(4)?,
        region: row.get(5)?,
        body: row.get(6)?,
        computed: row.get(7)?,
    })
}

impl TryFrom<Raw> for RecordRow {
    type Error = StoreError;
    fn try_from(raw: Raw) -> Result<Self> {
        Ok(Self {
            kind: raw.kind,
            id: raw.id,
            revision: unsigned(raw.revision),
            seq: unsigned(raw.seq),
            updated_at: instant(raw.updated_at)?,
            region: raw.region,
            body: from_json(&raw.body)?,
            computed: from_json(&raw.computed)?,
        })
    }
}

pub fn one(tx: &Transaction<'_>, tenant: &str, kind: &str, id: &str) -> Result<Option<RecordRow>> {
    tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM record WHERE tenant = ? AND kind = ? AND id = ?"
    ))?
    .query_row(params![tenant, kind, id], raw)
    .optional()?
    .map(RecordRow::try_from)
    .transpose()
}

pub fn matching(
    tx: &Transaction<'_>,
    tenant: &str,
    kind: &str,
    filter: &Question,
) -> Result<Vec<RecordRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record WHERE tenant = ? AND kind = {} AND ({}) ORDER BY id",
        literal(kind),
        filter.text
    );
    tx.prepare_cached(&sql)?
        .query_map(bound(tenant, &filter.params), raw)?
        .map(|row| RecordRow::try_from(row?))
        .collect()
}

pub fn count(tx: &Transaction<'_>, tenant: &str, kind: &str) -> Result<u64> {
    let count: i64 = tx.query_row(
        "SELECT COUNT(*) FROM record WHERE tenant = ? AND kind = ?",
        params![tenant, kind],
        |r| r.get(0),
    )?;
    Ok(unsigned(count))
}

/// The tenant, then the parameters of a question.
pub fn bound(
    tenant: &str,
    params: &[Value],
) -> rusqlite::ParamsFromIter<impl Iterator<Item = Sql>> {
    let own = std::iter::once(Sql::Text(tenant.to_owned()));
    params_from_iter(own.chain(params.iter().map(parameter).collect::<Vec<_>>()))
}

/// A kind as SQL writes it. Indexes are of one kind each: the planner must see which.
fn literal(kind: &str) -> String {
    format!("'{}'", kind.replace('\'', "''"))
}

pub fn facts(tx: &Transaction<'_>, tenant: &str, asked: &FactsAsked) -> Result<Option<Facts>> {
    let Some(state) = tenants::state(tx, tenant)? else {
        return Ok(None);
    };
    let record = one(tx, tenant, &asked.kind, &asked.id)?;
    let mut refs = BTreeMap::new();
    for (field, kind) in &asked.refs {
        let id = record
            .as_ref()
            .and_then(|record| record.body.get(field))
            .and_then(Value::as_str);
        if let Some(id) = id
            && let Some(row) = one(tx, tenant, kind, id)?
            && sees(&asked.regions, row.region.as_deref())
        {
            refs.insert(field.clone(), row);
        }
    }
    let mut lookups = BTreeMap::new();
    for (name, lookup) in &asked.lookups {
        let value = look_up(tx, tenant, &asked.regions, lookup)?;
        lookups.insert(
            name.clone(),
            LookupValue {
                value,
                as_of: asked.now,
            },
        );
    }
    Ok(Some(Facts {
        tenant: state,
        record,
        refs,
        lookups,
        looked_for: operations::looked_for(tx, tenant, &asked.kind, &asked.id)?,
        calling: operations::calling(tx, tenant, &asked.kind, &asked.id)?,
    }))
}

pub fn look_up(
    tx: &Transaction<'_>,
    tenant: &str,
    regions: &[String],
    lookup: &LookupAsked,
) -> Result<Value> {
    // As [`sees`] says it, over the column.
    let in_sight = match regions.len() {
        0 => String::new(),
        some => format!(
            "AND (region IS NULL OR region IN ({})) ",
            vec!["?"; some].join(", ")
        ),
    };
    let sql = format!(
        "SELECT {} FROM record WHERE tenant = ? AND kind = {} {in_sight}AND {}",
        lookup.answer,
        literal(&lookup.kind),
        lookup.filter.text
    );
    let names = std::iter::once(tenant).chain(regions.iter().map(String::as_str));
    let filter = lookup.filter.params.iter().map(parameter);
    let parameters = names.map(|name| Sql::Text(name.to_owned())).chain(filter);
    let value: Option<Sql> = tx
        .prepare_cached(&sql)?
        .query_row(params_from_iter(parameters), |r| r.get(0))
        .optional()?;
    let value = value.map_or(Value::Null, answer);
    Ok(if lookup.list { rows(value) } else { value })
}

/// The version of what a system said of a record last, its end included.
pub fn source_version(
    tx: &Transaction<'_>,
    tenant: &str,
    kind: &str,
    id: &str,
) -> Result<Option<u64>> {
    let found: Option<Option<i64>> = tx
        .prepare_cached(
            "SELECT source_version FROM record WHERE tenant = ?1 AND kind = ?2 AND id = ?3
             UNION ALL
             SELECT source_version FROM removed WHERE tenant = ?1 AND kind = ?2 AND id = ?3",
        )?
        .query_row(params![tenant, kind, id], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().map(unsigned))
}

/// Writes records, each with its revision, its place in the feed and its mentions of blobs.
/// Answers the kinds that changed; a record that is already so is left alone.
pub fn apply(
    tx: &Transaction<'_>,
    tenant: &str,
    at: DateTime<Utc>,
    writes: &[Write],
) -> Result<BTreeSet<String>> {
    Ok(take(tx, tenant, at, writes)?.0)
}

/// The same, and what became of each write, in their order.
pub fn take(
    tx: &Transaction<'_>,
    tenant: &str,
    at: DateTime<Utc>,
    writes: &[Write],
) -> Result<(BTreeSet<String>, Vec<Outcome>)> {
    let (mut kinds, mut outcomes) = (BTreeSet::new(), BTreeMap::new());
    let mut along: BTreeMap<Along<'_>, BTreeSet<&str>> = BTreeMap::new();
    let mut about: BTreeMap<(&str, &str), Vec<(usize, &Write)>> = BTreeMap::new();
    for (line, write) in writes.iter().enumerate() {
        let name = (write.kind.as_str(), write.id.as_str());
        about.entry(name).or_default().push((line, write));
    }
    for ((kind, id), lines) in about {
        let before = one(tx, tenant, kind, id)?;
        let known = source_version(tx, tenant, kind, id)?;
        let mut latest = Latest::new(before.as_ref().and_then(RecordRow::contents), known);
        // The last word on a record counts: one change per record and transaction.
        let mut last = None;
        for (line, write) in lines {
            let outcome = latest.take(write);
            if outcome.is_taken() {
                last = Some(write);
            }
            outcomes.insert(line, outcome);
        }
        let Some(write) = last else { continue };
        let version = latest.version();
        let erases = write.erases(before.as_ref());
        let changed = match &write.put {
            Some(put) => put_record(tx, tenant, at, write, put, before, version)?,
            None => remove_record(tx, tenant, write, before, version)?,
        };
        if changed {
            kinds.insert(write.kind.clone());
        }
        if changed && erases {
            operations::cut(tx, tenant, &write.kind, &write.id)?;
            for (kind, field) in write.put.iter().flat_map(|put| &put.referring) {
                let target = write.kind.as_str();
                let by = Along {
                    kind,
                    field,
                    target,
                };
                along.entry(by).or_default().insert(write.id.as_str());
            }
        }
        // What is in force follows from what is said, in one transaction.
        if changed && write.kind == setting::KIND {
            let said = write.put.as_ref().and_then(|put| setting::said(&put.body));
            tenants::say_setting(tx, tenant, &write.id, said.as_ref())?;
        }
        if changed && write.kind == control::KIND {
            let said = write.put.as_ref().and_then(|put| control::said(&put.body));
            tenants::put_control(tx, tenant, control::name_of(&write.id), said)?;
        }
    }
    for (by, erased) in &along {
        operations::cut_along(tx, tenant, *by, erased)?;
    }
    Ok((kinds, outcomes.into_values().collect()))
}

fn put_record(
    tx: &Transaction<'_>,
    tenant: &str,
    at: DateTime<Utc>,
    write: &Write,
    put: &Put,
    before: Option<RecordRow>,
    version: Option<u64>,
) -> Result<bool> {
    let version = version.map(signed);
    if !write.changes(before.as_ref()) {
        tx.prepare_cached(
            "UPDATE record SET source_version = ?4 WHERE tenant = ?1 AND kind = ?2 AND id = ?3
             AND source_version IS NOT ?4",
        )?
        .execute(params![tenant, write.kind, write.id, version])?;
        return Ok(false);
    }
    let region = record_region(&put.body);
    let region = region.as_deref();
    let tombstone: Option<i64> = tx
        .prepare_cached(
            "DELETE FROM removed WHERE tenant = ? AND kind = ? AND id = ? RETURNING revision",
        )?
        .query_row(params![tenant, write.kind, write.id], |r| r.get(0))
        .optional()?;
    let last = before
        .as_ref()
        .map_or(tombstone.map_or(0, unsigned), |row| row.revision);
    let seq = tenants::next_seq(tx, tenant)?;
    tx.prepare_cached(
        "INSERT INTO record (tenant, kind, id, revision, seq, updated_at, region, title, body, computed,
                             source_version)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (tenant, kind, id) DO UPDATE SET
           revision = excluded.revision, seq = excluded.seq, updated_at = excluded.updated_at,
           region = excluded.region, title = excluded.title, body = excluded.body,
           computed = excluded.computed, source_version = excluded.source_version",
    )?
    .execute(params![
        tenant,
        write.kind,
        write.id,
        signed(last + 1),
        signed(seq),
        ms(at),
        region,
        put.title,
        to_json(&put.body)?,
        to_json(&put.computed)?,
        version,
    ])?;
    let after = Reach {
        region,
        only: saved::only(&write.kind, &put.body),
        body: None,
    };
    let before = before.as_ref().map(Reach::of);
    note_change(tx, tenant, seq, "record", write, before, after)?;
    blobs::note(tx, tenant, write, &put.body)?;
    Ok(true)
}

fn remove_record(
    tx: &Transaction<'_>,
    tenant: &str,
    write: &Write,
    before: Option<RecordRow>,
    version: Option<u64>,
) -> Result<bool> {
    let version = version.map(signed);
    let Some(before) = before else {
        // Its end may come before what it ends.
        if version.is_some() {
            tx.prepare_cached(
                "INSERT INTO removed (tenant, kind, id, revision, source_version) VALUES (?, ?, ?, 0, ?)
                 ON CONFLICT (tenant, kind, id) DO UPDATE SET source_version = excluded.source_version",
            )?
            .execute(params![tenant, write.kind, write.id, version])?;
        }
        return Ok(false);
    };
    tx.execute(
        "DELETE FROM record WHERE tenant = ? AND kind = ? AND id = ?",
        params![tenant, write.kind, write.id],
    )?;
    tx.execute(
        "INSERT INTO removed (tenant, kind, id, revision, region, source_version, erased)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            tenant,
            write.kind,
            write.id,
            signed(before.revision),
            before.region,
            version,
            !erased::fields(&before.body).is_empty()
        ],
    )?;
    let seq = tenants::next_seq(tx, tenant)?;
    let before = Some(Reach::of(&before));
    note_change(tx, tenant, seq, "removed", write, before, Reach::default())?;
    Ok(true)
}

/// Whom a record reaches.
#[derive(Clone, Copy, Default)]
struct Reach<'a> {
    region: Option<&'a str>,
    /// The operator who alone sees it.
    only: Option<&'a str>,
    /// Its fields.
    body: Option<&'a Map<String, Value>>,
}

impl<'a> Reach<'a> {
    fn of(row: &'a RecordRow) -> Self {
        Self {
            region: row.region.as_deref(),
            only: saved::only(&row.kind, &row.body),
            body: Some(&row.body),
        }
    }

    /// What decides, beside all that, whether a reader sees it.
    fn known(self, kind: &str) -> Option<Map<String, Value>> {
        let (names, body) = (Sight::decided_by(kind), self.body?);
        let known = names.iter().filter_map(|name| body.get_key_value(*name));
        let known = known.map(|(name, value)| (name.clone(), value.clone()));
        (!names.is_empty()).then(|| known.collect())
    }
}

fn note_change(
    tx: &Transaction<'_>,
    tenant: &str,
    seq: u64,
    what: &str,
    write: &Write,
    before: Option<Reach<'_>>,
    after: Reach<'_>,
) -> Result<()> {
    let existed = before.is_some();
    let before = before.unwrap_or_default();
    let known = before.known(&write.kind);
    tx.prepare_cached(
        "INSERT INTO change (tenant, seq, what, kind, id, existed, region_before, region_after,
                             only_before, only_after, known_before)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        tenant,
        signed(seq),
        what,
        write.kind,
        write.id,
        existed,
        before.region,
        after.region,
        before.only,
        after.only,
        known.as_ref().map(to_json).transpose()?
    ])?;
    Ok(())
}
