//! Named values in `state.db`, table `setting`: operator, tenant, device, clock anchor, pinned keys.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// Reads a value; none where it was never written.
pub fn get<T: DeserializeOwned>(state: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = state
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Writes a value over whatever was there.
pub fn put<T: Serialize>(state: &Connection, name: &str, value: &T) -> Result<(), StoreError> {
    let text = serde_json::to_string(value)?;
    state
        .prepare_cached(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![name, text])?;
    Ok(())
}

/// Forgets a value.
pub fn remove(state: &Connection, name: &str) -> Result<(), StoreError> {
    state
        .prepare_cached("DELETE FROM setting WHERE name = ?1")?
        .execute([name])?;
    Ok(())
}
