//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// What builds and tests leave behind; never committed.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program of this workspace, as built for development; for the bench, as it ships.
pub fn program(name: &str) -> PathBuf {
    let profile = std::env::var("WATCHKEEPER_PROFILE");
    built(profile.as_deref().unwrap_or("debug"), name)
}

/// A program of this workspace as built in a profile, `debug` or `release`.
pub fn built(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(name)
}

/// The user interface.
pub fn ui() -> PathBuf {
    root().join("ui")
}
