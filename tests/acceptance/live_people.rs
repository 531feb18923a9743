//! L-03 to L-06, L-51 to L-55: severities, contacts, escalation, the document itself.

use watchkeeper_pack::format::{Severity, SeverityDef};

use serde_json::json;
use watchkeeper_model::alert::State::Firing;

use crate::live_world::{NOW, creator, live, payout, show};
use crate::packs::LIVE_SHOPPING;

fn severity(id: &str) -> &'static SeverityDef {
    let all = LIVE_SHOPPING.incidents.severities.iter();
    all.clone().find(|severity| severity.id == id).unwrap()
}

fn belongs(id: &str, words: &[&str]) {
    let examples = severity(id).examples.join("; ");
    for word in words {
        assert!(examples.contains(word), "{id}: {word} in {examples}");
    }
}

#[test]
fn data_of_l_03_p0_is_resolved_within_an_hour() {
    let p0 = severity("p0");
    assert_eq!((p0.resolve_minutes, p0.rank), (Some(60), 0));
    assert_eq!(
        (p0.respond_minutes, p0.notify_minutes),
        (None, None),
        "the document has none"
    );
    belongs(
        "p0",
        &["site is down", "payments", "security", "show cannot start"],
    );
}

#[test]
fn data_of_l_03_a_show_that_does_not_start_is_red() {
    for (state, starts, red) in [
        ("planned", "2026-11-20T15:00:00.001Z", 0),
        ("planned", "2026-11-20T15:00:00.000Z", 0),
        ("planned", "2026-11-20T14:59:59.999Z", 1),
        ("failed", "2026-11-20T14:59:59.999Z", 1),
        ("live", "2026-11-20T14:59:59.999Z", 0),
        ("cancelled", "2026-11-20T14:59:59.999Z", 0),
    ] {
        let records = live();
        let fields = json!({"state": state, "starts_at": starts});
        records.add("show", "s-1", show("s-1", fields));
        let found = records.states("show_cannot_start", NOW).len();
        assert_eq!(found, red, "{state} {starts}");
    }
    let rule = &LIVE_SHOPPING.alerts["show_cannot_start"].def;
    assert_eq!(rule.severity, Severity::Red);
    let playbook = &LIVE_SHOPPING.playbooks["stream_wont_start"].def;
    assert_eq!(playbook.severity.as_deref(), Some("p0"));
}

#[test]
fn data_of_l_04_p1_is_resolved_within_four_hours() {
    assert_eq!(
        (severity("p1").resolve_minutes, severity("p1").rank),
        (Some(240), 1)
    );
    belongs(
        "p1",
        &[
            "part of the site",
            "webhooks",
            "database",
            "creators are not paid",
        ],
    );
    for playbook in ["webhook_missing", "payout_fails"] {
        let def = &LIVE_SHOPPING.playbooks[playbook].def;
        assert_eq!(def.severity.as_deref(), Some("p1"), "{playbook}");
    }
}

#[test]
fn data_of_l_04_a_payout_that_fails_is_red() {
    let records = live();
    records.add("creator", "ada", creator("ada", json!({})));
    records.add("payout", "p-1", payout("p-1", json!({})));
    assert_eq!(records.states("payout_failed", NOW), []);
    let ended = "2026-11-20T14:50:00.000Z";
    let fields = json!({"state": "failed", "ended_at": ended});
    records.add("payout", "p-2", payout("p-2", fields));
    assert_eq!(records.states("payout_failed", NOW), [Firing]);
    assert_eq!(
        LIVE_SHOPPING.alerts["payout_failed"].def.severity,
        Severity::Red
    );
}

#[test]
fn data_of_l_05_p2_is_resolved_within_a_day() {
    assert_eq!(
        (severity("p2").resolve_minutes, severity("p2").rank),
        (Some(24 * 60), 2)
    );
    belongs("p2", &["one feature", "slow", "API", "screen"]);
}

#[test]
fn data_of_l_06_p3_is_resolved_within_a_week() {
    assert_eq!(
        (severity("p3").resolve_minutes, severity("p3").rank),
        (Some(7 * 24 * 60), 3)
    );
    belongs("p3", &["small bug", "wish", "documentation", "looks"]);
    let all: Vec<&str> = LIVE_SHOPPING
        .incidents
        .severities
        .iter()
        .map(|severity| severity.id.as_str())
        .collect();
    assert_eq!(
        all,
        ["p0", "p1", "p2", "p3"],
        "the worst first, and no fifth"
    );
}

#[test]
fn l_51_and_x_26_four_contacts_wait_for_the_tenant() {
    let people = &LIVE_SHOPPING.people;
    let open = people
        .contacts
        .values()
        .filter(|contact| contact.row == "L-51");
    let mut labels: Vec<&str> = open.clone().map(|contact| contact.label.as_str()).collect();
    labels.sort_unstable();
    let wanted = [
        "Customer Support Lead",
        "Finance Manager",
        "Operations Manager",
        "Technical Lead",
    ];
    assert_eq!(labels, wanted);
    for contact in open {
        assert_eq!(contact.at, None, "{}", contact.label);
        let setting = &LIVE_SHOPPING.settings[contact.setting.as_ref().unwrap()];
        assert!(
            setting.needed && setting.default.is_null(),
            "{}",
            contact.label
        );
        assert!(people.roles.contains_key(contact.role.as_ref().unwrap()));
    }
}

#[test]
fn l_52_five_contacts_outside() {
    let outside = LIVE_SHOPPING.people.contacts.values();
    let outside = outside.filter(|contact| contact.row == "L-52");
    assert_eq!(outside.clone().count(), 5);
    for (name, wanted) in [
        ("Manus", "help.manus.im"),
        ("PayPal", "1-888-221-1161"),
        ("Wise", "wise.com/help"),
        ("Twilio", "support.twilio.com"),
        ("Stripe", "support.stripe.com"),
    ] {
        let found = outside.clone().find(|contact| contact.label.contains(name));
        let found = found.unwrap().at.clone().unwrap();
        assert_eq!(found.trim_start_matches("https://"), wanted);
    }
}

/// Role, minutes, and whether it is called in some cases only.
fn calls(path: &str) -> Vec<(&'static str, u32, bool)> {
    let calls = LIVE_SHOPPING.people.escalations[path].calls.iter();
    calls
        .map(|call| (call.role.as_str(), call.after_minutes, call.only.is_some()))
        .collect()
}

#[test]
fn l_53_the_lead_after_an_hour_the_cto_after_four_the_ceo_when_it_is_critical() {
    let wanted = [
        ("on_call", 0, false),
        ("technical_lead", 60, false),
        ("cto", 240, false),
        ("ceo", 240, true),
    ];
    assert_eq!(calls("standard"), wanted);
    for role in ["on_call", "cto", "ceo"] {
        let setting = &LIVE_SHOPPING.settings[&format!("{role}_at")];
        assert!(setting.needed, "{role}");
    }
}

#[test]
fn l_53_and_x_22_a_p0_calls_the_lead_at_once_and_the_cto_after_its_hour() {
    let wanted = [
        ("on_call", 0, false),
        ("technical_lead", 0, false),
        ("cto", 60, false),
        ("ceo", 60, true),
    ];
    assert_eq!(calls("critical"), wanted);
    assert_eq!(severity("p0").escalation.as_deref(), Some("critical"));
    assert_eq!(severity("p1").escalation.as_deref(), Some("standard"));
    assert_eq!(LIVE_SHOPPING.incidents.warn_at_percent, [50, 80]);
}

#[test]
fn l_54_the_document_was_due_for_review() {
    let document = LIVE_SHOPPING.document.as_ref().unwrap();
    assert_eq!(document.version.as_deref(), Some("v1.0"));
    assert_eq!(document.updated.as_deref(), Some("2024-12-29"));
    assert_eq!(document.next_review.as_deref(), Some("2025-01-29"));
    assert_eq!(document.row, "L-54");
}

#[test]
fn l_55_where_things_are_described() {
    let document = LIVE_SHOPPING.document.as_ref().unwrap();
    assert_eq!(document.names.len(), 4);
    let names = document.names.join("; ");
    for word in [
        "/DEPLOYMENT.md",
        "section 12",
        "Management UI → Documentation",
        "drizzle/schema.ts",
        "/todo.md",
    ] {
        assert!(names.contains(word), "{word} in {names}");
    }
}
