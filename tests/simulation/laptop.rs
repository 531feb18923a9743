//! An operator's profile on a laptop: its folder, its disk, its machine's clocks, its engine.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::broadcast;
use uuid::Uuid;
use watchkeeper_core::Engine;
use watchkeeper_core::clock::{Corrected, load_anchor};
use watchkeeper_core::engine::Outside;
use watchkeeper_core::outbox::queue::{self, Queued};
use watchkeeper_core::profile::open::{OpenProfile, Pinned};
use watchkeeper_core::secrets::Secret;
use watchkeeper_core::store::gate::Gate;
use watchkeeper_core::store::{DbKey, StoreError, Stores};
use watchkeeper_wire::session::Operator;

use crate::gates::Disk;
use crate::office::tenant;
use crate::time::Machine;
use crate::wire::{Line, Wire};

/// What a profile last saw of the mirror, for I3.
#[derive(Debug, Default)]
pub struct Seen {
    pub epoch: Option<String>,
    /// Revision by kind and id.
    pub revisions: BTreeMap<(String, String), i64>,
}

/// An operator's profile on a laptop.
pub struct Profile {
    pub index: usize,
    /// Which laptop it is on.
    pub laptop: usize,
    pub operator: String,
    pub device: Uuid,
    pub token: String,
    pub disk: Arc<Disk>,
    pub machine: Arc<Machine>,
    pub engine: Option<Arc<Engine>>,
    pub seen: Seen,
    folder: PathBuf,
    wire: Wire,
    chance: Arc<Mutex<ChaCha8Rng>>,
    audit_key: String,
}

/// Awaits something that needs no line; none where the process died over it.
pub async fn while_alive<T>(disk: &Disk, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if disk.dead() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// What every profile of a simulation shares.
pub struct Common<'a> {
    pub root: &'a Path,
    pub seed: u64,
    pub wire: &'a Wire,
    pub audit_key: &'a str,
}

impl Profile {
    pub fn new(
        common: &Common<'_>,
        (index, laptop): (usize, usize),
        machine: Arc<Machine>,
        (operator, token): (&str, String),
    ) -> Self {
        let folder = common.root.join(format!("profile-{index}"));
        std::fs::create_dir_all(&folder).unwrap();
        let mut chance = ChaCha8Rng::seed_from_u64(common.seed ^ (index as u64 + 1) << 40);
        Self {
            index,
            laptop,
            operator: operator.into(),
            device: uuid::Builder::from_random_bytes(chance.random()).into_uuid(),
            token,
            disk: Disk::new(),
            machine,
            engine: None,
            seen: Seen::default(),
            folder,
            wire: common.wire.clone(),
            chance: Arc::new(Mutex::new(chance)),
            audit_key: common.audit_key.into(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn engine(&self) -> &Arc<Engine> {
        self.engine.as_ref().expect("the app is open")
    }

    /// Opens the app on what the disk has. It may end while it opens; then it is opened again.
    pub async fn open(&mut self) {
        loop {
            self.disk.revive();
            match self.try_open().await {
                Some(engine) => break self.engine = Some(engine),
                None => self.disk.fill(None),
            }
        }
    }

    /// None where the disk was full.
    async fn try_open(&self) -> Option<Arc<Engine>> {
        let gate: Arc<dyn Gate> = self.disk.clone();
        let stores = Stores::open_gated(&self.folder, &DbKey::new([3; 32]), &gate).unwrap();
        let anchor = stores.state.read(|state| load_anchor(state)).await.unwrap();
        let profile = OpenProfile {
            id: format!("profile-{}", self.index),
            folder: self.folder.clone(),
            stores,
            token: Secret::new(self.token.as_str()),
            pinned: Pinned {
                platform: "http://127.0.0.1:1/".parse().unwrap(),
                operator: Operator {
                    id: self.operator.clone(),
                    name: self.operator.clone(),
                },
                tenant: tenant(),
                device: self.device,
                audit_key: self.audit_key.clone(),
                publisher: watchkeeper_tests::publisher().public().to_owned(),
            },
            clock: Arc::new(Corrected::new(self.machine.clone(), anchor)),
            changes: broadcast::channel(1).0,
            notifier: Arc::new(watchkeeper_core::notify::Nowhere),
            version: "0".into(),
        };
        let chance = self.chance.clone();
        let outside = Outside {
            transport: Arc::new(Line {
                wire: self.wire.clone(),
                from: self.index,
            }),
            chance: Arc::new(move || chance.lock().unwrap().random()),
        };
        Engine::assemble_with(profile, outside).await.ok()
    }

    /// The process is killed: nothing is closed in an orderly way.
    pub fn crash(&mut self) {
        self.disk.kill();
        self.engine = None;
        self.disk.revive();
    }

    /// The power goes: what was only written to the mirror's log may be lost.
    pub fn lose_power(&mut self) {
        self.crash();
        let _ = std::fs::remove_file(self.folder.join("cache.db-wal"));
        self.machine.reboot();
        self.seen = Seen::default();
    }

    /// The app is closed as it should be.
    pub async fn close(&mut self) {
        if let Some(engine) = self.engine.take() {
            let close = async {
                engine.stop().await;
                engine.stores().close().await;
            };
            // It may die over that; then it has ended too.
            let _ = while_alive(&self.disk, close).await;
            self.disk.revive();
        }
    }

    /// Every operation that the outbox has, settled or not, in the order of lanes.
    pub async fn operations(&self) -> Vec<Queued> {
        let read = |state: &rusqlite::Transaction<'_>| {
            let mut all = queue::open(state)?;
            all.extend(queue::settled(state, u32::MAX)?);
            Ok::<_, StoreError>(all)
        };
        self.engine().stores().state.read(read).await.unwrap()
    }
}
