//! What `state.db` keeps of packs: the one in force, those that open operations name, what the last
//! new version changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use watchkeeper_pack::Bundle;
use watchkeeper_pack::difference::{Difference, differences};
use watchkeeper_wire::session::PackRef;

use crate::error::Error;
use crate::store::{StoreError, Stores, setting};

/// Name in table `setting` of the problem with a pack that only a later version of the app reads.
pub(super) const NEWER: &str = "pack_newer";

/// Remembers over a restart that the tenant's pack is one for a later version of the app.
pub(super) async fn remember_newer(stores: &Stores, problem: &Error) -> Result<(), StoreError> {
    let problem = problem.clone();
    stores
        .state
        .write(move |state| setting::put(state, NEWER, &problem))
        .await
}

/// Keeps a pack that was taken as the one in force, and what it changed.
pub(super) async fn keep(
    stores: &Stores,
    named: PackRef,
    bundle: Vec<u8>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    stores
        .state
        .write(move |state| {
            let old = in_force(state)?;
            put_active(state, &named, &bundle)?;
            if let Some((from, old)) = old {
                let changes = PackChanges {
                    from,
                    to: named.version,
                    at,
                    differences: differences(&files(&old), &files(&bundle)),
                };
                setting::put(state, PackChanges::SETTING, &changes)?;
            }
            // Kept: the one in force, and each that an open operation names.
            state.execute(
                "DELETE FROM pack WHERE active = 0 AND hash NOT IN
                     (SELECT json_extract(request, '$.pack') FROM operation
                      WHERE status NOT IN ('confirmed', 'discarded'))",
                [],
            )?;
            Ok(())
        })
        .await
}

/// Version and bundle of the pack in force.
fn in_force(state: &Connection) -> Result<Option<(u32, Vec<u8>)>, StoreError> {
    Ok(state
        .prepare_cached("SELECT version, bundle FROM pack WHERE active = 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The files of a bundle that was opened before.
fn files(bundle: &[u8]) -> BTreeMap<String, String> {
    Bundle::read(bundle)
        .map(|bundle| bundle.files().clone())
        .unwrap_or_default()
}

/// What the last new version of the pack changed, kept in `state.db` for the operator to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PackChanges {
    /// The version before.
    pub from: u32,
    /// The version now.
    pub to: u32,
    /// Since when, UTC.
    pub at: DateTime<Utc>,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl PackChanges {
    /// Name in table `setting`.
    pub const SETTING: &'static str = "pack_changes";
}

/// Version of the pack in force, where there is one.
pub(crate) fn active_version(state: &Connection) -> Result<Option<u32>, StoreError> {
    Ok(state
        .prepare_cached("SELECT version FROM pack WHERE active = 1")?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// Keeps a pack as the one in force.
pub(crate) fn put_active(
    state: &Connection,
    named: &PackRef,
    bundle: &[u8],
) -> Result<(), StoreError> {
    setting::remove(state, NEWER)?;
    state.execute("UPDATE pack SET active = 0", [])?;
    state.execute(
        "INSERT INTO pack (hash, version, active, bundle) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (hash) DO UPDATE SET active = 1",
        params![named.hash, named.version, bundle],
    )?;
    Ok(())
}
