//! Looking for what must not stand in files.

use std::path::Path;

use anyhow::Result;

/// Files below a folder, or the one file, in which one of these words stands in clear, as
/// `file: word`. Words of two bytes or more.
pub fn in_clear(folder: &Path, words: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(entry.path())?;
        for word in in_bytes(&bytes, words) {
            found.push(format!("{}: {word}", entry.path().display()));
        }
    }
    Ok(found)
}

/// Which of many words stand in these bytes; one pass, because the files of a day are large.
fn in_bytes<'a>(bytes: &[u8], words: &[&'a str]) -> Vec<&'a str> {
    let pair = |bytes: &[u8]| match bytes {
        [one, two, ..] => Some(usize::from(*one) << 8 | usize::from(*two)),
        _ => None,
    };
    let mut begins = vec![false; 1 << 16];
    for word in words {
        if let Some(begin) = pair(word.as_bytes()).and_then(|pair| begins.get_mut(pair)) {
            *begin = true;
        }
    }
    let mut found: Vec<&str> = Vec::new();
    for place in 0..bytes.len() {
        let rest = bytes.get(place..).unwrap_or_default();
        let may = pair(rest).is_some_and(|pair| begins.get(pair).is_some_and(|may| *may));
        if may {
            let here = words
                .iter()
                .filter(|word| rest.starts_with(word.as_bytes()));
            found.extend(here);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
