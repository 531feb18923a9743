//! What an action erases of a person, here a shop.

use super::*;

/// The codes that the small pack has with an action that erases so.
fn codes(nature: &str, erase: &str) -> Vec<String> {
    let action = format!(
        "  erase:\n    label: Erase\n    row: S-5\n    from: [open]\n    policy: []\n    nature: {nature}\n    \
         confirm: click\n    effects: [{{set: {{state: '\"closed\"'}}}}, {{erase: {erase}}}]\n    \
         will: [erase the shop]\n"
    );
    let record = fixture::TICKET.replace("\nviews:\n", &format!("\n{action}views:\n"));
    let found = match load_files(&fixture::files(&[(RECORD, &record)])) {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    };
    let mut codes: Vec<String> = found.into_iter().map(|one| one.code).collect();
    codes.sort();
    codes
}

fn deletion(fields: &str, along: &str) -> Vec<String> {
    codes(
        "deletion",
        &format!("{{field: shop, fields: [{fields}], along: [{along}]}}"),
    )
}

#[test]
fn words_are_erased_and_what_is_optional() {
    for emptied in ["", "note, mail", "note, day, level, score"] {
        let along = format!("{{kind: ticket, by: shop, fields: [{emptied}]}}");
        assert_eq!(deletion("name, closed", &along), [""; 0], "{emptied}");
    }
    let along = "{kind: ticket, by: shop}";
    assert_eq!(
        codes(
            "change",
            &format!("{{field: shop, fields: [name], along: [{along}]}}")
        ),
        ["pack.nature"]
    );
}

#[test]
fn what_the_books_rest_on_stays() {
    for stays in ["price", "shop", "number", "bought_at"] {
        let along = format!("{{kind: ticket, by: shop, fields: [{stays}]}}");
        assert_eq!(deletion("name", &along), ["pack.erase"], "{stays}");
    }
}

#[test]
fn a_kind_that_refers_to_the_person_is_not_forgotten() {
    assert_eq!(deletion("name", ""), ["pack.erase"]);
    assert_eq!(
        deletion("name", "{kind: ticket, by: mail}"),
        ["pack.erase", "pack.wrong_kind"]
    );
}

#[test]
fn names_are_those_that_there_are() {
    let along = "{kind: ticket, by: shop, fields: [nose]}";
    assert_eq!(deletion("name", along), ["pack.unknown_name"]);
    let along = "{kind: ticket, by: shop}";
    assert_eq!(deletion("", along), ["pack.missing"]);
    assert_eq!(deletion("name, name", along), ["pack.duplicate"]);
    assert_eq!(
        codes("deletion", "{field: number, fields: [name]}"),
        ["pack.unknown_name"]
    );
    assert_eq!(
        deletion("name", &format!("{along}, {{kind: nobody, by: shop}}")),
        ["pack.unknown_name"]
    );
}
