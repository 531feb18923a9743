//! Checks of what makes the records of a kind documents.

use super::problems::{Problems, Spot};
use super::record::unknown_kind;
use super::scopes::{World, columns};
use super::view;
use crate::format::{BelongsToDef, FieldType, RecordFile};

/// The field by which the platform finds the bytes.
const HASH: &str = "sha256";
/// Most fields shown beside a document.
const MAX_SAYS: usize = 6;

pub(super) fn check(world: &World<'_>, def: &RecordFile, spot: &Spot, problems: &mut Problems) {
    let Some(document) = &def.document else {
        return;
    };
    let spot = spot.at("document");
    match def.fields.get(HASH).map(|field| field.type_) {
        Some(FieldType::Id) => {}
        found => {
            let message = match found {
                None => "the file has no field `sha256`, by which the platform finds it",
                Some(_) => "the field `sha256` of a file is an `id`",
            };
            let hint = "add `sha256: {type: id, label: SHA-256}`: the hash of the bytes, hex";
            problems.error_with(&spot.key(), "pack.document", message, hint);
        }
    }
    let names = [FieldType::String, FieldType::Id];
    field(def, &document.name, &names, &spot.at("name"), problems);
    let media = [FieldType::String, FieldType::Enum];
    field(def, &document.media, &media, &spot.at("media"), problems);
    let bytes = [FieldType::Integer];
    field(def, &document.bytes, &bytes, &spot.at("bytes"), problems);
    if let Some(of) = &document.of {
        belongs(world, def, of, &spot.at("of"), problems);
    }
    let says = spot.at("says");
    if document.says.len() > MAX_SAYS {
        let message = format!("more than {MAX_SAYS} of them");
        problems.error(&says, "pack.too_large", message);
    }
    for (index, name) in document.says.iter().enumerate() {
        view::known(def, name, &says.at(index), problems);
    }
}

/// A field of the kind itself, of one of these types.
fn field(def: &RecordFile, name: &str, types: &[FieldType], spot: &Spot, problems: &mut Problems) {
    match def.fields.get(name) {
        None => {
            let near = crate::expr::nearest(name, def.fields.keys().map(String::as_str));
            let message = format!("unknown field `{name}`{near}");
            problems.error(spot, "pack.unknown_name", message);
        }
        Some(field) if !types.contains(&field.type_) => {
            let message = format!("`{name}` is of another type than this says");
            problems.error(spot, "pack.wrong_type", message);
        }
        Some(_) => {}
    }
}

fn belongs(
    world: &World<'_>,
    def: &RecordFile,
    of: &BelongsToDef,
    spot: &Spot,
    problems: &mut Problems,
) {
    const WORDS: [FieldType; 2] = [FieldType::String, FieldType::Id];
    field(def, &of.by, &WORDS, &spot.at("by"), problems);
    let indexed = columns(def).find(&of.by).map(|(_, indexed, _)| indexed);
    if indexed == Some(false) {
        let message = format!(
            "documents are looked up by `{}`, which is not `indexed`",
            of.by
        );
        problems.error(&spot.at("by"), "pack.not_indexed", message);
    }
    match world.records.get(&of.kind) {
        Some(theirs) => field(theirs, &of.field, &WORDS, &spot.at("field"), problems),
        None if world.knows(&of.kind) => {}
        None => unknown_kind(world, &of.kind, &spot.at("kind"), problems),
    }
}
