//! Starting an engine: from what an open profile has kept, and what it has from outside.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Chance, Engine, LinkState, rights, tasks};
use crate::error::{Code, Error};
use crate::outbox::queue::{self, Status};
use crate::outbox::{steps, undo};
use crate::profile::open::{OpenProfile, Pinned};
use crate::sync::activate;
use crate::sync::client::{Client, Network, Transport};

/// What an engine has from outside beside its profile: the way to the platform, and chance.
pub struct Outside {
    /// Carries requests.
    pub transport: Arc<dyn Transport>,
    /// For jitter.
    pub chance: Chance,
}

impl Outside {
    /// The network, and chance as it comes.
    pub fn new(pinned: &Pinned) -> Result<Self, Error> {
        Ok(Self {
            transport: Arc::new(Network::new(&pinned.platform)?),
            chance: Arc::new(rand::random),
        })
    }
}

impl Engine {
    /// Starts an open profile: reads what was kept, then works in the background. Waits on no
    /// network.
    pub async fn start(profile: OpenProfile) -> Result<Arc<Self>, Error> {
        let engine = Self::assemble(profile).await?;
        let tasks = tasks::spawn(&engine);
        *engine.tasks.lock().unwrap_or_else(PoisonError::into_inner) = tasks;
        Ok(engine)
    }

    /// An engine without its background tasks, for a caller that keeps its own time: see
    /// [`Engine::sync_once`].
    pub async fn assemble(profile: OpenProfile) -> Result<Arc<Self>, Error> {
        let outside = Outside::new(&profile.pinned)?;
        Self::assemble_with(profile, outside).await
    }

    /// The same, with what it has from outside passed in.
    pub async fn assemble_with(profile: OpenProfile, outside: Outside) -> Result<Arc<Self>, Error> {
        let platform = profile.pinned.platform.clone();
        let client = Client::over(outside.transport, platform, profile.token.expose())?;
        let rights = rights::load(&profile.stores, &profile.pinned).await?;
        let left_in_flight = profile
            .stores
            .state
            .read(|state| queue::standing(state, Status::InFlight))
            .await?;
        let reading = profile.stores.state.is_reading();
        if !left_in_flight.is_empty() && !reading {
            let state = &profile.stores.state;
            state.write(|state| steps::doubt_in_flight(state)).await?;
        }
        let moment = profile.clock.moment();
        let boot = moment.boot_id.clone();
        let windows = profile
            .stores
            .state
            .read(move |state| undo::is_of_another_boot(state, &boot))
            .await?;
        if windows && !reading {
            let state = &profile.stores.state;
            state
                .write(move |state| undo::resume(state, &moment))
                .await?;
        }
        let (pack, pack_problem) = activate::active(&profile.stores, &rights.actor.roles).await?;
        let filled = profile
            .stores
            .cache
            .read(|cache| crate::sync::apply::position(cache))
            .await?;
        let mut link = LinkState::new(profile.clock.now().at, &filled);
        match pack_problem {
            Some(newer) if newer.code == Code::PackNewer => link.newer = Some(newer),
            other => link.pack_problem = other,
        }
        if reading {
            link.broken(Error::new(Code::ReadOnly));
        }
        Ok(Arc::new(Self {
            stores: profile.stores,
            clock: profile.clock,
            pinned: profile.pinned,
            sending: tokio::sync::Mutex::default(),
            alone: Arc::default(),
            batches: Arc::default(),
            memory: tokio::sync::Mutex::default(),
            numbers: Arc::default(),
            notified: tokio::sync::Mutex::default(),
            notifier: profile.notifier,
            profile: profile.id,
            client: RwLock::new(Arc::new(client)),
            chance: outside.chance,
            pack: RwLock::new(pack),
            rights: RwLock::new(Arc::new(rights)),
            link: Mutex::new(link),
            chain: Mutex::default(),
            chain_forked: AtomicBool::new(false),
            pull: Notify::new(),
            push: Notify::new(),
            listen: Notify::new(),
            alerts: Notify::new(),
            documents: Notify::new(),
            awoke: Notify::new(),
            changes: profile.changes,
            end: CancellationToken::new(),
            tasks: Mutex::default(),
        }))
    }
}
