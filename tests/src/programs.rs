//! Where the programs under test are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Root of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A program of the workspace, built beside the running program; a test stands in `deps/` there.
pub fn program(name: &str) -> Result<PathBuf> {
    let running = std::env::current_exe().context("where is this program?")?;
    let mut folder = running.parent().context("it stands in a folder")?;
    if folder.ends_with("deps") {
        folder = folder.parent().context("deps/ stands in a folder")?;
    }
    let program = folder.join(name);
    anyhow::ensure!(
        program.exists(),
        "{name} is not built: run `cargo build --workspace --bins` (`./test` does)"
    );
    Ok(program)
}
