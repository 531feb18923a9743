//! Processes by their id.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};
use xtask::desktop::until;

use super::PATIENCE;

/// Ids of the processes that `parent` started, and whose program has this name.
pub fn children_of(parent: u32, program: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|id| {
            let Some((name, of)) = name_and_parent(*id) else {
                return false;
            };
            // The kernel keeps 15 characters of a name.
            of == parent && name == program.chars().take(15).collect::<String>()
        })
        .collect()
}

/// Kills a process without a chance to finish anything, and waits until it is gone.
pub fn kill(id: u32) {
    let pid = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    let _ = kill_process(pid, Signal::KILL);
    gone(id);
}

/// Waits until a process has ended.
pub fn gone(id: u32) {
    until(PATIENCE, "the end of a process", || {
        Ok(state(id).is_none_or(|state| state == 'Z'))
    })
    .unwrap();
}

fn name_and_parent(id: u32) -> Option<(String, u32)> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let parent = after.split_whitespace().nth(1)?.parse().ok()?;
    Some((name, parent))
}

fn state(id: u32) -> Option<char> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    text.rsplit_once(')')?.1.trim().chars().next()
}
