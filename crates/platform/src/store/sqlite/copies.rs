//! What a reader's copy should amount to.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Transaction, params};
use watchkeeper_model::copy::CopySum;
use watchkeeper_wire::digest::{CopyDigests, KindDigest};

use super::feed::is_for;
use super::tenants;
use super::values::{from_json, signed, unsigned};
use crate::store::{CopyAsked, Result, StoreError, sees};

pub fn digests(tx: &Transaction<'_>, asked: &CopyAsked) -> Result<Option<CopyDigests>> {
    let state = tenants::state(tx, &asked.tenant)?.ok_or(StoreError::NoTenant)?;
    if asked.at > state.head || asked.at < state.floor {
        return Ok(None);
    }
    let moved = moved(tx, asked)?;
    let mut sums: BTreeMap<String, CopySum> = BTreeMap::new();
    let mut statement = tx.prepare_cached(
        "SELECT kind, id, revision, region, body FROM record WHERE tenant = ? ORDER BY kind, id",
    )?;
    let mut rows = statement.query([&asked.tenant])?;
    while let Some(row) = rows.next()? {
        let (kind, region): (String, Option<String>) = (row.get(0)?, row.get(3)?);
        // As the feed shows them; most need not be looked into.
        if moved.contains(&kind)
            || !asked.sight.sees_kind(&kind)
            || !sees(&asked.regions, region.as_deref())
            || asked.sight.looks_into(&kind)
                && !asked
                    .sight
                    .sees_record(&kind, &from_json(&row.get::<_, String>(4)?)?)
        {
            continue;
        }
        let (id, revision): (String, i64) = (row.get(1)?, row.get(2)?);
        sums.entry(kind).or_default().add(&id, unsigned(revision));
    }
    let kinds = sums.into_iter().map(|(kind, sum)| {
        let digest = KindDigest {
            count: sum.count(),
            digest: sum.digest(),
        };
        (kind, digest)
    });
    Ok(Some(CopyDigests {
        kinds: kinds.collect(),
        moved,
    }))
}

/// Kinds of which this reader has a change before them.
fn moved(tx: &Transaction<'_>, asked: &CopyAsked) -> Result<BTreeSet<String>> {
    let mut statement = tx.prepare_cached(
        "SELECT DISTINCT kind, what, existed, region_before, region_after, only_before, only_after
         FROM change WHERE tenant = ? AND seq > ? AND what <> 'verdict'",
    )?;
    let mut rows = statement.query(params![asked.tenant, signed(asked.at)])?;
    let mut kinds = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (kind, what, existed): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (before, after): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let (only_before, only_after): (Option<String>, Option<String>) =
            (row.get(5)?, row.get(6)?);
        let reaches = |region: Option<&str>, only: Option<&str>| {
            sees(&asked.regions, region) && is_for(only, &asked.operator)
        };
        let visible = existed && reaches(before.as_deref(), only_before.as_deref())
            || what == "record" && reaches(after.as_deref(), only_after.as_deref());
        if visible && asked.sight.sees_kind(&kind) {
            kinds.insert(kind);
        }
    }
    Ok(kinds)
}
