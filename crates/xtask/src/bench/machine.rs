//! What the figures were measured on, and when.

use std::process::Command;

use serde_json::{Value, json};

use crate::progress::output;
use crate::root::root;

/// Facts of machine, commit and date.
///
/// # Errors
/// Where git cannot be asked.
pub fn facts() -> anyhow::Result<Value> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| -> String {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or("", |(_, value)| value.trim()).to_owned()
    };
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let kib: f64 = memory.trim_end_matches(" kB").parse().unwrap_or(0.0);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        output(command.current_dir(root()).args(arguments)).map(|text| text.trim().to_owned())
    };
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    let load = read("/proc/loadavg");
    Ok(json!({
        "commit": git(&["rev-parse", "HEAD"])?,
        "uncommitted_changes": dirty,
        "date": output(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"]))?.trim(),
        "processor": field(&read("/proc/cpuinfo"), "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_gib": (kib / 1024.0 / 1024.0).round(),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_before": load.split_whitespace().next(),
        "rust": output(Command::new("rustc").arg("--version"))?.trim(),
    }))
}
