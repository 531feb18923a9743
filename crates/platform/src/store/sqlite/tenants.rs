//! Tenants, their settings, controls and packs, and the seq of their feed.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value};
use watchkeeper_model::control;
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
    let tenant = tx
        .prepare_cached(
            "SELECT t.name, t.zone, t.pack_hash, t.pack_version, p.signature, t.publisher,
                    t.settings, t.settings_version, t.controls, t.head, t.floor
             FROM tenant t LEFT JOIN pack p ON p.tenant = t.id AND p.hash = t.pack_hash
             WHERE t.id = ?",
        )?
        .query_row([id], |row| {
            let (hash, version): (Option<String>, Option<u32>) = (row.get(2)?, row.get(3)?);
            let signature: Option<String> = row.get(4)?;
            let pack = hash.zip(version).map(|(hash, version)| PackRef {
                hash,
                version,
                signature: signature.unwrap_or_default(),
            });
            let (settings, controls): (String, String) = (row.get(6)?, row.get(8)?);
            let state = TenantState {
                tenant: Tenant {
                    id: id.to_owned(),
                    name: row.get(0)?,
                    zone: row.get(1)?,
                },
                pack,
                publisher: row.get(5)?,
                settings: Map::new(),
                settings_version: unsigned(row.get(7)?),
                controls: Map::new(),
                head: unsigned(row.get(9)?),
                floor: unsigned(row.get(10)?),
            };
            Ok((state, settings, controls))
        })
        .optional()?;
    let Some((state, settings, controls)) = tenant else {
        return Ok(None);
    };
    Ok(Some(TenantState {
        settings: from_json(&settings)?,
        controls: from_json(&controls)?,
        ..state
    }))
}

/// What the tenant says of one setting from now on; none where it says nothing any more.
pub fn say_setting(
    tx: &Transaction<'_>,
    tenant: &str,
    name: &str,
    value: Option<&Value>,
) -> Result<()> {
    let said: String = tx
        .prepare_cached("SELECT settings FROM tenant WHERE id = ?")?
        .query_row([tenant], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NoTenant)?;
    let mut said: Map<String, Value> = from_json(&said)?;
    match value {
        Some(value) => said.insert(name.to_owned(), value.clone()),
        None => said.remove(name),
    };
    tx.execute(
        "UPDATE tenant SET settings = ?, settings_version = settings_version + 1 WHERE id = ?",
        params![to_json(&said)?, tenant],
    )?;
    Ok(())
}

/// How one control stands from now on, or one in a region; none where nobody has switched it.
pub fn put_control(
    tx: &Transaction<'_>,
    tenant: &str,
    (name, region): (&str, Option<&str>),
    value: Option<Value>,
) -> Result<()> {
    let controls: String = tx
        .prepare_cached("SELECT controls FROM tenant WHERE id = ?")?
        .query_row([tenant], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NoTenant)?;
    let mut controls: Map<String, Value> = from_json(&controls)?;
    control::put(&mut controls, name, region, value);
    tx.execute(
        "UPDATE tenant SET controls = ? WHERE id = ?",
        params![to_json(&controls)?, tenant],
    )?;
    Ok(())
}

pub fn publish_pack(
    tx: &Transaction<'_>,
    tenant: &str,
    pack: &PackRef,
    bundle: &[u8],
    publisher: &str,
) -> Result<bool> {
    let now = state(tx, tenant)?.ok_or(StoreError::NoTenant)?;
    if now.publisher.is_some_and(|known| known != publisher) {
        return Ok(false);
    }
    match now.pack {
        // Signed once more it is still the same; one of before there were signatures gets its own.
        Some(active) if active.hash == pack.hash => {
            tx.execute(
                "UPDATE pack SET signature = ? WHERE tenant = ? AND hash = ? AND signature = ''",
                params![pack.signature, tenant, pack.hash],
            )?;
            tx.execute(
                "UPDATE tenant SET publisher = ? WHERE id = ? AND publisher IS NULL",
                params![publisher, tenant],
            )?;
            return Ok(true);
        }
        Some(active) if active.version >= pack.version => return Ok(false),
        _ => {}
    }
    tx.execute(
        "INSERT INTO pack (tenant, hash, version, bundle, signature) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (tenant, hash) DO NOTHING",
        params![tenant, pack.hash, pack.version, bundle, pack.signature],
    )?;
    tx.execute(
        "UPDATE tenant SET pack_hash = ?, pack_version = ?, publisher = ? WHERE id = ?",
        params![pack.hash, pack.version, publisher, tenant],
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
