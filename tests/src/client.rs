//! The app without a window, as a real process that can be killed: the program `headless`.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::programs::program;
use crate::wait_for;

/// A running client; killed when dropped.
pub struct Client {
    child: Child,
    input: Box<dyn Write + Send>,
    output: BufReader<ChildStdout>,
    launch: Launch,
}

/// What a client is started with.
#[derive(Debug, Clone)]
pub struct Launch {
    /// Its data folder.
    pub data: PathBuf,
    /// Ready file of a platform.
    pub demo_file: PathBuf,
    /// A keyring that is a file; a passphrase where there is none.
    pub keyring: Option<PathBuf>,
    /// The tenant of the demo that it signs in to, as shown; the first one where absent.
    pub tenant: Option<String>,
    /// It forgets what it queued: a negative control.
    pub forgetful: bool,
    /// As a user to whom permissions apply. They do not to the system's own user, who runs tests in
    /// a container; there the process is without that power.
    pub ordinary: bool,
}

impl Launch {
    /// Under a passphrase, as any user.
    pub fn new(data: &Path, demo_file: &Path) -> Self {
        Self {
            data: data.to_owned(),
            demo_file: demo_file.to_owned(),
            keyring: None,
            tenant: None,
            forgetful: false,
            ordinary: false,
        }
    }
}

impl Client {
    /// Starts one on a data folder and a platform's ready file. It signs in to the demo where it
    /// has no profile yet, else it opens the one it has.
    pub fn start(data: &Path, demo_file: &Path) -> Result<Self> {
        Self::launch(&Launch::new(data, demo_file))
    }

    /// Starts one as a user to whom permissions apply.
    pub fn start_ordinary(data: &Path, demo_file: &Path) -> Result<Self> {
        Self::launch(&Launch {
            ordinary: true,
            ..Launch::new(data, demo_file)
        })
    }

    /// Starts one and waits until its profile is open.
    pub fn launch(launch: &Launch) -> Result<Self> {
        let mut client = Self::begin(launch)?;
        client.answer().context("the client did not start")?;
        Ok(client)
    }

    /// Starts one and does not wait for it.
    pub fn begin(launch: &Launch) -> Result<Self> {
        if !launch.ordinary {
            std::fs::create_dir_all(&launch.data)?;
        }
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(launch.data.with_extension("log"))?;
        let headless = program("headless")?;
        let temporary = launch.data.with_extension("tmp");
        std::fs::create_dir_all(&temporary)?;
        let mut command = if launch.ordinary && rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--bounding-set", "-dac_override,-dac_read_search"])
                .arg(headless);
            command
        } else {
            Command::new(headless)
        };
        command.arg(&launch.data).arg(&launch.demo_file);
        if let Some(file) = &launch.keyring {
            command.arg("--keyring").arg(file);
        }
        if let Some(tenant) = &launch.tenant {
            command.arg("--tenant").arg(tenant);
        }
        if launch.forgetful {
            command.arg("--forgetful");
        }
        let mut child = command
            .env("TMPDIR", temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("start the client")?;
        let input = Box::new(child.stdin.take().context("its input")?);
        let output = BufReader::new(child.stdout.take().context("its output")?);
        Ok(Self {
            child,
            input,
            output,
            launch: launch.clone(),
        })
    }

    /// SIGKILL, then a new process on the same data.
    pub fn kill_and_restart(&mut self) -> Result<()> {
        self.kill()?;
        *self = Self::launch(&self.launch.clone())?;
        Ok(())
    }

    /// SIGKILL.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill().context("kill the client")?;
        self.child.wait().context("wait for the client")?;
        Ok(())
    }

    /// Ends it as closing the window does: nothing is asked any more.
    pub fn close(mut self) -> Result<()> {
        // Its input ends with the pipe.
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        self.input = Box::new(writer);
        let status = self.end()?;
        anyhow::ensure!(
            status.success(),
            "the client ended with {status}: {}",
            self.log()
        );
        Ok(())
    }

    /// How it ended, once it has.
    pub fn end(&mut self) -> Result<std::process::ExitStatus> {
        self.child.wait().context("wait for the client")
    }

    /// Id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and the answers that it had given and nobody had read.
    pub fn kill_and_hear(&mut self) -> Result<Vec<Result<Value>>> {
        self.kill()?;
        let mut heard = Vec::new();
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line)?;
            // Half a line is no answer.
            if !line.ends_with('\n') {
                return Ok(heard);
            }
            heard.push(Self::read(&line));
        }
    }

    /// Asks something; the engine's error comes back as an error.
    pub fn ask(&mut self, request: &Value) -> Result<Value> {
        self.tell(request)?;
        self.answer()
    }

    /// Asks something and does not wait for the answer.
    pub fn tell(&mut self, request: &Value) -> Result<()> {
        writeln!(self.input, "{request}")?;
        Ok(self.input.flush()?)
    }

    /// What Sync shows.
    pub fn status(&mut self) -> Result<Value> {
        self.ask(&json!({"do": "status"}))
    }

    /// Rows of a view.
    pub fn rows(&mut self, view: &str) -> Result<Vec<Value>> {
        let page = self.ask(&json!({"do": "page", "view": view}))?;
        Ok(page
            .get("rows")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default())
    }

    /// One record.
    pub fn record(&mut self, kind: &str, id: &str) -> Result<Value> {
        self.ask(&json!({"do": "record", "kind": kind, "id": id}))
    }

    /// Waits until the first fill is complete.
    pub fn filled(&mut self) -> Result<()> {
        wait_for("the first fill", || {
            let status = self.status()?;
            Ok((status.get("link").and_then(Value::as_str) == Some("in_step")).then_some(()))
        })
    }

    /// Has it ask and listen at once, as somebody who looks at it may: by itself it asks within 20 s, and
    /// listens again within three minutes of a line that was cut.
    pub fn pull(&mut self) -> Result<()> {
        self.ask(&json!({"do": "pull"})).map(drop)
    }

    /// Waits until it has noticed that the line is gone.
    pub fn cut_off(&mut self) -> Result<()> {
        self.pull()?;
        wait_for("the client to notice", || {
            let status = self.status()?;
            Ok((status.get("link").and_then(Value::as_str) == Some("cut_off")).then_some(()))
        })
    }

    /// Waits until nothing waits, is under way or held.
    pub fn drained(&mut self) -> Result<Value> {
        wait_for("the outbox to drain", || {
            let status = self.status()?;
            let open = |name: &str| {
                status
                    .get(name)
                    .and_then(Value::as_array)
                    .is_some_and(|list| !list.is_empty())
            };
            Ok((!open("waiting") && !open("under_way")).then(|| status.clone()))
        })
    }

    /// The next answer.
    pub fn answer(&mut self) -> Result<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        anyhow::ensure!(!line.is_empty(), "the client ended: {}", self.log());
        Self::read(&line)
    }

    fn read(line: &str) -> Result<Value> {
        let answer: Value = serde_json::from_str(line).context("not an answer")?;
        match answer.get("error") {
            Some(error) => anyhow::bail!("{error}"),
            None => Ok(answer.get("ok").cloned().unwrap_or(Value::Null)),
        }
    }

    fn log(&self) -> String {
        let log = self.launch.data.with_extension("log");
        std::fs::read_to_string(log).unwrap_or_default()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A process that is gone already is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
