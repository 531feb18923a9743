//! The key of a profile's databases, and what opens it.
//!
//! The key is 32 random bytes and never touches a disk. `profile.json` holds it **wrapped**
//! (XChaCha20-Poly1305), once per way in:
//!
//! - under a random key that the operating system's keyring keeps, or
//! - under one derived from a passphrase (Argon2id), where there is no keyring or the operator
//!   prefers it, and
//! - under one derived from the recovery code, which is shown once and kept nowhere.
//!
//! A check value tells a key that is not this profile's from a damaged database, so that a wrong
//! key is never taken for damage.

mod passphrase;
mod recovery;
mod wrap;

pub use passphrase::{MIN_PASSPHRASE, PassphraseLock};
pub use recovery::RecoveryCode;
pub use wrap::Wrapped;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Code, Error};
use crate::secrets::Secret;
use crate::store::DbKey;

/// Bytes of a key.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// Why a key could not be made or had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Passphrase, recovery code or keyring entry is not the one that wrapped the key.
    #[error("this does not open the key")]
    Wrong,
    /// What was typed cannot be a recovery code.
    #[error("this is no recovery code: a character is wrong or missing")]
    Mistyped,
    /// The passphrase is too short.
    #[error("the passphrase needs at least {MIN_PASSPHRASE} characters")]
    Weak,
    /// The profile has no such way in.
    #[error("the profile is not opened this way")]
    NoSuchWay,
    /// The system has no randomness, or the derivation cannot run.
    #[error("cryptography failed: {0}")]
    Failed(&'static str),
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        let code = match error {
            KeyError::Wrong | KeyError::Mistyped => Code::SecretWrong,
            KeyError::Weak => Code::PassphraseWeak,
            KeyError::NoSuchWay => Code::KeyMissing,
            KeyError::Failed(_) => Code::Internal,
        };
        Self::with(code, error.to_string())
    }
}

/// The database key with every way in, as it stands in `profile.json`. Holds nothing that opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedKey {
    check: String,
    keyring: Option<Wrapped>,
    passphrase: Option<PassphraseLock>,
    recovery: Wrapped,
}

/// What protects a key from now on.
pub enum Protection<'a> {
    /// A random key that the operating system's keyring will keep.
    Keyring(&'a KeyBytes),
    /// A passphrase.
    Passphrase(&'a Secret),
}

impl LockedKey {
    /// Makes a new database key and wraps it. The recovery code is the only copy of itself.
    pub fn create(
        profile: &str,
        protection: &Protection<'_>,
    ) -> Result<(Self, DbKey, RecoveryCode), KeyError> {
        let key = DbKey::new(*random()?);
        let code = RecoveryCode::random()?;
        let recovery = Wrapped::seal(&code.key(profile), &key, &purpose(profile, "recovery"))?;
        let mut ring = Self {
            check: check_value(&key),
            keyring: None,
            passphrase: None,
            recovery,
        };
        ring.protect(profile, &key, protection)?;
        Ok((ring, key, code))
    }

    /// Replaces keyring or passphrase by another protection; the recovery code stays valid.
    pub fn protect(
        &mut self,
        profile: &str,
        key: &DbKey,
        protection: &Protection<'_>,
    ) -> Result<(), KeyError> {
        match protection {
            Protection::Keyring(outer) => {
                self.keyring = Some(Wrapped::seal(outer, key, &purpose(profile, "keyring"))?);
                self.passphrase = None;
            }
            Protection::Passphrase(passphrase) => {
                self.passphrase = Some(PassphraseLock::seal(
                    passphrase,
                    key,
                    &purpose(profile, "passphrase"),
                )?);
                self.keyring = None;
            }
        }
        Ok(())
    }

    /// The profile is opened by a passphrase, not by the keyring.
    pub fn by_passphrase(&self) -> bool {
        self.passphrase.is_some()
    }

    /// Opens the key with what the keyring keeps.
    pub fn open_with_keyring(&self, profile: &str, outer: &[u8]) -> Result<DbKey, KeyError> {
        let wrapped = self.keyring.as_ref().ok_or(KeyError::NoSuchWay)?;
        let outer: KeyBytes = Zeroizing::new(outer.try_into().map_err(|_| KeyError::Wrong)?);
        self.checked(wrapped.open(&outer, &purpose(profile, "keyring"))?)
    }

    /// Opens the key with the passphrase. Takes a good part of a second and 64 MiB, on purpose.
    pub fn open_with_passphrase(
        &self,
        profile: &str,
        passphrase: &Secret,
    ) -> Result<DbKey, KeyError> {
        let lock = self.passphrase.as_ref().ok_or(KeyError::NoSuchWay)?;
        self.checked(lock.open(passphrase, &purpose(profile, "passphrase"))?)
    }

    /// Opens the key with the recovery code.
    pub fn open_with_code(&self, profile: &str, code: &RecoveryCode) -> Result<DbKey, KeyError> {
        let outer = code.key(profile);
        self.checked(self.recovery.open(&outer, &purpose(profile, "recovery"))?)
    }

    fn checked(&self, key: DbKey) -> Result<DbKey, KeyError> {
        if check_value(&key) == self.check {
            Ok(key)
        } else {
            Err(KeyError::Wrong)
        }
    }
}

/// 32 random bytes.
pub(crate) fn random() -> Result<KeyBytes, KeyError> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyError::Failed("no randomness"))?;
    Ok(bytes)
}

/// Binds a wrapped key to its profile and way in, so that none can stand in for another.
fn purpose(profile: &str, way: &str) -> Vec<u8> {
    format!("watchkeeper database key v1/{profile}/{way}").into_bytes()
}

/// Says nothing about the key, because the key is uniformly random.
fn check_value(key: &DbKey) -> String {
    let mut hash = Sha256::new();
    hash.update(b"watchkeeper key check v1\0");
    hash.update(key.bytes());
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests;
