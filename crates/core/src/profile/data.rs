//! The data folder: profiles, and which was open last. One app at a time.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{disk, read_json, write_json};
use super::{ProfileFile, place};
use crate::error::{Code, Error};

/// A data folder that this app holds. Letting go of it lets another app in.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    /// None where the folder cannot be written.
    lock: Option<File>,
}

/// `app.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct AppFile {
    last: Option<String>,
    #[serde(default)]
    open: BTreeSet<String>,
}

impl DataFolder {
    /// Makes the folder where it is not there and takes hold of it. [`Code::InUse`] where another
    /// app has it; the hold of one that died, however it died, is gone with it.
    /// [`Code::FolderUnfit`] where databases would not be safe.
    pub fn take(root: &Path) -> Result<Self, Error> {
        place::check(root)?;
        make_private(root)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(root.join("lock")).map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                lock: Some(lock),
            }),
            Err(TryLockError::WouldBlock) => Err(Error::with(
                Code::InUse,
                "another Watchkeeper has this data folder open",
            )),
            Err(TryLockError::Error(error)) => Err(disk(error)),
        }
    }

    /// The folder as it is, without a hold on it: for one that cannot be written.
    pub fn look(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            lock: None,
        }
    }

    /// The folder is only looked at.
    pub fn is_reading(&self) -> bool {
        self.lock.is_none()
    }

    /// Refuses where the folder is only looked at.
    pub fn writable(&self) -> Result<(), Error> {
        match self.lock {
            Some(_) => Ok(()),
            None => Err(Error::with(
                Code::ReadOnly,
                "the data folder cannot be written",
            )),
        }
    }

    /// Every profile that reads, by id. One that does not is left alone and out.
    pub fn profiles(&self) -> Vec<ProfileFile> {
        let Ok(entries) = std::fs::read_dir(self.root.join("profiles")) else {
            return Vec::new();
        };
        let mut profiles: Vec<ProfileFile> = entries
            .filter_map(|entry| {
                let folder = entry.ok()?.path();
                ProfileFile::read(&folder)
                    .inspect_err(|error| tracing::warn!(%error, "a profile does not read"))
                    .ok()?
            })
            .collect();
        profiles.sort_by(|one, other| one.id.cmp(&other.id));
        profiles
    }

    /// One profile.
    pub fn profile(&self, id: &str) -> Result<ProfileFile, Error> {
        let missing = || Error::with(Code::NotFound, "no such profile on this machine");
        // An id is a name that we made, never a path.
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(missing());
        }
        ProfileFile::read(&self.folder(id))?.ok_or_else(missing)
    }

    /// Folder of a profile, which need not be there.
    pub fn folder(&self, id: &str) -> PathBuf {
        self.root.join("profiles").join(id)
    }

    /// Makes the folder of a profile.
    pub fn make_folder(&self, id: &str) -> Result<PathBuf, Error> {
        let folder = self.folder(id);
        make_private(&self.root.join("profiles"))?;
        make_private(&folder)?;
        make_private(&folder.join("blobs"))?;
        Ok(folder)
    }

    /// The profile that was shown last.
    pub fn last(&self) -> Option<String> {
        self.app().last
    }

    /// The profiles that were open last.
    pub fn open(&self) -> BTreeSet<String> {
        self.app().open
    }

    /// Remembers that a profile is shown, and open until somebody closes it.
    pub fn remember(&self, id: &str) -> Result<(), Error> {
        let mut app = self.app();
        app.last = Some(id.to_owned());
        app.open.insert(id.to_owned());
        write_json(&self.root.join("app.json"), &app)
    }

    /// Remembers that a profile is closed.
    pub fn closed(&self, id: &str) -> Result<(), Error> {
        let mut app = self.app();
        if app.open.remove(id) {
            write_json(&self.root.join("app.json"), &app)?;
        }
        Ok(())
    }

    fn app(&self) -> AppFile {
        let app = read_json(&self.root.join("app.json")).ok().flatten();
        app.unwrap_or_default()
    }
}

fn make_private(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(disk)
}
