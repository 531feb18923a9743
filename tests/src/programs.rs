//! Where the programs under test are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Root of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A program of the workspace, built beside the running test.
pub fn program(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe().context("where is this test?")?;
    let folder = test
        .parent()
        .and_then(Path::parent)
        .context("a test stands in deps/")?;
    let program = folder.join(name);
    anyhow::ensure!(
        program.exists(),
        "{name} is not built: run `cargo build --workspace --bins` (`./test` does)"
    );
    Ok(program)
}
