//! Packs: whatever loads can be used, and loads again from what it is written as.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Map;
use sha2::{Digest, Sha256};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::{Bundle, Pack, load_files, value};

use crate::fuzz::corpus::FILE;

/// Files of a pack.
pub fn files(input: &[u8]) -> Result<bool, String> {
    let files = split(input);
    let pack = match load_files(&files) {
        Ok(pack) => pack,
        Err(problems) if problems.is_empty() => return Err("refused for no reason".into()),
        Err(_) => return Ok(false),
    };
    let mut text = BTreeMap::new();
    for (path, bytes) in &files {
        let bytes = String::from_utf8(bytes.clone());
        text.insert(path.clone(), bytes.map_err(|_| "loaded, and is no text")?);
    }
    let bundle = Bundle::from_files(text).map_err(|error| format!("not bundled: {error}"))?;
    if bundle.hash() != pack.hash {
        return Err("the pack has another hash than its bundle".into());
    }
    let again = Bundle::open(bundle.bytes(), bundle.hash())
        .map_err(|error| format!("does not load again: {error}"))?;
    if (again.hash.as_str(), &again.id, again.version)
        != (pack.hash.as_str(), &pack.id, pack.version)
    {
        return Err("loads again as another pack".into());
    }
    use_it(&again)?;
    Ok(true)
}

/// A pack as one file. Its hash is made to fit: what is looked for lies behind that check.
pub fn bundle(input: &[u8]) -> Result<bool, String> {
    let hash = hex::encode(Sha256::digest(input));
    match Bundle::open(input, &hash) {
        Ok(pack) if pack.hash == hash => use_it(&pack).map(|()| true),
        Ok(_) => Err("opened under another hash".into()),
        Err(_) => Ok(false),
    }
}

/// What the app does with any pack.
fn use_it(pack: &Pack) -> Result<(), String> {
    let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default();
    let nothing = Map::new();
    if let Some((_, _, at)) = pack.next_session(&nothing, now)
        && at <= now
    {
        return Err("the next session is not after now".into());
    }
    pack.settings_in_force(&nothing);
    pack.controls_in_force(&nothing);
    for kind in pack.kinds.values() {
        let body = value::normalise(kind, nothing.clone()).unwrap_or_default();
        let computed = value::compute(kind, &body);
        value::title(kind, "x", &body, &computed, &nothing);
        kind.indexed_expressions();
        let scope = Scope {
            kind: Some(kind),
            now: Some(now),
            ..Scope::default()
        };
        for view in kind.views.values() {
            // An error of an expression is an answer.
            let _ = view.filter.sql(kind, &scope);
        }
    }
    Ok(())
}

fn split(input: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut path = String::new();
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(FILE.as_bytes()) {
            Some(name) => {
                path = String::from_utf8_lossy(name).trim().to_owned();
                files.insert(path.clone(), Vec::new());
            }
            None => files
                .entry(path.clone())
                .or_default()
                .extend_from_slice(line),
        }
    }
    files
}
