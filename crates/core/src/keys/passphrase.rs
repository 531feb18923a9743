//! A database key under a passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{KeyBytes, KeyError, Wrapped};
use crate::secrets::Secret;
use crate::store::DbKey;

/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 10;

/// Memory in KiB, passes and lanes of Argon2id for a new lock.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);

/// More than this is not derived for, whatever `profile.json` says: 1 GiB, 20 passes, 4 lanes.
const MOST: (u32, u32, u32) = (1024 * 1024, 20, 4);

/// A wrapped key with what Argon2id needs beside the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassphraseLock {
    /// Hex.
    salt: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    wrapped: Wrapped,
}

impl PassphraseLock {
    /// Wraps a key; refuses a passphrase that is too short.
    pub(super) fn seal(passphrase: &Secret, key: &DbKey, purpose: &[u8]) -> Result<Self, KeyError> {
        if passphrase.expose().chars().count() < MIN_PASSPHRASE {
            return Err(KeyError::Weak);
        }
        let mut salt = [0u8; 16];
        getrandom::fill(&mut salt).map_err(|_| KeyError::Failed("no randomness"))?;
        let outer = derive(passphrase, &salt, COST)?;
        Ok(Self {
            salt: hex::encode(salt),
            memory_kib: COST.0,
            passes: COST.1,
            lanes: COST.2,
            wrapped: Wrapped::seal(&outer, key, purpose)?,
        })
    }

    /// Unwraps the key.
    pub(super) fn open(&self, passphrase: &Secret, purpose: &[u8]) -> Result<DbKey, KeyError> {
        let cost = (self.memory_kib, self.passes, self.lanes);
        if cost.0 > MOST.0 || cost.1 > MOST.1 || cost.2 > MOST.2 {
            return Err(KeyError::Failed(
                "the passphrase's parameters are out of bounds",
            ));
        }
        let salt = hex::decode(&self.salt).map_err(|_| KeyError::Wrong)?;
        let outer = derive(passphrase, &salt, cost)?;
        self.wrapped.open(&outer, purpose)
    }
}

fn derive(
    passphrase: &Secret,
    salt: &[u8],
    (memory, passes, lanes): (u32, u32, u32),
) -> Result<KeyBytes, KeyError> {
    let params = Params::new(memory, passes, lanes, Some(32))
        .map_err(|_| KeyError::Failed("the passphrase's parameters"))?;
    // Keyboards compose an accented letter in different ways: one form for all.
    let text: Zeroizing<String> = Zeroizing::new(passphrase.expose().nfc().collect());
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| KeyError::Failed("deriving from the passphrase"))?;
    Ok(key)
}
