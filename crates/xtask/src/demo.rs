//! A demo platform as a child process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::children::{Running, bound};
use crate::desktop::until;
use crate::root::{program, root};

/// What the platform writes once it serves.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// Its address.
    pub platform: String,
    /// A token for an operator.
    pub token: String,
    /// Its tenant as shown.
    pub tenant: String,
    /// The token for the controls of the demo.
    pub admin: String,
    /// Further tenants.
    #[serde(default)]
    pub others: Vec<ReadyTenant>,
}

/// A further tenant of the demo.
#[derive(Debug, Clone, Deserialize)]
pub struct ReadyTenant {
    /// As shown.
    pub tenant: String,
    /// A token for an operator.
    pub token: String,
}

/// What a demo platform is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it keeps its data.
    pub data: PathBuf,
    /// Where it writes [`Ready`].
    pub ready_file: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    pub listen: String,
    /// The worlds of all packs, not only the first.
    pub all: bool,
}

/// A running demo platform; it is killed when this is dropped.
#[derive(Debug)]
pub struct Platform {
    /// How to reach it.
    pub ready: Ready,
    running: Running,
}

impl Platform {
    /// Starts it and waits until it serves.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(options: &Options) -> anyhow::Result<Self> {
        let _ = std::fs::remove_file(&options.ready_file);
        let mut command = bound(program("watchkeeper-platform"));
        command
            .arg("--demo")
            .arg("--packs")
            .arg(root().join("packs"))
            .args(["--listen", &options.listen])
            .arg("--data")
            .arg(&options.data)
            .arg("--ready-file")
            .arg(&options.ready_file)
            .args(options.all.then_some("--all"))
            .stdout(Stdio::null());
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "warn");
        }
        let mut running = Running::start("watchkeeper-platform", &mut command)?;
        until(
            Duration::from_secs(60),
            "the demo platform to serve",
            || {
                if !running.runs() {
                    bail!("the demo platform ended by itself");
                }
                Ok(options.ready_file.exists())
            },
        )?;
        let ready = read(&options.ready_file)?;
        Ok(Self { ready, running })
    }

    /// Kills it, without a chance to finish anything.
    pub fn kill(mut self) {
        self.running.kill();
    }
}

fn read(file: &Path) -> anyhow::Result<Ready> {
    let text = std::fs::read_to_string(file)?;
    serde_json::from_str(&text).with_context(|| format!("cannot read {}", file.display()))
}
