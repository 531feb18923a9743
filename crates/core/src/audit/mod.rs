//! This laptop's audit chain, kept in `state.db`.
//!
//! An entry is appended in the very transaction whose act it records, so neither exists without
//! the other. The platform holds a copy: it is sent the entries after the last head that it
//! countersigned, and answers with a new one, which is believed only when it is signed with the key
//! pinned at sign-in and names an entry of ours. A tail that was cut off is found through it.
//!
//! Where an older copy of `state.db` was put back the platform holds entries that we never saw, under
//! numbers that we use anew: the chain has forked (fault 72). Neither end may be given up, so ours is
//! kept aside ([`put_past`]) and this laptop begins a new chain as another device.

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use watchkeeper_model::audit::{Break, Entry, Event, Why, verify};
use watchkeeper_wire::audit::SignedHead;

use crate::store::{StoreError, setting};

/// Why a countersigned head was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// Not signed with the pinned key.
    #[error("the head is not signed by this platform")]
    Signature,
    /// Of another laptop.
    #[error("the head is of another device")]
    Device,
    /// Is the head of a longer chain of this device than ours.
    #[error("the platform holds a longer chain of this device")]
    Beyond,
    /// Names no entry of this chain, or one before the head that we hold.
    #[error("the head does not extend the one we hold")]
    NoExtension,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for HeadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Name in table `setting` of the mark that the chain has forked.
const FORKED: &str = "audit.forked";

/// Marks the chain as forked: the next opening begins a new one. Not where it is broken in itself;
/// then it was not put back but tampered with, and stays in view. Answers whether it was marked.
pub fn mark_forked(state: &Connection, audit_key: &str, device: Uuid) -> Result<bool, StoreError> {
    let whole = check(state, audit_key, device)?.broken.is_none();
    if whole {
        setting::put(state, FORKED, &true)?;
    }
    Ok(whole)
}

/// The chain cannot be continued.
pub fn is_forked(state: &Connection) -> Result<bool, StoreError> {
    Ok(setting::get(state, FORKED)?.unwrap_or(false))
}

/// Puts the chain aside, with nothing left of it where a new one begins.
pub fn put_past(state: &Connection) -> Result<(), StoreError> {
    state.execute_batch(
        "INSERT OR IGNORE INTO audit_past (device, seq, hash, entry)
             SELECT coalesce(json_extract(entry, '$.device'), ''), seq, hash, entry
             FROM audit WHERE json_valid(entry);
         DELETE FROM audit;
         DELETE FROM signed_head;",
    )?;
    setting::remove(state, FORKED)
}

/// What a check of the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Entries.
    pub entries: u64,
    /// The last one that the platform countersigned; 0 where none.
    pub countersigned: u64,
    /// The first one that does not hold.
    pub broken: Option<Break>,
}

/// Appends an entry in the caller's transaction.
pub fn append(
    state: &Connection,
    at: DateTime<Utc>,
    actor: &str,
    device: Uuid,
    event: Event,
) -> Result<Entry, StoreError> {
    Tail::of(state)?.append(state, at, (actor, device), event)
}

/// The end of the chain, in a transaction that appends more than one entry: what they follow is looked up
/// once. Nobody else appends in it as long as this is used.
#[derive(Debug)]
pub struct Tail {
    countersigned: Option<String>,
    last: Option<Entry>,
}

impl Tail {
    /// Looks it up.
    pub fn of(state: &Connection) -> Result<Self, StoreError> {
        let signed = last_signed(state)?;
        Ok(Self {
            countersigned: signed.map(|signed| format!("{}:{}", signed.seq, signed.hash)),
            last: head(state)?,
        })
    }

    /// Appends an entry in the caller's transaction.
    pub fn append(
        &mut self,
        state: &Connection,
        at: DateTime<Utc>,
        (actor, device): (&str, Uuid),
        event: Event,
    ) -> Result<Entry, StoreError> {
        let countersigned = self.countersigned.clone();
        let entry = Entry::append(self.last.as_ref(), at, actor, device, event, countersigned)?;
        let text = serde_json_canonicalizer::to_string(&entry)?;
        state
            .prepare_cached("INSERT INTO audit (seq, hash, entry) VALUES (?1, ?2, ?3)")?
            .execute(params![signed_int(entry.seq), entry.hash, text])?;
        self.last = Some(entry.clone());
        Ok(entry)
    }
}

/// The last entry.
pub fn head(state: &Connection) -> Result<Option<Entry>, StoreError> {
    let text: Option<String> = state
        .prepare_cached("SELECT entry FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// How many entries there are; also where one of them cannot be read.
pub fn length(state: &Connection) -> Result<u32, StoreError> {
    Ok(state
        .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM audit")?
        .query_row([], |row| row.get(0))?)
}

/// The last head that the platform countersigned.
pub fn last_signed(state: &Connection) -> Result<Option<SignedHead>, StoreError> {
    let text: Option<String> = state
        .prepare_cached("SELECT head FROM signed_head ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// The entries that the platform has not countersigned yet, oldest first, at most `limit`.
pub fn undelivered(state: &Connection, limit: u32) -> Result<Vec<Entry>, StoreError> {
    let after = last_signed(state)?.map_or(0, |signed| signed.seq);
    entries_after(state, after, limit)
}

/// The entries behind this one, oldest first, at most `limit`.
pub fn entries_after(state: &Connection, after: u64, limit: u32) -> Result<Vec<Entry>, StoreError> {
    let mut statement =
        state.prepare_cached("SELECT entry FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let texts = statement
        .query_map(params![signed_int(after), limit], |row| {
            row.get::<_, String>(0)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    texts
        .iter()
        .map(|text| Ok(serde_json::from_str(text)?))
        .collect()
}

/// Takes in a head that the platform countersigned.
pub fn take_signed(
    state: &Connection,
    signed: &SignedHead,
    audit_key: &str,
    device: Uuid,
) -> Result<(), HeadError> {
    if !is_signed(signed, audit_key) {
        return Err(HeadError::Signature);
    }
    if signed.device != device {
        return Err(HeadError::Device);
    }
    if signed.seq > u64::from(length(state)?) {
        return Err(HeadError::Beyond);
    }
    let held = last_signed(state)?.map_or(0, |held| held.seq);
    let ours: Option<String> = state
        .prepare_cached("SELECT hash FROM audit WHERE seq = ?1")?
        .query_row([signed_int(signed.seq)], |row| row.get(0))
        .optional()?;
    if signed.seq < held || ours.as_ref() != Some(&signed.hash) {
        return Err(HeadError::NoExtension);
    }
    let text = serde_json::to_string(signed).map_err(StoreError::from)?;
    state
        .prepare_cached(
            "INSERT INTO signed_head (seq, head) VALUES (?1, ?2)
             ON CONFLICT (seq) DO UPDATE SET head = excluded.head",
        )?
        .execute(params![signed_int(signed.seq), text])?;
    Ok(())
}

/// Checks the whole chain against itself and against every countersignature.
pub fn check(state: &Connection, audit_key: &str, device: Uuid) -> Result<Checked, StoreError> {
    let signed = signed_heads(state, audit_key, device)?;
    let rows = state.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    let (entries, unreadable) = readable(state)?;
    // Heads beyond an entry that does not read would only say again what that says.
    let reach = |seq: u64| unreadable.is_none_or(|bad| seq < bad);
    let heads: Vec<(u64, String)> = signed
        .iter()
        .filter(|(seq, _)| reach(*seq))
        .cloned()
        .collect();
    let broken = match verify(&entries, &heads) {
        Err(broken) => Some(broken),
        Ok(()) => unreadable.map(|seq| Break {
            seq,
            why: Why::Edited,
        }),
    };
    Ok(Checked {
        entries: unsigned(rows),
        countersigned: signed.last().map_or(0, |(seq, _)| *seq),
        broken,
    })
}

/// The entries up to the first that does not read, or that stands under another number or hash than
/// its own; and the number of that one.
fn readable(state: &Connection) -> Result<(Vec<Entry>, Option<u64>), StoreError> {
    let mut statement = state.prepare("SELECT seq, hash, entry FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, hash, text): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match serde_json::from_str::<Entry>(&text) {
            Ok(entry) if entry.seq == unsigned(seq) && entry.hash == hash => entries.push(entry),
            _ => {
                let expected = entries.last().map_or(1, |last| last.seq + 1);
                return Ok((entries, Some(expected)));
            }
        }
    }
    Ok((entries, None))
}

/// Every head that the platform countersigned, in order. One whose signature does not hold proves
/// nothing and is left out.
fn signed_heads(
    state: &Connection,
    audit_key: &str,
    device: Uuid,
) -> Result<Vec<(u64, String)>, StoreError> {
    let mut statement = state.prepare("SELECT head FROM signed_head ORDER BY seq")?;
    let texts = statement
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(texts
        .iter()
        .filter_map(|text| serde_json::from_str::<SignedHead>(text).ok())
        .filter(|signed| signed.device == device && is_signed(signed, audit_key))
        .map(|signed| (signed.seq, signed.hash))
        .collect())
}

fn is_signed(signed: &SignedHead, audit_key: &str) -> bool {
    let parts = || {
        let key: [u8; 32] = hex::decode(audit_key).ok()?.try_into().ok()?;
        let signature: [u8; 64] = hex::decode(&signed.signature).ok()?.try_into().ok()?;
        let key = VerifyingKey::from_bytes(&key).ok()?;
        Some((
            key,
            Signature::from_bytes(&signature),
            signed.message().ok()?,
        ))
    };
    parts().is_some_and(|(key, signature, message)| key.verify_strict(&message, &signature).is_ok())
}

/// A number of an entry as SQLite keeps it; what does not fit matches nothing.
fn signed_int(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(-1)
}

/// A number of an entry as SQLite kept it.
fn unsigned(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

#[cfg(test)]
mod tests;
