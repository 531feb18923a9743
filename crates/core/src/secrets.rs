//! Where the operating system keeps secrets.

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
    /// Forgets a secret.
    fn remove(&self, name: &str) -> Result<(), SecretsError>;
}
