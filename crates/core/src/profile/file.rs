//! `profile.json`: what must be known of a profile before its databases can be opened.

use std::io::Write;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Pinned;
use crate::error::{Code, Error};
use crate::features::session::view::{Notice, ProfileView};
use crate::keys::LockedKey;
use crate::store::{StoreError, files};

/// The format that this app writes.
const FORMAT: u32 = 1;

/// A profile before it is opened. Holds nothing that opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFile {
    format: u32,
    /// Id of the profile and name of its folder.
    pub id: String,
    /// What sign-in settled. The copy in `state.db` counts; this one is shown while that is closed,
    /// and serves when it was lost.
    pub pinned: Pinned,
    /// The wrapped database key.
    pub keys: LockedKey,
    /// What happened to the data and has not been dismissed yet.
    #[serde(default)]
    pub notices: Vec<Notice>,
}

/// Id of the profile of an operator of a tenant on a platform: always the same one, and fit for a
/// file name whatever the platform calls them.
pub fn profile_id(pinned: &Pinned) -> String {
    let mut hash = Sha256::new();
    for part in [
        pinned.platform.as_str(),
        &pinned.tenant.id,
        &pinned.operator.id,
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize()).chars().take(24).collect()
}

impl ProfileFile {
    /// Name of the file.
    pub const NAME: &'static str = "profile.json";

    /// A new profile.
    pub fn new(pinned: Pinned, keys: LockedKey) -> Self {
        Self {
            format: FORMAT,
            id: profile_id(&pinned),
            pinned,
            keys,
            notices: Vec::new(),
        }
    }

    /// Reads the file of a profile's folder; none where there is none.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        /// Enough to tell a later format from a damaged file.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let path = folder.join(Self::NAME);
        let Some(Head { format }) = read_json(&path)? else {
            return Ok(None);
        };
        if format > FORMAT {
            return Err(Error::with(
                Code::NewerDatabase,
                format!("{} has format {format}", Self::NAME),
            ));
        }
        read_json(&path)
    }

    /// Writes the file, all of it or nothing.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        write_json(&folder.join(Self::NAME), self)
    }

    /// Keeps a copy beside a `state.db` that was moved aside: its recovery code still opens that.
    pub fn keep_beside(&self, folder: &Path, moved: &str) -> Result<(), Error> {
        write_json(&folder.join(moved).with_extension("profile.json"), self)
    }

    /// Removes the file of a profile's folder; fine where there is none.
    pub fn remove(folder: &Path) -> Result<(), Error> {
        match std::fs::remove_file(folder.join(Self::NAME)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
            _ => Ok(()),
        }
    }

    /// As the UI sees it once it is open.
    pub fn view_open(&self) -> ProfileView {
        ProfileView {
            open: true,
            ..self.view()
        }
    }

    /// As the UI sees it while it is closed.
    pub fn view(&self) -> ProfileView {
        ProfileView {
            id: self.id.clone(),
            platform: self.pinned.platform.to_string(),
            tenant: self.pinned.tenant.name.clone(),
            operator: self.pinned.operator.name.clone(),
            zone: self.pinned.tenant.zone.clone(),
            passphrase: self.keys.by_passphrase(),
            open: false,
            red: 0,
        }
    }
}

/// Reads a JSON file; none where there is none.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(disk(error)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Error::with(Code::Storage, format!("{name} is damaged"))
    })
}

/// Writes a JSON file of mode 600 so that, whatever happens, either the old or the new one is there.
pub(super) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::with(Code::Internal, error.to_string()))?;
    let new = path.with_extension("json.new");
    let write = || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        files::sync_folder(path)
    };
    write().map_err(|error| {
        // What is half written is worth nothing; the old file stands.
        let _ = std::fs::remove_file(&new);
        disk(error)
    })
}

/// An error of the file system, as the UI sees it.
pub(super) fn disk(error: std::io::Error) -> Error {
    StoreError::from(error).into()
}
