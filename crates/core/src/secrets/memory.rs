//! A keyring in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Secrets, SecretsError};

/// How the keyring behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Answers.
    Ready,
    /// Is locked.
    Locked,
    /// Is not there.
    Absent,
    /// Fails.
    Broken,
}

/// A keyring in memory that can be locked, taken away and broken.
#[derive(Debug)]
pub struct MemoryKeyring {
    inner: Mutex<(Mood, BTreeMap<String, Vec<u8>>)>,
}

impl MemoryKeyring {
    /// An empty keyring.
    pub fn new(mood: Mood) -> Self {
        Self {
            inner: Mutex::new((mood, BTreeMap::new())),
        }
    }

    /// From now on it behaves so.
    pub fn turn(&self, mood: Mood) {
        self.lock().0 = mood;
    }

    /// Names of its entries.
    pub fn names(&self) -> Vec<String> {
        self.lock().1.keys().cloned().collect()
    }

    /// Forgets everything.
    pub fn wipe(&self) {
        self.lock().1.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Mood, BTreeMap<String, Vec<u8>>)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries<T>(
        &self,
        with: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T,
    ) -> Result<T, SecretsError> {
        let mut inner = self.lock();
        match inner.0 {
            Mood::Ready => Ok(with(&mut inner.1)),
            Mood::Locked => Err(SecretsError::Locked),
            Mood::Absent => Err(SecretsError::Absent),
            Mood::Broken => Err(SecretsError::Failed("on purpose".into())),
        }
    }
}

impl Secrets for MemoryKeyring {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, SecretsError> {
        self.entries(|entries| entries.get(name).cloned())
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), SecretsError> {
        self.entries(|entries| {
            entries.insert(name.to_owned(), secret.to_vec());
        })
    }

    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.entries(|entries| {
            entries.remove(name);
        })
    }
}
