//! Good inputs to begin with.

use std::path::Path;

use anyhow::{Context, Result};
use watchkeeper_pack::Bundle;

use super::Target;
use crate::programs::root;

/// Begins a file within an input of [`Target::Pack`], followed by its path.
pub const FILE: &str = "=== ";

/// The inputs that a target begins with.
pub fn of(target: Target) -> Result<Vec<Vec<u8>>> {
    let text = |name: &str| {
        let file = root().join("tests/fixtures/fuzz/corpus").join(name);
        let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
        Ok(split(&bytes))
    };
    match target {
        Target::Pack => packs(),
        Target::Bundle => bundles(),
        Target::Wire => text("wire.txt"),
        Target::Events => text("events.txt"),
        Target::Search => text("searches.txt"),
        Target::Expression => text("expressions.txt"),
        Target::Template => text("templates.txt"),
        Target::Schedule => text("schedules.txt"),
    }
}

/// Inputs of a file stand between lines of `===`; the last end of line is not part of one.
fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut inputs = vec![Vec::new()];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line == b"===\n" {
            inputs.push(Vec::new());
        } else if let Some(last) = inputs.last_mut() {
            last.extend_from_slice(line);
        }
    }
    for input in &mut inputs {
        input.pop_if(|last| *last == b'\n');
    }
    inputs
}

/// The pack of this repository, and one that is small enough to be loaded many times a second.
fn packs() -> Result<Vec<Vec<u8>>> {
    let real = root().join("packs/dog-trainers");
    let small = root().join("tests/fixtures/fuzz/corpus/small-pack");
    Ok(vec![
        one_input(&small)?,
        one_input(&small)?,
        one_input(&small)?,
        one_input(&real)?,
    ])
}

fn bundles() -> Result<Vec<Vec<u8>>> {
    let small = root().join("tests/fixtures/fuzz/corpus/small-pack");
    Ok(vec![Bundle::from_dir(&small)?.bytes().to_vec()])
}

fn one_input(folder: &Path) -> Result<Vec<u8>> {
    let mut input = Vec::new();
    for (path, text) in Bundle::from_dir(folder)?.files() {
        input.extend_from_slice(format!("{FILE}{path}\n{text}").as_bytes());
    }
    Ok(input)
}
