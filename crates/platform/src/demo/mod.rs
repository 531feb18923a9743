//! A world to look at: deterministic from a seed and a start time, and alive.
//!
//! `demo.json` in the data folder says which worlds it holds and has their tokens, so that a
//! restart with the same folder goes on where it was. This is the one place where a token lies in
//! clear, and only because the demo prints it anyway.

mod by_hand;
mod complaints;
mod day;
pub mod disputes;
mod documents;
mod draw;
mod files;
mod fill;
mod generate;
pub mod jobs;
mod life;
mod nightly;
pub mod operations;
pub mod pages;
mod place;
mod refunds;
mod reviews;
pub mod rows;
mod state;
mod systems;
#[cfg(test)]
mod tests;
mod told;
pub mod world;
mod worlds;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::place::Place;
use self::state::State;
use crate::clock::MovedClock;
use crate::problem::ApiError;
use crate::{Options, Server, StartError};

pub use generate::{Generated, generate};
pub use rows::RowsWorld;
pub use world::{World, WorldError};
pub use worlds::Worlds;

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

/// Starts the demo, new or where it was.
pub async fn serve(options: &DemoOptions) -> Result<(Server, Ready), DemoError> {
    let file = options.data.join(FILE);
    let mut places = vec![Place::drawn(&options.packs.join(PACK))?];
    if options.all {
        for folder in further(&options.packs) {
            places.push(Place::rows(&folder)?);
        }
    }
    let state = match state::read(&file)? {
        Some(state) => state,
        None => State::new(options)?,
    };
    let offset = TimeDelta::milliseconds(state.offset);
    let clock = Arc::new(MovedClock::new(offset));
    let worlds = Arc::new(Worlds::new(places, file, Arc::clone(&clock), state));
    let mut server = Server::bind(Options {
        listen: options.listen,
        clock,
        stand_ins: true,
        demo: Some(Arc::clone(&worlds)),
        ..Options::new(options.data.clone())
    })
    .await?;
    let platform = Arc::clone(&server.platform);
    let scenario = options.scenario.as_deref();
    let ready = worlds.begin(&platform, server.url(), scenario).await?;
    if options.lives {
        server.beside(told::run(Arc::clone(&platform), worlds.books()));
        if let Some(life) = worlds.life(platform).await {
            server.beside(life.run(worlds));
        }
    }
    Ok((server, ready))
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
