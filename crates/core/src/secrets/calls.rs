//! The keyring from async code.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{Secret, Secrets, SecretsError};
use crate::error::{Code, Error};

/// How long somebody may take to unlock the keyring before it counts as locked. The system's prompt
/// stays; trying again takes up its answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads secrets of profiles from the keyring and writes them. Each call has a thread of its own,
/// because it may wait for a person.
#[derive(Clone)]
pub struct Keyring {
    secrets: Arc<dyn Secrets>,
}

/// What is kept for a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// The key under which the database key is wrapped.
    Key,
    /// The token.
    Token,
}

impl Keyring {
    /// Over the machine's keyring.
    pub fn new(secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets }
    }

    /// Reads a secret of a profile; none where there is no such entry.
    pub async fn get(
        &self,
        profile: &str,
        item: Item,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, SecretsError> {
        let name = name(profile, item);
        self.call(move |secrets| secrets.get(&name).map(|found| found.map(Zeroizing::new)))
            .await
    }

    /// Reads the token of a profile; none where there is none that reads.
    pub async fn token(&self, profile: &str) -> Result<Option<Secret>, SecretsError> {
        let bytes = self.get(profile, Item::Token).await?;
        Ok(bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok().map(Secret::new)))
    }

    /// Writes a secret of a profile.
    pub async fn set(&self, profile: &str, item: Item, secret: &[u8]) -> Result<(), SecretsError> {
        let name = name(profile, item);
        let secret = Zeroizing::new(secret.to_vec());
        self.call(move |secrets| secrets.set(&name, &secret)).await
    }

    /// Forgets a profile's secrets, as far as the keyring lets us.
    pub async fn forget(&self, profile: &str) {
        for item in [Item::Key, Item::Token] {
            let name = name(profile, item);
            let _ = self.call(move |secrets| secrets.remove(&name)).await;
        }
    }

    /// Asks for something that is not there: does the keyring answer?
    pub async fn probe(&self) -> Result<(), SecretsError> {
        self.call(|secrets| secrets.get("probe").map(drop)).await
    }

    async fn call<T, F>(&self, call: F) -> Result<T, SecretsError>
    where
        F: FnOnce(&dyn Secrets) -> Result<T, SecretsError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let secrets = Arc::clone(&self.secrets);
        std::thread::Builder::new()
            .name("keyring".into())
            .spawn(move || {
                let _ = reply.send(call(&*secrets));
            })
            .map_err(|error| SecretsError::Failed(error.to_string()))?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(SecretsError::Failed("the keyring's call broke off".into())),
            Err(_) => Err(SecretsError::Locked),
        }
    }
}

fn name(profile: &str, item: Item) -> String {
    match item {
        Item::Key => format!("{profile}/key"),
        Item::Token => format!("{profile}/token"),
    }
}

impl From<SecretsError> for Error {
    fn from(error: SecretsError) -> Self {
        let code = match error {
            SecretsError::Absent => Code::KeyringAbsent,
            // One that fails may answer the next time, as a locked one does.
            SecretsError::Locked | SecretsError::Failed(_) => Code::KeyringLocked,
        };
        Self::with(code, error.to_string())
    }
}
