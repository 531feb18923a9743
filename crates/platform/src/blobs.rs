//! Documents, named by the SHA-256 of their bytes.
//!
//! A blob lies in `blobs/<tenant>/<sha256>`; while it comes in, in `….part` beside it. It gets its
//! name only when the bytes hash to it, so nothing half or altered is ever served. Tenants share
//! no file, even of the same bytes: having a name must not tell whether another tenant has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The most bytes of one blob.
pub const MAX_BLOB: u64 = 256 * 1024 * 1024;

/// True for 64 lower-case hex digits.
pub fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why a blob, or a part of it, was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The part does not begin where the last one ended.
    #[error("the next byte expected is {held}")]
    Offset {
        /// Bytes held so far.
        held: u64,
    },
    /// Another request writes this blob just now.
    #[error("this blob is being written")]
    Busy,
    /// The bytes do not hash to the name.
    #[error("the bytes do not have this hash")]
    Mismatch,
    /// More bytes than announced or allowed.
    #[error("too many bytes")]
    TooLarge,
    /// The tenant has no room for more.
    #[error("the tenant's room for documents is full")]
    Full,
    /// The request broke off.
    #[error("the request broke off")]
    Broken,
    /// The disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Why a blob was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The tenant has none of this name.
    #[error("there is no such blob")]
    Absent,
    /// It has more bytes than are wanted.
    #[error("too many bytes")]
    TooLarge,
    /// Its bytes do not hash to its name any more.
    #[error("the bytes do not have this hash")]
    Altered,
    /// The disk.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What became of a part.
#[derive(Debug, PartialEq, Eq)]
pub enum Took {
    /// The blob is whole and verified.
    Whole,
    /// So many bytes are held; the rest is awaited.
    Part(u64),
}

/// The folder of blobs.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
    /// Bytes that one tenant may keep, parts of blobs included.
    quota: u64,
    writing: Arc<Mutex<BTreeSet<PathBuf>>>,
    /// Bytes that each tenant keeps, by folder; counted when first asked for.
    used: Arc<Mutex<BTreeMap<PathBuf, Arc<AtomicU64>>>>,
}

struct Writing {
    of: Blobs,
    path: PathBuf,
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut writing = self.of.writing.lock().unwrap_or_else(|e| e.into_inner());
        writing.remove(&self.path);
    }
}

impl Blobs {
    /// In this folder, which is made when needed; each tenant may keep so many bytes.
    pub fn new(folder: PathBuf, quota: u64) -> Self {
        Self {
            folder,
            quota,
            writing: Arc::default(),
            used: Arc::default(),
        }
    }

    /// The count of bytes in a tenant's folder.
    async fn used(&self, folder: &Path) -> Result<Arc<AtomicU64>, std::io::Error> {
        let known = |of: &Self| {
            let used = of.used.lock().unwrap_or_else(PoisonError::into_inner);
            used.get(folder).cloned()
        };
        if let Some(used) = known(self) {
            return Ok(used);
        }
        let mut bytes = 0;
        let mut files = fs::read_dir(folder).await?;
        while let Some(file) = files.next_entry().await? {
            bytes += file.metadata().await?.len();
        }
        // Nobody has written meanwhile: who writes has asked for the count before.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = used.entry(folder.to_owned());
        Ok(Arc::clone(
            used.or_insert_with(|| Arc::new(AtomicU64::new(bytes))),
        ))
    }

    /// Where a blob lies once it is whole.
    pub fn path(&self, tenant: &str, sha256: &str) -> PathBuf {
        // The tenant's id is hashed, so that it can hold any character.
        let tenant: String = hex::encode(Sha256::digest(tenant))
            .chars()
            .take(16)
            .collect();
        self.folder.join(tenant).join(sha256)
    }

    /// The bytes of a blob, at most `most` of them; they hash to its name.
    pub async fn read(&self, tenant: &str, sha256: &str, most: u64) -> Result<Vec<u8>, ReadError> {
        if !is_name(sha256) {
            return Err(ReadError::Absent);
        }
        let file = match fs::File::open(self.path(tenant, sha256)).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ReadError::Absent);
            }
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        let wanted = most.saturating_add(1);
        file.take(wanted).read_to_end(&mut bytes).await?;
        if bytes.len() as u64 > most {
            return Err(ReadError::TooLarge);
        }
        match hex::encode(Sha256::digest(&bytes)) == sha256 {
            true => Ok(bytes),
            false => Err(ReadError::Altered),
        }
    }

    /// Takes bytes from `offset` on, of a blob of `total` bytes where that is known.
    pub async fn put(
        &self,
        tenant: &str,
        sha256: &str,
        offset: u64,
        total: Option<u64>,
        mut body: BodyDataStream,
    ) -> Result<Took, PutError> {
        let path = self.path(tenant, sha256);
        if fs::try_exists(&path).await? {
            return Ok(Took::Whole);
        }
        let limit = total.unwrap_or(MAX_BLOB).min(MAX_BLOB);
        if total.is_some_and(|total| total > MAX_BLOB) {
            return Err(PutError::TooLarge);
        }
        let _writing = self.start(&path)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).await?;
        }
        let used = self.used(path.parent().unwrap_or(&self.folder)).await?;
        let part = path.with_extension("part");
        if offset == 0 && total.is_none() {
            remove(&part, &used).await?;
        }
        let mut held = match fs::metadata(&part).await {
            Ok(meta) => meta.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error.into()),
        };
        if offset != held {
            return Err(PutError::Offset { held });
        }
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&part)
            .await?;
        while let Some(bytes) = body.next().await {
            let Ok(bytes) = bytes else {
                file.flush().await?;
                return Err(PutError::Broken);
            };
            let more = bytes.len() as u64;
            held += more;
            let full = used.fetch_add(more, Ordering::Relaxed) + more > self.quota;
            if full || held > limit {
                used.fetch_sub(more, Ordering::Relaxed);
                drop(file);
                remove(&part, &used).await?;
                return Err(if full {
                    PutError::Full
                } else {
                    PutError::TooLarge
                });
            }
            if let Err(error) = file.write_all(&bytes).await {
                // What of it stands on the disk is found when the part is taken up or removed.
                used.fetch_sub(more, Ordering::Relaxed);
                return Err(error.into());
            }
        }
        file.sync_all().await?;
        drop(file);
        if total.is_some_and(|total| held < total) {
            return Ok(Took::Part(held));
        }
        if hash_file(&part).await? != sha256 {
            remove(&part, &used).await?;
            return Err(PutError::Mismatch);
        }
        fs::rename(&part, &path).await?;
        Ok(Took::Whole)
    }

    fn start(&self, path: &Path) -> Result<Writing, PutError> {
        let mut writing = self.writing.lock().unwrap_or_else(|e| e.into_inner());
        if !writing.insert(path.to_owned()) {
            return Err(PutError::Busy);
        }
        Ok(Writing {
            of: self.clone(),
            path: path.to_owned(),
        })
    }
}

/// Removes a part, where there is one, and gives its room back.
async fn remove(path: &Path, used: &AtomicU64) -> Result<(), std::io::Error> {
    let bytes = match fs::metadata(path).await {
        Ok(meta) => meta.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    fs::remove_file(path).await?;
    let less = |held: u64| Some(held.saturating_sub(bytes));
    let _always = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    Ok(())
}

async fn hash_file(path: &Path) -> Result<String, std::io::Error> {
    let mut file = fs::File::open(path).await?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hex::encode(hash.finalize()));
        };
        hash.update(bytes);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_blob_is_read_whole_unaltered_and_no_larger_than_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(folder.path().to_owned(), 1_000);
        let name = hex::encode(Sha256::digest(b"proof"));
        let path = blobs.path("t", &name);
        fs::create_dir_all(path.parent().unwrap()).await.unwrap();
        fs::write(&path, b"proof").await.unwrap();
        assert_eq!(blobs.read("t", &name, 5).await.unwrap(), b"proof");
        let large = blobs.read("t", &name, 4).await;
        assert!(matches!(large, Err(ReadError::TooLarge)));
        for (tenant, name) in [("other", name.as_str()), ("t", "../proof"), ("t", "")] {
            let absent = blobs.read(tenant, name, 5).await;
            assert!(matches!(absent, Err(ReadError::Absent)), "{tenant} {name}");
        }
        fs::write(&path, b"other").await.unwrap();
        let altered = blobs.read("t", &name, 5).await;
        assert!(matches!(altered, Err(ReadError::Altered)));
    }
}
