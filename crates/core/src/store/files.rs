//! The files of a database: the file itself and what SQLite keeps beside it.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

/// The database's own file comes last, so that a crash in between leaves it in place.
const BESIDE: [&str; 3] = ["-shm", "-wal", ""];

/// A new file for its owner alone; none that was there is touched.
pub(crate) fn new_private(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the file of a database where there is none, for its owner alone. SQLite gives what it keeps
/// beside it the same mode.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    match new_private(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Removes a database with everything beside it.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    // Without its database a stray WAL is ignored; a database without its WAL would be older than
    // it was. So here, where nothing is to be kept, the database goes first.
    for suffix in BESIDE.iter().rev() {
        match std::fs::remove_file(with_suffix(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    sync_folder(path)
}

/// Puts a database and everything beside it under another name, `state.damaged-<UTC>.db`, and
/// answers that name. At every instant either name holds all of it: the new one is linked and on
/// disk before the old one goes.
pub(super) fn move_aside(path: &Path, now: DateTime<Utc>) -> io::Result<String> {
    let prefix = aside_prefix(path);
    let stamp = now.format("%Y%m%dT%H%M%SZ");
    let mut name = format!("{prefix}{stamp}.db");
    let mut count = 1;
    while path.with_file_name(&name).exists() {
        count += 1;
        name = format!("{prefix}{stamp}-{count}.db");
    }
    let aside = path.with_file_name(&name);
    for suffix in BESIDE {
        let from = with_suffix(path, suffix);
        let to = with_suffix(&aside, suffix);
        // The index of the WAL is made anew by whoever opens it.
        if suffix == "-shm" || !from.exists() {
            continue;
        }
        // Not every file system knows links.
        if std::fs::hard_link(&from, &to).is_err() {
            std::fs::copy(&from, &to)?;
            File::open(&to)?.sync_all()?;
        }
    }
    sync_folder(path)?;
    remove(path)?;
    Ok(name)
}

fn aside_prefix(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}.damaged-")
}

/// The name under which a database was moved aside last.
pub(super) fn last_aside(path: &Path) -> io::Result<Option<String>> {
    let prefix = aside_prefix(path);
    let mut last = None;
    for entry in std::fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(&prefix) && name.ends_with(".db") {
            last = last.max(Some(name));
        }
    }
    Ok(last)
}

/// Gives a database that is closed, and all in its one file, the name of another that is gone.
pub(super) fn take_place(new: &Path, path: &Path) -> io::Result<()> {
    // What the other left beside it would be taken for the new one's.
    remove(path)?;
    std::fs::rename(new, path)?;
    sync_folder(path)
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes names durable. Only where folders can be opened for that.
pub(crate) fn sync_folder(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
