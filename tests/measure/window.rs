//! The real window: from a key to what is painted, from the start to the page, and its memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xtask::children::Running;
use xtask::desktop::{Desktop, Options};
use xtask::root::program;

use crate::harness::Window;
use crate::keys::{self, QUEUE};
use crate::laptop::Line;
use crate::numbers::millis;
use crate::screen::watch;
use crate::world;

/// Signs the app in on a desktop of its own, measures its keys, and then its starts beside those of
/// the bare window.
pub async fn window(
    folder: &Path,
    line: &Line,
    (records, keys, starts): (u64, u64, u64),
) -> Result<Value> {
    let desktop = Desktop::start(&folder.join("home"), Options::default())?;
    let demo = folder.join("demo.json");
    let ready = json!({"platform": line.platform, "token": line.token, "tenant": "Bench"});
    fs::write(&demo, ready.to_string())?;
    let arguments = vec![
        "--data".to_owned(),
        folder.join("data").display().to_string(),
        "--demo-file".to_owned(),
        demo.display().to_string(),
    ];
    let window = Window::open(&desktop, &arguments).await;
    window.sign_in_to_watch().await;
    window.go_to(QUEUE).await;
    filled(&window, records).await;
    let mut measured = json!({"records": records});
    let all = measured.as_object_mut().context("an object")?;
    all.insert("keys".to_owned(), keys::pressed(&window, keys).await?);
    window.kill();
    all.insert("starts".to_owned(), started(&desktop, &arguments, starts)?);
    // Last: what waits is another number afterwards.
    let window = Window::open(&desktop, &arguments).await;
    window.go_to(QUEUE).await;
    let many = keys::many_at_once(&window, starts.max(2)).await?;
    window.kill();
    all.insert("many".to_owned(), many);
    Ok(measured)
}

/// Waits until the queue has all the orders that wait.
async fn filled(window: &Window, records: u64) {
    let waiting = (0..records)
        .filter(|number| world::order(*number, 0).body.get("state") == Some(&json!("waiting")))
        .count();
    let whole = format!(
        "const summary = document.querySelector('.queue-summary span');
         return summary && summary.innerText.split(' ')[0].replace(/\\D/g, '') === '{waiting}'"
    );
    window.until(&whole, "the first fill").await;
}

/// Starts of app and bare window, in turn.
fn started(desktop: &Desktop, arguments: &[String], rounds: u64) -> Result<Value> {
    let mut all = json!({});
    for _ in 0..rounds {
        for (name, arguments) in [("bare-window", &[][..]), ("watchkeeper", arguments)] {
            let figures = one_start(desktop, program(name), arguments)?;
            if let Some(all) = all.as_object_mut() {
                let list = all.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut().context("a list")?.push(figures);
            }
        }
    }
    Ok(all)
}

fn one_start(desktop: &Desktop, program: PathBuf, arguments: &[String]) -> Result<Value> {
    let screen = desktop.screen();
    let before = screen.pixels()?;
    let mut command = desktop.command(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let mut running = Running::start("the window", &mut command)?;
    let painted = watch(&screen, &before, begun)?;
    let mut parts = serde_json::Map::new();
    let mut total = 0;
    for id in family(running.id())? {
        let (name, kib) = share(id)?;
        total += kib;
        parts.insert(format!("{name} {id}"), json!(kib as f64 / 1024.0));
    }
    running.kill();
    // The screen is empty again before the next one.
    let begun = Instant::now();
    while screen.pixels()? != before && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(json!({
        "first_ms": millis(painted.first),
        "whole_ms": millis(painted.whole),
        "pss_mib": total as f64 / 1024.0,
        "parts": parts,
    }))
}

/// A process and all that it started.
fn family(of: u32) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // One that has ended meanwhile is none.
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        let after = stat.rsplit_once(')').map(|(_, after)| after);
        let parent = after.and_then(|after| after.split_whitespace().nth(1)?.parse().ok());
        parents.extend(parent.map(|parent: u32| (id, parent)));
    }
    let mut family = vec![of];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        family.extend(children.map(|(id, _): &(u32, u32)| *id));
        next += 1;
    }
    Ok(family)
}

/// Name of a process and its share of memory in KiB: what it shares counts in part.
fn share(id: u32) -> Result<(String, u64)> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    let name = fs::read_to_string(format!("/proc/{id}/comm"))?;
    Ok((name.trim().to_owned(), kib.context("no PSS")?.parse()?))
}
