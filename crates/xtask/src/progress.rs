//! Plain lines that say what goes on and how long it took.
#![allow(
    clippy::print_stdout,
    reason = "this is the terminal's part of the program"
)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

/// One line for the reader.
pub fn say(line: &str) {
    println!("{line}");
}

/// Does `work`, saying its name before and its time after.
///
/// # Errors
/// Those of `work`.
pub fn step<T>(name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("── {name}");
    let begun = Instant::now();
    let result = work();
    let word = if result.is_ok() { "done" } else { "FAILED" };
    println!("── {name}: {word} after {} s", begun.elapsed().as_secs());
    result
}

/// Runs a program with its output on the terminal.
///
/// # Errors
/// Where it cannot be started or does not end well.
pub fn stream(command: &mut Command) -> anyhow::Result<()> {
    let name = shown(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} ended with {status}");
    }
    Ok(())
}

/// Runs a program with its output on the terminal and hands each line of it to `line` too. Answers
/// whether it ended well.
///
/// # Errors
/// Where it cannot be started.
pub fn tee(command: &mut Command, mut line: impl FnMut(&str)) -> anyhow::Result<bool> {
    let name = shown(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text?;
            println!("{text}");
            line(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// Runs a program and gives its output.
///
/// # Errors
/// Where it cannot be started or does not end well.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!("{name} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
