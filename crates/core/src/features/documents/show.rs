//! A document that is kept here, from local data.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::keep::{document_of, hash};
use super::look;
use super::queries::body;
use super::view::DocumentContent;
use crate::changes::{Source, Tag};
use crate::documents::kept::{self, Wanted};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::store::StoreError;

/// A document to be shown: a picture, or the words of a text or a mail.
///
/// # Errors
/// [`Code::NotFound`] where it is not kept here; [`Code::NotNow`] where it is of a type that is not
/// shown, or its bytes are of another one; [`Code::Storage`] where they are not what was kept: then it
/// is fetched anew.
pub async fn show(engine: &Engine, kind: &str, id: &str) -> Result<DocumentContent, Error> {
    let document = document_of(engine, kind)?;
    let held = held(engine, kind, id).await?;
    let media = held.body.get(&document.media).and_then(Value::as_str);
    let media = media.unwrap_or_default().to_owned();
    let looked = tokio::task::spawn_blocking(move || look::look(&media, &held.bytes)).await;
    looked.map_err(|_| Error::new(Code::Internal))?
}

/// Bytes that are kept, and the record that names them.
pub(super) struct Held {
    pub(super) body: Map<String, Value>,
    pub(super) sha256: String,
    pub(super) bytes: Vec<u8>,
}

/// Reads a document and compares it with what its record names (fault 18).
pub(super) async fn held(engine: &Engine, kind: &str, id: &str) -> Result<Held, Error> {
    let (name, record) = (kind.to_owned(), id.to_owned());
    let (held, sound) = engine
        .stores()
        .cache
        .read(move |cache| {
            let body = body(cache, &name, &record)?.ok_or(Error::new(Code::NotFound))?;
            let sha256 = hash(&body).ok_or(Error::new(Code::NotFound))?.to_owned();
            kept::of(cache, &name, &record)?
                .filter(|kept| kept.here && kept.sha256 == sha256)
                .ok_or(Error::new(Code::NotFound))?;
            let bytes = kept::read(cache, &name, &record)?;
            let sound = hex::encode(Sha256::digest(&bytes)) == sha256;
            let held = Held {
                body,
                sha256,
                bytes,
            };
            Ok::<_, Error>((held, sound))
        })
        .await?;
    if sound {
        return Ok(held);
    }
    fetch_anew(engine, kind, id, held.sha256).await?;
    let detail = "The document was damaged on this disk. It is fetched anew.";
    Err(Error::with(Code::Storage, detail))
}

async fn fetch_anew(
    engine: &Engine,
    kind: &str,
    id: &str,
    sha256: String,
) -> Result<(), StoreError> {
    let wanted = Wanted {
        kind: kind.to_owned(),
        id: id.to_owned(),
        sha256,
    };
    let now = engine.clock().now().at;
    engine
        .stores()
        .cache
        .write(move |cache| {
            kept::forget(cache, &wanted.kind, &wanted.id)?;
            kept::want(cache, &wanted, None, now)
        })
        .await?;
    engine.changed([Tag::Kind(kind.to_owned())], Source::Sync);
    engine.look_for_documents();
    Ok(())
}
