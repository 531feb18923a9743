//! A document as a file in clear, where the operator asks for one.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use watchkeeper_model::audit::Event;

use super::keep::document_of;
use super::show::held;
use super::view::SavedDocument;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::part::{Part, disk, free_stem};

/// The most characters of a name, without its ending.
const MAX_NAME: usize = 80;
/// The most bytes of it: a file system takes 255, with the number and the ending.
const MAX_NAME_BYTES: usize = 200;

/// Writes a document that is kept here to a new file in this folder, for its owner alone. The audit
/// chain says so before the file has its name.
///
/// # Errors
/// [`Code::NotFound`] where it is not kept here, [`Code::Storage`] where it is damaged,
/// [`Code::ReadOnly`] where the audit chain cannot say it. Nothing is left in the folder then.
pub async fn save(
    engine: &Engine,
    kind: &str,
    id: &str,
    folder: PathBuf,
) -> Result<SavedDocument, Error> {
    if engine.stores().state.is_reading() {
        return Err(Error::new(Code::ReadOnly));
    }
    let document = document_of(engine, kind)?;
    let held = held(engine, kind, id).await?;
    let text = |field: &str| {
        let text = held.body.get(field).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let name = file_name(&text(&document.name), &text(&document.media));
    let bytes = held.bytes;
    let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await;
    let part = written.map_err(|_| Error::new(Code::Internal))??;
    let event = Event::Saved {
        kind: kind.to_owned(),
        record: id.to_owned(),
        sha256: held.sha256,
    };
    engine.enter(event).await?;
    part.name()?;
    Ok(SavedDocument { file: part.shown() })
}

fn write(folder: &Path, (stem, ending): &(String, &str), bytes: &[u8]) -> Result<Part, Error> {
    std::fs::create_dir_all(folder).map_err(disk)?;
    let stem = free_stem(folder, stem, ending)
        .ok_or(Error::with(Code::NotNow, "Too many files of this name."))?;
    // From here on it is ours, and goes where this fails.
    let (part, mut file) = Part::begin(folder, &format!("{stem}.{ending}"))?;
    file.write_all(bytes).map_err(disk)?;
    file.sync_all().map_err(disk)?;
    Ok(part)
}

/// What a file is called: letters, digits and a few signs of the name that the record has, with the
/// ending of its type, so that no name makes it anything that runs.
pub(super) fn file_name(name: &str, media: &str) -> (String, &'static str) {
    let ending = match media {
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "message/rfc822" => "eml",
        "text/plain" => "txt",
        _ => "bin",
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut stem: String = stem
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') => c,
            _ => '_',
        })
        .take(MAX_NAME)
        .collect();
    while stem.len() > MAX_NAME_BYTES {
        stem.pop();
    }
    let stem = stem.trim();
    let stem = if stem.is_empty() { "document" } else { stem };
    (stem.to_owned(), ending)
}
