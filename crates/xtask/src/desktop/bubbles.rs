//! The notification daemon of a desktop: dunst, with its eyes and hands in reach of a test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use super::{Desktop, until};
use crate::children::Running;

/// A notification as the daemon took it, new or in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    /// Its number.
    pub id: u32,
    /// `LOW`, `NORMAL` or `CRITICAL`.
    pub urgency: String,
    /// Seconds after which it goes by itself; 0 for never.
    pub timeout: u32,
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
}

impl Desktop {
    /// Starts the notification daemon.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start_notifications(&mut self) -> anyhow::Result<()> {
        let folder = self.bubbles();
        fs::create_dir_all(&folder)?;
        // Told of each bubble that is shown.
        let seen = format!(
            r#"#!/bin/sh
printf '%s\t%s\t%s\t%s\t%s\n' "$DUNST_ID" "$DUNST_URGENCY" "$DUNST_TIMEOUT" "$DUNST_SUMMARY" "$DUNST_BODY" >> '{}'
"#,
            folder.join("seen").display()
        );
        // Asked which of the buttons is meant: the line that has the words of the file.
        let choose = format!(
            "#!/bin/sh\ngrep -F -f '{}' | head -n 1\n",
            folder.join("wanted").display()
        );
        for (name, text) in [("see", seen), ("choose", choose)] {
            let file = folder.join(name);
            fs::write(&file, text)?;
            fs::set_permissions(&file, fs::Permissions::from_mode(0o700))?;
        }
        fs::write(
            folder.join("dunstrc"),
            format!(
                "[global]\ndmenu = {}\nfont = DejaVu Sans 9\nnotification_limit = 0\n\
                 [urgency_critical]\ntimeout = 0\n[all]\nsummary = \"*\"\nscript = {}\n",
                folder.join("choose").display(),
                folder.join("see").display()
            ),
        )?;
        let mut daemon = self.command("dunst");
        daemon.arg("-config").arg(folder.join("dunstrc"));
        self.keep("dunst", &mut daemon)?;
        self.wait_for_name("org.freedesktop.Notifications")
    }

    /// Ends the notification daemon: nobody shows notifications any more.
    pub fn stop_notifications(&mut self) {
        self.children.retain_mut(|child: &mut Running| {
            let is_it = child.name() == "dunst";
            if is_it {
                child.kill();
            }
            !is_it
        });
    }

    /// Every bubble that was shown, in order; one that was shown again in its place comes again.
    ///
    /// # Errors
    /// Where the daemon wrote something else.
    pub fn bubbles_seen(&self) -> anyhow::Result<Vec<Bubble>> {
        let text = fs::read_to_string(self.bubbles().join("seen")).unwrap_or_default();
        text.lines().map(read).collect()
    }

    /// How many stand on the screen.
    ///
    /// # Errors
    /// Where the daemon does not say.
    pub fn bubbles_standing(&self) -> anyhow::Result<u32> {
        let mut count = self.command("dunstctl");
        let output = count.args(["count", "displayed"]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().context("dunstctl count")
    }

    /// Waits until so many stand on the screen.
    ///
    /// # Errors
    /// Where they do not in time.
    pub fn wait_for_bubbles(&self, number: u32) -> anyhow::Result<()> {
        let what = format!("{number} notifications to stand");
        until(Duration::from_secs(30), &what, || {
            Ok(self.bubbles_standing()? == number)
        })
    }

    /// Presses a button of the bubble with these words.
    ///
    /// # Errors
    /// Where there is none.
    pub fn press(&self, button: &str, title: &str) -> anyhow::Result<()> {
        // As the daemon writes the line: `#Acknowledge (title) […]`.
        let wanted = format!("#{button} ({title})");
        fs::write(self.bubbles().join("wanted"), wanted + "\n")?;
        let mut context: Command = self.command("dunstctl");
        let status = context.arg("context").status()?;
        if !status.success() {
            bail!("dunstctl ended with {status}");
        }
        Ok(())
    }

    fn bubbles(&self) -> PathBuf {
        self.home.join("bubbles")
    }
}

fn read(line: &str) -> anyhow::Result<Bubble> {
    let parts: Vec<&str> = line.splitn(5, '\t').collect();
    let [id, urgency, timeout, title, body] = parts.as_slice() else {
        bail!("not a bubble: {line}");
    };
    Ok(Bubble {
        id: id.parse()?,
        urgency: (*urgency).to_owned(),
        timeout: timeout.parse().unwrap_or(u32::MAX),
        title: (*title).to_owned(),
        body: (*body).to_owned(),
    })
}
