//! A pack's folder on disk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{BundleError, FILES, FOLDERS, MAX_FILE, no_place, within};

/// A pack's files as they stand on disk, path → bytes. Never reads past the limits, and opens
/// nothing but plain files: a pipe would keep it waiting.
pub fn read_dir(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    let mut taken = Taken::default();
    for file in FILES {
        taken.file(dir, file)?;
    }
    for folder in FOLDERS {
        let path = dir.join(folder);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(io(folder, source)),
            Ok(meta) if meta.is_symlink() => return Err(BundleError::Link(folder.to_owned())),
            Ok(meta) if !meta.is_dir() => return Err(no_place(folder, "is no folder")),
            Ok(_) => {}
        }
        for entry in fs::read_dir(&path).map_err(|source| io(folder, source))? {
            let name = entry.map_err(|source| io(folder, source))?.file_name();
            if is_yaml(&name) {
                let path = format!("{folder}/{}", name.to_string_lossy());
                taken.file(dir, &path)?;
            }
        }
    }
    Ok(taken.files)
}

/// A name that says YAML, however it is written: one that a pack does not take is told, not passed
/// over.
fn is_yaml(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

#[derive(Default)]
struct Taken {
    files: BTreeMap<String, Vec<u8>>,
    total: usize,
}

impl Taken {
    fn file(&mut self, dir: &Path, name: &str) -> Result<(), BundleError> {
        let path = dir.join(name);
        let meta = match fs::symlink_metadata(&path) {
            // Of the files beside the folders most are optional.
            Err(error) if error.kind() == ErrorKind::NotFound && FILES.contains(&name) => {
                return Ok(());
            }
            other => other.map_err(|source| io(name, source))?,
        };
        if meta.is_symlink() {
            return Err(BundleError::Link(name.to_owned()));
        }
        if !meta.is_file() {
            return Err(no_place(name, "is no plain file"));
        }
        let count = self.files.len() + 1;
        within(name, 0, count, self.total)?;
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(|source| io(name, source))?;
        // One byte more than there may be shows that there are more, while the file may grow.
        let limit = u64::try_from(MAX_FILE)
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|source| io(name, source))?;
        self.total += bytes.len();
        within(name, bytes.len(), count, self.total)?;
        self.files.insert(name.to_owned(), bytes);
        Ok(())
    }
}

fn io(path: &str, source: std::io::Error) -> BundleError {
    BundleError::Io {
        path: path.to_owned(),
        source,
    }
}
