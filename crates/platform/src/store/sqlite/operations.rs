//! Operations and their verdicts.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use watchkeeper_pack::erased;
use watchkeeper_wire::operation::{Operation, Verdict};

use super::values::{from_json, ms, signed, to_json};
use super::{calls, records, tenants};
use crate::store::{
    Commit, Committed, Follows, NewCall, OperationRow, Result, StoreError, Unanswered,
};

pub fn one(tx: &Transaction<'_>, tenant: &str, id: Uuid) -> Result<Option<OperationRow>> {
    let row: Option<(String, String, String, bool, Option<String>)> = tx
        .prepare_cached(
            "SELECT fingerprint, request, verdict, sent_before, kept FROM operation
             WHERE tenant = ? AND id = ?",
        )?
        .query_row(params![tenant, id.to_string()], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
        })
        .optional()?;
    row.map(|(fingerprint, request, verdict, sent_before, kept)| {
        Ok(OperationRow {
            fingerprint,
            request: from_json(&request)?,
            verdict: from_json(&verdict)?,
            sent_before,
            kept: kept.as_deref().map(from_json).transpose()?,
        })
    })
    .transpose()
}

/// Of whichever tenant: there are few, and operations are found by both.
pub fn is_known(tx: &Transaction<'_>, id: Uuid) -> Result<bool> {
    Ok(tx
        .prepare_cached(
            "SELECT 1 FROM tenant AS t
             CROSS JOIN operation AS o ON o.tenant = t.id AND o.id = ?",
        )?
        .exists([id.to_string()])?)
}

pub fn commit(tx: &Transaction<'_>, commit: &Commit) -> Result<Committed> {
    let tenant = commit.tenant.as_str();
    let (request, verdict) = (&commit.operation.request, &commit.operation.verdict);
    if let Some(known) = one(tx, tenant, request.id)? {
        return Ok(Committed::Known(Box::new(known)));
    }
    if tenants::head(tx, tenant)? != commit.expected_head {
        return Ok(Committed::Moved);
    }
    let mut kinds = records::apply(tx, tenant, verdict.decided_at, &commit.writes)?;
    kinds.insert(request.kind.clone());
    let seq = note_verdict(tx, tenant, verdict)?;
    tx.prepare_cached(
        "INSERT INTO operation
           (tenant, id, fingerprint, author, device, kind, record, request, verdict, seq, made_at,
            sent_before, kept)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        tenant,
        request.id.to_string(),
        commit.operation.fingerprint,
        request.author,
        request.device.to_string(),
        request.kind,
        request.record,
        to_json(request)?,
        to_json(verdict)?,
        signed(seq),
        ms(request.made_at),
        commit.operation.sent_before,
        commit.operation.kept.as_ref().map(to_json).transpose()?,
    ])?;
    for call in &commit.calls {
        calls::add(tx, tenant, request.id, call)?;
    }
    cut_ended(tx, tenant, request.id)?;
    if let Some(Follows { verdict, calls }) = &commit.follows {
        kinds.insert(verdict.kind.clone());
        waits_no_more(tx, tenant, verdict, calls)?;
    }
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
}

/// What had waited for agreement has this verdict and these calls now, and nothing is kept for it.
fn waits_no_more(
    tx: &Transaction<'_>,
    tenant: &str,
    verdict: &Verdict,
    calls: &[NewCall],
) -> Result<()> {
    say(tx, tenant, verdict)?;
    tx.prepare_cached("UPDATE operation SET kept = NULL WHERE tenant = ? AND id = ?")?
        .execute(params![tenant, verdict.operation.to_string()])?;
    for call in calls {
        calls::add(tx, tenant, verdict.operation, call)?;
    }
    Ok(())
}

pub fn end_unanswered(tx: &Transaction<'_>, end: &Unanswered) -> Result<Committed> {
    let (tenant, verdict) = (end.tenant.as_str(), &end.verdict);
    let waits =
        one(tx, tenant, verdict.operation)?.is_some_and(|known| !known.verdict.word.is_final());
    if !waits || tenants::head(tx, tenant)? != end.expected_head {
        return Ok(Committed::Moved);
    }
    let mut kinds = records::apply(tx, tenant, verdict.decided_at, &end.writes)?;
    kinds.insert(verdict.kind.clone());
    waits_no_more(tx, tenant, verdict, &end.calls)?;
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
}

/// Everything that is not at its end may have come to it in a history that is lost.
pub fn count_as_sent_before(tx: &Transaction<'_>) -> Result<()> {
    tx.execute(
        "UPDATE operation SET sent_before = 1
         WHERE json_extract(verdict, '$.word') IN ('accepted', 'unknown')",
        [],
    )?;
    Ok(())
}

// Both are asked with every decision: from the record on, which has few operations. Calls that wait may be those
// of a thousand other records.
const LOOKED_FOR: &str =
    "SELECT DISTINCT c.operation FROM operation AS o INDEXED BY operation_record
    CROSS JOIN call AS c ON c.tenant = o.tenant AND c.operation = o.id
    WHERE o.tenant = ? AND o.kind = ? AND o.record = ?
      AND c.status = 'waiting' AND c.ambiguous AND c.attempts = 0
      AND json_extract(c.basis, '$.otherwise') IS NOT NULL";
const CALLING: &str = "SELECT json_extract(o.request, '$.action'), o.author
    FROM operation AS o INDEXED BY operation_record
    CROSS JOIN call AS c ON c.tenant = o.tenant AND c.operation = o.id
    WHERE o.tenant = ? AND o.kind = ? AND o.record = ?
      AND c.status = 'waiting' AND NOT json_extract(c.call, '$.after_previous')";

/// Operations on this record of which a call is only looked for at its provider, still.
pub fn looked_for(
    tx: &Transaction<'_>,
    tenant: &str,
    kind: &str,
    record: &str,
) -> Result<BTreeSet<Uuid>> {
    let mut statement = tx.prepare_cached(LOOKED_FOR)?;
    let ids = statement.query_map(params![tenant, kind, record], |row| row.get::<_, String>(0))?;
    ids.map(|id| Uuid::parse_str(&id?).map_err(|error| StoreError::Damaged(error.to_string())))
        .collect()
}

/// Actions on this record whose calls wait, and who took them.
pub fn calling(
    tx: &Transaction<'_>,
    tenant: &str,
    kind: &str,
    record: &str,
) -> Result<BTreeMap<String, String>> {
    let rows = tx
        .prepare_cached(CALLING)?
        .query_map(params![tenant, kind, record], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<BTreeMap<String, String>>>()?;
    Ok(rows)
}

/// Gives an operation its next verdict, if it still has the one that was seen and that is not the last.
pub fn say_over(
    tx: &Transaction<'_>,
    tenant: &str,
    seen: &Verdict,
    verdict: &Verdict,
) -> Result<Committed> {
    let known = one(tx, tenant, verdict.operation)?;
    let still = known.is_some_and(|known| known.verdict == *seen);
    if !still || seen.word.is_final() {
        return Ok(Committed::Moved);
    }
    say(tx, tenant, verdict)?;
    let kinds = [verdict.kind.clone()].into();
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
}

/// Gives an operation its next verdict, and the feed a line of it.
pub fn say(tx: &Transaction<'_>, tenant: &str, verdict: &Verdict) -> Result<()> {
    let seq = note_verdict(tx, tenant, verdict)?;
    tx.prepare_cached("UPDATE operation SET verdict = ?, seq = ? WHERE tenant = ? AND id = ?")?
        .execute(params![
            to_json(verdict)?,
            signed(seq),
            tenant,
            verdict.operation.to_string()
        ])?;
    cut_ended(tx, tenant, verdict.operation)
}

/// Says of a record by its kind and id, as SQL has them, that it is or was of somebody who was erased.
fn is_erased(kind: &str, id: &str) -> String {
    let name = format!("e.tenant = o.tenant AND e.kind = {kind} AND e.id = {id}");
    let mark = erased::MARK;
    format!(
        "(EXISTS (SELECT 1 FROM record AS e WHERE {name} AND json_type(e.body, '$.{mark}') IS NOT NULL)
          OR EXISTS (SELECT 1 FROM removed AS e WHERE {name} AND e.erased))"
    )
}

/// Cuts an operation that is at its end, where its record was erased, or one to which that refers or referred
/// when its calls were decided. The records may be gone by then.
pub fn cut_ended(tx: &Transaction<'_>, tenant: &str, id: Uuid) -> Result<()> {
    let own = is_erased("o.kind", "o.record");
    let beside = is_erased("a.target", "json_extract(r.body, '$.' || a.field)");
    let called = is_erased("a.target", "json_extract(c.basis, '$.body.' || a.field)");
    let is_about = tx
        .prepare_cached(&format!(
            "SELECT 1 FROM operation AS o
             LEFT JOIN record AS r ON r.tenant = o.tenant AND r.kind = o.kind AND r.id = o.record
             WHERE o.tenant = ? AND o.id = ?
               AND ({own}
                 OR EXISTS (SELECT 1 FROM erased_along AS a
                            WHERE a.tenant = o.tenant AND a.kind = o.kind AND {beside})
                 OR EXISTS (SELECT 1 FROM erased_along AS a
                            CROSS JOIN call AS c ON c.tenant = o.tenant AND c.operation = o.id
                            WHERE a.tenant = o.tenant AND a.kind = o.kind AND {called}))"
        ))?
        .exists(params![tenant, id.to_string()])?;
    match is_about {
        true => cut_one(tx, tenant, &id.to_string()),
        false => Ok(()),
    }
}

/// What was asked about a record, and sent about it, says nothing in words any more.
pub fn cut(tx: &Transaction<'_>, tenant: &str, kind: &str, record: &str) -> Result<()> {
    let all = tx
        .prepare_cached("SELECT id FROM operation WHERE tenant = ? AND kind = ? AND record = ?")?
        .query_map(params![tenant, kind, record], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    all.iter().try_for_each(|id| cut_one(tx, tenant, id))
}

/// Ids, amounts, instants and the answer in a word stay, and so does the hash of what was asked. One that is
/// not at its end needs what it says until then.
fn cut_one(tx: &Transaction<'_>, tenant: &str, id: &str) -> Result<()> {
    let ended: Option<(String, String)> = tx
        .prepare_cached(
            "SELECT request, verdict FROM operation
             WHERE tenant = ? AND id = ?
               AND json_extract(verdict, '$.word') NOT IN ('accepted', 'unknown')",
        )?
        .query_row(params![tenant, id], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let Some((request, verdict)) = ended else {
        return Ok(());
    };
    let mut request: Operation = from_json(&request)?;
    let mut verdict: Verdict = from_json(&verdict)?;
    request.params.clear();
    request.lookups.retain(|_, said| !said.value.is_string());
    if let Some(reason) = &mut verdict.reason {
        reason.detail = "What was said of it is erased.".to_owned();
    }
    tx.prepare_cached("UPDATE operation SET request = ?, verdict = ? WHERE tenant = ? AND id = ?")?
        .execute(params![to_json(&request)?, to_json(&verdict)?, tenant, id])?;
    calls::cut(tx, tenant, request.id)
}

/// By which field the records of a kind refer to those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Along<'a> {
    /// Kind of those that refer.
    pub kind: &'a str,
    /// Their field.
    pub field: &'a str,
    /// Kind that it leads to.
    pub target: &'a str,
}

// From the operations on, which are fewer than records of which nobody ever asked anything. To what its record
// referred when it was decided is in the calls of one: that record may be gone, or refer to another by now.
const REFERRING: &str = "SELECT o.id FROM operation AS o INDEXED BY operation_record
    LEFT JOIN record AS r ON r.tenant = o.tenant AND r.kind = o.kind AND r.id = o.record
    WHERE o.tenant = ?1 AND o.kind = ?2
      AND (json_extract(r.body, '$.' || ?3) IN (SELECT value FROM json_each(?4))
        OR EXISTS (SELECT 1 FROM call AS c WHERE c.tenant = o.tenant AND c.operation = o.id
          AND json_extract(c.basis, '$.body.' || ?3) IN (SELECT value FROM json_each(?4))))";

/// The same of records that refer to these, which are erased now: what was asked about them had these beside it.
/// Of the records themselves nothing says who but a title, which is the platform's alone: no revision is needed.
pub fn cut_along(
    tx: &Transaction<'_>,
    tenant: &str,
    by: Along<'_>,
    erased: &BTreeSet<&str>,
) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO erased_along (tenant, kind, field, target) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![tenant, by.kind, by.field, by.target])?;
    let erased = to_json(erased)?;
    tx.prepare_cached(
        "UPDATE record SET title = id WHERE tenant = ? AND kind = ? AND title <> id
           AND json_extract(body, '$.' || ?) IN (SELECT value FROM json_each(?))",
    )?
    .execute(params![tenant, by.kind, by.field, erased])?;
    let operations = tx
        .prepare_cached(REFERRING)?
        .query_map(params![tenant, by.kind, by.field, erased], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    operations.iter().try_for_each(|id| cut_one(tx, tenant, id))
}

fn note_verdict(tx: &Transaction<'_>, tenant: &str, verdict: &Verdict) -> Result<u64> {
    let seq = tenants::next_seq(tx, tenant)?;
    tx.prepare_cached(
        "INSERT INTO change (tenant, seq, what, kind, id, operation, existed)
         VALUES (?, ?, 'verdict', ?, ?, ?, 1)",
    )?
    .execute(params![
        tenant,
        signed(seq),
        verdict.kind,
        verdict.record_id,
        verdict.operation.to_string()
    ])?;
    Ok(seq)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;
    use serde_json::{Map, Value, json};
    use watchkeeper_wire::session::Tenant;

    use super::super::SqliteStore;
    use super::*;
    use crate::store::{Put, Store, Write};

    #[tokio::test]
    async fn what_refers_to_the_erased_is_not_called_by_their_name_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        let store = SqliteStore::open(&path).unwrap();
        let tenant = Tenant {
            id: "t".into(),
            name: "t".into(),
            zone: "UTC".into(),
        };
        store.found_tenant(&tenant).await.unwrap();
        let write = |kind: &str, id: &str, (field, value): (&str, Value)| Write {
            kind: kind.into(),
            id: id.into(),
            put: Some(Put {
                title: format!("{id} of Kim"),
                body: Map::from_iter([(field.to_owned(), value)]),
                ..Put::default()
            }),
            version: None,
        };
        let records = [
            write("owner", "p", ("name", json!("Kim"))),
            write("k", "a", ("owner", json!("p"))),
            write("k", "b", ("owner", json!("q"))),
        ];
        let at = DateTime::UNIX_EPOCH;
        store.ingest("t", at, &records).await.unwrap();
        let mut erased = write("owner", "p", (erased::MARK, json!(["name"])));
        if let Some(put) = &mut erased.put {
            put.referring = vec![("k".into(), "owner".into())];
        }
        store.ingest("t", at, &[erased]).await.unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        let mut all = db
            .prepare("SELECT title, revision FROM record WHERE kind = 'k' ORDER BY id")
            .unwrap();
        let all = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let all: Vec<(String, i64)> = all.unwrap().map(|row| row.unwrap()).collect();
        let left = [("a".to_owned(), 1), ("b of Kim".to_owned(), 1)];
        assert_eq!(all, left);
    }

    #[test]
    fn whose_record_refers_to_the_erased_is_found_from_the_operations_of_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        SqliteStore::open(&path).unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        let mut plan = db
            .prepare(&format!("EXPLAIN QUERY PLAN {REFERRING}"))
            .unwrap();
        let lines = plan.query_map(["t", "k", "f", "[]"], |row| row.get::<_, String>(3));
        let lines: Vec<String> = lines.unwrap().map(|line| line.unwrap()).collect();
        let searched = |by: &str| {
            let mut found = lines.iter();
            found.any(|line| line.contains("SEARCH") && line.contains(by))
        };
        assert!(
            searched("operation_record (tenant=? AND kind=?)"),
            "{lines:?}"
        );
        assert!(searched("(tenant=? AND kind=? AND id=?)"), "{lines:?}");
    }

    #[test]
    fn what_is_under_way_on_a_record_is_found_from_the_record_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        SqliteStore::open(&path).unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        for asked in [LOOKED_FOR, CALLING] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {asked}")).unwrap();
            let lines = plan.query_map(["t", "k", "r"], |row| row.get::<_, String>(3));
            let lines: Vec<String> = lines.unwrap().map(|line| line.unwrap()).collect();
            let searches = |line: &String, by: &str| line.contains("SEARCH") && line.contains(by);
            assert!(
                lines.iter().any(|line| searches(
                    line,
                    "operation_record (tenant=? AND kind=? AND record=?)"
                )),
                "{lines:?}"
            );
            assert!(
                lines
                    .iter()
                    .any(|line| searches(line, "(tenant=? AND operation=?)")),
                "{lines:?}"
            );
            assert!(!lines.iter().any(|line| line.contains("SCAN")), "{lines:?}");
        }
    }
}
