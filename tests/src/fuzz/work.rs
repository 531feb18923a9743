//! Taking inputs in, in the process that may die of one.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Target, corpus, input};

/// Stack of a thread of the app's, in bytes.
const STACK: usize = 2 << 20;
/// Address space of a process that works: more than this is more than any input may cost.
const ADDRESSES: u64 = 4 << 30;
/// Memory that it may have used at its end, in KiB.
const MEMORY_KIB: u64 = 512 << 10;

/// Takes `count` inputs in, from number `from`, and answers how many were accepted. Their numbers go
/// to `progress` one after another, each before it is begun.
pub fn work(target: Target, seed: u64, from: u64, count: u64, progress: &Path) -> Result<u64> {
    limit()?;
    on_a_thread(|| numbers(target, seed, from, count, progress))
}

fn numbers(target: Target, seed: u64, from: u64, count: u64, progress: &Path) -> Result<u64> {
    let corpus = corpus::of(target)?;
    let mut file = File::create(progress).context("the file of numbers")?;
    let mut accepted = 0;
    for number in from..from + count {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&number.to_le_bytes())?;
        let input = input(target, &corpus, seed, number);
        accepted += u64::from(one(target, &input)?);
    }
    Ok(accepted)
}

/// Takes one input in.
pub fn replay(target: Target, input: &[u8]) -> Result<bool> {
    limit()?;
    on_a_thread(|| one(target, input))
}

/// Runs on a thread with the stack of those on which the app reads and loads.
fn on_a_thread<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|threads| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(threads, work)?;
        thread
            .join()
            .unwrap_or_else(|_| bail!("the thread ended badly"))
    })
}

fn one(target: Target, input: &[u8]) -> Result<bool> {
    let taken = catch_unwind(AssertUnwindSafe(|| target.take(input)));
    let accepted = match taken {
        Ok(Ok(accepted)) => accepted,
        Ok(Err(broken)) => bail!("a promise is broken: {broken}"),
        Err(_) => bail!("it panicked"),
    };
    let most = most_memory()?;
    if most > MEMORY_KIB {
        bail!("{most} KiB of memory");
    }
    Ok(accepted)
}

fn limit() -> Result<()> {
    let most = Some(ADDRESSES);
    setrlimit(
        Resource::As,
        Rlimit {
            current: most,
            maximum: most,
        },
    )
    .context("the limit of memory")
}

/// The most memory that this process had at any time, in KiB.
fn most_memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .context("the kernel does not say")?
        .parse()
        .context("not a number of KiB")
}
