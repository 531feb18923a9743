//! Every text of the repository that somebody wrote.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::root::root;

/// A text and where it stands.
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

impl Source {
    /// Ending of its name; empty where it has none.
    pub(super) fn ending(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Some program wrote it.
    pub(super) fn generated(&self) -> bool {
        self.path.contains("/generated/") || self.path.ends_with("lock.json")
    }
}

/// Folders that hold nothing somebody wrote.
const SKIPPED: &[&str] = &["target", "node_modules", "dist", "gen", ".git", ".run"];

/// Endings of texts; what has none of them is looked at where it starts with `#!`.
const TEXTS: &[&str] = &[
    "rs", "ts", "tsx", "js", "css", "html", "ftl", "md", "toml", "json", "yaml", "yml", "sql",
    "sh", "txt", "svg",
];

pub(super) fn all() -> anyhow::Result<Vec<Source>> {
    let root = root();
    let mut sources = Vec::new();
    for entry in WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(wanted)
    {
        let entry = entry?;
        if entry.file_type().is_file()
            && let Some(source) = read(&root, entry.path())
        {
            sources.push(source);
        }
    }
    Ok(sources)
}

fn wanted(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !SKIPPED.contains(&name.as_ref())
}

fn read(root: &Path, file: &Path) -> Option<Source> {
    let text = String::from_utf8(std::fs::read(file).ok()?).ok()?;
    let path = file
        .strip_prefix(root)
        .ok()?
        .to_string_lossy()
        .replace('\\', "/");
    let source = Source { path, text };
    let known = TEXTS.contains(&source.ending()) || source.text.starts_with("#!");
    known.then_some(source)
}
