//! A document as a file in clear, where the operator asks for one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use watchkeeper_model::audit::Event;

use super::keep::document_of;
use super::show::held;
use super::view::SavedDocument;
use crate::changes::{Source, Tag};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::store::StoreError;

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
    let (scribe, now) = (engine.scribe(), engine.clock().now().at);
    engine
        .stores()
        .state
        .write(move |state| scribe.append(state, now, event))
        .await?;
    engine.changed([Tag::Audit], Source::Operator);
    std::fs::rename(&part.path, &part.becomes).map_err(disk)?;
    Ok(SavedDocument {
        file: part.becomes.display().to_string(),
    })
}

/// A file that has not its name yet.
struct Part {
    path: PathBuf,
    becomes: PathBuf,
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its name already where this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn disk(error: std::io::Error) -> Error {
    StoreError::from(error).into()
}

fn write(folder: &Path, name: &(String, &str), bytes: &[u8]) -> Result<Part, Error> {
    std::fs::create_dir_all(folder).map_err(disk)?;
    let (stem, ending) = name;
    let (path, becomes) = (1..100)
        .map(|count| match count {
            1 => format!("{stem}.{ending}"),
            count => format!("{stem}-{count}.{ending}"),
        })
        .map(|name| (folder.join(format!(".{name}.part")), folder.join(name)))
        .find(|(part, named)| !part.exists() && !named.exists())
        .ok_or(Error::with(Code::NotNow, "Too many files of this name."))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(&path).map_err(disk)?;
    // From here on it is ours, and goes where this fails.
    let part = Part { path, becomes };
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
