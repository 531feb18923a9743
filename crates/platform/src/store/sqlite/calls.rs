//! The platform's own outbox.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, params};
use serde_json::Value;
use uuid::Uuid;
use watchkeeper_model::Call;
use watchkeeper_pack::format::{Connector, Nature};
use watchkeeper_wire::operation::Verdict;

use super::values::{from_json, instant, ms, to_json};
use super::{operations, records, tenants};
use crate::store::{
    CallId, CallRow, CallStatus, Committed, NewCall, Postponed, Result, Settle, StoreError,
};

const COLUMNS: &str = "tenant, operation, effect, call, basis, status, ambiguous, taken, attempts, \
                       generation, sent_at, not_after, result";

struct Raw {
    tenant: String,
    operation: String,
    effect: u32,
    call: String,
    basis: String,
    status: String,
    ambiguous: bool,
    taken: bool,
    attempts: u32,
    generation: u32,
    sent_at: Option<i64>,
    not_after: Option<i64>,
    result: Option<String>,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        tenant: row.get(0)?,
        operation: row.get(1)?,
        effect: row.get(2)?,
        call: row.get(3)?,
        basis: row.get(4)?,
        status: row.get(5)?,
        ambiguous: row.get(6)?,
        taken: row.get(7)?,
        attempts: row.get(8)?,
        generation: row.get(9)?,
        sent_at: row.get(10)?,
        not_after: row.get(11)?,
        result: row.get(12)?,
    })
}

impl TryFrom<Raw> for CallRow {
    type Error = StoreError;
    fn try_from(raw: Raw) -> Result<Self> {
        Ok(Self {
            id: CallId {
                tenant: raw.tenant,
                operation: Uuid::parse_str(&raw.operation)
                    .map_err(|error| StoreError::Damaged(error.to_string()))?,
                effect: raw.effect,
            },
            call: from_json(&raw.call)?,
            basis: from_json(&raw.basis)?,
            status: status(&raw.status)?,
            ambiguous: raw.ambiguous,
            taken: raw.taken,
            attempts: raw.attempts,
            generation: raw.generation,
            sent_at: raw.sent_at.map(instant).transpose()?,
            not_after: raw.not_after.map(instant).transpose()?,
            result: raw.result.as_deref().map(from_json::<Value>).transpose()?,
        })
    }
}

fn status(word: &str) -> Result<CallStatus> {
    match word {
        "waiting" => Ok(CallStatus::Waiting),
        "done" => Ok(CallStatus::Done),
        "refused" => Ok(CallStatus::Refused),
        "given_up" => Ok(CallStatus::GivenUp),
        other => Err(StoreError::Damaged(format!("call status {other}"))),
    }
}

fn word(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Waiting => "waiting",
        CallStatus::Done => "done",
        CallStatus::Refused => "refused",
        CallStatus::GivenUp => "given_up",
    }
}

pub fn add(tx: &Transaction<'_>, tenant: &str, operation: Uuid, call: &NewCall) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO call (tenant, operation, effect, call, basis, status, not_after, ambiguous)
         VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
    )?
    .execute(params![
        tenant,
        operation.to_string(),
        call.call.effect,
        to_json(&call.call)?,
        to_json(&call.basis)?,
        call.not_after.map(ms),
        call.sent_before
    ])?;
    Ok(())
}

pub fn due(tx: &Transaction<'_>, now: DateTime<Utc>, limit: u32) -> Result<Vec<CallRow>> {
    tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM call AS due WHERE status = 'waiting' AND not_before <= ?
           AND NOT (json_extract(call, '$.after_previous') AND EXISTS (
             SELECT 1 FROM call AS earlier
             WHERE earlier.tenant = due.tenant AND earlier.operation = due.operation
               AND earlier.effect < due.effect AND earlier.status <> 'done'))
         ORDER BY not_before, operation, effect LIMIT ?"
    ))?
    .query_map(params![ms(now), limit], raw)?
    .map(|row| CallRow::try_from(row?))
    .collect()
}

/// Calls that wait for longer than anything is put off.
const BEYOND: &str = "status = 'waiting' AND not_before > ?";
pub fn any_beyond(tx: &Transaction<'_>, beyond: DateTime<Utc>) -> Result<bool> {
    Ok(tx
        .prepare_cached(&format!("SELECT 1 FROM call WHERE {BEYOND}"))?
        .exists([ms(beyond)])?)
}

pub fn bring_back(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    beyond: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<()> {
    tx.execute(
        &format!("UPDATE call SET not_before = ?, sent_at = min(sent_at, ?) WHERE {BEYOND}"),
        params![ms(to), ms(now), ms(beyond)],
    )?;
    Ok(())
}

pub fn of_operation(tx: &Transaction<'_>, tenant: &str, operation: Uuid) -> Result<Vec<CallRow>> {
    tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM call WHERE tenant = ? AND operation = ? ORDER BY effect"
    ))?
    .query_map(params![tenant, operation.to_string()], raw)?
    .map(|row| CallRow::try_from(row?))
    .collect()
}

pub fn told(tx: &Transaction<'_>, tenant: &str, code: &str) -> Result<Vec<(Connector, Verdict)>> {
    tx.prepare_cached(
        "SELECT c.call, o.verdict FROM call AS c INDEXED BY call_of_tenant
         CROSS JOIN operation AS o ON o.tenant = c.tenant AND o.id = c.operation
         WHERE c.status = 'waiting' AND c.tenant = ?
           AND json_extract(o.verdict, '$.reason.code') = ?",
    )?
    .query_map([tenant, code], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?
    .map(|row| {
        let (call, verdict) = row?;
        let call: Call = from_json(&call)?;
        Ok((call.connector, from_json(&verdict)?))
    })
    .collect()
}

/// The calls of an operation that have ended keep what the books need: which amount, from where, and whether
/// it was done.
pub fn cut(tx: &Transaction<'_>, tenant: &str, operation: Uuid) -> Result<()> {
    let calls = of_operation(tx, tenant, operation)?.into_iter();
    for mut row in calls.filter(|row| row.status != CallStatus::Waiting) {
        let offer = row.call.connector.offer(&row.call.operation);
        if offer.is_some_and(|offer| offer.nature == Nature::Money) {
            row.call.args.remove("reason");
            row.call.args.remove("note");
        } else {
            row.call.args.clear();
            row.result = None;
        }
        row.call.mail = None;
        row.basis.body.clear();
        row.basis.computed.clear();
        row.basis.refs.clear();
        row.basis.lookups.retain(|_, said| !said.value.is_string());
        if let Some((_, reason)) = &mut row.basis.otherwise {
            reason.detail.clear();
        }
        tx.prepare_cached(
            "UPDATE call SET call = ?, basis = ?, result = ?
             WHERE tenant = ? AND operation = ? AND effect = ?",
        )?
        .execute(params![
            to_json(&row.call)?,
            to_json(&row.basis)?,
            row.result.as_ref().map(to_json).transpose()?,
            tenant,
            operation.to_string(),
            row.id.effect
        ])?;
    }
    Ok(())
}

pub fn begin(tx: &Transaction<'_>, call: &CallId, at: DateTime<Utc>) -> Result<bool> {
    // From here on it may have been sent: a crash before the answer leaves it ambiguous.
    let counted = tx.execute(
        "UPDATE call SET attempts = attempts + 1, ambiguous = 1, sent_at = ?
         WHERE tenant = ? AND operation = ? AND effect = ? AND status = 'waiting'",
        params![ms(at), call.tenant, call.operation.to_string(), call.effect],
    )?;
    Ok(counted == 1)
}

pub fn count_as_sent(tx: &Transaction<'_>, call: &CallId, at: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE call SET sent_at = ? WHERE tenant = ? AND operation = ? AND effect = ?",
        params![ms(at), call.tenant, call.operation.to_string(), call.effect],
    )?;
    Ok(())
}

pub fn postpone(tx: &Transaction<'_>, call: &CallId, to: &Postponed) -> Result<()> {
    // That it may have been sent in a history that is lost stays so until it was sent in this one: another
    // may have begun since who puts it off has read it.
    tx.execute(
        "UPDATE call SET not_before = ?, ambiguous = (ambiguous AND attempts = 0) OR ?,
                taken = taken OR ?, generation = ?
         WHERE tenant = ? AND operation = ? AND effect = ?",
        params![
            ms(to.until),
            to.ambiguous,
            to.taken,
            to.generation,
            call.tenant,
            call.operation.to_string(),
            call.effect
        ],
    )?;
    Ok(())
}

pub fn settle(tx: &Transaction<'_>, settle: &Settle) -> Result<Committed> {
    let call = &settle.call;
    let tenant = call.tenant.as_str();
    if tenants::head(tx, tenant)? != settle.expected_head {
        return Ok(Committed::Moved);
    }
    let ended = tx.execute(
        "UPDATE call SET status = ?, result = ?, ambiguous = 0
         WHERE tenant = ? AND operation = ? AND effect = ? AND status = 'waiting'",
        params![
            word(settle.status),
            settle.result.as_ref().map(to_json).transpose()?,
            tenant,
            call.operation.to_string(),
            call.effect
        ],
    )?;
    if ended == 0 {
        return Ok(Committed::Moved);
    }
    for effect in &settle.give_up {
        tx.execute(
            "UPDATE call SET status = 'given_up'
             WHERE tenant = ? AND operation = ? AND effect = ? AND status = 'waiting'",
            params![tenant, call.operation.to_string(), effect],
        )?;
    }
    let mut kinds = records::apply(tx, tenant, settle.at, &settle.writes)?;
    if let Some(verdict) = &settle.verdict {
        kinds.insert(verdict.kind.clone());
        operations::say(tx, tenant, verdict)?;
    }
    operations::cut_ended(tx, tenant, call.operation)?;
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
}
