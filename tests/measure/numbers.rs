//! What is measured: times, memory, and how they are summed up.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Times of one thing done several times.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Takes the time of one.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Does something and takes its time.
    pub async fn of<T>(&mut self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = work.await;
        self.add(begun.elapsed());
        done
    }

    /// How many, median, 99th percentile and longest, in milliseconds.
    pub fn summed(mut self) -> Value {
        self.0.sort();
        json!({
            "count": self.0.len(),
            "p50_ms": self.at(50),
            "p99_ms": self.at(99),
            "max_ms": self.at(100),
        })
    }

    /// By nearest rank.
    fn at(&self, percent: usize) -> Option<f64> {
        let rank = (self.0.len() * percent).div_ceil(100);
        let time = self.0.get(rank.saturating_sub(1))?;
        Some(millis(*time))
    }
}

/// A time in milliseconds, to the microsecond.
pub fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// The most memory that this process ever had, in KiB.
pub fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.context("the kernel tells no peak")?.parse()?)
}

/// Processor time of this process so far, in seconds.
pub fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let mut fields = after.split_whitespace().skip(11);
    let mut ticks = || -> Result<f64> { Ok(fields.next().context("no time")?.parse()?) };
    // Linux counts in hundredths of a second, on every machine that this runs on.
    Ok((ticks()? + ticks()?) / 100.0)
}

/// Wall and processor time of some work, in seconds.
pub async fn cost<T>(work: impl Future<Output = Result<T>>) -> Result<(T, f64, f64)> {
    let (begun, before) = (Instant::now(), cpu_seconds()?);
    let done = work.await?;
    Ok((done, begun.elapsed().as_secs_f64(), cpu_seconds()? - before))
}
