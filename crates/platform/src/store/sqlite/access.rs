//! Secrets, operators, tokens and devices.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;
use watchkeeper_wire::session::Operator;

use super::operations;
use super::values::{from_json, ms, to_json};
use crate::store::{Access, NewToken, Result, Secrets, StoreError};

pub fn secrets(tx: &Transaction<'_>, fresh: &Secrets) -> Result<Secrets> {
    Ok(Secrets {
        epoch: secret(tx, "epoch", &fresh.epoch)?,
        cursor_key: secret(tx, "cursor_key", &fresh.cursor_key)?,
        audit_seed: secret(tx, "audit_seed", &fresh.audit_seed)?,
    })
}

/// Forgets the epoch: this is not what it was. What waits for a provider may have been sent since, and what
/// waits for agreement may have been agreed to.
pub fn forget_epoch(tx: &Transaction<'_>) -> Result<()> {
    tx.execute("DELETE FROM secret WHERE name = 'epoch'", [])?;
    tx.execute(
        "UPDATE call SET attempts = 0, ambiguous = 1, sent_at = NULL WHERE status = 'waiting'",
        [],
    )?;
    operations::count_as_sent_before(tx)
}

pub fn put_epoch(tx: &Transaction<'_>, epoch: &[u8; 32]) -> Result<()> {
    forget_epoch(tx)?;
    secret(tx, "epoch", epoch).map(drop)
}

fn secret(tx: &Transaction<'_>, name: &str, fresh: &[u8; 32]) -> Result<[u8; 32]> {
    tx.execute(
        "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        params![name, hex::encode(fresh)],
    )?;
    let text: String = tx.query_row("SELECT value FROM secret WHERE name = ?", [name], |r| {
        r.get(0)
    })?;
    hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| StoreError::Damaged(format!("secret {name}")))
}

pub fn add_operator(tx: &Transaction<'_>, tenant: &str, operator: &Operator) -> Result<()> {
    tx.execute(
        "INSERT INTO operator (tenant, id, name) VALUES (?, ?, ?)
         ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name",
        params![tenant, operator.id, operator.name],
    )?;
    Ok(())
}

pub fn operator_name(tx: &Transaction<'_>, tenant: &str, id: String) -> Result<String> {
    let name = tx
        .prepare_cached("SELECT name FROM operator WHERE tenant = ? AND id = ?")?
        .query_row([tenant, id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(name.unwrap_or(id))
}

pub fn operators(tx: &Transaction<'_>, tenant: &str) -> Result<Vec<Operator>> {
    let found = tx
        .prepare_cached("SELECT id, name FROM operator WHERE tenant = ? ORDER BY id")?
        .query_map([tenant], |row| {
            Ok(Operator {
                id: row.get(0)?,
                name: row.get(1)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<Operator>>>()?;
    Ok(found)
}

pub fn issue_token(tx: &Transaction<'_>, token: &NewToken) -> Result<()> {
    tx.execute(
        "INSERT INTO token (hash, tenant, operator, roles, regions, made_at)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            token.hash,
            token.tenant,
            token.operator,
            to_json(&sorted(token.roles.clone()))?,
            to_json(&sorted(token.regions.clone()))?,
            ms(token.made_at),
        ],
    )?;
    Ok(())
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    names
}

pub fn access(tx: &Transaction<'_>, hash: &str) -> Result<Option<Access>> {
    type Row = (String, String, String, String, String, bool);
    let row: Option<Row> = tx
        .prepare_cached(
            "SELECT t.tenant, t.operator, o.name, t.roles, t.regions, t.revoked_at IS NOT NULL
             FROM token t JOIN operator o ON o.tenant = t.tenant AND o.id = t.operator
             WHERE t.hash = ?",
        )?
        .query_row([hash], |r| {
            Ok((
                r.get(0)?,
                r.get(1)?,
                r.get(2)?,
                r.get(3)?,
                r.get(4)?,
                r.get(5)?,
            ))
        })
        .optional()?;
    let Some((tenant, id, name, roles, regions, revoked)) = row else {
        return Ok(None);
    };
    Ok(Some(Access {
        token_hash: hash.to_owned(),
        tenant,
        operator: Operator { id, name },
        roles: from_json(&roles)?,
        regions: from_json(&regions)?,
        revoked,
    }))
}

pub fn revoke(tx: &Transaction<'_>, hash: &str, at: DateTime<Utc>) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE token SET revoked_at = ? WHERE hash = ? AND revoked_at IS NULL",
        params![ms(at), hash],
    )?;
    Ok(changed == 1)
}

pub fn change_rights(
    tx: &Transaction<'_>,
    tenant: &str,
    operator: &str,
    roles: Vec<String>,
    regions: Vec<String>,
) -> Result<Vec<String>> {
    let hashes = tx
        .prepare_cached(
            "UPDATE token SET roles = ?, regions = ? WHERE tenant = ? AND operator = ?
             RETURNING hash",
        )?
        .query_map(
            params![
                to_json(&sorted(roles))?,
                to_json(&sorted(regions))?,
                tenant,
                operator
            ],
            |r| r.get(0),
        )?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(hashes)
}

pub fn enrol(
    tx: &Transaction<'_>,
    tenant: &str,
    operator: &str,
    device: Uuid,
    name: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    let changed = tx.execute(
        "INSERT INTO device (tenant, id, operator, name, enrolled_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name
         WHERE operator = excluded.operator",
        params![tenant, device.to_string(), operator, name, ms(at)],
    )?;
    Ok(changed == 1)
}
