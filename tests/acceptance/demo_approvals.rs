//! the demo of the shop begins with approvals; one is agreed to in the app, and done once.

use serde_json::{Value, json};

use crate::desk::{Desk, denied, fact};

const SHOP: (&str, &str) = ("AMARISÉ Global Commerce", "amarise");

/// Titles of the approvals in a section, as the queue shows them.
fn section(desk: &mut Desk, name: &str) -> Vec<String> {
    let rows = desk.client.rows("approvals").unwrap();
    let in_it = rows.iter().filter(|row| row["section"] == name);
    let mut titles: Vec<String> = in_it
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    titles
}

/// The id of the approval whose title says this.
fn approval(desk: &mut Desk, words: &str) -> String {
    let rows = desk.client.rows("approvals").unwrap();
    let says = |row: &&Value| row["title"].as_str().unwrap().contains(words);
    let found = rows.iter().find(says).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_43_and_a_44_what_waits_in_the_demo_is_agreed_to_in_the_app_and_done_once() {
    let mut desk = Desk::new(Some(SHOP), &[]);
    let mine = section(&mut desk, "mine");
    assert_eq!(mine.len(), 2, "{mine:?}");
    assert!(
        mine[0].contains("CT-55") && mine[1].contains("CT-57"),
        "{mine:?}"
    );
    let asked = section(&mut desk, "asked");
    assert!(
        asked.iter().any(|title| title.contains("RF-2111")),
        "{asked:?}"
    );

    // What she asked for herself is somebody else's to say.
    let own = approval(&mut desk, "RF-2111");
    let own = desk.record(("approval", &own));
    assert_eq!(
        denied(&own, "approve"),
        Some(("approval.own".to_owned(), "A-41".to_owned()))
    );

    let change = ("content_change", "ct-57");
    let before = desk.record(change);
    assert_eq!(before["state"]["id"], "requested");
    let id = approval(&mut desk, "CT-57");
    let waits = ("approval", id.as_str());
    let by = fact(&desk.record(waits), "asked_by");
    assert!(by.to_string().contains("Noor Haddad"), "{by}");
    let comment = json!({"comment": "The table is right; publish it."});
    desk.done(waits, "approve", comment);
    desk.stands(waits, "approved");
    let after = desk.seen(change, |record| record["state"]["id"] == "published");
    let revision = |record: &Value| record["revision"].as_u64().unwrap();
    assert_eq!(revision(&after), revision(&before) + 1, "done once");
    let left = section(&mut desk, "mine");
    assert_eq!(left, mine[..1], "the other one waits still");
}
