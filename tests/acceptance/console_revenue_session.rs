//! H-05 from end to end: yesterday's revenue under a saved view, as a file, beside the ledger of Finance.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchkeeper_pack::value::instant;
use watchkeeper_tests::wait_for;

use crate::desk::{Desk, ago, fresh, now};

fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

fn revenue(desk: &Desk, id: &str, minutes: i64, minor: i64) {
    let body = json!({
        "entry_id": id, "at": ago(minutes), "source": "sale", "customer": "Of this test",
        "currency": "USD", "gross": usd(minor), "gross_base": usd(minor),
    });
    desk.bring("revenue_entry", id, body);
}

fn booked(desk: &Desk, id: &str, entry: &str, minor: i64) {
    let body = json!({
        "entry_id": entry, "at": ago(600), "amount": usd(minor), "amount_base": usd(minor),
    });
    desk.bring("ledger_entry", id, body);
}

/// Keeps a view of one's own, and answers what is asked of it.
fn keep(desk: &mut Desk, name: &str) -> Value {
    let id = fresh();
    let wish = json!({
        "sort": "-at", "search": "", "chips": [], "group": null,
        "columns": ["entry_id", "gross_base", "at"],
    });
    // Parameters are JSON texts, and what is asked is one itself.
    let text = |value: &Value| json!(value.to_string());
    let request = json!({
        "do": "act", "operation": fresh(), "kind": "saved_view", "id": id, "action": "keep",
        "params": {
            "view": text(&json!("all_revenue")), "name": text(&json!(name)),
            "wish": text(&json!(wish.to_string())), "shared": text(&json!(false)),
        },
        "typed": null, "seen_revision": 0, "amends": null,
    });
    desk.client.ask(&request).unwrap();
    id.into()
}

/// The saved view as the rail has it.
fn saved(desk: &mut Desk, id: &Value) -> Value {
    let rail = desk.client.ask(&json!({"do": "navigation"})).unwrap();
    let all = rail["saved"].as_array().unwrap();
    all.iter().find(|one| one["id"] == *id).unwrap().clone()
}

/// What the file holds: entry → cents.
fn entries(file: &str) -> BTreeMap<String, i64> {
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, id, entry, amount, currency, ..] = cells.as_slice() else {
            panic!("{line}")
        };
        assert_eq!((id, *currency), (entry, "USD"), "{line}");
        let cents: i64 = amount.replace('.', "").parse().unwrap();
        ((*entry).to_owned(), cents)
    });
    rows.collect()
}

/// The number of the first screen.
fn gross(desk: &mut Desk) -> Value {
    let watch = desk.client.ask(&json!({"do": "watch"})).unwrap();
    let mut numbers = watch["numbers"].as_array().unwrap().iter();
    numbers
        .find(|one| one["id"] == "gross_day")
        .unwrap()
        .clone()
}

#[test]
fn h_05_all_revenue_of_a_day_is_saved_exported_and_compared_with_the_ledger() {
    let mut desk = Desk::new(Some(("Admin console", "admin-console")), &[]);
    revenue(&desk, "of-today", 23 * 60, 12_345);
    revenue(&desk, "of-yesterday", 24 * 60 + 30, 70_000);
    desk.seen(("revenue_entry", "of-yesterday"), |_| true);

    // The view is saved, opened and written to a file without a line.
    desk.cut();
    let id = keep(&mut desk, "All revenue");
    let kept = saved(&mut desk, &id);
    assert_eq!(
        (&kept["name"], &kept["own"]),
        (&json!("All revenue"), &json!(true))
    );
    assert_eq!(kept["problems"], json!([]));
    let mut request = kept["wish"].clone();
    let rest = json!({"view": kept["view"], "closed": [], "offset": 0, "limit": 1});
    request
        .as_object_mut()
        .unwrap()
        .extend(rest.as_object().unwrap().clone());
    let folder = tempfile::tempdir().unwrap();
    let before = now();
    let export = json!({"do": "export", "request": request, "folder": folder.path()});
    let written = desk.client.ask(&export).unwrap();
    let after = now();
    let ours = entries(written["file"].as_str().unwrap());
    assert_eq!(written["rows"], json!(ours.len()));
    assert_eq!(ours.get("of-today"), Some(&12_345));
    assert_eq!(
        ours.get("of-yesterday"),
        None,
        "the previous 24 hours alone"
    );
    assert_eq!(desk.mend()["held"], json!([]));
    assert_eq!(saved(&mut desk, &id)["name"], "All revenue");

    // Its window, half open, stands beside it.
    let about = std::fs::read_to_string(written["about"].as_str().unwrap()).unwrap();
    let window = about.lines().find_map(|line| line.strip_prefix("Window: "));
    let window = window.unwrap_or_else(|| panic!("{about}"));
    let sides = window.split(", ").map(|side| {
        let (words, at) = side.split_once(" = ").unwrap().0.rsplit_once(' ').unwrap();
        (words.to_owned(), instant(at).unwrap())
    });
    let sides: BTreeMap<String, _> = sides.collect();
    let (from, to) = (sides["Recognised from"], sides["Recognised before"]);
    assert_eq!(to - from, TimeDelta::hours(24));
    assert!(before - TimeDelta::seconds(30) <= to && to <= after + TimeDelta::seconds(30));

    // The file's sum is the number of the first screen, and the ledger's stands beside it.
    let sum: i64 = ours.values().sum();
    let number = gross(&mut desk);
    assert_eq!(
        number["value"]
            .as_f64()
            .map(|value| value.round().to_string()),
        Some(sum.to_string())
    );
    assert_eq!(number["stated"]["label"], "ledger");
    assert_eq!(number["stated"]["differs"], true);

    // Entry by entry: two that the ledger does not have, one with another amount.
    let ledger = desk.client.rows("ledger").unwrap();
    let theirs: BTreeMap<String, (String, i64)> = ledger
        .iter()
        .map(|row| {
            let cell = |at: usize| &row["cells"][at]["value"];
            let entry = cell(0)["text"].as_str().unwrap().to_owned();
            let minor = cell(3)["money"]["minor"].to_string();
            let minor: i64 = minor.trim_end_matches(".0").parse().unwrap();
            (entry, (row["id"].as_str().unwrap().to_owned(), minor))
        })
        .collect();
    let missing: Vec<&String> = ours.keys().filter(|id| !theirs.contains_key(*id)).collect();
    assert_eq!(missing, ["of-today", "rv-005"]);
    let differ = |entry: &&String| {
        theirs
            .get(*entry)
            .is_some_and(|(_, minor)| *minor != ours[*entry])
    };
    let different: Vec<&String> = ours.keys().filter(differ).collect();
    assert_eq!(different, ["rv-014"]);

    // Once Finance has booked what was missing, and the console has what it did not know, both agree.
    for entry in missing {
        booked(&desk, &format!("late-{entry}"), entry, ours[entry]);
    }
    booked(&desk, &theirs["rv-014"].0, "rv-014", ours["rv-014"]);
    revenue(&desk, "rv-900", 600, theirs["rv-900"].1);
    let agreed = wait_for("the two to agree", || {
        let number = gross(&mut desk);
        Ok((number["stated"]["differs"] == false).then_some(number))
    })
    .unwrap();
    assert_eq!(agreed["value"], agreed["stated"]["value"]);
    // That it was written to a file is in the log.
    let asked = json!({"do": "log", "search": "", "sorts": [], "before": null, "limit": 200});
    let log = desk.client.ask(&asked).unwrap();
    let mut log = log["entries"].as_array().unwrap().iter();
    assert!(log.any(|entry| entry["event"] == "exported"));
}
