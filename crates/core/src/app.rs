//! The app: profiles of one data folder, at most one of them open.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::changes::{ChangeSet, Source, Tag};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::session::{self, view::KeyringState, view::Phase};
use crate::notify::Notifier;
use crate::profile::{DataFolder, OpenProfile};
use crate::secrets::{Keyring, Secrets, SecretsError};

/// Changes that a slow listener may fall behind before it has to read everything anew.
const CHANGES: usize = 256;

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
    /// Shows notifications.
    pub notifier: Arc<dyn Notifier>,
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
    /// Further tenants of it.
    #[serde(default)]
    pub others: Vec<DemoTenant>,
}

/// A further tenant of the demo platform.
#[derive(Clone, serde::Deserialize)]
pub struct DemoTenant {
    /// As shown.
    pub tenant: String,
    /// A token of it.
    pub token: String,
}

/// The app.
pub struct App {
    pub(crate) data: DataFolder,
    pub(crate) demo: Option<Demo>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) keyring: Keyring,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) version: String,
    pub(crate) changes: broadcast::Sender<ChangeSet>,
    /// Signing in, opening and closing take turns.
    turn: tokio::sync::Mutex<()>,
    standing: Mutex<Standing>,
}

/// Where the app is.
#[derive(Clone)]
pub(crate) struct Standing {
    /// What the UI shows.
    pub phase: Phase,
    /// The profile that is open, or that the phase is about.
    pub profile: Option<String>,
    /// What keeps secrets, as last seen.
    pub keyring: KeyringState,
    live: Option<Live>,
}

/// The open profile and what runs on it.
#[derive(Clone)]
pub(crate) struct Live {
    /// What the engine was started with.
    pub profile: OpenProfile,
    /// What runs.
    pub engine: Arc<Engine>,
}

impl App {
    /// Takes the data folder, reads its profiles and opens the last one where the keyring has its
    /// key; where nothing can be written, for reading. Waits on no network.
    ///
    /// # Errors
    /// [`Code::InUse`] where another app has the data folder, [`Code::FolderUnfit`] where it is no place
    /// for data, [`Code::DiskFull`] where there is no room to take it. Whatever keeps a profile from opening is a [`Phase`] instead.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let (data, phase) = match DataFolder::take(&config.data) {
            Ok(data) => (data, Phase::SignIn),
            Err(error) if error.code == Code::ReadOnly => {
                (DataFolder::look(&config.data), Phase::ReadOnly)
            }
            Err(error) => return Err(error),
        };
        let app = Self {
            data,
            demo: config.demo,
            clock: config.clock,
            keyring: Keyring::new(config.secrets),
            notifier: config.notifier,
            version: config.version,
            changes: broadcast::channel(CHANGES).0,
            turn: tokio::sync::Mutex::new(()),
            standing: Mutex::new(Standing {
                phase,
                profile: None,
                keyring: KeyringState::Ready,
                live: None,
            }),
        };
        let seen = app.keyring.probe().await;
        app.saw_keyring(seen.as_ref().err());
        if let Some(last) = app.data.last()
            && let Err(error) = session::open(&app, &last).await
        {
            tracing::warn!(code = ?error.code, "the last profile was not opened");
        }
        Ok(app)
    }

    /// Changes of the app and of whichever profile is open.
    pub fn changes(&self) -> broadcast::Receiver<ChangeSet> {
        self.changes.subscribe()
    }

    /// The open profile's engine.
    ///
    /// # Errors
    /// [`Code::Locked`] where a profile waits to be opened, [`Code::SignedOut`] where none does.
    pub fn engine(&self) -> Result<Arc<Engine>, Error> {
        let standing = self.lock();
        match (&standing.live, standing.phase) {
            (Some(live), _) => Ok(Arc::clone(&live.engine)),
            (None, Phase::SignIn) => Err(Error::new(Code::SignedOut)),
            (None, _) => Err(Error::new(Code::Locked)),
        }
    }

    /// Stops background work and closes the databases.
    pub async fn stop(&self) {
        let _turn = self.turn().await;
        self.leave().await;
    }

    /// Waits until nobody else signs in, opens or closes.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The turn, unless somebody has it.
    pub(crate) fn try_turn(&self) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        self.turn.try_lock().ok()
    }

    pub(crate) fn standing(&self) -> Standing {
        self.lock().clone()
    }

    pub(crate) fn live(&self) -> Option<Live> {
        self.lock().live.clone()
    }

    /// A profile is open from now on, or nothing is and the phase says why.
    pub(crate) fn stand(&self, phase: Phase, profile: Option<String>, live: Option<Live>) {
        {
            let mut standing = self.lock();
            standing.phase = phase;
            standing.profile = profile;
            standing.live = live;
        }
        self.announce();
    }

    /// Stops the open profile's engine and closes its databases; the keys leave memory with them.
    pub(crate) async fn leave(&self) {
        let live = self.lock().live.take();
        if let Some(live) = live {
            live.engine.stop().await;
            live.profile.stores.close().await;
            self.stand(Phase::SignIn, None, None);
        }
    }

    /// Remembers what a call to the keyring told about it.
    pub(crate) fn saw_keyring(&self, error: Option<&SecretsError>) {
        let seen = match error {
            None => KeyringState::Ready,
            Some(SecretsError::Locked) => KeyringState::Locked,
            Some(SecretsError::Absent | SecretsError::Failed(_)) => KeyringState::Absent,
        };
        self.lock().keyring = seen;
    }

    /// The UI is to read the state of the app again, and with it everything else.
    pub(crate) fn announce(&self) {
        // Nobody listening is fine.
        let _ = self.changes.send(ChangeSet {
            tags: BTreeSet::from([Tag::App, Tag::Navigation, Tag::Sync, Tag::Audit, Tag::Pack]),
            source: Source::Operator,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
