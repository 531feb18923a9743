//! D-22 and D-23 from end to end: our charges beside the provider's, and what is done where they differ.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;

use crate::desk::{Desk, ago, denied, fact};
use crate::dog_world::{NOW, OPERATOR, business, charge, placement};
use crate::pos_world::by;
use crate::records::Records;
use crate::world::{BOUGHT, PACK, Refund};

const JOB: (&str, &str) = ("job", "featured-expiry-and-promotion");

fn aud() -> Value {
    json!({"minor": 2200, "currency": "AUD"})
}

#[test]
fn d_22_a_charge_that_we_hold_wrongly_is_found_and_corrected_without_a_line() {
    let less = "ch_3scenarioless";
    let charge = ("charge", less);
    let mut desk = Desk::new(None, &["--scenario", "ledger_less"]);
    desk.firing("charge_held_wrongly", &[("yellow", less)]);
    // What agrees with the provider's book may not be corrected, and only to what stands there.
    let rows = desk.client.rows("charges").unwrap();
    let other = rows.iter().find(|row| row["id"] != less).unwrap();
    let other = other["id"].as_str().unwrap().to_owned();
    let as_failed = json!({"status": "failed", "reason": "The bank declined it."});
    for (charge, params) in [
        (("charge", other.as_str()), as_failed.clone()),
        (
            charge,
            json!({"status": "refunded", "reason": "It was given back."}),
        ),
    ] {
        let refused = desk.act(charge, "correct_status", params).unwrap_err();
        assert!(
            refused.contains("X-69") || refused.contains("D-22"),
            "{refused}"
        );
    }

    desk.cut();
    desk.act(charge, "correct_status", as_failed).unwrap();
    assert_eq!(
        desk.client.status().unwrap()["waiting"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(desk.mend()["held"], json!([]));
    let corrected = desk.seen(charge, |record| {
        let mut operations = record["operations"].as_array().unwrap().iter();
        operations.all(|one| one["word"] == "confirmed")
            && fact(record, "status")["text"] == "failed"
    });
    assert_eq!(fact(&corrected, "notes")["text"], "The bank declined it.");
    assert_eq!(fact(&corrected, "corrected_at")["type"], "instant");
    desk.firing("charge_held_wrongly", &[]);
    let log = desk.logged(charge, "Correct the status");
    assert_eq!(log, ["denied", "queued", "confirmed"]);
    // Once is enough.
    assert_eq!(
        denied(&desk.record(charge), "correct_status"),
        Some(("charge.not_succeeded".to_owned(), "D-22".to_owned()))
    );
}

#[test]
fn d_22_a_refund_of_ours_that_is_under_way_is_no_difference() {
    let records = Records::new();
    let provider = json!({"charge_id": "ch", "amount": aud(), "given_back": aud(),
                          "status": "refunded", "created_at": "2026-11-19T00:00:00.000Z"});
    records.add("provider_charge", "ch", provider);
    let ours = json!({"charge_id": "ch", "business": "b", "amount": aud(), "status": "succeeded",
                      "charged_at": "2026-11-19T00:00:00.000Z"});
    records.add("charge", "ch", ours);
    let now = "2026-11-20T01:00:00.000Z";
    assert_eq!(records.states("charge_held_wrongly", now), [Firing]);
    let refund = json!({
        "number": "R-1", "business": "b", "council": "c", "email": "k@mail.example",
        "amount": aud(), "purchased_at": "2026-11-19T00:00:00.000Z",
        "requested_at": "2026-11-19T01:00:00.000Z", "charge": "ch", "charge_id": "ch",
        "placement": "p", "state": "approved",
    });
    records.add("refund", "r", refund);
    assert_eq!(records.states("charge_held_wrongly", now), []);
}

#[test]
fn x_84_and_d_22_what_went_back_by_another_way_ends_its_slot_as_the_request_is_closed() {
    let before = "2026-11-18T00:00:00.000Z";
    for (state, ended_at, end) in [
        ("active", Value::Null, NOW),
        ("queued", Value::Null, NOW),
        ("ended", json!(before), before),
    ] {
        let records = Records::new();
        business(&records, "b", json!({}));
        charge(&records, "ch_p", json!({}));
        placement(&records, "p", state, json!({ "ended_at": ended_at }));
        let provider = json!({"charge_id": "ch_p", "amount": aud(), "given_back": aud(),
                              "status": "refunded", "created_at": BOUGHT});
        records.add("provider_charge", "ch_p", provider);
        let stands = usize::from(state != "ended");
        let corrected = json!({"status": "refunded", "reason": "Given back at the provider."});
        let correct = ("correct_status", corrected);
        let will = records.decide(("charge", "ch_p"), correct.clone(), OPERATOR, NOW);
        let left = |line: &&String| line.starts_with("leave its placement");
        assert_eq!(will.will.iter().filter(left).count(), stands, "{state}");
        records.carry_out(("charge", "ch_p"), correct, OPERATOR, NOW);
        assert_eq!(records.record("placement", "p").0["state"], state);
        let told = records.rule("refunded_standing", NOW);
        assert_eq!(told.len(), stands, "{state}: {told:?}");

        let mut body = Refund::new(BOUGHT, NOW).body;
        for (field, id) in [
            ("business", "b"),
            ("charge", "ch_p"),
            ("charge_id", "ch_p"),
            ("placement", "p"),
        ] {
            body.insert(field.to_owned(), json!(id));
        }
        records.add("refund", "r", Value::Object(body));
        records.carry_out(("refund", "r"), ("settle", json!({})), OPERATOR, NOW);
        let (slot, _) = records.record("placement", "p");
        assert_eq!(
            [&slot["state"], &slot["refund_status"], &slot["ended_at"]],
            ["ended", "refunded", end]
        );
        assert_eq!(records.rule("refunded_standing", NOW).len(), 0, "{state}");
    }
}

#[test]
fn d_23_for_a_day_a_late_payment_is_waited_for_and_then_it_is_missing() {
    let records = Records::new();
    let body = json!({"charge_id": "ch", "amount": aud(), "status": "succeeded",
                      "created_at": "2026-11-19T00:00:00.000Z"});
    records.add("provider_charge", "ch", body);
    let both = |now: &str| {
        let now = format!("2026-11-{now}Z");
        ["charge_late", "charge_missing"].map(|rule| records.states(rule, &now).len())
    };
    assert_eq!(both("19T12:00:00.000"), [1, 0]);
    assert_eq!(both("20T00:00:00.000"), [1, 0], "exactly a day");
    assert_eq!(both("20T00:00:00.001"), [0, 1]);
    let ours = json!({"charge_id": "ch", "business": "b", "amount": aud(), "status": "succeeded",
                      "charged_at": "2026-11-19T00:00:00.000Z"});
    records.add("charge", "ch", ours);
    assert_eq!(both("19T12:00:00.000"), [0, 0]);
    assert_eq!(both("20T12:00:00.000"), [0, 0]);
}

#[test]
fn d_23_a_payment_that_only_the_provider_has_is_looked_into_and_comes_in_the_end() {
    let (late, missing) = ("ch_3scenariomore", "ch_of_the_day_before");
    let mut desk = Desk::new(None, &["--scenario", "ledger_more"]);
    desk.firing("charge_late", &[("yellow", late)]);
    // Its message failed twice: it is late.
    let deliveries = desk.client.rows("webhook_deliveries").unwrap();
    let mut of_it = deliveries.iter().map(|row| row["id"].as_str().unwrap());
    assert!(of_it.any(|id| id == "evt_3scenariomore-2"));
    // One for which more than a day was waited.
    let body = json!({
        "charge_id": missing, "amount": aud(), "status": "succeeded", "created_at": ago(25 * 60),
    });
    desk.bring("provider_charge", missing, body);
    desk.firing("charge_missing", &[("yellow", missing)]);
    assert_eq!(
        desk.fires("charge_late").len(),
        1,
        "the other still has time"
    );

    // The job's own log, and the job once more, without a line.
    let job = json!({
        "name": "Expiry and promotion", "schedule": "daily at 02:00", "attempts": 1,
        "max_attempts": 5, "last_success": ago(20 * 60), "seconds": 13, "state": "ok",
    });
    desk.bring(JOB.0, JOB.1, job);
    desk.seen(JOB, |record| {
        let mut facts = record["facts"].as_array().unwrap().iter();
        let seconds = facts.find(|fact| fact["field"] == "seconds").unwrap();
        seconds["value"]["number"] == 13.0 && denied(record, "run").is_none()
    });
    desk.cut();
    desk.act(JOB, "run", json!({})).unwrap();
    assert_eq!(desk.mend()["held"], json!([]));
    desk.stands(JOB, "ok");
    assert_eq!(desk.logged(JOB, "Run now"), ["queued", "confirmed"]);
    assert_eq!(desk.fires("charge_missing").len(), 1, "it has not come yet");

    // Both messages arrive.
    for (id, minutes) in [(late, 312), (missing, 25 * 60)] {
        let body = json!({
            "charge_id": id, "business": "b-00001", "amount": aud(), "charged_at": ago(minutes),
            "status": "succeeded",
        });
        desk.bring("charge", id, body);
    }
    desk.firing("charge_late", &[]);
    desk.firing("charge_missing", &[]);
}

#[test]
fn part_of_x_69_and_d_24_an_open_difference_is_one_of_its_own_week() {
    let alert = |rule: &str, since: &str, state: &str| {
        let records = Records::new();
        let body = json!({
            "fingerprint": "f", "rule": rule, "row": "X-69", "severity": "yellow", "label": "l",
            "detail": "d", "rule_text": "r", "since": since, "state": state,
        });
        records.add("alert", "a", body);
        let week = json!({"began_at": "2026-11-05T03:00:00.000Z",
                          "ended_at": "2026-11-12T03:00:00.000Z", "state": "open"});
        records.add("payment_week", "w", week);
        let archive = ("archive", json!({"result": "Equal."}));
        records.refused(("payment_week", "w"), archive, OPERATOR, NOW)
    };
    let differs = || by("reconciliation.differs", "X-69");
    for (rule, since, expected) in [
        ("charge_held_wrongly", "2026-11-05T02:59:59.999Z", None),
        ("charge_held_wrongly", "2026-11-05T03:00:00.000Z", differs()),
        ("charge_held_wrongly", "2026-11-12T02:59:59.999Z", differs()),
        ("charge_held_wrongly", "2026-11-12T03:00:00.000Z", None),
        // A payment is missing once a day has passed since it was made.
        ("charge_missing", "2026-11-06T02:59:59.999Z", None),
        ("charge_missing", "2026-11-06T03:00:00.000Z", differs()),
        ("charge_missing", "2026-11-13T02:59:59.999Z", differs()),
        ("charge_missing", "2026-11-13T03:00:00.000Z", None),
    ] {
        for state in ["firing", "acknowledged"] {
            assert_eq!(
                alert(rule, since, state),
                expected,
                "{rule} {since} {state}"
            );
        }
        assert_eq!(alert(rule, since, "resolved"), None, "{rule} {since}");
    }
}

#[test]
fn part_of_x_69_what_is_held_wrongly_belongs_to_the_week_of_its_payment() {
    let since = PACK.alerts["charge_held_wrongly"].since.as_ref().unwrap();
    assert_eq!(since.source, "record.created_at");
}
