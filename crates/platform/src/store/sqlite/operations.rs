//! Operations and their verdicts.

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use watchkeeper_wire::operation::Verdict;

use super::values::{from_json, ms, signed, to_json};
use super::{calls, records, tenants};
use crate::store::{Commit, Committed, Follows, OperationRow, Result, Unanswered};

pub fn one(tx: &Transaction<'_>, tenant: &str, id: Uuid) -> Result<Option<OperationRow>> {
    let row: Option<(String, String, String)> = tx
        .prepare_cached(
            "SELECT fingerprint, request, verdict FROM operation WHERE tenant = ? AND id = ?",
        )?
        .query_row(params![tenant, id.to_string()], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .optional()?;
    row.map(|(fingerprint, request, verdict)| {
        Ok(OperationRow {
            fingerprint,
            request: from_json(&request)?,
            verdict: from_json(&verdict)?,
        })
    })
    .transpose()
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
           (tenant, id, fingerprint, author, device, kind, record, request, verdict, seq, made_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    ])?;
    for call in &commit.calls {
        calls::add(tx, tenant, request.id, call)?;
    }
    if let Some(Follows { verdict, calls }) = &commit.follows {
        kinds.insert(verdict.kind.clone());
        say(tx, tenant, verdict)?;
        for call in calls {
            calls::add(tx, tenant, verdict.operation, call)?;
        }
    }
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
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
    say(tx, tenant, verdict)?;
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
    Ok(())
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
