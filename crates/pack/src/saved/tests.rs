#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::fixture;

fn wish(more: &[(&str, Value)]) -> Value {
    let mut wish = json!({"sort": null, "search": "", "chips": [], "group": null, "columns": []});
    let parts = wish.as_object_mut().unwrap();
    parts.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
    wish
}

fn misfits(more: &[(&str, Value)]) -> Vec<String> {
    let pack = fixture::pack();
    let now = "2026-11-20T23:30:00Z".parse().unwrap();
    let read = SavedWish::read(&wish(more).to_string()).unwrap();
    let found = read.misfits(pack.kind("ticket").unwrap(), now, pack.zone);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn what_fits_the_kind_is_possible_as_a_whole() {
    let all = [
        ("sort", json!("-bought_at")),
        ("search", json!("north")),
        (
            "chips",
            json!([{"field": "state", "test": {"type": "among", "values": ["open"]}}]),
        ),
        ("group", json!("level")),
        (
            "columns",
            json!(["number", "clock.end", "ends_at", "state"]),
        ),
    ];
    assert_eq!(misfits(&all), Vec::<String>::new());
    let read = SavedWish::read(&wish(&all).to_string()).unwrap();
    let named: Vec<&str> = read.goes_by().collect();
    assert_eq!(named, ["state", "bought_at", "level"]);
}

#[test]
fn each_part_that_is_not_possible_any_more_is_told() {
    let told = misfits(&[
        ("sort", json!("-note")),
        (
            "chips",
            json!([{"field": "gone", "test": {"type": "flag", "on": true}},
                   {"field": "paid", "test": {"type": "flag", "on": true}},
                   {"field": "score", "test": {"type": "flag", "on": true}}]),
        ),
        ("group", json!("note")),
        ("columns", json!(["number", "gone", "clock.gone"])),
    ]);
    assert_eq!(
        told,
        [
            "Filter by `gone`: The pack has no such field to filter by.",
            "Filter by `score`: This is no filter for a field of this type.",
            "Sort by `note`: the view cannot be sorted by it.",
            "Group by `note`: the view cannot be grouped by it.",
            "Column `gone`: there is nothing of this name to show.",
            "Column `clock.gone`: there is nothing of this name to show.",
        ]
    );
}

#[test]
fn only_a_wish_of_a_bounded_size_that_is_understood_is_read() {
    let of = |text: &str| SavedWish::read(text).unwrap_err();
    assert_eq!(of("{"), Unreadable::Unknown);
    assert_eq!(of("null"), Unreadable::Unknown);
    let newer = wish(&[("of_later", json!(1))]).to_string();
    assert_eq!(of(&newer), Unreadable::Unknown, "not half of it");
    let words = wish(&[("search", json!("x".repeat(MOST_BYTES)))]).to_string();
    assert_eq!(of(&words), Unreadable::TooLarge);
    let columns = wish(&[("columns", json!(vec!["a"; 65]))]).to_string();
    assert_eq!(of(&columns), Unreadable::TooLarge);
}

#[test]
fn one_that_is_not_shared_or_is_dropped_is_its_owners_alone() {
    let body = |state: &str, shared: Value| {
        let body = json!({"owner": "kim", "state": state, "shared": shared});
        body.as_object().unwrap().clone()
    };
    assert_eq!(only(KIND, &body("kept", json!(true))), None);
    for body in [
        body("kept", json!(false)),
        body("kept", json!("true")),
        body("gone", json!(true)),
    ] {
        assert_eq!(only(KIND, &body), Some("kim"));
        assert_eq!(only("ticket", &body), None);
    }
    assert_eq!(only(KIND, &Map::new()), Some(""), "nobody's");
}
