//! The app: profiles of one data folder, of which any number may be open and one is shown.

use std::collections::{BTreeMap, BTreeSet};
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
    /// The profile that is shown, or that the phase is about.
    pub profile: Option<String>,
    /// What keeps secrets, as last seen.
    pub keyring: KeyringState,
    /// Open profiles by id; all of them sync, the one that is shown among them.
    pub live: BTreeMap<String, Live>,
}

/// An open profile and what runs on it.
#[derive(Clone)]
pub(crate) struct Live {
    /// What the engine was started with.
    pub profile: OpenProfile,
    /// What runs.
    pub engine: Arc<Engine>,
}

impl Standing {
    /// The profile that is shown, where it is open.
    fn shown(&self) -> Option<&Live> {
        self.live.get(self.profile.as_ref()?)
    }
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
                live: BTreeMap::new(),
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

    /// The engine of the profile that is shown.
    ///
    /// # Errors
    /// [`Code::Locked`] where a profile waits to be opened, [`Code::SignedOut`] where none does.
    pub fn engine(&self) -> Result<Arc<Engine>, Error> {
        let standing = self.lock();
        match (standing.shown(), standing.phase) {
            (Some(live), _) => Ok(Arc::clone(&live.engine)),
            (None, Phase::SignIn) => Err(Error::new(Code::SignedOut)),
            (None, _) => Err(Error::new(Code::Locked)),
        }
    }

    /// The engine of an open profile, shown or not.
    ///
    /// # Errors
    /// [`Code::SignedOut`] where it is not open.
    pub fn engine_of(&self, profile: &str) -> Result<Arc<Engine>, Error> {
        self.live_of(profile).map(|live| live.engine)
    }

    /// The engines of all open profiles, by the ids of these.
    pub fn engines(&self) -> Vec<Arc<Engine>> {
        let standing = self.lock();
        let live = standing.live.values();
        live.map(|live| Arc::clone(&live.engine)).collect()
    }

    /// Stops background work and closes the databases.
    pub async fn stop(&self) {
        let _turn = self.turn().await;
        let open: Vec<String> = self.lock().live.keys().cloned().collect();
        for profile in open {
            self.leave(&profile).await;
        }
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

    /// The profile that is shown, where it is open.
    #[cfg(test)]
    pub(crate) fn live(&self) -> Option<Live> {
        self.lock().shown().cloned()
    }

    /// An open profile.
    pub(crate) fn live_of(&self, profile: &str) -> Result<Live, Error> {
        let standing = self.lock();
        let live = standing.live.get(profile).cloned();
        live.ok_or(Error::new(Code::SignedOut))
    }

    /// This profile is shown from now on, open or with a phase that says why not.
    pub(crate) fn stand(&self, phase: Phase, profile: Option<String>) {
        {
            let mut standing = self.lock();
            standing.phase = phase;
            standing.profile = profile;
        }
        self.announce();
    }

    /// A profile is open from now on, shown or not.
    pub(crate) fn hold(&self, live: Live) {
        self.lock().live.insert(live.profile.id.clone(), live);
        self.announce();
    }

    /// Stops the engine of an open profile and closes its databases; the keys leave memory with them.
    pub(crate) async fn leave(&self, profile: &str) {
        let live = self.lock().live.remove(profile);
        if let Some(live) = live {
            live.engine.stop().await;
            live.profile.stores.close().await;
            if self.standing().profile.as_deref() == Some(profile) {
                self.stand(Phase::SignIn, None);
            } else {
                self.announce();
            }
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
            profile: None,
            tags: BTreeSet::from([Tag::App, Tag::Navigation, Tag::Sync, Tag::Audit, Tag::Pack]),
            source: Source::Operator,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
