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
use crate::laptop::Line;
use crate::numbers::{Times, millis};
use crate::screen::Screen;
use crate::world;

/// Signs the app in on a desktop of its own, measures its keys, and then its starts beside those of
/// the bare window.
pub async fn window(
    folder: &Path,
    line: &Line,
    (records, keys, starts): (u64, u64, u64),
) -> Result<Value> {
    let frames = folder.join("frames");
    let options = Options {
        frames: Some(frames.clone()),
        ..Options::default()
    };
    let desktop = Desktop::start(&folder.join("home"), options)?;
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
    all.insert("keys".to_owned(), pressed(&window, keys).await?);
    window.kill();
    all.insert(
        "starts".to_owned(),
        started(&desktop, &frames, &arguments, starts)?,
    );
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

/// Remembers when a key came, when what `done` waits for was in the document, and when the page had
/// painted it: the second frame after that.
const STOPWATCH: &str = "
    window.__bench = {};
    window.__bench.arm = (done) => {
        window.__bench.taken = new Promise((tell) => {
            let came = null;
            const hear = (event) => { came ??= event.timeStamp; };
            window.addEventListener('keydown', hear, {capture: true, once: true});
            const look = () => {
                if (came === null || !done()) return;
                watcher.disconnect();
                const changed = performance.now() - came;
                requestAnimationFrame(() => requestAnimationFrame(() =>
                    tell([changed, performance.now() - came])));
            };
            const watcher = new MutationObserver(look);
            watcher.observe(document.body,
                {subtree: true, childList: true, attributes: true, characterData: true});
        });
    };
    // Never `innerText`: that has the page lay itself out at once.
    window.__bench.first = () => document.querySelector('[role=grid] .grid-data')?.textContent;
    window.__bench.filtered = () => {
        const list = document.querySelector('.queue-list');
        return list && list.getAttribute('aria-busy') !== 'true'
            ? `${list.querySelector('input')?.value} ${list.textContent}` : undefined;
    };
    window.__bench.picked = () =>
        document.querySelector('.grid-data[aria-selected=true]')?.textContent.match(/O-\\d+/)?.[0];
    window.__bench.shown = () => {
        const label = document.querySelector('section.record')?.getAttribute('aria-label');
        const picked = window.__bench.picked();
        return picked && label?.includes(picked) ? label : undefined;
    };
    const mark = document.body.appendChild(document.createElement('div'));
    mark.style.cssText = 'position: fixed; right: 0; top: 0; width: 4rem; height: 1rem';
    window.addEventListener('keydown', (event) => {
        if (event.key === 'F8') mark.textContent = `${event.timeStamp}`;
    });
    window.__bench.mark = () => mark.textContent;";

/// The queue of the bench, as the rail calls it.
const QUEUE: &str = "Orders";
/// Keys as WebDriver names them.
const F8: &str = "\u{e038}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// Presses keys and takes the times that the page told.
async fn pressed(window: &Window, count: u64) -> Result<Value> {
    window.run(STOPWATCH).await;
    let (mut moved, mut opened) = (Answers::default(), Answers::default());
    window.find("[role=grid] .grid-data[tabindex='0']").await;
    focus_on_list(window).await;
    for round in 0..count {
        // Down through the list, and up again for the last third. Each waits for what the one before
        // brings, as somebody who looks at the record does.
        let key = if round % 3 == 2 { "k" } else { "j" };
        moved.take(window, "picked", &[key]).await?;
        settled(window).await;
        let key = if round % 3 == 1 { "k" } else { "j" };
        opened.take(window, "shown", &[key]).await?;
        settled(window).await;
    }
    // What no app can be quicker than here: a key that changes one word.
    let mut floor = Answers::default();
    for _ in 0..count {
        floor.take(window, "mark", &[F8]).await?;
    }
    let (mut narrowed, mut begun) = (Answers::default(), Answers::default());
    for round in 0..count {
        let word = world::word(300 + round * 7);
        let (first, rest) = word.split_at(1);
        window.press(&["/"]).await;
        begun.take(window, "filtered", &[first]).await?;
        // The letters between are typed; the one after them is measured.
        let rest: Vec<String> = rest.chars().map(String::from).collect();
        let (typed, measured) = rest.split_at(2.min(rest.len().saturating_sub(1)));
        for letter in typed {
            time(window, "filtered", &[letter]).await?;
        }
        if let Some(letter) = measured.first() {
            narrowed.take(window, "filtered", &[letter]).await?;
        }
        time(window, "filtered", &[ESCAPE]).await?;
    }
    let mut sorted = Answers::default();
    while sorted.painted.len() < count {
        // What was read before is shown at once; after this nothing was.
        window.run("location.reload()").await;
        window.find(".watch .digest h2").await;
        window.go_to(QUEUE).await;
        window.find("[role=grid] .grid-data:not([aria-busy])").await;
        window.run(STOPWATCH).await;
        for column in [3, 2, 1] {
            for _ in 0..2 {
                let focus = format!(
                    "document.querySelectorAll('.grid-sort')[{}]?.focus()",
                    column - 1
                );
                window.run(&focus).await;
                sorted.take(window, "first", &[ENTER]).await?;
            }
        }
    }
    Ok(json!({
        "one word alone": floor.summed(),
        "move: the next row is picked": moved.summed(),
        "open: the record is shown": opened.summed(),
        "filter: the first letter": begun.summed(),
        "filter: a further letter": narrowed.summed(),
        "sort: by another column or the other way": sorted.summed(),
    }))
}

async fn settled(window: &Window) {
    let quiet =
        "return document.querySelector('section.record')?.getAttribute('aria-busy') === 'false'";
    window.until(quiet, "the record").await;
}

async fn focus_on_list(window: &Window) {
    window
        .run("document.querySelector(\"[role=grid] .grid-data[tabindex='0']\").focus()")
        .await;
}

/// From a key until the page has what it asks for, and until that is painted.
#[derive(Default)]
struct Answers {
    changed: Times,
    painted: Times,
}

impl Answers {
    /// Presses keys and takes the times until what `part` tells was another.
    async fn take(&mut self, window: &Window, part: &str, keys: &[&str]) -> Result<()> {
        let (changed, painted) = time(window, part, keys).await?;
        self.changed.add(changed);
        self.painted.add(painted);
        Ok(())
    }

    fn summed(self) -> Value {
        json!({"changed": self.changed.summed(), "painted": self.painted.summed()})
    }
}

/// Presses keys and answers how long it took until what `part` tells was another, and painted. The
/// page waits by itself: asking it again and again would hold it up.
async fn time(window: &Window, part: &str, keys: &[&str]) -> Result<(Duration, Duration)> {
    let arm = format!(
        "const before = window.__bench.{part}();
         window.__bench.arm(() => {{
             const now = window.__bench.{part}();
             return now !== undefined && now !== before;
         }});"
    );
    window.run(&arm).await;
    window.press(keys).await;
    let wait = "const done = arguments[arguments.length - 1];
         setTimeout(() => done(null), 20000);
         window.__bench.taken.then(done);";
    let taken = window.run_async(wait).await;
    let millis = |at: usize| taken.get(at).and_then(Value::as_f64);
    let (Some(changed), Some(painted)) = (millis(0), millis(1)) else {
        let text = window.text().await;
        anyhow::bail!("{keys:?} changed nothing of {part}: {text}");
    };
    let seconds = |millis: f64| Duration::from_secs_f64(millis.max(0.0) / 1e3);
    Ok((seconds(changed), seconds(painted)))
}

/// Starts of app and bare window, in turn.
fn started(desktop: &Desktop, frames: &Path, arguments: &[String], rounds: u64) -> Result<Value> {
    let screen = Screen::in_folder(frames);
    let mut all = json!({});
    for _ in 0..rounds {
        for (name, arguments) in [("bare-window", &[][..]), ("watchkeeper", arguments)] {
            let figures = one_start(desktop, &screen, program(name), arguments)?;
            if let Some(all) = all.as_object_mut() {
                let list = all.entry(name).or_insert_with(|| json!([]));
                list.as_array_mut().context("a list")?.push(figures);
            }
        }
    }
    Ok(all)
}

fn one_start(
    desktop: &Desktop,
    screen: &Screen,
    program: PathBuf,
    arguments: &[String],
) -> Result<Value> {
    let before = screen.pixels()?;
    let mut command = desktop.command(program);
    command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let mut running = Running::start("the window", &mut command)?;
    let painted = screen.watch(&before, begun)?;
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
