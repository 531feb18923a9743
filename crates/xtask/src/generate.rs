//! Files that the code writes. Each is committed, and a test holds it to the code.

use std::process::Command;

use crate::build::{self, cargo};
use crate::progress::{say, step, stream};
use crate::root::{program, target};
use crate::setup;

/// `ui/src/generated/bindings.ts`, from the commands of the shell.
///
/// # Errors
/// Where the shell does not compile.
pub fn bindings() -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--workspace", "--lib", "bindings::"]);
    step("bindings", || stream(test.env("WATCHKEEPER_WRITE", "1")))
}

/// `docs/openapi.json`, from the platform's endpoints.
///
/// # Errors
/// Where the platform does not compile.
pub fn openapi() -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--workspace", "--test", "http", "openapi"]);
    step("OpenAPI document", || {
        stream(test.env("UPDATE_OPENAPI", "1"))
    })
}

/// `packs/schema`, from the types of the pack format.
///
/// # Errors
/// Where the pack crate does not compile.
pub fn schemas() -> anyhow::Result<()> {
    let program = ["run", "--package", "watchkeeper-pack", "--"];
    let mut write = cargo(&program);
    step("schemas", || stream(write.args(["schema", "packs/schema"])))
}

/// Screenshots of the real window.
///
/// # Errors
/// Where the build or the desktop test fails.
pub fn shots() -> anyhow::Result<()> {
    setup::setup()?;
    build::everything()?;
    step("picture book", || {
        stream(&mut cargo(&[
            "build",
            "--workspace",
            "--bins",
            "--features",
            build::TOOLS,
        ]))?;
        stream(&mut Command::new(program("gallery")))
    })?;
    let shots = ["test", "--workspace", "--test", "desktop", "--", "shots"];
    step("screenshots", || stream(&mut cargo(&shots)))?;
    say(&format!(
        "screenshots: {}",
        target().join("shots").display()
    ));
    Ok(())
}
