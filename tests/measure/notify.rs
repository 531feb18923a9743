//! From the platform's commit of a firing alert until the app has handed its notification to D-Bus,
//! with the real window and a notification daemon.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use watchkeeper_tests::line::Line as Relay;
use watchkeeper_wire::feed::Record;
use xtask::children::Running;
use xtask::desktop::{Desktop, Options};

use crate::harness::Window;
use crate::laptop::Line;
use crate::numbers::Times;

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_secs(90);
/// At most so long after a notification is gone comes the next, so that no rhythm is measured.
const PAUSE_MS: u64 = 1_500;
/// The same without a stream: longer than the laptop's own rhythm.
const PAUSE_WITHOUT_MS: u64 = 20_000;

/// Fires an alert again and again: so often with the stream, and so often without.
pub async fn notify(
    folder: &Path,
    line: &Line,
    system: &str,
    (with, without): (u64, u64),
) -> Result<Value> {
    let options = Options {
        notifications: true,
        ..Options::default()
    };
    let desktop = Desktop::start(&folder.join("home"), options)?;
    let bus = Bus::listen(&desktop)?;
    let upstream = line.platform.to_string();
    let relay = std::thread::spawn(move || Relay::to(&upstream));
    let relay = relay.join().map_err(|_| anyhow::anyhow!("the relay"))??;
    let demo = folder.join("demo.json");
    let ready = json!({"platform": relay.url(), "token": line.token, "tenant": "Bench"});
    fs::write(&demo, ready.to_string())?;
    let arguments = vec![
        "--data".to_owned(),
        folder.join("data").display().to_string(),
        "--demo-file".to_owned(),
        demo.display().to_string(),
    ];
    let window = Window::open(&desktop, &arguments).await;
    window.sign_in_to_watch().await;
    let office = Office {
        line: line.clone(),
        system: system.to_owned(),
        http: reqwest::Client::new(),
    };
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let mut streamed = Times::default();
    for round in 0..with {
        pause(&mut chance, PAUSE_MS).await;
        streamed.add(office.once(&bus, round).await?);
    }
    relay.without_stream(true);
    let mut polled = Times::default();
    for round in with..with + without {
        pause(&mut chance, PAUSE_WITHOUT_MS).await;
        polled.add(office.once(&bus, round).await?);
    }
    window.kill();
    Ok(json!({"streamed": streamed.summed(), "polled": polled.summed()}))
}

async fn pause(chance: &mut rand_chacha::ChaCha8Rng, most: u64) {
    tokio::time::sleep(Duration::from_millis(chance.random_range(0..most))).await;
}

/// The platform's side: a lamp that is lit fires an alert.
struct Office {
    line: Line,
    system: String,
    http: reqwest::Client,
}

impl Office {
    /// Lights the lamp, and puts it out once its notification was handed over.
    async fn once(&self, bus: &Bus, round: u64) -> Result<Duration> {
        let name = format!("lamp-{round}");
        self.lamp(&name, "lit").await?;
        let told = bus.next(NOTIFY)?;
        let committed = self.fired(&name).await?;
        self.lamp(&name, "dark").await?;
        bus.next(CLOSE)?;
        let taken = told - committed;
        ensure!(taken >= TimeDelta::zero(), "told before it was committed");
        Ok(taken.to_std()?)
    }

    async fn lamp(&self, name: &str, state: &str) -> Result<()> {
        let record = json!({"kind": "lamp", "id": name, "body": {"name": name, "state": state}});
        let request = self.http.post(self.line.platform.join("v1/ingest")?);
        let request = request.bearer_auth(&self.system);
        let answer = request.json(&json!({"records": [record]})).send().await?;
        let answer: Value = answer.error_for_status()?.json().await?;
        ensure!(answer.get("accepted") == Some(&json!(1)), "{answer}");
        Ok(())
    }

    /// When the platform wrote the alert of a lamp, by its clock, which is that of the bus.
    async fn fired(&self, name: &str) -> Result<DateTime<Utc>> {
        let url = self.line.platform.join("v1/changes?limit=5000")?;
        let request = self.http.get(url).bearer_auth(&self.line.token);
        let text = request.send().await?.error_for_status()?.text().await?;
        for line in text.lines() {
            let line: Value = serde_json::from_str(line)?;
            let Some(record) = line.get("record") else {
                continue;
            };
            let record: Record = serde_json::from_value(record.clone())?;
            if record.kind == "alert" && record.body.get("subject") == Some(&json!(name)) {
                ensure!(
                    record.body.get("state") == Some(&json!("firing")),
                    "{record:?}"
                );
                return Ok(record.updated_at);
            }
        }
        anyhow::bail!("the alert of {name} is not there")
    }
}

const NOTIFY: &str = "Notify";
const CLOSE: &str = "CloseNotification";

/// What is called on the session bus, and when, as the bus itself tells.
struct Bus {
    calls: Receiver<(String, DateTime<Utc>)>,
    _monitor: Running,
}

impl Bus {
    fn listen(desktop: &Desktop) -> Result<Self> {
        let mut command = desktop.command("dbus-monitor");
        command
            .args(["--session", "--profile"])
            .arg("type='method_call',interface='org.freedesktop.Notifications'")
            .stdout(Stdio::piped());
        let mut monitor = Running::start("dbus-monitor", &mut command)?;
        let output = monitor.child().stdout.take().context("its output")?;
        let (tell, calls) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(call) = read(&line)
                    && tell.send(call).is_err()
                {
                    return;
                }
            }
        });
        Ok(Self {
            calls,
            _monitor: monitor,
        })
    }

    /// Waits for the next call of this kind.
    fn next(&self, kind: &str) -> Result<DateTime<Utc>> {
        loop {
            let call = self.calls.recv_timeout(PATIENCE);
            let (what, at) = call.with_context(|| format!("no {kind} on the bus"))?;
            if what == kind {
                return Ok(at);
            }
        }
    }
}

/// A call in a line of `dbus-monitor --profile`: its kind, and when the bus had it.
fn read(line: &str) -> Option<(String, DateTime<Utc>)> {
    let mut fields = line.split('\t');
    let (kind, at) = (fields.next()?, fields.next()?);
    let (seconds, micros) = at.split_once('.')?;
    let micros: i64 = format!("{seconds}{micros}").parse().ok()?;
    let member = fields.nth(5)?;
    (kind == "mc").then_some((member.to_owned(), DateTime::from_timestamp_micros(micros)?))
}
