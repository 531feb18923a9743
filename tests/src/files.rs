//! Looking for what must not stand in files.

use std::path::Path;

use anyhow::Result;

/// Files below a folder in which one of these words stands in clear, as `file: word`.
pub fn in_clear(folder: &Path, words: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path())?;
        for word in words {
            let word = word.as_bytes();
            if bytes.windows(word.len()).any(|window| window == word) {
                found.push(format!(
                    "{}: {}",
                    entry.path().display(),
                    String::from_utf8_lossy(word)
                ));
            }
        }
    }
    Ok(found)
}
