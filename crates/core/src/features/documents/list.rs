//! The documents of a record.

use serde_json::Value;
use watchkeeper_pack::format::RecordDocumentDef;
use watchkeeper_pack::{Kind, Pack};

use super::look;
use super::queries::by;
use super::view::{DocumentStanding, RecordDocument, RecordDocuments};
use crate::documents::{MAX_BYTES, Problem, kept};
use crate::error::Error;
use crate::features::queues::cells::Shown;
use crate::features::reading::{Reading, Row, view_of};
use crate::sync::text::references;

/// How many are listed.
pub(super) const LISTED: usize = 50;
/// The field that names the file of a document.
pub(super) const HASH: &str = "sha256";

/// The documents of a record: itself, where it is one, and those that refer to it or say what it says.
pub(crate) fn documents(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
) -> Result<RecordDocuments, Error> {
    let mut found: Vec<(&Kind, &RecordDocumentDef, Row)> = Vec::new();
    if let Some(kind) = pack.kind(&row.kind)
        && let Some(document) = &kind.document
    {
        found.push((kind, document, row.clone()));
    }
    for kind in pack.kinds.values() {
        let Some(document) = &kind.document else {
            continue;
        };
        let refers = references(kind).filter(|(_, target)| *target == row.kind);
        let mut ways: Vec<(&str, &str)> =
            refers.map(|(field, _)| (field, row.id.as_str())).collect();
        if let Some(of) = document.of.as_ref().filter(|of| of.kind == row.kind)
            && let Some(value) = row.body.get(&of.field).and_then(Value::as_str)
        {
            ways.push((of.by.as_str(), value));
        }
        for way in ways {
            for one in by(reading, kind, way)? {
                let known = |(_, _, other): &(&Kind, &RecordDocumentDef, Row)| {
                    other.kind == one.kind && other.id == one.id
                };
                if !found.iter().any(known) {
                    found.push((kind, document, one));
                }
            }
        }
    }
    let more = found.len() > LISTED;
    found.truncate(LISTED);
    let listed = found
        .iter()
        .map(|(kind, document, one)| {
            let itself = one.kind == row.kind && one.id == row.id;
            let view = view_of(pack, &one.kind).filter(|_| !itself);
            document_view(reading, (*kind, *document), one, view)
        })
        .collect::<Result<_, _>>()?;
    Ok(RecordDocuments { listed, more })
}

fn document_view(
    reading: &Reading<'_>,
    (kind, document): (&Kind, &RecordDocumentDef),
    row: &Row,
    view: Option<&str>,
) -> Result<RecordDocument, Error> {
    let text = |name: &str| {
        let text = row.body.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let shown = Shown::new(reading, kind, row);
    let bytes = row.body.get(&document.bytes).and_then(Value::as_u64);
    let media = text(&document.media);
    Ok(RecordDocument {
        kind: row.kind.clone(),
        id: row.id.clone(),
        view: view.map(ToOwned::to_owned),
        name: text(&document.name),
        shows: look::is_shown(&media),
        media,
        bytes: bytes.and_then(|bytes| u32::try_from(bytes).ok()),
        state: (!kind.states.is_empty())
            .then(|| shown.value(reading, "state"))
            .transpose()?,
        says: document
            .says
            .iter()
            .map(|name| shown.fact(reading, name))
            .collect::<Result<_, _>>()?,
        standing: standing(reading, row, bytes)?,
    })
}

fn standing(
    reading: &Reading<'_>,
    row: &Row,
    bytes: Option<u64>,
) -> Result<DocumentStanding, Error> {
    let kept = kept::of(reading.cache, &row.kind, &row.id)?;
    let named = row.body.get(HASH).and_then(Value::as_str);
    // Of another file than the record names now, what is kept says nothing.
    let kept = kept.filter(|kept| named == Some(kept.sha256.as_str()));
    Ok(match kept {
        Some(kept) if kept.here => DocumentStanding::Here,
        Some(kept) => match kept.problem {
            None => DocumentStanding::Wanted,
            Some(Problem::Unreachable) => DocumentStanding::Unreachable,
            Some(Problem::Failed) => DocumentStanding::Failed,
            Some(Problem::OtherBytes) => DocumentStanding::OtherBytes,
            Some(Problem::TooLarge) => DocumentStanding::TooLarge,
            Some(Problem::NotGiven) => DocumentStanding::NotGiven,
            Some(Problem::NoRoom) => DocumentStanding::NoRoom,
        },
        None if bytes.is_some_and(|bytes| bytes > MAX_BYTES) => DocumentStanding::TooLarge,
        None => DocumentStanding::Elsewhere,
    })
}
