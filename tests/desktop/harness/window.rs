//! The app's window through WebDriver.
//!
//! `WebKitWebDriver` starts the app itself. It leaves the app running when a session ends, so the app
//! is killed by its process id after each.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::children::Running;
use xtask::desktop::{Desktop, until};
use xtask::root::program;

use super::webdriver::{By, Element, Session};
use super::{PATIENCE, children_of, gone, kill};

/// An open window. The app is killed when this is dropped.
pub struct Window {
    session: Session,
    process: Running,
    app: u32,
}

impl Window {
    /// Starts the app with these arguments and waits for its page.
    pub async fn open(desktop: &Desktop, arguments: &[String]) -> Self {
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stderr(Stdio::piped());
        let mut process = Running::start("WebKitWebDriver", &mut command).unwrap();
        tell(process.child().stderr.take());
        until(PATIENCE, "WebKitWebDriver", || {
            Ok(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok())
        })
        .unwrap();

        let browser = json!({"binary": program("watchkeeper"), "args": arguments});
        let wanted = json!({"webkitgtk:browserOptions": browser});
        let session = Session::open(&format!("http://127.0.0.1:{port}"), wanted).await;
        let session = session.expect("a session with the app");
        let app = children_of(process.id(), "watchkeeper");
        assert_eq!(app.len(), 1, "the driver started one app: {app:?}");
        Self {
            session,
            process,
            app: app[0],
        }
    }

    /// Kills the app without a chance to finish anything.
    pub fn kill(self) {
        drop(self);
    }

    /// Waits for the first visible element that a selector names.
    pub async fn find(&self, css: &str) -> Element {
        self.find_by(By::Css, css).await
    }

    /// Waits for the first visible element that a path names.
    pub async fn find_path(&self, path: &str) -> Element {
        self.find_by(By::Path, path).await
    }

    async fn find_by(&self, by: By, name: &str) -> Element {
        let begun = Instant::now();
        loop {
            let shown = self.session.shown(by, name).await;
            let shown = shown.unwrap_or_else(|error| panic!("looking for {name}: {error}"));
            if let Some(first) = shown.into_iter().next() {
                return first;
            }
            if begun.elapsed() > PATIENCE {
                panic!("{name} is not shown\n{}", self.text().await);
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until a script of the page says yes.
    pub async fn until(&self, script: &str, what: &str) {
        let begun = Instant::now();
        let script = format!("return !!(function () {{ {script} }})()");
        while self.run(&script).await != true {
            if begun.elapsed() > PATIENCE {
                panic!("waited for {what}\n{}", self.text().await);
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until the page has no such element.
    pub async fn gone(&self, css: &str) {
        let script = format!("return !document.querySelector({})", json!(css));
        self.until(&script, &format!("{css} to be gone")).await;
    }

    /// Waits until there is something to read.
    pub async fn loaded(&self) {
        let script =
            "return document.querySelector('#root > *') && document.body.innerText.length > 10";
        self.until(script, "the page").await;
    }

    /// Waits until the page shows this text.
    pub async fn shows(&self, text: &str) {
        let script = format!("return document.body.innerText.includes({})", json!(text));
        self.until(&script, text).await;
    }

    /// Everything that the page shows.
    pub async fn text(&self) -> String {
        let text = self
            .run("return document.body ? document.body.innerText : ''")
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.session.run(script).await.unwrap()
    }

    /// Runs a script in the page that calls its last argument with what it gives.
    pub async fn run_async(&self, script: &str) -> Value {
        self.session.run_async(script).await.unwrap()
    }

    /// Presses and lets go of keys, one after the other, where the focus is.
    pub async fn press(&self, keys: &[&str]) {
        self.session.press(keys).await.unwrap();
    }

    /// Makes the window as large as the screen.
    pub async fn fill_screen(&self) {
        self.session.maximize().await.unwrap();
    }

    /// How many windows the app has.
    pub async fn count(&self) -> usize {
        self.session.windows().await.unwrap()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The session is not ended politely: the app would outlive it.
        kill(self.app);
        self.process.kill();
        gone(self.app);
    }
}

/// How often the page is looked at.
const STEP: Duration = Duration::from_millis(100);

/// Writes what the app says where a failed test shows it.
fn tell(output: Option<impl std::io::Read + Send + 'static>) {
    if let Some(output) = output {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                #[allow(clippy::print_stderr, reason = "only a failed test shows it")]
                {
                    eprintln!("{line}");
                }
            }
        });
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
