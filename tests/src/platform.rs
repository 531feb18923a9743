//! The demo platform as a real process.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use xtask::children::bound;

use crate::programs::{program, root};
use crate::wait_for;

/// The pack of the demo's first world.
const FIRST: &str = "dog-trainers";

/// What the platform writes into its ready file.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// Its address.
    pub platform: String,
    /// Token of the operator.
    pub token: String,
    /// Token for the stand-ins' controls.
    pub admin: String,
    /// Its tenant as shown.
    pub tenant: String,
}

/// A running demo platform; ended when dropped.
pub struct Platform {
    child: Option<Child>,
    folder: PathBuf,
    packs: PathBuf,
    extra: Vec<String>,
    listen: String,
    /// What it told when it was ready.
    pub ready: Ready,
}

impl Platform {
    /// Starts one with its data in a folder, and waits until it serves.
    pub fn start(folder: &Path, extra: &[&str]) -> Result<Self> {
        Self::start_with(folder, &root().join("packs"), extra)
    }

    /// Starts one whose demo has, beside its first world, that of this pack: each world takes its time.
    pub fn start_beside(folder: &Path, pack: &str, extra: &[&str]) -> Result<Self> {
        let packs = folder.join("packs");
        std::fs::create_dir_all(&packs)?;
        for name in [FIRST, pack] {
            symlink(root().join("packs").join(name), packs.join(name))?;
        }
        Self::start_with(folder, &packs, &[&["--all"], extra].concat())
    }

    /// Starts one with these packs.
    pub fn start_with(folder: &Path, packs: &Path, extra: &[&str]) -> Result<Self> {
        let extra: Vec<String> = extra.iter().map(ToString::to_string).collect();
        let (child, ready) = spawn(folder, packs, "127.0.0.1:0", &extra)?;
        let listen = ready
            .platform
            .trim_end_matches('/')
            .trim_start_matches("http://")
            .to_owned();
        Ok(Self {
            child: Some(child),
            folder: folder.to_owned(),
            packs: packs.to_owned(),
            extra,
            listen,
            ready,
        })
    }

    /// File that `--demo-file` of the app takes.
    pub fn ready_file(&self) -> PathBuf {
        ready_file(&self.folder)
    }

    /// SIGKILL: it has no chance to tidy up.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("kill the platform")?;
            child.wait().context("wait for the platform")?;
        }
        Ok(())
    }

    /// True while nobody has killed it.
    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// Starts it again on the same address and data.
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        let (child, ready) = spawn(&self.folder, &self.packs, &self.listen, &self.extra)?;
        self.child = Some(child);
        self.ready = ready;
        Ok(())
    }

    /// Tells the payment stand-in to misbehave.
    pub fn misbehave(&self, mode: &str, times: u32) -> Result<()> {
        self.post(
            "provider/stripe/misbehave",
            &json!({"mode": mode, "times": times}),
        )
        .map(|_| ())
    }

    /// Tells the host's stand-in to misbehave.
    pub fn misbehave_as_host(&self, mode: &str, times: u32) -> Result<()> {
        let mood = json!({"mode": mode, "times": times});
        self.post("provider/flag/misbehave", &mood).map(|_| ())
    }

    /// Tells the stand-in for payouts to misbehave.
    pub fn misbehave_as_wise(&self, mode: &str, times: u32) -> Result<()> {
        let mood = json!({"mode": mode, "times": times});
        self.post("provider/wise/misbehave", &mood).map(|_| ())
    }

    /// Transfers that the stand-in for payouts has, oldest first.
    pub fn transfers(&self) -> Result<Vec<Value>> {
        self.get("provider/wise/transfers")
    }

    /// Tells the host's stand-in how long a deployment takes.
    pub fn deployments_take(&self, seconds: u32) -> Result<()> {
        let takes = json!({"seconds": seconds});
        self.post("provider/flag/takes", &takes).map(|_| ())
    }

    /// What was ever set at the host's stand-in, oldest first.
    pub fn set_at_the_host(&self) -> Result<Vec<Value>> {
        self.get("provider/flag/settings")
    }

    /// Where it keeps what it has.
    pub fn data(&self) -> PathBuf {
        self.folder.join("platform")
    }

    /// Records from the platform's own systems.
    pub fn ingest(&self, records: &[Value]) -> Result<()> {
        ingest(&self.ready.platform, &self.ready.admin, records)
    }

    /// Refunds that the payment stand-in made.
    pub fn refunds(&self) -> Result<Vec<Value>> {
        self.get("provider/stripe/refunds")
    }

    /// Mails that the mail stand-in sent.
    pub fn mails(&self) -> Result<Vec<Value>> {
        self.get("provider/mail/sent")
    }

    fn get(&self, path: &str) -> Result<Vec<Value>> {
        let url = self.url(path);
        let admin = self.ready.admin.clone();
        block(async move {
            let answer = reqwest::Client::new()
                .get(url)
                .bearer_auth(admin)
                .send()
                .await?;
            Ok(answer.error_for_status()?.json().await?)
        })
    }

    fn post(&self, path: &str, body: &Value) -> Result<String> {
        post(self.url(path), &self.ready.admin, body)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.ready.platform.trim_end_matches('/'))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // A process that is gone already is what we want.
        let _ = self.kill();
    }
}

/// Brings records to a platform as its own systems do.
pub fn ingest(platform: &str, admin: &str, records: &[Value]) -> Result<()> {
    let url = format!("{}/v1/ingest", platform.trim_end_matches('/'));
    let answer = post(url, admin, &json!({"records": records}))?;
    let answer: Value = serde_json::from_str(&answer)?;
    let rejected = answer.get("rejected").and_then(Value::as_array);
    anyhow::ensure!(rejected.is_some_and(Vec::is_empty), "not taken: {answer}");
    Ok(())
}

fn post(url: String, token: &str, body: &Value) -> Result<String> {
    let (token, body) = (token.to_owned(), body.clone());
    block(async move {
        let answer = reqwest::Client::new()
            .post(url)
            .bearer_auth(token)
            .json(&body)
            .send()
            .await?;
        Ok(answer.error_for_status()?.text().await?)
    })
}

/// Runs one request on a thread of its own, so that callers may be async or not.
fn block<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(work)
    })
    .join()
    .map_err(|_| anyhow::anyhow!("the request's thread ended badly"))?
}

fn ready_file(folder: &Path) -> PathBuf {
    folder.join("ready.json")
}

fn spawn(folder: &Path, packs: &Path, listen: &str, extra: &[String]) -> Result<(Child, Ready)> {
    std::fs::create_dir_all(folder)?;
    let ready_file = ready_file(folder);
    let _ = std::fs::remove_file(&ready_file);
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("platform.log"))?;
    let mut child = bound(program("watchkeeper-platform")?)
        .arg("--demo")
        .arg("--packs")
        .arg(packs)
        .arg("--data")
        .arg(folder.join("platform"))
        .args(["--listen", listen, "--ready-file"])
        .arg(&ready_file)
        .args(extra)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("start the platform")?;
    let ready = wait_for("the platform to be ready", || {
        if let Some(status) = child.try_wait()? {
            let log = std::fs::read_to_string(folder.join("platform.log")).unwrap_or_default();
            anyhow::bail!("the platform ended with {status}: {log}");
        }
        let Ok(text) = std::fs::read_to_string(&ready_file) else {
            return Ok(None);
        };
        Ok(serde_json::from_str(&text).ok())
    })?;
    Ok((child, ready))
}
