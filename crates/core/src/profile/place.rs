//! Whether a folder is a place for databases (fault 19).
//!
//! SQLite's WAL needs memory that all processes share and locks that hold; a file system over the
//! network promises neither. A program that keeps a folder in step with other machines copies a
//! database and its WAL at different moments, and puts old ones back. Either way what was decided
//! here could be lost, so such a folder is refused before anything is made in it.

use std::path::Path;

use crate::error::{Code, Error};

/// Why a folder is no place for databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is on a file system over the network, or in user space; this is its kind.
    FileSystem(&'static str),
    /// This program keeps it in step with other machines.
    Synced(&'static str),
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FileSystem(kind) => write!(f, "the folder is on {kind}"),
            Self::Synced(program) => write!(f, "the folder is kept in step by {program}"),
        }
    }
}

/// What the kernel calls file systems whose locks or shared memory do not hold: `f_type` of
/// `statfs(2)`.
const FILE_SYSTEMS: [(u64, &str); 10] = [
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x6573_5546, "FUSE"),
    (0x5346_414F, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0102_1997, "9P"),
    (0x00C3_6400, "Ceph"),
    (0x0BD0_0BD0, "Lustre"),
];

/// A thing that stands in a folder or an ancestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its name.
    pub name: String,
    /// It is a folder itself.
    pub folder: bool,
}

/// The verdict over the kind of a file system, the names on the path to a folder, and what stands in
/// it and its ancestors. Pure.
pub fn verdict(kind: Option<u64>, path: &[&str], markers: &[Marker]) -> Result<(), Unfit> {
    let known = FILE_SYSTEMS.iter().find(|(magic, _)| Some(*magic) == kind);
    if let Some((_, name)) = known {
        return Err(Unfit::FileSystem(name));
    }
    let by_path = path.iter().find_map(|name| match *name {
        "Mobile Documents" | "com~apple~CloudDocs" => Some("iCloud"),
        "CloudStorage" => Some("a cloud drive"),
        name if name == "OneDrive" || name.starts_with("OneDrive - ") => Some("OneDrive"),
        _ => None,
    });
    let by_marker = || markers.iter().find_map(program);
    by_path
        .or_else(by_marker)
        .map_or(Ok(()), |program| Err(Unfit::Synced(program)))
}

/// The program that leaves this in the folders that it keeps in step.
fn program(marker: &Marker) -> Option<&'static str> {
    let name = marker.name.as_str();
    // `~/.dropbox` is a folder of settings and says nothing; in the synced folder it is a file.
    match (name, marker.folder) {
        (".dropbox", false) | (".dropbox.cache", true) => Some("Dropbox"),
        (".stfolder", _) => Some("Syncthing"),
        (".849C9593-D756-4E56-8D6E-42412F2A707B", false) => Some("OneDrive"),
        (".tmp.drivedownload" | ".tmp.driveupload", true) => Some("Google Drive"),
        (".owncloudsync.log" | ".nextcloudsync.log", false) => Some("Nextcloud"),
        (_, false)
            if (name.starts_with(".sync_") || name.starts_with("._sync_"))
                && name.ends_with(".db") =>
        {
            Some("Nextcloud")
        }
        _ => None,
    }
}

/// Refuses a folder, which need not be there yet, that is no place for databases.
///
/// # Errors
/// [`Code::FolderUnfit`], with why.
pub fn check(folder: &Path) -> Result<(), Error> {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // Of what is not there yet the first that is counts; links lead to where the files will be.
    let there = whole.ancestors().find(|ancestor| ancestor.exists());
    let there = there.map(|found| found.canonicalize().unwrap_or_else(|_| found.to_owned()));
    let real = there.as_deref().unwrap_or(&whole);
    let path: Vec<&str> = [real, whole.as_path()]
        .into_iter()
        .flat_map(|path| path.iter().filter_map(|name| name.to_str()))
        .collect();
    let markers: Vec<Marker> = real.ancestors().flat_map(markers).collect();
    verdict(file_system(real), &path, &markers)
        .map_err(|unfit| Error::with(Code::FolderUnfit, unfit.to_string()))
}

/// Hidden things in a folder; no synced folder is marked by others.
fn markers(folder: &Path) -> Vec<Marker> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with('.').then(|| Marker {
                name,
                folder: entry.file_type().is_ok_and(|kind| kind.is_dir()),
            })
        })
        .collect()
}

/// The kind of the file system that holds a folder.
#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statfs(folder).ok()?;
    // A number of 32 bits, whatever the type that carries it.
    Some(found.f_type as u64 & 0xFFFF_FFFF)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests;
