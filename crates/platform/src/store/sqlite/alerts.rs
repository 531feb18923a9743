//! What alerts and metrics ask, and how episodes are written.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Sql;
use rusqlite::{Row, Transaction, params, params_from_iter};
use sha2::{Digest, Sha256};
use watchkeeper_model::alert::{KIND, episode_number};
use watchkeeper_pack::measure::{Asked, Piece};
use watchkeeper_wire::ingest::Outcome;

use super::records::{self, COLUMNS, bound, raw};
use super::tenants;
use crate::store::{Committed, Episodes, RecordRow, Result, Seen, Write};

const RULE: &str = "json_extract(body, '$.rule')";
const FINGERPRINT: &str = "json_extract(body, '$.fingerprint')";
const STATE: &str = "json_extract(body, '$.state')";

pub fn write(
    tx: &Transaction<'_>,
    tenant: &str,
    at: DateTime<Utc>,
    writes: &[Seen],
) -> Result<Committed> {
    for seen in writes {
        let now = records::one(tx, tenant, &seen.write.kind, &seen.write.id)?;
        if now.map(|row| row.revision) != seen.revision {
            return Ok(Committed::Moved);
        }
    }
    let writes: Vec<Write> = writes.iter().map(|seen| seen.write.clone()).collect();
    let (kinds, outcomes) = records::take(tx, tenant, at, &writes)?;
    if outcomes.contains(&Outcome::Older) {
        return Ok(Committed::Moved);
    }
    Ok(Committed::Done(tenants::touched(tx, tenant, kinds)?))
}

pub fn episodes(
    tx: &Transaction<'_>,
    tenant: &str,
    rule: &str,
    fingerprints: Option<&[String]>,
) -> Result<Episodes> {
    let of = match fingerprints {
        None => String::new(),
        Some(some) => format!(
            "AND {FINGERPRINT} IN ({})",
            vec!["?"; some.len()].join(", ")
        ),
    };
    let which = format!("FROM record WHERE tenant = ? AND kind = '{KIND}' AND {RULE} = ? {of}");
    let names = [tenant, rule].into_iter().map(ToOwned::to_owned);
    let names: Vec<String> = names
        .chain(fingerprints.unwrap_or_default().iter().cloned())
        .collect();
    let open: Result<Vec<RecordRow>> = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} {which} AND {STATE} IS NOT 'resolved'"
        ))?
        .query_map(params_from_iter(&names), raw)?
        .map(|row| RecordRow::try_from(row?))
        .collect();
    let mut last = BTreeMap::new();
    let mut statement = tx.prepare_cached(&format!("SELECT {FINGERPRINT}, id {which}"))?;
    let mut rows = statement.query(params_from_iter(&names))?;
    while let Some(row) = rows.next()? {
        let (fingerprint, id): (String, String) = (row.get(0)?, row.get(1)?);
        let number = episode_number(&id).unwrap_or(0);
        let known = last.entry(fingerprint).or_insert(number);
        *known = number.max(*known);
    }
    Ok(Episodes { open: open?, last })
}

pub fn measure(tx: &Transaction<'_>, tenant: &str, asked: &Asked) -> Result<Vec<Piece>> {
    let mut statement = tx.prepare(&asked.statement("record", Some("tenant = ?")))?;
    let rows = statement.query_map(bound(tenant, &asked.filter.params), piece)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn piece(row: &Row<'_>) -> rusqlite::Result<Piece> {
    let place = |index: usize| -> rusqlite::Result<usize> {
        Ok(usize::try_from(row.get::<_, i64>(index)?).unwrap_or(0))
    };
    let part = match row.get(2)? {
        Sql::Null | Sql::Blob(_) => None,
        Sql::Text(text) => Some(text),
        Sql::Integer(number) => Some(number.to_string()),
        Sql::Real(number) => Some(number.to_string()),
    };
    Ok(Piece {
        begins: place(0)?,
        ends: place(1)?,
        part,
        count: row.get::<_, i64>(3)?.unsigned_abs(),
        there: row.get::<_, i64>(4)?.unsigned_abs(),
        value: row.get(5)?,
        newest: row.get(6)?,
    })
}

pub fn instant(tx: &Transaction<'_>, tenant: &str, asked: &Asked) -> Result<Option<String>> {
    let statement = asked.statement("record", Some("tenant = ?"));
    let mut statement = tx.prepare(&statement)?;
    Ok(statement.query_row(bound(tenant, &asked.filter.params), |row| row.get(0))?)
}

/// One partial index for each expression, named by what it is of: another pack that means another
/// expression by the same name has another index.
pub fn index(tx: &Transaction<'_>, expressions: &[(String, String, String)]) -> Result<()> {
    for (kind, name, expression) in expressions {
        let hash = hex::encode(Sha256::digest(expression.as_bytes()));
        let hash = hash.get(..8).unwrap_or_default();
        tx.execute(
            &format!(
                "CREATE INDEX IF NOT EXISTS \"record_{kind}_{name}_{hash}\"
                 ON record (tenant, {expression}) WHERE kind = '{kind}'"
            ),
            params![],
        )?;
    }
    Ok(())
}
