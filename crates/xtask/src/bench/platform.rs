//! A platform with bench tenants, as another process.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use crate::children::{Running, bound};
use crate::desktop::until;
use crate::progress::output;
use crate::root::{built, root};

/// A running platform; killed when this is dropped.
#[derive(Debug)]
pub struct Platform {
    /// Its address.
    pub url: String,
    data: PathBuf,
    running: Running,
}

/// A tenant and who may speak for it.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Address of its platform.
    pub url: String,
    /// Token of its operator.
    pub operator: String,
    /// Token of the platform's own systems.
    pub system: String,
}

impl Platform {
    /// Starts one on a folder of its own.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(data: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = bound(built("release", PROGRAM));
        command
            .arg("--data")
            .arg(data)
            .args(["--listen", &address.to_string()])
            .stdout(Stdio::null())
            .env("RUST_LOG", "warn");
        let mut running = Running::start(PROGRAM, &mut command)?;
        until(Duration::from_secs(60), "the platform to serve", || {
            anyhow::ensure!(running.runs(), "the platform ended by itself");
            Ok(std::net::TcpStream::connect(address).is_ok())
        })?;
        Ok(Self {
            url: format!("http://{address}/"),
            data: data.to_owned(),
            running,
        })
    }

    /// Makes a tenant with the bench pack.
    ///
    /// # Errors
    /// Where the platform's program fails.
    pub fn tenant(&self, id: &str) -> anyhow::Result<Tenant> {
        let pack = root().join("tests/fixtures/bench-pack");
        let key = self.data.with_file_name(format!("{id}.key"));
        let bundle = self.data.with_file_name(format!("{id}.pack"));
        let publisher = output(packs().arg("key").arg(&key))?;
        output(packs().arg("sign").arg(pack).arg(&key).arg(&bundle))?;
        let mut found = self.task();
        found.args(["tenant", id, id, "Europe/Berlin", "--publisher"]);
        output(found.arg(publisher.trim()).arg("--pack").arg(bundle))?;
        let token = |who: &str, role: &str| -> anyhow::Result<String> {
            let mut issue = self.task();
            let token = output(issue.args(["token", id, who, who, "--role", role]))?;
            Ok(token.trim().to_owned())
        };
        Ok(Tenant {
            url: self.url.clone(),
            operator: token("robin", "operator")?,
            system: token("shop", "system")?,
        })
    }

    fn task(&self) -> Command {
        let mut command = Command::new(built("release", PROGRAM));
        command
            .arg("--data")
            .arg(&self.data)
            .env("RUST_LOG", "warn");
        command
    }

    /// The most memory that it ever had, in MiB.
    ///
    /// # Errors
    /// Where the kernel does not tell.
    pub fn peak_mib(&self) -> anyhow::Result<f64> {
        // `setpriv` has become the platform by now: it is the process that we started.
        let path = format!("/proc/{}/status", self.running.id());
        let text = std::fs::read_to_string(path)?;
        let line = text.lines().find(|line| line.starts_with("VmHWM"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(kib.context("no peak")?.parse::<f64>()? / 1024.0)
    }

    /// Ends it.
    pub fn kill(mut self) {
        self.running.kill();
    }
}

const PROGRAM: &str = "watchkeeper-platform";

/// The program that publishes packs.
fn packs() -> Command {
    Command::new(built("release", "watchkeeper-pack"))
}
