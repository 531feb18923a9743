//! The example pack: a clock that stands still while somebody else has to answer.

use serde_json::{Value, json};
use watchkeeper_model::{ClockStanding, standing_of};
use watchkeeper_pack::format::Tone;

use crate::packs::HARBOUR_LOCKERS;
use crate::records::Records;
use crate::world::at;

/// A request for a fee, asked for on Wednesday, 18 November 2026, 12:00 UTC.
fn request() -> Value {
    json!({
        "number": "FR-1", "payment": "p", "charge_id": "ch", "parcel_number": "HL-1",
        "email": "kim@mail.example", "amount": {"minor": 400, "currency": "EUR"},
        "why": "door_did_not_open", "paid_at": "2026-11-18T10:00:00.000Z",
        "asked_at": "2026-11-18T12:00:00.000Z", "state": "asked",
    })
}

fn one(body: &Value) -> Records {
    let records = Records::of(&HARBOUR_LOCKERS);
    records.add("fee_refund", "r", body.clone());
    records
}

fn answer(body: &Value, now: &str) -> ClockStanding {
    let kind = HARBOUR_LOCKERS.kind("fee_refund").unwrap();
    let (body, computed) = one(body).record("fee_refund", "r");
    let clock = &kind.clocks["answer"];
    standing_of(&HARBOUR_LOCKERS, kind, clock, (&body, &computed), at(now)).unwrap()
}

/// The request after an action at this instant.
fn after(mut body: Value, (action, params): (&str, Value), now: &str) -> Value {
    let decision = one(&body).decide(("fee_refund", "r"), (action, params), &["clerk"], now);
    let plan = decision
        .plan
        .unwrap_or_else(|| panic!("{:?}", decision.outcome));
    body.as_object_mut().unwrap().extend(plan.sets);
    body
}

#[test]
fn a_fee_refund_stands_still_while_the_receiver_owes_an_answer() {
    let asked = request();
    assert_eq!(
        answer(&asked, "2026-11-18T12:00:00Z").due,
        at("2026-11-19T12:00:00Z")
    );

    let what = ("question", json!({"question": "Which door?"}));
    let waits = after(asked, what.clone(), "2026-11-18T22:00:00Z");
    let stands = answer(&waits, "2026-11-20T22:00:00Z");
    assert_eq!(
        (stands.runs, stands.tone),
        (true, Tone::Neutral),
        "two days later"
    );
    assert_eq!(stands.due, at("2026-11-21T12:00:00Z"), "14 hours are left");
    assert_eq!(stands.paused.unwrap().since, at("2026-11-18T22:00:00Z"));

    let said = ("answered", json!({"words": "Door 7."}));
    let back = after(waits, said.clone(), "2026-11-20T22:00:00Z");
    let tone = |now: &str| answer(&back, now).tone;
    assert_eq!(answer(&back, "2026-11-20T22:00:00Z").paused, None);
    assert_ne!(tone("2026-11-21T11:59:59.999Z"), Tone::Red);
    assert_eq!(tone("2026-11-21T12:00:00.000Z"), Tone::Red);

    // A second question is added to the first.
    let waits = after(back, what, "2026-11-21T00:00:00Z");
    let back = after(waits, said, "2026-11-21T06:30:00Z");
    let stands = answer(&back, "2026-11-21T06:30:00Z");
    assert_eq!(stands.due, at("2026-11-21T18:30:00Z"));
    assert_eq!(stands.segments[0].minutes, Some(48.0 * 60.0 + 390.0));
}

#[test]
fn who_refuses_while_it_waits_ends_the_waiting() {
    let what = ("question", json!({"question": "Which door?"}));
    let waits = after(request(), what, "2026-11-18T22:00:00Z");
    let reason = json!({"reason": "No answer came."});
    let ended = after(waits, ("refuse", reason), "2026-11-19T22:00:00Z");
    assert_eq!(ended["questioned_at"], Value::Null);
    assert_eq!(ended["waited_seconds"], json!(86_400));
    let stands = answer(&ended, "2026-11-25T00:00:00Z");
    assert_eq!((stands.runs, stands.paused), (false, None));
    // Nobody was asked: nothing is made up.
    let reason = json!({"reason": "No ground."});
    let ended = after(request(), ("refuse", reason), "2026-11-18T22:00:00Z");
    assert_eq!(ended["waited_seconds"], Value::Null);
}
