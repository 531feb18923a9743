//! What tests need of the machine and can be had without root: a locale.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::progress::{output, say, step, stream};
use crate::root::target;

/// The locale under which the app is tested, beside `C`.
pub const LOCALE: &str = "en_US.UTF-8";

/// Where the locale is made, if the machine has none; for `LOCPATH`.
pub fn locale_folder() -> PathBuf {
    target().join("locale")
}

/// Makes the locale where the machine has none.
///
/// # Errors
/// Where `localedef` fails.
pub fn setup() -> anyhow::Result<()> {
    let folder = locale_folder();
    if machine_has_locale()? || folder.join(LOCALE).exists() {
        return Ok(());
    }
    step("locale", || {
        fs::create_dir_all(&folder)?;
        say(&format!("{LOCALE} is made in {}", folder.display()));
        stream(
            Command::new("localedef")
                .args(["-i", "en_US", "-f", "UTF-8"])
                .arg(folder.join(LOCALE)),
        )
    })
}

fn machine_has_locale() -> anyhow::Result<bool> {
    let known = output(Command::new("locale").arg("-a"))?;
    Ok(known.lines().any(|name| {
        let name = name.to_ascii_lowercase().replace('-', "");
        name == "en_us.utf8"
    }))
}
