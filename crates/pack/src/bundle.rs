//! A pack as one file named by its hash: canonical JSON (RFC 8785) of path → text.
//!
//! Only the YAML files that the format names, and those of its folders, belong to a pack.
//! `demo.yaml` is the demo platform's own and stays outside, as does everything else. No symbolic
//! link is followed.

mod folder;
mod listed;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Severity};
use crate::format::FORMAT;
use crate::loader;
use crate::pack::Pack;

pub use folder::read_dir;

/// Most files: the largest of our packs has a hundred.
pub const MAX_FILES: usize = 200;
/// Largest file, in bytes: ten times the largest of our packs.
pub const MAX_FILE: usize = 256 << 10;
/// Largest pack, in bytes: it is held in memory, with what is made of it, on every laptop.
pub const MAX_TOTAL: usize = 4 << 20;
/// Largest bundle, in bytes: text may grow when it becomes JSON.
pub const MAX_BUNDLE: usize = 8 << 20;
/// Most characters of a path that is refused, as it is told.
const MAX_PATH: usize = 80;
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
    /// Too many files, or too much in them.
    #[error("the pack is too large: {0}")]
    TooLarge(String),
    /// A file with more than [`MAX_FILE`] bytes.
    #[error("`{0}` has more than {MAX_FILE} bytes")]
    LargeFile(String),
    /// A file that has no place in a pack, or something else in the place of one.
    #[error("`{path}` {why}")]
    NoPlace {
        /// Where it stands.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
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

impl BundleError {
    /// As a problem of the file that it is about.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, file) = match self {
            Self::TooLarge(_) => ("pack.too_large", None),
            Self::LargeFile(path) => ("pack.too_large", Some(path)),
            Self::NoPlace { path, .. } => ("pack.file", Some(path)),
            Self::NotText(path) => ("pack.not_utf8", Some(path)),
            Self::Link(path) => ("pack.link", Some(path)),
            Self::Io { path, .. } => ("pack.unreadable", Some(path)),
            Self::NewerFormat(_) => ("pack.format", None),
            Self::Hash(_) | Self::Malformed(_) | Self::Problems(_) => ("pack.malformed", None),
        };
        Diagnostic {
            code: code.to_owned(),
            severity: Severity::Error,
            file: file.map_or("pack.yaml", String::as_str).to_owned(),
            line: 0,
            column: 0,
            message: self.to_string(),
            hint: None,
        }
    }
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
        let files = listed::read(bytes)?;
        // First, because a later format may have files and words that this version does not know.
        if let Some(format) = files
            .get("pack.yaml")
            .and_then(|text| loader::format_of(text))
            && format > FORMAT
        {
            return Err(BundleError::NewerFormat(format));
        }
        let bundle = Self::from_files(files)?;
        // Another order or other spaces would give two byte strings for one pack.
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

/// Files within the limits, each in its place.
pub(crate) fn limits<'a>(files: impl Iterator<Item = (&'a str, usize)>) -> Result<(), BundleError> {
    let (mut count, mut total) = (0_usize, 0_usize);
    for (path, size) in files {
        (count, total) = (count + 1, total + size);
        within(path, size, count, total)?;
    }
    Ok(())
}

/// One file in its place, and within the limits.
fn within(path: &str, size: usize, count: usize, total: usize) -> Result<(), BundleError> {
    if !belongs(path) {
        return Err(no_place(path, "has no place in a pack"));
    }
    sized(path, size, count, total)
}

/// One file of `size`, with which there are `count` of them and `total` bytes.
fn sized(path: &str, size: usize, count: usize, total: usize) -> Result<(), BundleError> {
    if size > MAX_FILE {
        return Err(BundleError::LargeFile(shown(path)));
    }
    if count > MAX_FILES {
        return Err(BundleError::TooLarge(format!(
            "more than {MAX_FILES} files"
        )));
    }
    if total > MAX_TOTAL {
        return Err(BundleError::TooLarge(format!(
            "more than {MAX_TOTAL} bytes"
        )));
    }
    Ok(())
}

fn no_place(path: &str, why: &'static str) -> BundleError {
    let path = shown(path);
    BundleError::NoPlace { path, why }
}

fn shown(path: &str) -> String {
    path.chars().take(MAX_PATH).collect()
}
