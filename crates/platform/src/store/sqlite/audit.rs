//! The devices' audit chains as delivered, and our countersignatures.

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use watchkeeper_model::audit::Entry;
use watchkeeper_wire::audit::SignedHead;

use super::values::{from_json, signed, to_json};
use crate::store::Result;

pub fn owner(tx: &Transaction<'_>, tenant: &str, device: Uuid) -> Result<Option<String>> {
    Ok(tx
        .prepare_cached("SELECT operator FROM device WHERE tenant = ? AND id = ?")?
        .query_row(params![tenant, device.to_string()], |r| r.get(0))
        .optional()?)
}

pub fn head(tx: &Transaction<'_>, tenant: &str, device: Uuid) -> Result<Option<SignedHead>> {
    let text: Option<String> = tx
        .prepare_cached("SELECT head FROM signed_head WHERE tenant = ? AND device = ?")?
        .query_row(params![tenant, device.to_string()], |r| r.get(0))
        .optional()?;
    text.as_deref().map(from_json).transpose()
}

pub fn hash(tx: &Transaction<'_>, tenant: &str, device: Uuid, seq: u64) -> Result<Option<String>> {
    Ok(tx
        .prepare_cached("SELECT hash FROM audit WHERE tenant = ? AND device = ? AND seq = ?")?
        .query_row(params![tenant, device.to_string(), signed(seq)], |r| {
            r.get(0)
        })
        .optional()?)
}

pub fn extend(
    tx: &Transaction<'_>,
    tenant: &str,
    device: Uuid,
    after: u64,
    entries: &[Entry],
    new_head: &SignedHead,
) -> Result<bool> {
    let held = head(tx, tenant, device)?.map_or(0, |head| head.seq);
    if held != after {
        return Ok(false);
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO audit (tenant, device, seq, hash, entry) VALUES (?, ?, ?, ?, ?)",
    )?;
    for entry in entries {
        insert.execute(params![
            tenant,
            device.to_string(),
            signed(entry.seq),
            entry.hash,
            to_json(entry)?
        ])?;
    }
    tx.execute(
        "INSERT INTO signed_head (tenant, device, head) VALUES (?, ?, ?)
         ON CONFLICT (tenant, device) DO UPDATE SET head = excluded.head",
        params![tenant, device.to_string(), to_json(new_head)?],
    )?;
    Ok(true)
}
