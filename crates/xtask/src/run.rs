//! The app on a demo platform: on this desktop, or on a virtual one where there is none.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::Context;

use crate::children::{Running, bound};
use crate::demo::{self, Platform};
use crate::desktop::{self, Desktop, until};
use crate::progress::{say, step};
use crate::root::{program, root, target};
use crate::{build, setup};

/// How.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Forget the last demo and begin a new one.
    #[arg(long)]
    fresh: bool,
    /// Without a display: end after the screenshot.
    #[arg(long)]
    once: bool,
}

/// A demo world is told from its start; an older one has lapsed.
const DEMO_LASTS: Duration = Duration::from_secs(12 * 60 * 60);

/// Builds everything and opens the app on a demo platform. What was done in the last demo is still
/// there, for half a day.
///
/// # Errors
/// Where a build fails, or platform or app do not start.
pub fn run(options: &Options) -> anyhow::Result<()> {
    setup::setup()?;
    build::everything()?;
    let place = Place::prepare(options.fresh)?;
    let platform = step("demo platform", || Platform::start(&place.platform()?))?;
    fs::write(place.address(), address(&platform.ready.platform))?;
    say(&format!(
        "{} is at {}",
        platform.ready.tenant, platform.ready.platform
    ));
    let shown = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if shown {
        say("the demo ends when the window is closed");
        let mut app = Running::start("watchkeeper", &mut place.app(bound(app_program())))?;
        app.child().wait()?;
    } else {
        without_display(&place, options.once)?;
    }
    platform.kill();
    Ok(())
}

fn without_display(place: &Place, once: bool) -> anyhow::Result<()> {
    let home = target().join("run/desktop");
    desktop::make_private(&home)?;
    let desktop = step("virtual desktop", || {
        Desktop::start(&home, desktop::Options::default())
    })?;
    let mut app = Running::start(
        "watchkeeper",
        &mut place.app(desktop.command(app_program())),
    )?;
    let picture = target().join("run/watchkeeper.png");
    step("screenshot", || {
        until(Duration::from_secs(60), "the window", || {
            anyhow::ensure!(app.runs(), "the app ended by itself");
            Ok(!desktop.windows("^Watchkeeper$")?.is_empty())
        })?;
        desktop.still_picture(&picture)
    })?;
    say(&format!(
        "there is no display here; the window looks like this: {}",
        picture.display()
    ));
    if !once {
        say("it runs until Ctrl-C");
        app.child().wait()?;
    }
    Ok(())
}

fn app_program() -> PathBuf {
    program("watchkeeper")
}

/// Where a demo keeps what it has.
struct Place(PathBuf);

impl Place {
    fn prepare(fresh: bool) -> anyhow::Result<Self> {
        let place = Self(root().join(".run"));
        let begun = place.0.join("begun");
        let age = begun
            .metadata()
            .and_then(|found| found.modified())
            .ok()
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        if fresh || age.is_none_or(|age| age > DEMO_LASTS) {
            if place.0.exists() {
                fs::remove_dir_all(&place.0)?;
                say("a new demo begins");
            }
            desktop::make_private(&place.0)?;
            fs::write(begun, "")?;
        }
        Ok(place)
    }

    /// File with the address that the platform had last: the app knows it by that.
    fn address(&self) -> PathBuf {
        self.0.join("address")
    }

    fn platform(&self) -> anyhow::Result<demo::Options> {
        let listen = match fs::read_to_string(self.address()) {
            Ok(last) => {
                let last: SocketAddr = last.trim().parse().context("the last address")?;
                TcpListener::bind(last).with_context(|| {
                    format!("{last} is taken: is another demo running? --fresh takes another port")
                })?;
                last.to_string()
            }
            Err(_) => "127.0.0.1:0".to_owned(),
        };
        Ok(demo::Options {
            data: self.0.join("platform"),
            ready_file: self.0.join("ready.json"),
            listen,
            all: true,
        })
    }

    fn app(&self, mut command: Command) -> Command {
        command
            .arg("--data")
            .arg(self.0.join("app"))
            .arg("--demo-file")
            .arg(self.0.join("ready.json"));
        command
    }
}

/// `127.0.0.1:4000` of `http://127.0.0.1:4000`.
fn address(url: &str) -> &str {
    url.trim_start_matches("http://").trim_end_matches('/')
}
