//! Tenants, their settings, controls and packs, and the seq of their feed.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value};
use watchkeeper_wire::session::{PackRef, Tenant};

use super::values::{from_json, to_json, unsigned};
use crate::store::{Result, StoreError, TenantState, Touched};

pub fn found(tx: &Transaction<'_>, tenant: &Tenant) -> Result<()> {
    tx.execute(
        "INSERT INTO tenant (id, name, zone, settings, controls) VALUES (?, ?, ?, '{}', '{}')
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone",
        params![tenant.id, tenant.name, tenant.zone],
    )?;
    Ok(())
}

pub fn all(tx: &Transaction<'_>) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached("SELECT id FROM tenant ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

pub fn state(tx: &Transaction<'_>, id: &str) -> Result<Option<TenantState>> {
    type Row = (
        String,
        String,
        Option<String>,
        Option<u32>,
        String,
        i64,
        String,
        i64,
        i64,
    );
    let row: Option<Row> = tx
        .prepare_cached(
            "SELECT name, zone, pack_hash, pack_version, settings, settings_version, controls,
                    head, floor
             FROM tenant WHERE id = ?",
        )?
        .query_row([id], |r| {
            Ok((
                r.get(0)?,
                r.get(1)?,
                r.get(2)?,
                r.get(3)?,
                r.get(4)?,
                r.get(5)?,
                r.get(6)?,
                r.get(7)?,
                r.get(8)?,
            ))
        })
        .optional()?;
    let Some((name, zone, hash, version, settings, settings_version, controls, head, floor)) = row
    else {
        return Ok(None);
    };
    Ok(Some(TenantState {
        tenant: Tenant {
            id: id.to_owned(),
            name,
            zone,
        },
        pack: hash
            .zip(version)
            .map(|(hash, version)| PackRef { hash, version }),
        settings: from_json(&settings)?,
        settings_version: unsigned(settings_version),
        controls: from_json(&controls)?,
        head: unsigned(head),
        floor: unsigned(floor),
    }))
}

pub fn set_settings(
    tx: &Transaction<'_>,
    tenant: &str,
    settings: &Map<String, Value>,
) -> Result<u64> {
    tx.execute(
        "UPDATE tenant SET settings = ?, settings_version = settings_version + 1 WHERE id = ?",
        params![to_json(settings)?, tenant],
    )?;
    next_seq(tx, tenant)
}

pub fn set_controls(
    tx: &Transaction<'_>,
    tenant: &str,
    controls: &Map<String, Value>,
) -> Result<u64> {
    tx.execute(
        "UPDATE tenant SET controls = ? WHERE id = ?",
        params![to_json(controls)?, tenant],
    )?;
    next_seq(tx, tenant)
}

pub fn publish_pack(
    tx: &Transaction<'_>,
    tenant: &str,
    pack: &PackRef,
    bundle: &[u8],
) -> Result<bool> {
    let now = state(tx, tenant)?.ok_or(StoreError::NoTenant)?;
    match now.pack {
        Some(active) if active == *pack => return Ok(true),
        Some(active) if active.version >= pack.version => return Ok(false),
        _ => {}
    }
    tx.execute(
        "INSERT INTO pack (tenant, hash, version, bundle) VALUES (?, ?, ?, ?)
         ON CONFLICT (tenant, hash) DO NOTHING",
        params![tenant, pack.hash, pack.version, bundle],
    )?;
    tx.execute(
        "UPDATE tenant SET pack_hash = ?, pack_version = ? WHERE id = ?",
        params![pack.hash, pack.version, tenant],
    )?;
    next_seq(tx, tenant)?;
    Ok(true)
}

pub fn pack(tx: &Transaction<'_>, tenant: &str, hash: &str) -> Result<Option<Vec<u8>>> {
    Ok(tx
        .prepare_cached("SELECT bundle FROM pack WHERE tenant = ? AND hash = ?")?
        .query_row(params![tenant, hash], |r| r.get(0))
        .optional()?)
}

/// Takes the next seq; the row stays locked until the transaction ends.
pub fn next_seq(tx: &Transaction<'_>, tenant: &str) -> Result<u64> {
    let head: Option<i64> = tx
        .prepare_cached("UPDATE tenant SET head = head + 1 WHERE id = ? RETURNING head")?
        .query_row([tenant], |r| r.get(0))
        .optional()?;
    head.map(unsigned).ok_or(StoreError::NoTenant)
}

pub fn head(tx: &Transaction<'_>, tenant: &str) -> Result<u64> {
    let head: Option<i64> = tx
        .prepare_cached("SELECT head FROM tenant WHERE id = ?")?
        .query_row([tenant], |r| r.get(0))
        .optional()?;
    head.map(unsigned).ok_or(StoreError::NoTenant)
}

pub fn touched(tx: &Transaction<'_>, tenant: &str, kinds: BTreeSet<String>) -> Result<Touched> {
    Ok(Touched {
        head: head(tx, tenant)?,
        kinds,
    })
}
