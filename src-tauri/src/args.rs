//! The command line, and the folders that follow from it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use watchkeeper_core::Demo;

/// Watchkeeper keeps watch over a platform.
#[derive(Debug, clap::Parser)]
#[command(version, about)]
pub struct Args {
    /// Folder for all profiles; one app at a time has it open.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Offer the demo platform that this file describes.
    #[arg(long, value_name = "FILE")]
    pub demo_file: Option<PathBuf>,
}

impl Args {
    /// The data folder as an absolute path. It is made here, readable by its owner only, so that
    /// two spellings of one folder are one; where that fails the core says why.
    pub(crate) fn data_folder(&self) -> anyhow::Result<PathBuf> {
        let wanted = match &self.data {
            Some(folder) => std::path::absolute(folder)?,
            None => dirs::data_local_dir()
                .context("this user has no data folder: give one with --data DIR")?
                .join("watchkeeper"),
        };
        // Nothing is made in a folder that is no place for data: the core refuses it.
        if watchkeeper_core::profile::place::check(&wanted).is_ok() {
            let _ = make_private(&wanted);
        }
        Ok(wanted.canonicalize().unwrap_or(wanted))
    }

    /// The demo platform, if one is offered.
    pub(crate) fn demo(&self) -> anyhow::Result<Option<Demo>> {
        let Some(file) = &self.demo_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the demo file {}", file.display()))?;
        let demo = serde_json::from_str(&text)
            .with_context(|| format!("{} does not describe a demo platform", file.display()))?;
        Ok(Some(demo))
    }
}

/// Makes a folder and its parents; what is made is readable by its owner only.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    fn args(data: &Path) -> Args {
        Args {
            data: Some(data.to_path_buf()),
            demo_file: None,
        }
    }

    #[test]
    fn two_spellings_of_one_folder_are_one() {
        let home = tempfile::tempdir().unwrap();
        let plain = args(&home.path().join("data")).data_folder().unwrap();
        let round = args(&home.path().join("data/../data/."))
            .data_folder()
            .unwrap();
        assert_eq!(plain, round);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_data_folder_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let folder = args(&home.path().join("data")).data_folder().unwrap();
        let mode = folder.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_demo_file_that_is_none_is_named_in_the_error() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("demo.json");
        std::fs::write(&file, "{\"platform\": 4}").unwrap();
        let mut args = args(home.path());
        args.demo_file = Some(file);
        let error = args.demo().err().unwrap();
        assert!(error.to_string().contains("demo.json"), "{error}");
    }
}
