//! The operating system's keyring: Secret Service, Keychain or Credential Manager.

use keyring::{Entry, Error as Failure};

use super::{Secrets, SecretsError};

/// Under which all entries of the app stand.
const SERVICE: &str = "app.watchkeeper";

/// The operating system's keyring.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsKeyring;

impl Secrets for OsKeyring {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SecretsError> {
        match entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Failure::NoEntry) => Ok(None),
            Err(failure) => Err(classify(&failure)),
        }
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretsError> {
        entry(name)?
            .set_secret(secret)
            .map_err(|failure| classify(&failure))
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Failure::NoEntry) => Ok(()),
            Err(failure) => Err(classify(&failure)),
        }
    }
}

fn entry(name: &str) -> Result<Entry, SecretsError> {
    // The store is looked for once in the life of the process: no store then is no keyring.
    if Entry::store_status().is_err() {
        return Err(SecretsError::Absent);
    }
    Entry::new(SERVICE, name).map_err(|failure| classify(&failure))
}

pub(super) fn classify(failure: &Failure) -> SecretsError {
    match failure {
        Failure::NoStorageAccess(_) => SecretsError::Locked,
        Failure::NoDefaultStore | Failure::NotSupportedByStore(_) => SecretsError::Absent,
        // Some of the others carry the secret's bytes: never their own words.
        Failure::PlatformFailure(cause) => SecretsError::Failed(cause.to_string()),
        Failure::BadEncoding(_) | Failure::BadDataFormat(..) => {
            SecretsError::Failed("the entry is unreadable".into())
        }
        Failure::Ambiguous(_) => SecretsError::Failed("more than one entry of this name".into()),
        _ => SecretsError::Failed("the keyring refused".into()),
    }
}
