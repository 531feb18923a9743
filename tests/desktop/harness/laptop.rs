//! A desktop with the app's data on it, and a demo platform that can be cut off.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;

use tempfile::TempDir;
use xtask::demo::{self, Platform, Ready};
use xtask::desktop::{Desktop, Options};
use xtask::root::{program, target};

use super::{Books, Provider, Window};

/// A laptop of a test. Everything that it starts ends with it.
pub struct Laptop {
    platform: Option<Platform>,
    desktop: Desktop,
    listen: String,
    folder: TempDir,
}

impl Laptop {
    /// A laptop in the office's locale, with an open keyring.
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// A laptop.
    pub fn with(options: Options) -> Self {
        static MACHINE: Once = Once::new();
        MACHINE.call_once(|| xtask::setup::setup().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let desktop = Desktop::start(&folder.path().join("home"), options).unwrap();
        Self {
            platform: None,
            desktop,
            listen: "127.0.0.1:0".to_owned(),
            folder,
        }
    }

    /// The desktop.
    pub fn desktop(&self) -> &Desktop {
        &self.desktop
    }

    /// The desktop, to change something on it.
    pub fn desktop_mut(&mut self) -> &mut Desktop {
        &mut self.desktop
    }

    /// How the platform is reached.
    pub fn ready(&self) -> &Ready {
        &self.platform.as_ref().unwrap().ready
    }

    /// The app's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where everything that programs keep for this user is.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Starts the platform; a second time on the same address and data.
    pub fn start_platform(&mut self) {
        self.start(false);
    }

    /// Starts the platform with a tenant for each pack.
    pub fn start_platform_of_all(&mut self) {
        self.start(true);
    }

    fn start(&mut self, all: bool) {
        let platform = Platform::start(&demo::Options {
            data: self.platform_data(),
            ready_file: self.ready_file(),
            listen: self.listen.clone(),
            all,
        })
        .unwrap();
        let address = platform.ready.platform.trim_start_matches("http://");
        self.listen = address.trim_end_matches('/').to_owned();
        self.platform = Some(platform);
    }

    /// Kills the platform: the line is down.
    pub fn cut_platform(&mut self) {
        self.platform.take().unwrap().kill();
    }

    /// Where the platform keeps what it has.
    pub fn platform_data(&self) -> PathBuf {
        self.folder.path().join("platform")
    }

    /// How to reach the platform.
    pub fn platform(&self) -> &demo::Ready {
        &self.platform.as_ref().unwrap().ready
    }

    /// What reached the providers.
    pub fn provider(&self) -> Provider {
        Provider::of(&self.platform.as_ref().unwrap().ready)
    }

    /// What the platform keeps.
    pub fn books(&self) -> Books {
        Books::of(&self.platform_data())
    }

    /// Takes a picture of the screen, for the eye: `target/shots` has it.
    pub fn picture(&self, name: &str) {
        let folder = target().join("shots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        self.desktop.still_picture(&file).unwrap();
    }

    /// Arguments with which the app is started here.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--data".to_owned(), self.data().display().to_string()];
        if self.ready_file().exists() {
            arguments.push("--demo-file".to_owned());
            arguments.push(self.ready_file().display().to_string());
        }
        arguments
    }

    /// Opens the app in its window.
    pub async fn open(&self) -> Window {
        Window::open(&self.desktop, &self.arguments()).await
    }

    /// A command that starts the app beside a window that is open, without a driver.
    pub fn second_start(&self, arguments: &[String]) -> Command {
        let mut command = self.desktop.command(program("watchkeeper"));
        command.args(arguments);
        command
    }

    fn ready_file(&self) -> PathBuf {
        self.folder.path().join("ready.json")
    }
}
