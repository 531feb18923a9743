//! `fuzz TARGET --seed N --from N --count N --progress FILE` takes inputs in and prints how many were
//! accepted; `fuzz TARGET --replay FILE` takes one in again; `fuzz TARGET --seed N --show N` writes the
//! input of a number to standard output; `fuzz all --minutes N --seed N --report FILE` goes on for so
//! long.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the terminal's part of the program"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use watchkeeper_tests::fuzz::{Target, corpus, for_so_long, input, replay, work};

fn main() -> ExitCode {
    match fuzz() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz() -> Result<String> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let mut given = BTreeMap::new();
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        given.insert(name, value);
    }
    let number = |name: &str| -> Result<u64> {
        let text = given.get(name).with_context(|| format!("{name} N"))?;
        text.parse().with_context(|| format!("{name} {text}"))
    };
    if name == "all" {
        let minutes = Duration::from_secs(60 * number("--minutes")?);
        let report = given.get("--report").context("--report FILE")?;
        for_so_long(minutes, number("--seed")?, Path::new(report))?;
        return Ok(String::new());
    }
    let target = Target::named(&name).with_context(|| format!("no such target: `{name}`"))?;
    if let Some(file) = given.get("--replay") {
        let accepted = replay(target, &std::fs::read(file)?)?;
        return Ok(if accepted { "accepted" } else { "refused" }.to_owned());
    }
    if given.contains_key("--show") {
        let input = input(
            target,
            &corpus::of(target)?,
            number("--seed")?,
            number("--show")?,
        );
        std::io::stdout().write_all(&input)?;
        return Ok(String::new());
    }
    let progress = given.get("--progress").context("--progress FILE")?;
    let (seed, from, count) = (number("--seed")?, number("--from")?, number("--count")?);
    Ok(work(target, seed, from, count, Path::new(progress))?.to_string())
}
