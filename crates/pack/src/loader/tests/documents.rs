//! Kinds whose records are documents.

use std::collections::BTreeSet;

use crate::fixture;
use crate::pack::Pack;

use super::mistakes::found_where_they_stand;

const SHOP: &str = "records/shop.yaml";
const FIELDS: &str = "  name: {type: string, label: Name, indexed: true}\n";
const MORE: &str = "  name: {type: string, label: Name, indexed: true}
  sha256: {type: id, label: SHA-256, optional: true}
  media: {type: enum, label: Kind of file, one_of: [text/plain], optional: true}
  bytes: {type: integer, label: Bytes, optional: true}
  ticket: {type: id, label: Ticket, optional: true, indexed: true}
";
const DOCUMENT: &str = "document:
  {name: name, media: media, bytes: bytes, of: {by: ticket, kind: ticket, field: number}, says: [closed]}
";

/// The kind `shop` as a document, with a change in what it says of that.
fn shop(from: &str, to: &str) -> String {
    let all = format!("{}{DOCUMENT}", fixture::SHOP.replacen(FIELDS, MORE, 1));
    assert!(all.contains(from), "`{from}` is not there");
    all.replacen(from, to, 1)
}

fn load(text: &str, more: &[(&str, &str)]) -> Pack {
    let mut files = vec![(SHOP, text)];
    files.extend_from_slice(more);
    crate::load_files(&fixture::files(&files)).unwrap()
}

#[test]
fn a_kind_says_that_its_records_are_documents() {
    let pack = load(&shop("", ""), &[]);
    let document = pack.kind("shop").unwrap().document.as_ref().unwrap();
    assert_eq!(
        (document.name.as_str(), document.media.as_str()),
        ("name", "media")
    );
    assert_eq!(document.of.as_ref().unwrap().kind, "ticket");
    assert_eq!(pack.kind("ticket").unwrap().document, None);
}

#[test]
fn each_mistake_in_a_document_is_found_where_it_stands() {
    let good = fixture::SHOP;
    let cases = [
        ("sha256: {type: id", "hash: {type: id", "pack.document", ""),
        (
            "sha256: {type: id",
            "sha256: {type: text",
            "pack.document",
            "",
        ),
        ("{name: name", "{name: nmae", "pack.unknown_name", "nmae"),
        ("media: media", "media: bytes", "pack.wrong_type", "bytes"),
        ("bytes: bytes", "bytes: name", "pack.wrong_type", "name"),
        ("by: ticket", "by: closed", "pack.wrong_type", "closed"),
        (
            "Ticket, optional: true, indexed: true",
            "Ticket, optional: true",
            "pack.not_indexed",
            "ticket",
        ),
        (
            "kind: ticket,",
            "kind: tickte,",
            "pack.unknown_name",
            "tickte",
        ),
        ("field: number", "field: price", "pack.wrong_type", "price"),
        (
            "says: [closed]",
            "says: [opened]",
            "pack.unknown_name",
            "opened",
        ),
        (
            "says: [closed]",
            "says: [closed, closed, closed, closed, closed, closed, closed]",
            "pack.too_large",
            "",
        ),
        ("says: [closed]", "shows: [closed]", "pack.yaml", ""),
    ];
    for (from, to, code, at) in cases {
        let text = shop(from, to);
        found_where_they_stand(&[(SHOP, good, text.as_str(), code, at)]);
    }
}

#[test]
fn who_does_not_see_which_file_it_is_has_no_document() {
    let people = (
        "people.yaml",
        "roles:\n  keeper: {row: S-1, label: Keeper}\n",
    );
    let as_seen = |from: &str, to: &str, roles: &[&str]| {
        let roles: BTreeSet<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let pack = load(&shop(from, to), &[people]).narrowed(&roles);
        pack.kind("shop").unwrap().document.clone()
    };
    let hash = ("label: SHA-256,", "label: SHA-256, seen_by: [keeper],");
    assert_eq!(as_seen(hash.0, hash.1, &[]), None);
    assert!(as_seen(hash.0, hash.1, &["keeper"]).is_some());
    // To what it belongs is another matter.
    let by = ("label: Ticket,", "label: Ticket, seen_by: [keeper],");
    assert_eq!(as_seen(by.0, by.1, &[]).unwrap().of, None);
    assert!(as_seen(by.0, by.1, &["keeper"]).unwrap().of.is_some());
}
