//! How an action is undone, and what is looked at before many are done at once.

use super::*;

/// The small pack with an action that opens a ticket again, from these states and to that one, and
/// with this beside where its closing starts.
fn with(beside: &str, from: &str, to: &str) -> Result<Pack, Vec<Diagnostic>> {
    let reopen = format!(
        "  reopen:\n    label: Open again\n    row: S-5\n    from: [{from}]\n    policy: []\n    \
         nature: change\n    effects: [{{set: {{state: '\"{to}\"'}}}}]\n    will: [open it again]\n"
    );
    let record = fixture::TICKET
        .replace("\nviews:\n", &format!("\n{reopen}views:\n"))
        .replace("from: [open]\n", &format!("from: [open]\n    {beside}\n"));
    let pack = fixture::PACK.replace(
        "settings:\n",
        "settings:\n  looked_at: {row: S-2, label: Looked at, least: 1, default: 5}\n",
    );
    load_files(&fixture::files(&[(RECORD, &record), ("pack.yaml", &pack)]))
}

fn codes(found: Result<Pack, Vec<Diagnostic>>) -> Vec<(String, String)> {
    let told = match found {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    };
    told.into_iter()
        .map(|one| (one.code, one.message))
        .collect()
}

/// The codes, but for that of the setting which only a sample may read.
fn alone(found: Result<Pack, Vec<Diagnostic>>) -> Vec<String> {
    let codes = codes(found).into_iter().map(|(code, _)| code);
    codes.filter(|code| code != "pack.unused").collect()
}

#[test]
fn an_action_is_held_for_a_while_or_undone_by_another_or_both() {
    for undo in [
        "undo: {row: S-5, hold_seconds: 1}",
        "undo: {row: S-5, hold_seconds: 120}",
        "undo: {row: S-5, by: reopen}",
        "undo: {row: S-5, hold_seconds: 20, by: reopen}",
    ] {
        assert_eq!(alone(with(undo, "open, closed", "open")), [""; 0], "{undo}");
    }
    let pack = with(
        "undo: {row: S-5, hold_seconds: 20, by: reopen}",
        "open, closed",
        "open",
    );
    let pack = pack.unwrap();
    let undo = pack.kind("ticket").unwrap().actions["close"]
        .def
        .undo
        .clone();
    let undo = undo.unwrap();
    assert_eq!(
        (undo.hold_seconds, undo.by.as_deref()),
        (Some(20), Some("reopen"))
    );
}

#[test]
fn each_mistake_in_how_it_is_undone_is_found() {
    for (undo, code) in [
        ("undo: {row: S-5}", "pack.missing"),
        ("undo: {row: S-5, hold_seconds: 0}", "pack.seconds"),
        ("undo: {row: S-5, hold_seconds: 121}", "pack.seconds"),
        ("undo: {row: S-5, by: reopn}", "undo.by"),
        ("undo: {row: nothing, hold_seconds: 5}", "pack.row"),
    ] {
        let found = alone(with(undo, "open, closed", "open"));
        assert_eq!(found, [code], "{undo}");
    }
}

#[test]
fn what_brings_it_back_starts_wherever_it_was_left_and_leads_back() {
    let undo = "undo: {row: S-5, by: reopen}";
    // Where the provider refuses, a ticket that was closed is open.
    let found = codes(with(undo, "closed", "open"));
    let told: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
    assert!(
        told.contains(&"this leaves the record in `open`, where `reopen` does not start"),
        "{found:?}"
    );
    let found = codes(with(undo, "open, closed", "closed"));
    let told = found.iter().filter(|(code, _)| code == "undo.by");
    let told: Vec<&str> = told.map(|(_, message)| message.as_str()).collect();
    assert_eq!(told, ["`reopen` does not lead back to where this starts"]);
}

#[test]
fn a_sample_is_a_number_or_a_setting_that_is_read_thereby() {
    let bulk = |of: &str| format!("bulk: {{row: S-5, cap: 50, sample: {{row: S-5, of: {of}}}}}");
    for of in ["5", "1", "49", "{setting: looked_at}"] {
        assert_eq!(alone(with(&bulk(of), "closed", "open")), [""; 0], "{of}");
    }
    let unread = |of: &str| {
        let found = codes(with(&bulk(of), "closed", "open"));
        found.iter().any(|(code, _)| code == "pack.unused")
    };
    assert!(unread("5") && !unread("{setting: looked_at}"));
    for (of, code) in [
        ("0", "pack.bulk"),
        ("50", "pack.bulk"),
        ("{setting: looked}", "pack.unknown_name"),
        ("{setting: mode}", "pack.wrong_type"),
        ("{seting: looked_at}", "pack.yaml"),
    ] {
        let found = alone(with(&bulk(of), "closed", "open"));
        assert!(found.contains(&code.to_owned()), "{of}: {found:?}");
    }
}
