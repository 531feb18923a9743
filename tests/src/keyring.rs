//! A keyring that outlives the app which uses it, as a real one does: a file beside the data folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use watchkeeper_core::secrets::{Secrets, SecretsError};

/// A keyring for tests; protects nothing.
pub struct FileKeyring {
    file: PathBuf,
    turn: Mutex<()>,
}

impl FileKeyring {
    /// In this file, which need not exist yet.
    pub fn at(file: PathBuf) -> Self {
        Self {
            file,
            turn: Mutex::default(),
        }
    }

    fn read(&self) -> Result<BTreeMap<String, Vec<u8>>, SecretsError> {
        match std::fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(failed),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(failed(error)),
        }
    }

    fn change(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>),
    ) -> Result<(), SecretsError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read()?;
        change(&mut all);
        // Whole or not at all: the app may be killed, the keyring is not.
        let new = self.file.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(&all).map_err(failed)?).map_err(failed)?;
        std::fs::rename(&new, &self.file).map_err(failed)
    }
}

impl Secrets for FileKeyring {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SecretsError> {
        Ok(self.read()?.remove(name))
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretsError> {
        self.change(|all| drop(all.insert(name.to_owned(), secret.to_vec())))
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.change(|all| drop(all.remove(name)))
    }
}

fn failed(error: impl std::fmt::Display) -> SecretsError {
    SecretsError::Failed(error.to_string())
}
