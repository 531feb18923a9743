//! the handover note, and other texts as they leave the house.

use serde_json::{Map, Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::pack::{Handover, MailTemplate};
use watchkeeper_pack::value;

use crate::amarise_bodies::{NOW, order, refund, ticket};
use crate::packs::AMARISE;
use crate::world::{at, map};

fn handover() -> &'static Handover {
    AMARISE.handover.as_ref().unwrap()
}

fn template(id: &str) -> &'static MailTemplate {
    &AMARISE.templates[id]
}

/// What a text of a record sees.
fn of(kind: &str, body: Value, refs: Value, params: Value) -> Scope<'static> {
    let kind = AMARISE.kind(kind).unwrap();
    let body = value::normalise(kind, map(body)).unwrap();
    let computed = value::compute(kind, &body);
    Scope {
        kind: Some(kind),
        record: value::merged(kind, &body, &computed, (at(NOW), AMARISE.zone)),
        refs: map(refs),
        params: map(params),
        now: Some(at(NOW)),
        ..Scope::default()
    }
}

fn filled(params: Value) -> Scope<'static> {
    Scope {
        params: map(params),
        ..Scope::default()
    }
}

#[test]
fn a_09_the_note_has_its_title_and_no_title_without_a_zone() {
    let title = |values: Value| {
        let scope = Scope {
            values: map(values),
            ..Scope::default()
        };
        handover().title.render(&scope)
    };
    let said = title(json!({"date": "20 November 2026", "zone": "Europe/London"}));
    assert_eq!(
        said.unwrap(),
        "Shift Handover: 20 November 2026 Europe/London"
    );
    assert!(title(json!({"date": "20 November 2026"})).is_err());
    assert!(title(json!({"zone": "Europe/London"})).is_err());
}

#[test]
fn a_09_the_note_has_four_sections_with_their_parts() {
    let sections: Vec<(&str, Vec<&str>)> = handover()
        .sections
        .iter()
        .map(|section| {
            let parts = section.def.parts.iter().map(String::as_str);
            (section.def.label.as_str(), parts.collect())
        })
        .collect();
    let expected = [
        ("Open Issues", vec!["issue", "status"]),
        ("Pending Actions", vec!["action", "owner"]),
        ("Customer Escalations", vec!["customer", "summary"]),
        ("Notes for Next Shift", vec!["note"]),
    ];
    assert_eq!(sections, expected);
}

/// A line of the note, of a live record.
fn line(section: &str, kind: &str, scope: &Scope<'_>) -> Vec<String> {
    let mut sections = handover().sections.iter();
    let section = sections.find(|found| found.def.id == section).unwrap();
    let (_, _, parts) = section.live.iter().find(|live| live.0 == kind).unwrap();
    parts
        .iter()
        .map(|part| part.render(scope).unwrap())
        .collect()
}

#[test]
fn a_09_live_records_stand_in_it_in_a_line() {
    let hold = order("A-7", json!({"state": "on_hold", "hold_reason": "address"}));
    let scope = of("order", hold, json!({}), json!({}));
    assert_eq!(
        line("open_issues", "order", &scope),
        ["Order A-7", "on hold: address"]
    );
    let scope = of("refund", refund("R-1", json!({})), json!({}), json!({}));
    let said = line("pending_actions", "refund", &scope);
    assert_eq!(said, ["Refund R-1, €22.00", "next shift"]);
    let asked = refund("R-1", json!({"approval_asked_at": NOW}));
    let scope = of("refund", asked, json!({}), json!({}));
    assert_eq!(line("pending_actions", "refund", &scope)[1], "Finance Lead");
    let escalated = ticket(
        "T-1",
        json!({"state": "escalated", "summary": "The parcel is lost."}),
    );
    let scope = of(
        "ticket",
        escalated,
        json!({"customer": {"code": "C-9"}}),
        json!({}),
    );
    let said = line("customer_escalations", "ticket", &scope);
    assert_eq!(said, ["C-9", "The parcel is lost."]);
}

#[test]
fn a_refund_is_told_in_full_and_in_part_and_never_with_a_hole() {
    let text = template("refund_paid");
    let refs = json!({"order": {"number": "A-1"}});
    let full = of("refund", refund("R-1", json!({})), refs.clone(), json!({}));
    assert_eq!(
        text.subject.render(&full).unwrap(),
        "€22.00 are on their way back to you"
    );
    assert_eq!(
        text.body.render(&full).unwrap().trim_end(),
        "Hello,\n\n\
         we have sent €22.00 for order A-1 back to the means of payment that you used.\n\n\
         Your bank decides on which day it shows on your statement. Should it not arrive, reply to \
         this mail and name refund R-1.\n\n\
         Kind regards\nAMARISÉ"
    );
    let part = json!({"scope": "part", "part_reason": "One of two.", "asked": {"minor": 5000, "currency": "EUR"}});
    let part = of("refund", refund("R-1", part), refs, json!({}));
    let said = text.body.render(&part).unwrap();
    let sentence =
        "\n\nThis is a part of the €50.00 that you asked for. The reason: One of two.\n\n";
    assert!(said.contains(sentence), "{said}");
    let no_order = of("refund", refund("R-1", json!({})), json!({}), json!({}));
    assert!(text.body.render(&no_order).is_err());
}

#[test]
fn a_refusal_names_its_reason_or_does_not_leave() {
    let text = template("refund_refused");
    let refs = json!({"order": {"number": "A-1"}});
    let given = of(
        "refund",
        refund("R-1", json!({})),
        refs.clone(),
        json!({"reason": "It was worn."}),
    );
    let said = text.body.render(&given).unwrap();
    assert!(
        said.contains("on 19 November 2026 to return €22.00 for order A-1."),
        "{said}"
    );
    assert!(
        said.contains("cannot return the money: It was worn.\n"),
        "{said}"
    );
    let silent = of("refund", refund("R-1", json!({})), refs, json!({}));
    assert!(text.body.render(&silent).is_err());
}

#[test]
fn a_54_banners_say_what_is_written_into_them_and_nothing_of_their_own() {
    let status = template("status_banner");
    let text = filled(json!({"text": "Cards fail; wallets work."}));
    assert_eq!(
        status.body.render(&text).unwrap(),
        "Cards fail; wallets work."
    );
    assert!(status.body.render(&filled(json!({}))).is_err());
    let maintenance = template("maintenance_banner");
    let text = filled(json!({"text": "Back at noon.", "region": "uk"}));
    assert_eq!(
        maintenance.subject.render(&text).unwrap(),
        "Maintenance, UK"
    );
    assert_eq!(maintenance.body.render(&text).unwrap(), "Back at noon.");
    let everywhere = filled(json!({"text": "Back at noon."}));
    assert!(maintenance.subject.render(&everywhere).is_err());
}

#[test]
fn the_note_of_an_incident_says_how_long_it_lasted_and_leaves_nothing_out() {
    let note = template("incident_note");
    let whole = json!({
        "what": "Cards failed.", "severity": "Critical", "began": "2026-11-20T01:00:00.000Z",
        "ended": "2026-11-20T02:30:00.000Z", "impact": "Everybody in the EU", "fix": "A new key",
    });
    let scope = filled(whole.clone());
    let subject = note.subject.render(&scope).unwrap();
    assert_eq!(subject, "Incident of 20 November 2026, Critical");
    assert_eq!(
        note.body.render(&scope).unwrap().trim_end(),
        "What happened: Cards failed.\n\
         Severity: Critical\n\
         Began: 20 November 2026, 02:00\n\
         Ended: 20 November 2026, 03:30, after 1 h 30\n\
         Impact: Everybody in the EU\n\
         What mended it: A new key"
    );
    let names: Vec<String> = map(whole.clone()).keys().cloned().collect();
    for name in names {
        let mut params: Map<String, Value> = map(whole.clone());
        params.remove(&name);
        assert!(
            note.body.render(&filled(Value::Object(params))).is_err(),
            "{name}"
        );
    }
}
