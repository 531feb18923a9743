//! The app: profiles of one data folder, at most one of them open.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::changes::ChangeSet;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::secrets::Secrets;

/// What the app is started with.
pub struct Config {
    /// Folder of all profiles; made where it does not exist, readable by its owner only.
    pub data: PathBuf,
    /// A demo platform offered to this process.
    pub demo: Option<Demo>,
    /// The machine's clocks.
    pub clock: Arc<dyn Clock>,
    /// The keyring.
    pub secrets: Arc<dyn Secrets>,
    /// Version of the app.
    pub version: String,
}

/// A demo platform.
#[derive(Clone, serde::Deserialize)]
pub struct Demo {
    /// Its address.
    pub platform: String,
    /// A token of it.
    pub token: String,
    /// Its tenant as shown.
    pub tenant: String,
}

/// The app.
pub struct App {}

impl App {
    /// Takes the data folder, reads its profiles and opens the last one where the keyring has its
    /// key. Waits on no network.
    pub async fn start(_config: Config) -> Result<Self, Error> {
        Err(Error::new(Code::Internal))
    }

    /// Changes of the app and of whichever profile is open.
    pub fn changes(&self) -> broadcast::Receiver<ChangeSet> {
        broadcast::channel(1).1
    }

    /// The open profile's engine.
    pub fn engine(&self) -> Result<Arc<Engine>, Error> {
        Err(Error::new(Code::SignedOut))
    }

    /// Stops background work and closes the databases.
    pub async fn stop(&self) {}
}
