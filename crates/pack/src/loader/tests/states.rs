//! States that are reached, and those that are not.

use super::*;

const STATES: &str = "  - {id: closed, label: closed, tone: green}\n";

/// The small pack with one more state, and more in place of its states and its closing.
fn with(more: &str, state: &str) -> Result<Pack, Vec<Diagnostic>> {
    let lost = "  - {id: lost, label: lost}\n";
    let record = fixture::TICKET
        .replace(STATES, &format!("{STATES}{lost}{more}"))
        .replace(
            "{state: '\"closed\"', note",
            &format!("{{state: '{state}', note"),
        );
    load_files(&fixture::files(&[(RECORD, &record)]))
}

#[test]
fn a_state_to_which_nothing_leads_is_found() {
    let found = with("", "\"closed\"").unwrap_err();
    let line = fixture::TICKET
        .lines()
        .position(|l| l.contains("id: closed"));
    let line = u32::try_from(line.unwrap()).unwrap() + 2;
    assert_eq!(found.len(), 1, "{found:#?}");
    let told = (
        found[0].code.as_str(),
        found[0].file.as_str(),
        found[0].line,
    );
    assert_eq!(told, ("pack.unreachable", RECORD, line));
    assert!(found[0].message.contains("`lost`"), "{found:#?}");
}

#[test]
fn a_state_is_reached_where_records_arrive_in_it_or_an_action_leads_there() {
    for (more, state) in [
        ("arrives_in: [open, lost]\n", "\"closed\""),
        ("arrives_in: [lost, open]\n", "\"closed\""),
        ("", "record.paid == true ? \"closed\" : \"lost\""),
        ("", "params.grade == null ? record.note : record.mail"),
    ] {
        let loaded = with(more, state);
        assert!(loaded.is_ok(), "{more}{state}: {:#?}", loaded.unwrap_err());
    }
}

#[test]
fn an_action_that_starts_nowhere_leads_nowhere() {
    let found = with("arrives_in: [closed, lost]\n", "\"closed\"").unwrap_err();
    let unreached: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(unreached, ["nothing leads to the state `open`"]);
}

#[test]
fn each_mistake_in_what_arrives_is_found() {
    for (more, code) in [
        ("arrives_in: [open, nowhere]\n", "pack.unknown_name"),
        ("arrives_in: [open, lost, lost]\n", "pack.duplicate"),
    ] {
        let found = with(more, "\"closed\"").unwrap_err();
        assert!(
            found.iter().any(|d| d.code == code && d.line > 0),
            "{found:#?}"
        );
    }
    let shop = format!("{}arrives_in: [open]\n", fixture::SHOP);
    let found = load_files(&fixture::files(&[("records/shop.yaml", &shop)])).unwrap_err();
    assert_eq!(found[0].code, "pack.unknown_name", "a kind without states");
}

#[test]
fn what_cannot_be_read_may_lead_anywhere() {
    let record =
        fixture::TICKET.replace(STATES, &format!("{STATES}  - {{id: lost, label: lost}}\n"));
    let files = fixture::files(&[(RECORD, &record), ("records/broken.yaml", "kind: [")]);
    let found = load_files(&files).unwrap_err();
    assert!(found.iter().all(|d| d.code == "pack.yaml"), "{found:#?}");
}
