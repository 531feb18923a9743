//! What everybody did with one record.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;
use watchkeeper_pack::erased;
use watchkeeper_wire::history::HistoryEntry;
use watchkeeper_wire::operation::{Operation, Reason, Verdict};

use super::records;
use super::values::{from_json, signed, unsigned};
use crate::store::{HistoryAsked, HistoryRead, RecordRow, Result, sees};

// Newest first along the index: a record may have thousands, and nobody reads them all.
const PAGE: &str = "SELECT o.seq, o.request, o.verdict, coalesce(p.name, o.author)
    FROM operation AS o INDEXED BY operation_record
    LEFT JOIN operator AS p ON p.tenant = o.tenant AND p.id = o.author
    WHERE o.tenant = ? AND o.kind = ? AND o.record = ? AND o.seq < ?
    ORDER BY o.seq DESC LIMIT ?";

pub fn page(tx: &Transaction<'_>, asked: &HistoryAsked) -> Result<Option<HistoryRead>> {
    let record = records::one(tx, &asked.tenant, &asked.kind, &asked.record)?;
    let is_seen = match &record {
        Some(record) => {
            sees(&asked.regions, record.region.as_deref())
                && asked.sight.sees_record(&record.kind, &record.body)
        }
        None => sees_gone(tx, asked)?,
    };
    if !is_seen {
        return Ok(None);
    }
    let has_words = match &record {
        Some(record) => !is_about_erased(tx, asked, record)?,
        None => false,
    };
    let before = asked.before.map_or(i64::MAX, signed);
    let one_more = i64::try_from(asked.limit)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    let mut statement = tx.prepare_cached(PAGE)?;
    let mut rows = statement.query(params![
        asked.tenant,
        asked.kind,
        asked.record,
        before,
        one_more
    ])?;
    let mut read = HistoryRead::default();
    while let Some(row) = rows.next()? {
        if read.entries.len() == asked.limit {
            read.older = true;
            break;
        }
        let seq = unsigned(row.get(0)?);
        let request: Operation = from_json(&row.get::<_, String>(1)?)?;
        let verdict: Verdict = from_json(&row.get::<_, String>(2)?)?;
        let is_told = asked.sight.tells(&asked.kind, &request.action);
        let mut entry = entry(seq, request, verdict, row.get(3)?);
        if !has_words || !is_told {
            leave_words_out(&mut entry);
        }
        if let (false, Some(reason)) = (is_told, &mut entry.reason) {
            leave_row_out(reason);
        }
        read.entries.push(entry);
    }
    Ok(Some(read))
}

fn entry(seq: u64, request: Operation, verdict: Verdict, author_name: String) -> HistoryEntry {
    HistoryEntry {
        seq,
        operation: request.id,
        action: request.action,
        author: request.author,
        author_name,
        made_at: request.made_at,
        params: request.params,
        word: verdict.word,
        reason: verdict.reason,
        from_revision: verdict.from_revision,
        revision: verdict.revision,
        decided_at: verdict.decided_at,
    }
}

fn leave_words_out(entry: &mut HistoryEntry) {
    entry.params.clear();
    if let Some(reason) = &mut entry.reason {
        reason.detail.clear();
    }
}

/// Which row of the pack decided says what stood in the fields that it reads.
fn leave_row_out(reason: &mut Reason) {
    let is_by_row = reason.row.take().is_some();
    if is_by_row && !reason.code.starts_with("approval.") {
        reason.code = "policy.denied".to_owned();
    }
}

/// Is it seen that a record is gone? Of a kind whose records are looked into nobody can say any more who saw it,
/// nor of one whose end came and nothing else: that has no region.
fn sees_gone(tx: &Transaction<'_>, asked: &HistoryAsked) -> Result<bool> {
    let (kind, sight) = (asked.kind.as_str(), &asked.sight);
    if !sight.sees_kind(kind) || sight.looks_into(kind) {
        return Ok(false);
    }
    // The end of a record may have come before it, which then was never there.
    let region: Option<Option<String>> = tx
        .prepare_cached(
            "SELECT region FROM removed WHERE tenant = ? AND kind = ? AND id = ? AND revision > 0",
        )?
        .query_row(params![asked.tenant, kind, asked.record], |row| row.get(0))
        .optional()?;
    Ok(region.is_some_and(|region| sees(&asked.regions, region.as_deref())))
}

/// The record, or one that it refers to, is of a person who was erased. What is at its end was cut where it is
/// stored; what is not is told without words as well.
fn is_about_erased(tx: &Transaction<'_>, asked: &HistoryAsked, record: &RecordRow) -> Result<bool> {
    if !erased::fields(&record.body).is_empty() {
        return Ok(true);
    }
    for (field, kind) in &asked.refs {
        let Some(id) = record.body.get(field).and_then(Value::as_str) else {
            continue;
        };
        let other = records::one(tx, &asked.tenant, kind, id)?;
        if other.is_some_and(|other| !erased::fields(&other.body).is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::SqliteStore;
    use super::*;

    #[test]
    fn a_page_is_read_along_the_index_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("platform.db");
        SqliteStore::open(&path).unwrap();
        let db = rusqlite::Connection::open(&path).unwrap();
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {PAGE}")).unwrap();
        let lines = plan.query_map(params!["t", "k", "r", 9, 50], |row| row.get::<_, String>(3));
        let lines: Vec<String> = lines.unwrap().map(|line| line.unwrap()).collect();
        let by = "operation_record (tenant=? AND kind=? AND record=? AND seq<?)";
        assert!(lines.iter().any(|line| line.contains(by)), "{lines:?}");
        for word in ["SCAN", "TEMP B-TREE"] {
            assert!(!lines.iter().any(|line| line.contains(word)), "{lines:?}");
        }
    }
}
