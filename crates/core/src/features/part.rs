//! A file in clear that the operator asked for: until the audit chain says so it has a name of its own.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::store::{StoreError, files};

/// The most files of one name.
const MOST: u32 = 99;

/// A file that has not its name yet. It goes where it never gets it.
pub(super) struct Part {
    path: PathBuf,
    becomes: PathBuf,
}

impl Part {
    /// Begins a new file for its owner alone in this folder.
    pub(super) fn begin(folder: &Path, name: &str) -> Result<(Self, File), Error> {
        let path = folder.join(format!(".{name}.part"));
        let file = files::new_private(&path).map_err(disk)?;
        let becomes = folder.join(name);
        Ok((Self { path, becomes }, file))
    }

    /// Gives it its name.
    pub(super) fn name(&self) -> Result<(), Error> {
        std::fs::rename(&self.path, &self.becomes).map_err(disk)
    }

    /// Takes it away, once it has its name.
    pub(super) fn take_away(&self) {
        let _ = std::fs::remove_file(&self.becomes);
    }

    /// What it is called in the end, with its folder.
    pub(super) fn shown(&self) -> String {
        self.becomes.display().to_string()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its name already where this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The name without its ending, with a number where that is needed, that nothing in the folder has.
pub(super) fn free_stem(folder: &Path, stem: &str, ending: &str) -> Option<String> {
    (1..=MOST)
        .map(|count| match count {
            1 => stem.to_owned(),
            count => format!("{stem}-{count}"),
        })
        .find(|stem| {
            let taken = [format!("{stem}.{ending}"), format!(".{stem}.{ending}.part")];
            taken.iter().all(|name| !folder.join(name).exists())
        })
}

/// What a disk says when it takes no file.
pub(super) fn disk(error: std::io::Error) -> Error {
    StoreError::from(error).into()
}
