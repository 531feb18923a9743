//! Building. Everything is built as one workspace, so that each dependency is compiled once, with
//! one set of features, for `run`, `test` and the editor alike. Ours are compiled apart for tests
//! ([`linted`]).

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use walkdir::WalkDir;

use crate::progress::{say, step, stream};
use crate::root::{root, ui};

/// A cargo command in the repository.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// The feature that builds what is no test and nothing that ships: what measures, and the picture book.
pub const TOOLS: &str = "watchkeeper-tests/tools";

/// A cargo command of the whole workspace in which clippy looks at all of ours that is compiled, and denies its
/// warnings. `cargo clippy` by itself would go over every dependency once more than they are built. What
/// clippy compiles, cargo keeps apart from what it compiles without.
pub fn linted(command: &str, arguments: &[&str]) -> Command {
    let mut cargo = cargo(&[command, "--workspace", "--all-targets", "--features", TOOLS]);
    cargo
        .args(arguments)
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        // As `cargo clippy -- --deny warnings` hands it on.
        .env(
            "CLIPPY_ARGS",
            "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
        );
    cargo
}

/// An npm command in the user interface.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .current_dir(ui())
        .args(arguments)
        .env("npm_config_update_notifier", "false")
        .env("npm_config_fund", "false")
        .env("npm_config_audit", "false");
    command
}

/// Builds user interface, platform and app.
///
/// # Errors
/// Where a step fails.
pub fn everything() -> anyhow::Result<()> {
    packages()?;
    interface()?;
    step("platform and app", || {
        stream(&mut cargo(&["build", "--workspace", "--bins"]))
    })
}

/// Installs the user interface's packages where the lock file is newer than what is installed.
///
/// # Errors
/// Where npm fails.
pub fn packages() -> anyhow::Result<()> {
    let lock = changed(&ui().join("package-lock.json"));
    if changed(&ui().join("node_modules/.package-lock.json")) >= lock && lock.is_some() {
        return Ok(());
    }
    step("packages of the user interface", || {
        stream(&mut npm(&["ci", "--no-progress"]))
    })
}

/// Builds the user interface where a source is newer than what is built.
///
/// # Errors
/// Where vite fails.
pub fn interface() -> anyhow::Result<()> {
    let built = changed(&ui().join("dist/index.html"));
    let newest = WalkDir::new(ui())
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "node_modules" && entry.file_name() != "dist")
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| changed(entry.path()))
        .max();
    if built >= newest && built.is_some() {
        say("── user interface: as built");
        return Ok(());
    }
    step("user interface", || {
        stream(&mut npm(&["exec", "--", "vite", "build"]))
    })
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|found| found.modified()).ok()
}
