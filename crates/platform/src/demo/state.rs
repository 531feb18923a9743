//! `demo.json`: which worlds a data folder holds.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use watchkeeper_pack::{Bundle, Publisher, Signed};

use super::{DemoError, DemoOptions, ReadyTenant, life, write_private};
use crate::clock::{Clock, SystemClock, millis};

/// Which worlds a data folder holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) seed: u64,
    pub(super) start: DateTime<Utc>,
    /// The world's clock minus the machine's, in milliseconds.
    pub(super) offset: i64,
    pub(super) token: String,
    pub(super) admin: String,
    /// The records of the first tenant are all there.
    pub(super) filled: bool,
    /// What arrives next.
    pub(super) next: life::Next,
    /// The secret key of whoever signs the packs of this demo.
    pub(super) publisher: String,
    /// Further tenants by the folder of their pack.
    #[serde(default)]
    pub(super) others: BTreeMap<String, ReadyTenant>,
    /// The world that each tenant has, by its id.
    #[serde(default)]
    pub(super) chosen: BTreeMap<String, Choice>,
    /// A choice that is being carried out, with its tenant: gone on with after a kill.
    #[serde(default)]
    pub(super) choosing: Option<(String, Choice)>,
    /// Choices that were interrupted and could not be made any more, by tenant, until the next one.
    #[serde(default)]
    pub(super) undone: BTreeMap<String, Choice>,
}

/// A world that was chosen for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choice {
    /// The scenario; none is every day.
    pub(super) scenario: Option<String>,
    /// From when its instants are told.
    pub(super) start: DateTime<Utc>,
}

impl State {
    pub(super) fn new(options: &DemoOptions) -> Result<Self, DemoError> {
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
            chosen: BTreeMap::new(),
            choosing: None,
            undone: BTreeMap::new(),
        })
    }

    /// The pack in this folder, signed by the publisher of this demo.
    pub(super) fn sign(&self, folder: &Path) -> Result<Signed, DemoError> {
        let problem = |error: &dyn std::fmt::Display| DemoError::Pack(error.to_string());
        let bundle = Bundle::from_dir(folder).map_err(|error| problem(&error))?;
        Publisher::from_secret(&self.publisher)
            .and_then(|publisher| publisher.sign(bundle))
            .map_err(|error| problem(&error))
    }
}

/// What a data folder holds; none where it is a new one.
pub(super) fn read(path: &Path) -> Result<Option<State>, DemoError> {
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

pub(super) fn write(path: &Path, state: &State) -> Result<(), DemoError> {
    write_private(path, state).map_err(|error| DemoError::File {
        path: path.display().to_string(),
        error: error.to_string(),
    })
}
