//! Files that the code writes. Each is committed, and a test holds it to the code; here that test
//! writes instead.

use std::process::Command;

use crate::build::{self, cargo};
use crate::progress::{say, step, stream};
use crate::root::target;
use crate::setup;

/// What makes such a test write its file.
const WRITE: &str = "WATCHKEEPER_WRITE";

fn written_by(what: &str, arguments: &[&str]) -> anyhow::Result<()> {
    step(what, || stream(cargo(arguments).env(WRITE, "1")))
}

/// `ui/src/generated/bindings.ts`, from the commands of the shell.
///
/// # Errors
/// Where the shell does not compile.
pub fn bindings() -> anyhow::Result<()> {
    written_by(
        "bindings",
        &["test", "--package", "watchkeeper", "--lib", "bindings::"],
    )
}

/// The platform's OpenAPI document.
///
/// # Errors
/// Where the platform does not compile.
pub fn openapi() -> anyhow::Result<()> {
    written_by(
        "OpenAPI document",
        &["test", "--package", "watchkeeper-platform", "openapi"],
    )
}

/// The JSON Schema of the pack format.
///
/// # Errors
/// Where the pack crate does not compile.
pub fn schemas() -> anyhow::Result<()> {
    written_by(
        "schemas",
        &["test", "--package", "watchkeeper-pack", "schema"],
    )
}

/// Screenshots of the real window.
///
/// # Errors
/// Where the build or the desktop test fails.
pub fn shots() -> anyhow::Result<()> {
    setup::setup()?;
    build::everything()?;
    let mut test: Command = cargo(&["test", "--workspace", "--test", "desktop", "shots"]);
    step("screenshots", || stream(&mut test))?;
    say(&format!(
        "screenshots: {}",
        target().join("shots").display()
    ));
    Ok(())
}
