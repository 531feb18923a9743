//! A desktop of our own where there is none, or where a test wants one for itself: X server, session
//! bus, keyring and window manager, with folders of its own.

mod bubbles;
mod screen;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::children::{Running, bound};
use crate::setup::{LOCALE, locale_folder};

pub use self::bubbles::Bubble;
pub use self::screen::{Screen, is_another};

/// What a desktop is made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Size of the screen.
    pub size: (u32, u32),
    /// Locale of its programs.
    pub locale: String,
    /// Dark theme.
    pub dark: bool,
    /// There is a keyring, and it is open.
    pub keyring: bool,
    /// Somebody shows notifications.
    pub notifications: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: (1280, 800),
            locale: LOCALE.to_owned(),
            dark: false,
            keyring: true,
            notifications: false,
        }
    }
}

/// A running desktop; all of it ends when this is dropped.
#[derive(Debug)]
pub struct Desktop {
    /// Home of its user; everything that programs keep is below it.
    pub home: PathBuf,
    options: Options,
    display: String,
    bus: String,
    // Ends in this order.
    children: Vec<Running>,
}

impl Desktop {
    /// Starts a desktop whose user lives in `home`.
    ///
    /// # Errors
    /// Where one of its programs does not start.
    pub fn start(home: &Path, options: Options) -> anyhow::Result<Self> {
        let mut desktop = Self {
            home: home.to_path_buf(),
            options,
            display: String::new(),
            bus: String::new(),
            children: Vec::new(),
        };
        for folder in ["config/gtk-3.0", "data", "cache", "state", "runtime"] {
            make_private(&home.join(folder))?;
        }
        let dark = u8::from(desktop.options.dark);
        fs::write(
            home.join("config/gtk-3.0/settings.ini"),
            // A cursor that blinks would keep the screen from ever being still.
            format!("[Settings]\ngtk-application-prefer-dark-theme={dark}\ngtk-cursor-blink=0\n"),
        )?;
        make_private(&home.join("config/openbox"))?;
        fs::write(home.join("config/openbox/rc.xml"), WINDOWS)?;
        desktop.start_screen()?;
        desktop.start_bus()?;
        if desktop.options.keyring {
            desktop.start_keyring()?;
        }
        let mut windows = desktop.command("openbox");
        desktop.keep("openbox", windows.args(["--sm-disable"]))?;
        if desktop.options.notifications {
            desktop.start_notifications()?;
        }
        Ok(desktop)
    }

    /// A command on this desktop; it ends with us.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = bound(program);
        self.dress(&mut command);
        command
    }

    /// Gives a command this desktop's surroundings.
    pub fn dress(&self, command: &mut Command) {
        for name in [
            "WAYLAND_DISPLAY",
            "LC_ALL",
            "LANGUAGE",
            "XAUTHORITY",
            "GTK_THEME",
        ] {
            command.env_remove(name);
        }
        command
            .env("HOME", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join("config"))
            .env("XDG_DATA_HOME", self.home.join("data"))
            .env("XDG_CACHE_HOME", self.home.join("cache"))
            .env("XDG_STATE_HOME", self.home.join("state"))
            .env("XDG_RUNTIME_DIR", self.home.join("runtime"))
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("LANG", &self.options.locale)
            .env("TZ", "UTC")
            .env("NO_AT_BRIDGE", "1");
        if locale_folder().exists() {
            command.env("LOCPATH", locale_folder());
        }
    }

    /// Takes a picture of the screen. The ending of the file names the format.
    ///
    /// # Errors
    /// Where the picture cannot be taken.
    pub fn picture(&self, file: &Path) -> anyhow::Result<()> {
        let mut import = self.command("import");
        let status = import.args(["-window", "root"]).arg(file).status()?;
        if !status.success() {
            bail!("no picture of the screen: import ended with {status}");
        }
        Ok(())
    }

    /// Takes a picture of the screen once it has stopped changing, or after 15 s.
    ///
    /// # Errors
    /// Where the picture cannot be taken.
    pub fn still_picture(&self, file: &Path) -> anyhow::Result<()> {
        self.screen().wait_until_still()?;
        self.picture(file)
    }

    /// What is on its screen.
    pub fn screen(&self) -> Screen {
        Screen::in_folder(&self.frames())
    }

    /// Folder in which its X server keeps the pixels.
    fn frames(&self) -> PathBuf {
        self.home.join("frames")
    }

    /// Ids of the visible windows with this title.
    ///
    /// # Errors
    /// Where the X server cannot be asked.
    pub fn windows(&self, title: &str) -> anyhow::Result<Vec<String>> {
        let mut search = self.command("xdotool");
        let found = search
            .args(["search", "--onlyvisible", "--name", title])
            .stderr(Stdio::null())
            .output()
            .context("cannot start xdotool")?;
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn start_screen(&mut self) -> anyhow::Result<()> {
        let (width, height) = self.options.size;
        let mut screen = bound("Xvfb");
        screen
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-noreset",
                "-screen",
                "0",
            ])
            .arg(format!("{width}x{height}x24"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        make_private(&self.frames())?;
        screen.arg("-fbdir").arg(self.frames());
        let number = self.keep_and_read("Xvfb", &mut screen)?;
        self.display = format!(":{number}");
        Ok(())
    }

    fn start_bus(&mut self) -> anyhow::Result<()> {
        // A bus of our own that starts nothing by itself: what a test wants, it starts.
        let configuration = self.home.join("config/bus.conf");
        fs::write(&configuration, BUS)?;
        let mut bus = self.command("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", configuration.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        self.bus = self.keep_and_read("dbus-daemon", &mut bus)?;
        Ok(())
    }

    fn start_keyring(&mut self) -> anyhow::Result<()> {
        let mut daemon = self.command("gnome-keyring-daemon");
        daemon
            .args(["--foreground", "--components=secrets", "--unlock"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut running = Running::start("gnome-keyring-daemon", &mut daemon)?;
        if let Some(mut password) = running.child().stdin.take() {
            password.write_all(b"\n")?;
        }
        self.children.push(running);
        self.wait_for_name("org.freedesktop.secrets")
    }

    /// Locks the keyring, as when the operator has locked the desktop.
    ///
    /// # Errors
    /// Where there is none.
    pub fn lock_keyring(&self) -> anyhow::Result<()> {
        let mut lock = self.command("dbus-send");
        lock.args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .arg("/org/freedesktop/secrets")
        .arg("org.freedesktop.Secret.Service.Lock")
        .arg("array:objpath:/org/freedesktop/secrets/collection/login");
        let status = lock.stdout(Stdio::null()).status()?;
        if !status.success() {
            bail!("the keyring was not locked: dbus-send ended with {status}");
        }
        Ok(())
    }

    /// Waits until somebody owns a name on the bus.
    fn wait_for_name(&self, name: &str) -> anyhow::Result<()> {
        until(Duration::from_secs(20), name, || {
            let mut ask = self.command("dbus-send");
            let answer = ask
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/",
                ])
                .arg("org.freedesktop.DBus.NameHasOwner")
                .arg(format!("string:{name}"))
                .output()?;
            Ok(String::from_utf8_lossy(&answer.stdout).contains("boolean true"))
        })
    }

    fn keep(&mut self, name: &str, command: &mut Command) -> anyhow::Result<()> {
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        self.children.push(Running::start(name, command)?);
        Ok(())
    }

    /// Starts a program and gives the first line that it writes.
    fn keep_and_read(&mut self, name: &str, command: &mut Command) -> anyhow::Result<String> {
        let mut running = Running::start(name, command)?;
        let output = running.child().stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        if line.trim().is_empty() {
            bail!("{name} did not start");
        }
        self.children.push(running);
        Ok(line.trim().to_owned())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The screen goes last.
        while let Some(mut child) = self.children.pop() {
            child.kill();
        }
    }
}

/// Looks every 50 ms until `what` is so.
///
/// # Errors
/// Where it is not so in time, or looking fails.
pub fn until(
    limit: Duration,
    what: &str,
    mut is_so: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        if begun.elapsed() > limit {
            bail!("waited {} s for: {what}", limit.as_secs());
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Makes a folder and its parents, readable by their owner only.
///
/// # Errors
/// Where that fails.
pub fn make_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .with_context(|| format!("cannot make {}", folder.display()))
}

/// Windows without frames: a picture of one shows the app and nothing else.
const WINDOWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <applications><application class="*"><decor>no</decor></application></applications>
</openbox_config>
"#;

/// A session bus without service files.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;
