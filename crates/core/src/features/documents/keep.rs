//! Keeping a document here, and letting go of it.

use serde_json::{Map, Value};
use watchkeeper_pack::format::RecordDocumentDef;

use super::list::HASH;
use super::queries::body;
use crate::changes::{Source, Tag};
use crate::documents::kept::{self, Wanted};
use crate::documents::{MAX_BYTES, Problem};
use crate::engine::Engine;
use crate::error::{Code, Error};

/// Asks for a document to be kept here. It is fetched in the background, with the next line where
/// there is none, and said to be here once its bytes are what its record names.
///
/// # Errors
/// [`Code::NotFound`] where the record is no document that the mirror has; [`Code::ReadOnly`].
pub async fn keep(engine: &Engine, kind: &str, id: &str) -> Result<(), Error> {
    let document = document_of(engine, kind)?;
    let now = engine.clock().now().at;
    let (name, record) = (kind.to_owned(), id.to_owned());
    engine
        .stores()
        .cache
        .write(move |cache| {
            let body = body(cache, &name, &record)?.ok_or(Error::new(Code::NotFound))?;
            let sha256 = hash(&body).ok_or(Error::new(Code::NotFound))?.to_owned();
            let bytes = body.get(&document.bytes).and_then(Value::as_u64);
            let problem = bytes
                .is_some_and(|bytes| bytes > MAX_BYTES)
                .then_some(Problem::TooLarge);
            let wanted = Wanted {
                kind: name,
                id: record,
                sha256,
            };
            Ok::<_, Error>(kept::want(cache, &wanted, problem, now)?)
        })
        .await?;
    engine.changed([Tag::Kind(kind.to_owned())], Source::Operator);
    engine.look_for_documents();
    Ok(())
}

/// Lets go of a document that is kept here, or is to be.
///
/// # Errors
/// [`Code::ReadOnly`], or the local database failed.
pub async fn drop_document(engine: &Engine, kind: &str, id: &str) -> Result<(), Error> {
    let (name, record) = (kind.to_owned(), id.to_owned());
    engine
        .stores()
        .cache
        .write(move |cache| kept::forget(cache, &name, &record))
        .await?;
    engine.changed([Tag::Kind(kind.to_owned())], Source::Operator);
    Ok(())
}

/// What makes records of this kind documents, for who is signed in.
pub(super) fn document_of(engine: &Engine, kind: &str) -> Result<RecordDocumentDef, Error> {
    let pack = engine.pack().ok_or(Error::new(Code::NoPack))?;
    let document = pack.kind(kind).and_then(|kind| kind.document.clone());
    document.ok_or(Error::new(Code::NotFound))
}

/// The file that a record names: 64 hex digits, as the platform writes them.
pub(super) fn hash(body: &Map<String, Value>) -> Option<&str> {
    let hash = body.get(HASH)?.as_str()?;
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (hash.len() == 64 && hash.bytes().all(digit)).then_some(hash)
}
