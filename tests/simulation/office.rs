//! The platform in process: its files, its disk, its clock; no socket and no timer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tower::ServiceExt;
use watchkeeper_pack::format::Connector as Name;
use watchkeeper_platform::connectors::{Connector, Connectors, Worker};
use watchkeeper_platform::random::Random;
use watchkeeper_platform::store::sqlite::SqliteStore;
use watchkeeper_platform::{Grant, Options, Platform, api};
use watchkeeper_wire::ingest::{Gone, Incoming, Ingest};
use watchkeeper_wire::session::Tenant;

use crate::gates::Disk;
use crate::provider::Provider;
use crate::time::{ServerClock, Time};
use crate::wire::{ProviderLine, Wire};

/// The one tenant.
pub const TENANT: &str = "t-1";

/// The tenant as the platform knows it.
pub fn tenant() -> Tenant {
    Tenant {
        id: TENANT.into(),
        name: "Depot".into(),
        zone: "Australia/Melbourne".into(),
    }
}

/// Randomness from a seed.
pub struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Random for Seeded {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.lock().unwrap().fill_bytes(&mut bytes);
        bytes
    }
}

/// The platform and everything that it keeps.
pub struct Office {
    pub disk: Arc<Disk>,
    pub clock: Arc<ServerClock>,
    pub provider: Provider,
    /// Its worker does not look before it sends: a negative control.
    pub blind: bool,
    folder: PathBuf,
    wire: Wire,
    time: Time,
    random: Arc<Seeded>,
    running: Option<(Arc<Platform>, Router)>,
    copies: Vec<PathBuf>,
    made_copies: u32,
}

impl Office {
    /// A platform that is not running yet.
    pub fn new(folder: PathBuf, seed: u64, time: &Time, wire: &Wire) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            disk: Disk::new(),
            clock: Arc::new(ServerClock::new(time)),
            provider: Provider::default(),
            blind: false,
            folder,
            wire: wire.clone(),
            time: time.clone(),
            random: Arc::new(Seeded::new(seed ^ 0x0ff1_ce00)),
            running: None,
            copies: Vec::new(),
            made_copies: 0,
        }
    }

    /// Starts it on what it keeps. Fine where it runs.
    pub async fn open(&mut self) {
        if self.running.is_some() {
            return;
        }
        self.disk.revive();
        let options = Options {
            clock: self.clock.clone(),
            random: self.random.clone(),
            ..Options::new(self.folder.clone())
        };
        let store = SqliteStore::open_gated(&self.database(), self.disk.clone()).unwrap();
        let line = ProviderLine {
            wire: self.wire.clone(),
            time: self.time.clone(),
            blind: self.blind,
        };
        // One book behind three names: what moves money at one moves it at each, and once.
        let line: Arc<dyn Connector> = Arc::new(line);
        let named = [Name::Stripe, Name::Paypal, Name::Wise];
        let connectors: Connectors = named.map(|name| (name, Arc::clone(&line))).into();
        let opened = Platform::over(Arc::new(store), &options, connectors, None).await;
        match opened {
            Ok(platform) => {
                let router = api::router(platform.clone());
                self.running = Some((platform, router));
            }
            // Its disk is full: it does not start.
            Err(error) => assert!(self.disk.is_full(), "{error}"),
        }
    }

    /// Ends at once, as a killed process does.
    pub fn crash(&mut self) {
        self.disk.kill();
        self.running = None;
    }

    /// It was started and nobody has cleared it away.
    pub fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// It runs.
    pub fn platform(&self) -> Option<&Arc<Platform>> {
        if self.disk.dead() {
            return None;
        }
        self.running.as_ref().map(|(platform, _)| platform)
    }

    /// It runs, or the simulation is wrong.
    pub fn up(&self) -> &Arc<Platform> {
        self.platform().expect("the platform runs")
    }

    /// Carries a request to it; none where it is down, or went down over it.
    pub async fn answer(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        self.platform()?;
        let (_, router) = self.running.as_ref()?;
        let request = request.map(axum::body::Body::from);
        let response = router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.ok()?;
        self.platform()?;
        Some(Response::from_parts(head, body))
    }

    /// One look of its worker at what is to be sent.
    pub fn work(&self) -> Option<impl Future<Output = ()> + use<>> {
        let worker = Worker::new(self.platform()?.clone());
        Some(async move {
            // What its disk did to it, it has logged; the next look sees to it.
            let _ = worker.step().await;
        })
    }

    /// Token for an operator; none where the platform cannot write it down.
    pub async fn issue(&self, operator: &str, roles: &[&str]) -> Option<String> {
        let grant = Grant {
            operator: operator.into(),
            name: operator.into(),
            roles: roles.iter().map(ToString::to_string).collect(),
            regions: Vec::new(),
        };
        self.platform()?.issue(TENANT, &grant).await.ok()
    }

    /// Records come from the platform's own systems, and others go.
    pub async fn bring(&self, records: Vec<(&str, String, serde_json::Value)>, gone: &[String]) {
        let Some(platform) = self.platform() else {
            return;
        };
        let brought = Ingest {
            records: records
                .into_iter()
                .map(|(kind, id, body)| Incoming {
                    kind: kind.into(),
                    id,
                    body: body.as_object().unwrap().clone(),
                    version: None,
                })
                .collect(),
            removed: gone
                .iter()
                .map(|id| Gone {
                    kind: "parcel".into(),
                    id: id.clone(),
                    version: None,
                })
                .collect(),
        };
        // A full disk brings nothing; that is all.
        if let Ok(taken) = watchkeeper_platform::intake::take(platform, TENANT, &brought).await {
            assert_eq!(taken.rejected, Vec::new());
        }
    }

    /// Copies everything that it keeps, as a backup does.
    pub fn back_up(&mut self) {
        let copy = self.folder.join(format!("copy-{}.db", self.made_copies));
        self.made_copies += 1;
        let from = rusqlite::Connection::open(self.database()).unwrap();
        from.execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
            .unwrap();
        self.copies.push(copy);
    }

    /// Comes back with the files of an earlier copy; false where there is none.
    pub fn restore(&mut self, which: usize) -> bool {
        if self.copies.is_empty() {
            return false;
        }
        let copy = self.copies[which % self.copies.len()].clone();
        self.crash();
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.database().display()));
        }
        std::fs::copy(copy, self.database()).unwrap();
        true
    }

    pub fn database(&self) -> PathBuf {
        self.folder.join("platform.db")
    }
}
