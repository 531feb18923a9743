//! what customers ask about their data, and by when.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_model::{Outcome, standing_of};
use watchkeeper_pack::format::{Severity, Tone};

use crate::amarise_bodies::{NOW, ROLES, by, customer, machine, privacy, refund, return_case};
use crate::packs::AMARISE;
use crate::records::Records;
use crate::world::at;

const STATES: [&str; 4] = ["received", "in_work", "done", "refused"];
const RECEIVED: &str = "2026-11-10T10:00:00.000Z";
/// Thirty days and one month after it.
const DUE: &str = "2026-12-10T10:00:00.000Z";

fn one(request: &str, received: &str, fields: Value) -> Records {
    let records = Records::of(&AMARISE);
    records.add("customer", "c-1", customer("C-1", json!({})));
    records.add(
        "privacy_request",
        "p",
        privacy("P-1", request, received, fields),
    );
    records
}

fn due(request: &str, received: &str) -> String {
    let records = one(request, received, json!({}));
    let (_, computed) = records.record("privacy_request", "p");
    computed["due_at"].as_str().unwrap().to_owned()
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("privacy_request", "p"), (action, params), ROLES, NOW)
}

fn params(action: &str) -> Value {
    match action {
        "check_identity" => json!({"how": "By mail"}),
        "send_export" => json!({"address": "https://shop.example/export/1"}),
        "extend" | "refuse" => json!({"reason": "It is a lot."}),
        _ => json!({}),
    }
}

/// What becomes of such a request by each action, where the action is possible at all: its state then,
/// `-` where that stays, or what refuses. Whoever asks is checked, and a request refused, alike in all.
fn goes_its_way((request, fields): (&str, Value), becomes: &[(&str, &str)]) {
    let records = Records::of(&AMARISE);
    for state in STATES {
        // Each of its own customer, so that none waits for another.
        records.add("customer", state, customer(state, json!({})));
        let mut body = privacy(state, request, RECEIVED, fields.clone());
        body["state"] = state.into();
        body["customer"] = state.into();
        records.add("privacy_request", state, body);
    }
    let alike = [("check_identity", "-"), ("refuse", "refused")];
    let all: Vec<(&str, &[&str], &str)> = alike
        .iter()
        .chain(becomes)
        .map(|(action, becomes)| (*action, possible_in(action), *becomes))
        .collect();
    machine(&records, "privacy_request", &STATES, params, &all);
}

fn possible_in(action: &str) -> &'static [&'static str] {
    match action {
        "start_export" | "apply_consent" => &["received"],
        "send_export" => &["in_work"],
        _ => &["received", "in_work"],
    }
}

#[test]
fn x_08_due_is_the_earlier_of_thirty_days_and_a_month() {
    for (received, expected) in [
        ("2026-11-10T10:00:00.000Z", "2026-12-10T10:00:00.000Z"),
        // 31 days in the month: thirty days are earlier.
        ("2026-12-05T10:00:00.000Z", "2027-01-04T10:00:00.000Z"),
        ("2026-03-31T10:00:00.000Z", "2026-04-30T10:00:00.000Z"),
        // A month is earlier across February.
        ("2026-01-29T10:00:00.000Z", "2026-02-28T10:00:00.000Z"),
        ("2026-01-30T10:00:00.000Z", "2026-02-28T10:00:00.000Z"),
        ("2026-01-31T10:00:00.000Z", "2026-02-28T10:00:00.000Z"),
        ("2026-02-01T10:00:00.000Z", "2026-03-01T10:00:00.000Z"),
        ("2026-02-28T10:00:00.000Z", "2026-03-28T10:00:00.000Z"),
        ("2026-03-01T10:00:00.000Z", "2026-03-31T10:00:00.000Z"),
        // A leap year.
        ("2028-01-30T10:00:00.000Z", "2028-02-29T10:00:00.000Z"),
        ("2028-01-31T10:00:00.000Z", "2028-02-29T10:00:00.000Z"),
        ("2028-02-10T10:00:00.000Z", "2028-03-10T10:00:00.000Z"),
        ("2028-02-29T10:00:00.000Z", "2028-03-29T10:00:00.000Z"),
    ] {
        assert_eq!(due("export", received), expected, "export of {received}");
        assert_eq!(
            due("deletion", received),
            expected,
            "deletion of {received}"
        );
    }
}

fn late_after_thirty_days(request: &str, rule: &str) {
    assert_eq!(AMARISE.alerts[rule].def.severity, Severity::Red);
    let records = one(request, RECEIVED, json!({}));
    assert_eq!(records.states(rule, "2026-12-10T09:59:59.999Z"), []);
    assert_eq!(
        records.states(rule, DUE),
        [],
        "in time at the instant itself"
    );
    assert_eq!(records.states(rule, "2026-12-10T10:00:00.001Z"), [Firing]);
    let kind = AMARISE.kind("privacy_request").unwrap();
    let clock = &kind.clocks["answer"];
    let stands = |records: &Records, now: &str| {
        let (body, computed) = records.record("privacy_request", "p");
        standing_of(&AMARISE, kind, clock, (&body, &computed), at(now)).unwrap()
    };
    let first = stands(&records, NOW);
    assert_eq!((first.start, first.due), (at(RECEIVED), at(DUE)));
    assert_eq!((first.runs, first.tone), (true, Tone::Green));
    assert_eq!(
        stands(&records, "2026-12-10T09:59:59.999Z").tone,
        Tone::Amber
    );
    assert_eq!(stands(&records, DUE).tone, Tone::Red);
    for state in ["done", "refused"] {
        let ended = one(request, RECEIVED, json!({"state": state}));
        assert_eq!(
            ended.states(rule, "2027-01-01T00:00:00.000Z"),
            [],
            "{state}"
        );
        let stands = stands(&ended, "2027-01-01T00:00:00.000Z");
        assert_eq!(
            (stands.runs, stands.tone),
            (false, Tone::Neutral),
            "{state}"
        );
    }
}

#[test]
fn a_28_an_export_is_late_after_thirty_days() {
    late_after_thirty_days("export", "export_overdue");
    let other = one("deletion", RECEIVED, json!({}));
    assert_eq!(
        other.states("export_overdue", "2027-01-01T00:00:00.000Z"),
        []
    );
}

#[test]
fn a_28_an_export_goes_its_way_and_to_nobody_unchecked() {
    goes_its_way(
        ("export", json!({})),
        &[
            ("start_export", "in_work"),
            ("send_export", "done"),
            ("erase", "privacy.no_deletion"),
            ("apply_consent", "privacy.no_consent"),
            ("extend", "-"),
        ],
    );
    let unchecked = one("export", RECEIVED, json!({"identity_checked": false}));
    let said = refused(&unchecked, "start_export", json!({}));
    assert_eq!(said, by("privacy.no_export", "A-28"));
    let unchecked = json!({"identity_checked": false, "state": "in_work"});
    let unchecked = one("export", RECEIVED, unchecked);
    let said = refused(&unchecked, "send_export", params("send_export"));
    assert_eq!(said, by("privacy.no_export", "A-28"));
}

#[test]
fn a_29_a_deletion_is_late_after_thirty_days() {
    late_after_thirty_days("deletion", "deletion_overdue");
    let other = one("export", RECEIVED, json!({}));
    assert_eq!(
        other.states("deletion_overdue", "2027-01-01T00:00:00.000Z"),
        []
    );
}

#[test]
fn a_29_who_asked_is_erased_and_keeps_no_name() {
    goes_its_way(
        ("deletion", json!({})),
        &[
            ("start_export", "privacy.no_export"),
            ("send_export", "privacy.no_export"),
            ("erase", "done"),
            ("apply_consent", "privacy.no_consent"),
            ("extend", "-"),
        ],
    );
    let records = one("deletion", RECEIVED, json!({}));
    let decision = records.decide(("privacy_request", "p"), ("erase", json!({})), ROLES, NOW);
    let plan = decision.plan.unwrap();
    let emptied = &plan.sets_on[0];
    assert_eq!(
        (emptied.kind.as_str(), emptied.id.as_str()),
        ("customer", "c-1")
    );
    assert_eq!(emptied.set["state"], "erased");
    let [erase] = plan.erases.as_slice() else {
        panic!("{:?}", plan.erases);
    };
    assert_eq!(erase.id.as_deref(), Some("c-1"));
    assert_eq!(erase.what.kind, "customer");
    for field in ["name", "email"] {
        assert!(erase.what.fields.iter().any(|one| one == field), "{field}");
    }
    let stays = |field: &str| !erase.what.fields.iter().any(|one| one == field);
    assert!(stays("code") && stays("lifetime"), "the pseudonym stays");
    // Every kind with their mail in it is among those that are emptied.
    for (name, kind) in &AMARISE.kinds {
        let refers = kind
            .fields
            .values()
            .any(|def| def.kind.as_deref() == Some("customer"));
        if refers && kind.fields.contains_key("email") {
            let mut along = erase.what.along.iter();
            let along = along.find(|along| along.kind == *name).unwrap();
            assert!(along.fields.iter().any(|one| one == "email"), "{name}");
        }
    }
    let unchecked = one("deletion", RECEIVED, json!({"identity_checked": false}));
    assert_eq!(
        refused(&unchecked, "erase", json!({})),
        by("privacy.no_deletion", "A-29")
    );
}

#[test]
fn a_29_and_x_90_a_legal_hold_or_an_open_case_stops_it() {
    let held = Records::of(&AMARISE);
    held.add(
        "customer",
        "c-1",
        customer("C-1", json!({"legal_hold": true})),
    );
    held.add(
        "privacy_request",
        "p",
        privacy("P-1", "deletion", RECEIVED, json!({})),
    );
    assert_eq!(
        refused(&held, "erase", json!({})),
        by("privacy.legal_hold", "X-90")
    );

    for (kind, state, open) in [
        ("refund", "requested", true),
        ("refund", "approved", true),
        ("refund", "failed", true),
        ("refund", "refunded", false),
        ("return_case", "labelled", true),
        ("return_case", "received", true),
        ("return_case", "closed", false),
        ("return_case", "rejected", false),
    ] {
        let records = one("deletion", RECEIVED, json!({}));
        let body = match kind {
            "refund" => refund("R-1", json!({"state": state})),
            _ => return_case("RT-1", json!({"state": state})),
        };
        records.add(kind, "case", body);
        let stops = match open {
            true => by("privacy.case_open", "A-22"),
            false => None,
        };
        let said = refused(&records, "erase", json!({}));
        assert_eq!(said, stops, "{kind} {state}");
    }
    // Nobody but Legal and the Founder places or lifts a hold.
    let hold = ("hold", json!({"reason": "A claim."}));
    let said = held.refused(("customer", "c-1"), hold.clone(), &["operator"], NOW);
    assert_eq!(said, Some(("rights.missing_role".to_owned(), None)));
    assert_eq!(
        held.refused(("customer", "c-1"), hold, &["legal_counsel"], NOW),
        None
    );
}

/// Whose mail is erased can be sent no answer, not even a refusal: a request left open would stay so for ever.
#[test]
fn a_29_and_x_08_nobody_is_erased_who_is_owed_another_answer() {
    let waits = by("privacy.request_open", "X-08");
    for (request, state, customer, said) in [
        ("export", "received", "c-1", waits.clone()),
        ("export", "in_work", "c-1", waits.clone()),
        ("consent", "received", "c-1", waits.clone()),
        ("deletion", "received", "c-1", waits),
        ("export", "done", "c-1", None),
        ("deletion", "refused", "c-1", None),
        ("export", "received", "c-2", None),
    ] {
        let records = one("deletion", RECEIVED, json!({}));
        let fields = json!({"state": state, "customer": customer});
        let other = privacy("P-2", request, RECEIVED, fields);
        records.add("privacy_request", "other", other);
        let found = refused(&records, "erase", json!({}));
        assert_eq!(found, said, "{request} {state} of {customer}");
    }
    // Each is answered or refused while there is an address; then it is their turn.
    let records = one("deletion", RECEIVED, json!({}));
    let other = privacy("P-2", "deletion", RECEIVED, json!({}));
    records.add("privacy_request", "other", other);
    let twice = ("refuse", json!({"reason": "You asked twice."}));
    records.carry_out(("privacy_request", "other"), twice, ROLES, NOW);
    assert_eq!(refused(&records, "erase", json!({})), None);
}

#[test]
fn a_30_and_x_11_a_consent_is_due_at_once_and_sounds_after_five_minutes() {
    let received = "2026-11-20T01:00:00.000Z";
    assert_eq!(due("consent", received), received);
    let records = one("consent", received, json!({"consent": false}));
    assert_eq!(AMARISE.alerts["consent_waits"].def.severity, Severity::Red);
    assert_eq!(
        records.states("consent_waits", "2026-11-20T01:04:59.999Z"),
        []
    );
    assert_eq!(
        records.states("consent_waits", "2026-11-20T01:05:00.000Z"),
        [Firing]
    );
    let sooner = one("consent", received, json!({"consent": false}));
    let sooner = sooner.setting("unanswered_minutes", json!(1));
    assert_eq!(
        sooner.states("consent_waits", "2026-11-20T01:01:00.000Z"),
        [Firing]
    );
    let done = one(
        "consent",
        received,
        json!({"consent": false, "state": "done"}),
    );
    assert_eq!(done.states("consent_waits", "2026-11-20T03:00:00.000Z"), []);
}

#[test]
fn a_30_a_consent_is_applied_as_it_was_chosen() {
    for consent in [true, false] {
        goes_its_way(
            ("consent", json!({"consent": consent})),
            &[
                ("start_export", "privacy.no_export"),
                ("send_export", "privacy.no_export"),
                ("erase", "privacy.no_deletion"),
                ("apply_consent", "done"),
                ("extend", "privacy.too_late_to_extend"),
            ],
        );
        let records = one("consent", RECEIVED, json!({"consent": consent}));
        let asked = ("apply_consent", json!({}));
        let plan = records
            .decide(("privacy_request", "p"), asked, ROLES, NOW)
            .plan
            .unwrap();
        assert_eq!(plan.sets_on[0].set["marketing_consent"], json!(consent));
    }
    let unknown = one("consent", RECEIVED, json!({}));
    assert_eq!(
        refused(&unknown, "apply_consent", json!({})),
        by("privacy.no_consent", "A-30")
    );
}

#[test]
fn x_08_two_months_more_once_with_a_reason_and_inside_the_first() {
    let extend = |records: &Records, now: &str| {
        let asked = ("extend", params("extend"));
        records.decide(("privacy_request", "p"), asked, ROLES, now)
    };
    for (received, until) in [
        (RECEIVED, "2027-02-10T10:00:00.000Z"),
        ("2026-05-10T10:00:00.000Z", "2026-08-09T10:00:00.000Z"),
        ("2026-09-20T10:00:00.000Z", "2026-12-20T10:00:00.000Z"),
        ("2026-10-15T10:00:00.000Z", "2027-01-14T10:00:00.000Z"),
    ] {
        let plan = extend(&one("export", received, json!({})), received)
            .plan
            .unwrap();
        assert_eq!(plan.sets["extended_until"], until, "{received}");
        let mail = plan.calls[0].mail.clone().unwrap();
        assert!(
            mail.body.contains("It is a lot."),
            "the notice goes with it"
        );
    }
    let records = one("export", RECEIVED, json!({}));
    assert_eq!(
        extend(&records, DUE).outcome,
        Outcome::Allow,
        "at the instant itself"
    );
    let late = records.refused(
        ("privacy_request", "p"),
        ("extend", params("extend")),
        ROLES,
        "2026-12-10T10:00:00.001Z",
    );
    assert_eq!(late, by("privacy.too_late_to_extend", "X-08"));
    let again = one(
        "export",
        RECEIVED,
        json!({"extended_until": "2027-02-10T10:00:00.000Z"}),
    );
    let said = refused(&again, "extend", params("extend"));
    assert_eq!(said, by("privacy.too_late_to_extend", "X-08"));
    let silent = refused(&records, "extend", json!({}));
    assert_eq!(silent, Some(("params.invalid".to_owned(), None)));
}
