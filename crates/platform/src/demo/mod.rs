//! A world to look at: deterministic from a seed and a start time, and alive.
//!
//! `demo.json` in the data folder says which world it is and holds its two tokens, so that a
//! restart with the same folder goes on where it was. This is the one place where a token lies in
//! clear, and only because the demo prints it anyway.

mod complaints;
mod day;
mod documents;
mod draw;
mod files;
mod generate;
mod life;
mod nightly;
mod refunds;
mod reviews;
pub mod rows;
mod systems;
#[cfg(test)]
mod tests;
pub mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use watchkeeper_pack::{Bundle, Publisher, Signed};
use watchkeeper_wire::ingest::{Ingest, MAX_INGEST};
use watchkeeper_wire::session::Tenant;

use crate::clock::{Clock, SystemClock, millis};
use crate::problem::ApiError;
use crate::{Grant, Options, Platform, Server, StartError, intake};

pub use generate::{Generated, generate};
pub use rows::RowsWorld;
pub use world::{World, WorldError};

/// Folder of the pack whose world this is.
const PACK: &str = "dog-trainers";
/// Name of the file that says which world a data folder holds.
const FILE: &str = "demo.json";

/// How the demo is to run.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Folder of packs.
    pub packs: PathBuf,
    /// Folder of everything that is kept.
    pub data: PathBuf,
    /// Address to listen at.
    pub listen: SocketAddr,
    /// Seed of a new world.
    pub seed: u64,
    /// Where the clock of a new world begins; the machine's time where absent.
    pub start: Option<DateTime<Utc>>,
    /// Whether things go on arriving.
    pub lives: bool,
    /// The worlds of all packs, each a tenant of its own, and not only the first.
    pub all: bool,
    /// Another day, in the worlds that have one of this name.
    pub scenario: Option<String>,
}

/// What is written to the ready file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Base address.
    pub platform: String,
    /// The operator's token.
    pub token: String,
    /// Name of the tenant.
    pub tenant: String,
    /// Token that watches and steers the stand-ins, and may ingest.
    pub admin: String,
    /// Further tenants.
    #[serde(default)]
    pub others: Vec<ReadyTenant>,
}

/// A further tenant of the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyTenant {
    /// Its name.
    pub tenant: String,
    /// The operator's token.
    pub token: String,
    /// Token that may ingest.
    pub admin: String,
    /// Who else works there: name → token.
    pub people: BTreeMap<String, String>,
}

/// Why the demo did not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The platform itself.
    #[error("{0}")]
    Start(#[from] StartError),
    /// `demo.yaml`.
    #[error("{0}")]
    World(#[from] WorldError),
    /// A file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: String,
    },
    /// The pack.
    #[error("pack: {0}")]
    Pack(String),
    /// Filling the store.
    #[error("filling the demo world: {0:?}")]
    Fill(ApiError),
}

impl From<ApiError> for DemoError {
    fn from(error: ApiError) -> Self {
        Self::Fill(error)
    }
}

/// Which world a data folder holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    seed: u64,
    start: DateTime<Utc>,
    /// The world's clock minus the machine's, in milliseconds.
    offset: i64,
    token: String,
    admin: String,
    /// The records are all there.
    filled: bool,
    /// What arrives next.
    next: life::Next,
    /// The secret key of whoever signs the packs of this demo.
    publisher: String,
    /// Further tenants by the folder of their pack.
    #[serde(default)]
    others: BTreeMap<String, ReadyTenant>,
}

/// Starts the demo, new or where it was.
pub async fn serve(options: &DemoOptions) -> Result<(Server, Ready), DemoError> {
    let folder = options.packs.join(PACK);
    let world = World::read(&folder)?;
    let file = options.data.join(FILE);
    let mut state = match read(&file)? {
        Some(state) => state,
        None => State::new(options)?,
    };
    let signed = state.sign(&folder)?;
    let mut server = Server::bind(Options {
        listen: options.listen,
        clock: Arc::new(SystemClock {
            offset: TimeDelta::milliseconds(state.offset),
        }),
        stand_ins: true,
        ..Options::new(options.data.clone())
    })
    .await?;
    let platform = Arc::clone(&server.platform);
    if state.filled {
        if let Err(error) = platform.publish(&world.tenant.id, &signed).await {
            tracing::warn!(?error, "the world keeps the pack that it has");
        }
    } else {
        let scenario = options.scenario.as_deref();
        fill(&platform, &world, &signed, (&mut state, scenario)).await?;
    }
    write(&file, &state)?;
    if options.all {
        for folder in further(&options.packs) {
            further_tenant(&platform, options, &folder, &mut state).await?;
            write(&file, &state)?;
        }
    }
    let ready = Ready {
        platform: server.url(),
        token: state.token.clone(),
        tenant: world.tenant.name.clone(),
        admin: state.admin.clone(),
        others: state.others.values().cloned().collect(),
    };
    if options.lives {
        let life = life::Life::new(platform, world, state.seed, state.next.clone());
        server.beside(life.run(move |next| {
            state.next = next.clone();
            if let Err(error) = write(&file, &state) {
                tracing::error!(%error, "remembering where life is");
            }
        }));
    }
    Ok((server, ready))
}

impl State {
    fn new(options: &DemoOptions) -> Result<Self, DemoError> {
        let machine = SystemClock::default().now();
        let start = options.start.map_or(machine, millis);
        let publisher = Publisher::generate().and_then(|publisher| publisher.secret());
        Ok(Self {
            seed: options.seed,
            start,
            offset: (start - machine).num_milliseconds(),
            token: String::new(),
            admin: String::new(),
            filled: false,
            next: life::Next::default(),
            publisher: publisher.map_err(|error| DemoError::Pack(error.to_string()))?,
            others: BTreeMap::new(),
        })
    }

    /// The pack in this folder, signed by the publisher of this demo.
    fn sign(&self, folder: &Path) -> Result<Signed, DemoError> {
        let problem = |error: &dyn std::fmt::Display| DemoError::Pack(error.to_string());
        let bundle = Bundle::from_dir(folder).map_err(|error| problem(&error))?;
        Publisher::from_secret(&self.publisher)
            .and_then(|publisher| publisher.sign(bundle))
            .map_err(|error| problem(&error))
    }
}

async fn fill(
    platform: &Platform,
    world: &World,
    signed: &Signed,
    (state, scenario): (&mut State, Option<&str>),
) -> Result<(), DemoError> {
    let misfit = |problem: String| DemoError::Pack(format!("the world does not fit: {problem}"));
    let bundle = signed.bundle();
    let opened = Bundle::open(bundle.bytes(), bundle.hash());
    let pack = opened.map_err(|error| misfit(error.to_string()))?;
    let tenant = Tenant {
        id: world.tenant.id.clone(),
        name: world.tenant.name.clone(),
        zone: world.tenant.zone.clone(),
    };
    platform.found(&tenant, Some(signed)).await?;
    let controls = rows::controls(&world.controls, &world.scenarios, scenario);
    platform.set_controls(&tenant.id, &controls).await?;
    let operator = grant(&world.operator);
    state.token = platform.issue(&tenant.id, &operator).await?;
    state.admin = platform.issue(&tenant.id, &grant(&world.admin)).await?;
    let day = scenario.and_then(|name| world.days.get(name));
    let mut generated = generate(world, (state.seed, state.start), day);
    let laid = world.situations(&pack, state.start, scenario, &mut generated.records);
    laid.map_err(misfit)?;
    if let Some(stand_ins) = &platform.stand_ins {
        let ledger = &stand_ins.ledger;
        ledger
            .charge(&generated.charges)
            .map_err(StartError::from)?;
        let of_rows = rows::charges(&world.charges, &generated.records);
        ledger.charge(&of_rows).map_err(StartError::from)?;
        ledger
            .refund(&generated.refunds)
            .map_err(StartError::from)?;
    }
    state.next = life::Next::first(world, (state.seed, state.start), &generated.records);
    let brought = Ingest {
        records: generated.records,
        removed: Vec::new(),
    };
    let answer = intake::take(platform, &tenant.id, &brought).await?;
    if let Some(first) = answer.rejected.first() {
        let problem = format!("{}/{}: {}", first.kind, first.id, first.problem);
        return Err(misfit(problem));
    }
    state.filled = true;
    Ok(())
}

/// Folders of packs that have a world, but for the first one's.
fn further(packs: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(packs).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("demo.yaml").is_file() && !path.ends_with(PACK))
        .collect();
    folders.sort();
    folders
}

/// A tenant whose world is rows: new, or where it was.
async fn further_tenant(
    platform: &Platform,
    options: &DemoOptions,
    folder: &Path,
    state: &mut State,
) -> Result<(), DemoError> {
    let name = folder.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let signed = state.sign(folder)?;
    let world = RowsWorld::read(folder)?;
    let tenant = Tenant {
        id: world.tenant.id.clone(),
        name: world.tenant.name.clone(),
        zone: world.tenant.zone.clone(),
    };
    if state.others.contains_key(&name) {
        if let Err(error) = platform.publish(&tenant.id, &signed).await {
            tracing::warn!(?error, name, "the world keeps the pack that it has");
        }
        return Ok(());
    }
    let misfit = |problem: String| DemoError::Pack(format!("{name}: {problem}"));
    let bundle = signed.bundle();
    let opened = Bundle::open(bundle.bytes(), bundle.hash());
    let pack = opened.map_err(|error| misfit(error.to_string()))?;
    let scenario = options.scenario.as_deref();
    let filled = world.filled(&pack, (state.seed, state.start), scenario);
    let (records, files) = filled.map_err(misfit)?;
    platform.found(&tenant, Some(&signed)).await?;
    platform.set_settings(&tenant.id, &world.settings).await?;
    let controls = rows::controls(&world.controls, &world.scenarios, scenario);
    platform.set_controls(&tenant.id, &controls).await?;
    if let Some(stand_ins) = &platform.stand_ins {
        let charges = rows::charges(&world.charges, &records);
        let charged = stand_ins.ledger.charge(&charges);
        charged.map_err(StartError::from)?;
    }
    files::keep(platform, &tenant.id, files).await?;
    for records in records.chunks(MAX_INGEST) {
        let brought = Ingest {
            records: records.to_vec(),
            removed: Vec::new(),
        };
        let answer = intake::take(platform, &tenant.id, &brought).await?;
        if let Some(first) = answer.rejected.first() {
            let problem = format!("{}/{}: {}", first.kind, first.id, first.problem);
            return Err(misfit(problem));
        }
    }
    let mut people = BTreeMap::new();
    for person in &world.others {
        let token = platform.issue(&tenant.id, &grant(person)).await?;
        people.insert(person.name.clone(), token);
    }
    let told = ReadyTenant {
        tenant: tenant.name,
        token: platform.issue(&tenant.id, &grant(&world.operator)).await?,
        admin: platform.issue(&tenant.id, &grant(&world.admin)).await?,
        people,
    };
    state.others.insert(name, told);
    Ok(())
}

fn grant(operator: &world::OperatorDef) -> Grant {
    Grant {
        operator: operator.id.clone(),
        name: operator.name.clone(),
        roles: operator.roles.clone(),
        regions: operator.regions.clone(),
    }
}

fn read(path: &Path) -> Result<Option<State>, DemoError> {
    let problem = |error: String| DemoError::File {
        path: path.display().to_string(),
        error,
    };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| problem(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problem(error.to_string())),
    }
}

fn write(path: &Path, state: &State) -> Result<(), DemoError> {
    write_private(path, state).map_err(|error| DemoError::File {
        path: path.display().to_string(),
        error: error.to_string(),
    })
}

/// Writes JSON whole or not at all, for its owner alone.
pub fn write_private<T: Serialize>(path: &Path, value: &T) -> std::io::Result<()> {
    use std::io::Write;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file is made with mode 600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(value)?)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
