//! A pack as one file named by its hash: canonical JSON (RFC 8785) of path → text.
//!
//! Only the YAML files that the format names, and those of its folders, belong to a pack. `demo.yaml` is the demo platform's own and stays outside, as does everything else. No
//! symbolic link is followed.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostic;
use crate::format::FORMAT;
use crate::loader;
use crate::pack::Pack;

/// Most files.
pub const MAX_FILES: usize = 200;
/// Largest file, in bytes.
pub const MAX_FILE: usize = 256 << 10;
/// Largest pack, in bytes.
pub const MAX_TOTAL: usize = 4 << 20;
/// Largest bundle, in bytes: text may grow when it becomes JSON.
pub const MAX_BUNDLE: usize = 8 << 20;
const FOLDERS: [&str; 9] = [
    "alerts",
    "evidence",
    "metrics",
    "playbooks",
    "reconciliations",
    "records",
    "reports",
    "routines",
    "templates",
];
/// Files beside the folders.
const FILES: [&str; 6] = [
    "handover.yaml",
    "incidents.yaml",
    "pack.yaml",
    "people.yaml",
    "retention.yaml",
    "rulings.yaml",
];

/// A pack as one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    files: BTreeMap<String, String>,
    bytes: Vec<u8>,
    hash: String,
}

/// A bundle that cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Too many or too large files.
    #[error("the pack is too large: {0}")]
    TooLarge(String),
    /// A file that is not UTF-8.
    #[error("`{0}` is not UTF-8")]
    NotText(String),
    /// A symbolic link where a file was expected.
    #[error("`{0}` is a symbolic link; a pack holds plain files")]
    Link(String),
    /// The bytes are not those that the hash names.
    #[error("the pack's bytes have another hash than its name: {0}")]
    Hash(String),
    /// Written in a format that a later version of the app reads.
    #[error("the pack has format {0}; this version reads format {FORMAT}")]
    NewerFormat(u32),
    /// Not a bundle.
    #[error("not a pack: {0}")]
    Malformed(String),
    /// The pack's own problems.
    #[error("the pack has {} problems", .0.len())]
    Problems(Vec<Diagnostic>),
    /// The disk.
    #[error("`{path}`: {source}")]
    Io {
        /// What was read.
        path: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl Bundle {
    /// From files, path → text. Paths have forward slashes.
    pub fn from_files(files: BTreeMap<String, String>) -> Result<Self, BundleError> {
        limits(files.iter().map(|(path, text)| (path.as_str(), text.len())))?;
        let bytes = serde_json_canonicalizer::to_vec(&files)
            .map_err(|error| BundleError::Malformed(error.to_string()))?;
        let hash = hex::encode(Sha256::digest(&bytes));
        Ok(Self { files, bytes, hash })
    }

    /// From a pack's folder.
    pub fn from_dir(dir: &Path) -> Result<Self, BundleError> {
        let mut files = BTreeMap::new();
        for (path, bytes) in read_dir(dir)? {
            let text = String::from_utf8(bytes).map_err(|_| BundleError::NotText(path.clone()))?;
            files.insert(path, text);
        }
        Self::from_files(files)
    }

    /// Its bytes, the same for the same files.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of its bytes, hex: its name.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Its files.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// From its bytes, in whatever state the pack is.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE {
            return Err(BundleError::TooLarge(format!("{} bytes", bytes.len())));
        }
        let files: BTreeMap<String, String> = serde_json::from_slice(bytes)
            .map_err(|error| BundleError::Malformed(error.to_string()))?;
        // First, because a later format may have files and words that this version does not know.
        if let Some(format) = files
            .get("pack.yaml")
            .and_then(|text| loader::format_of(text))
            && format > FORMAT
        {
            return Err(BundleError::NewerFormat(format));
        }
        let bundle = Self::from_files(files)?;
        // Duplicate keys or another order would give two byte strings for one pack.
        if bundle.bytes != bytes {
            return Err(BundleError::Malformed("not in canonical form".into()));
        }
        Ok(bundle)
    }

    /// Verifies a bundle against the hash that names it, then loads and checks the pack.
    pub fn open(bytes: &[u8], expected_hash: &str) -> Result<Pack, BundleError> {
        if bytes.len() > MAX_BUNDLE {
            return Err(BundleError::TooLarge(format!("{} bytes", bytes.len())));
        }
        let hash = hex::encode(Sha256::digest(bytes));
        if hash != expected_hash {
            return Err(BundleError::Hash(hash));
        }
        let files = Self::read(bytes)?.files.into_iter();
        let files = files.map(|(path, text)| (path, text.into_bytes()));
        loader::load_files(&files.collect()).map_err(BundleError::Problems)
    }
}

/// Does this path belong to a pack?
pub fn belongs(path: &str) -> bool {
    if FILES.contains(&path) {
        return true;
    }
    let Some((folder, file)) = path.split_once('/') else {
        return false;
    };
    let stem = file.strip_suffix(".yaml").unwrap_or_default();
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_' || c == b'-';
    FOLDERS.contains(&folder) && !stem.is_empty() && stem.bytes().all(plain)
}

fn limits<'a>(files: impl Iterator<Item = (&'a str, usize)>) -> Result<(), BundleError> {
    let (mut count, mut total) = (0_usize, 0_usize);
    for (path, size) in files {
        if !belongs(path) {
            let path: String = path.chars().take(80).collect();
            return Err(BundleError::Malformed(format!(
                "`{path}` has no place in a pack"
            )));
        }
        if size > MAX_FILE {
            return Err(BundleError::TooLarge(format!("`{path}` has {size} bytes")));
        }
        (count, total) = (count + 1, total + size);
    }
    if count > MAX_FILES {
        return Err(BundleError::TooLarge(format!("{count} files")));
    }
    if total > MAX_TOTAL {
        return Err(BundleError::TooLarge(format!("{total} bytes")));
    }
    Ok(())
}

/// A pack's files as they stand on disk, path → bytes. Never reads past the limits.
pub fn read_dir(dir: &Path) -> Result<BTreeMap<String, Vec<u8>>, BundleError> {
    let mut files = BTreeMap::new();
    for file in FILES {
        take(dir, file, &mut files)?;
    }
    for folder in FOLDERS {
        let path = dir.join(folder);
        match std::fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_symlink() => return Err(BundleError::Link(folder.to_owned())),
            Ok(meta) if meta.is_dir() => {}
            _ => continue,
        }
        let entries = std::fs::read_dir(&path).map_err(|source| io(folder, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| io(folder, source))?;
            let name = entry.file_name();
            let name = format!("{folder}/{}", name.to_string_lossy());
            if name.ends_with(".yaml") {
                take(dir, &name, &mut files)?;
            }
        }
    }
    limits(
        files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.len())),
    )?;
    Ok(files)
}

fn take(dir: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), BundleError> {
    use std::io::Read;
    let path = dir.join(name);
    let meta = match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|source| io(name, source))?,
    };
    if meta.is_symlink() {
        return Err(BundleError::Link(name.to_owned()));
    }
    if !meta.is_file() {
        return Ok(());
    }
    if files.len() >= MAX_FILES {
        return Err(BundleError::TooLarge(format!(
            "more than {MAX_FILES} files"
        )));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).map_err(|source| io(name, source))?;
    let limit = u64::try_from(MAX_FILE)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|source| io(name, source))?;
    files.insert(name.to_owned(), bytes);
    Ok(())
}

fn io(path: &str, source: std::io::Error) -> BundleError {
    BundleError::Io {
        path: path.to_owned(),
        source,
    }
}
