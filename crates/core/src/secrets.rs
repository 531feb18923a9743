//! Where the operating system keeps secrets.

mod calls;
mod keyring;
#[cfg(any(test, feature = "testing"))]
mod memory;

pub use calls::{Item, Keyring};
pub use keyring::OsKeyring;
#[cfg(any(test, feature = "testing"))]
pub use memory::{MemoryKeyring, Mood};

use zeroize::Zeroizing;

/// A text that must never be shown: a token, a passphrase. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a secret could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// There is no keyring on this machine.
    #[error("no keyring")]
    Absent,
    /// It is locked, or access was denied.
    #[error("keyring locked")]
    Locked,
    /// It failed.
    #[error("keyring failed: {0}")]
    Failed(String),
}

/// The operating system's keyring. Calls block: never on an async thread.
pub trait Secrets: Send + Sync + 'static {
    /// Reads a secret; none where there is no such entry.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SecretsError>;
    /// Writes a secret.
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretsError>;
    /// Forgets a secret; fine where there is none.
    fn remove(&self, name: &str) -> Result<(), SecretsError>;
}

#[cfg(test)]
mod tests;
