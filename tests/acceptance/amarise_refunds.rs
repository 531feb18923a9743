//! A-06, A-17, A-22, A-41, X-03, X-04, X-12: money that goes back, its clock and its line.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_model::{ClockStanding, standing_of};
use watchkeeper_pack::format::{Severity, Tone};

use crate::amarise_bodies::{NOW, ROLES, by, eur, money, order, refund, return_case};
use crate::packs::AMARISE;
use crate::records::Records;
use crate::world::at;

type Refusal = Option<(String, Option<String>)>;

fn clock(records: &Records, name: &str, now: &str) -> Option<ClockStanding> {
    let kind = AMARISE.kind("refund").unwrap();
    let (body, computed) = records.record("refund", "r");
    standing_of(
        &AMARISE,
        kind,
        &kind.clocks[name],
        (&body, &computed),
        at(now),
    )
}

fn one(fields: Value) -> Records {
    let records = Records::of(&AMARISE);
    records.add("refund", "r", refund("R-1", fields));
    records
}

#[test]
fn a_06_a_refund_is_late_after_twenty_four_hours_and_not_at_them() {
    let records = one(json!({"actionable_at": "2026-11-19T01:00:00.000Z"}));
    assert_eq!(AMARISE.alerts["refund_overdue"].def.severity, Severity::Red);
    let late = |now: &str| records.states("refund_overdue", now);
    assert_eq!(late("2026-11-20T00:59:59.999Z"), []);
    assert_eq!(late("2026-11-20T01:00:00.000Z"), [], "exactly a day");
    assert_eq!(late("2026-11-20T01:00:00.001Z"), [Firing]);
}

#[test]
fn a_06_the_clock_starts_is_due_and_stops() {
    let records = one(json!({"actionable_at": "2026-11-19T01:00:00.000Z"}));
    let stands = clock(&records, "process", "2026-11-19T12:00:00.000Z").unwrap();
    assert_eq!(stands.start, at("2026-11-19T01:00:00Z"));
    assert_eq!(stands.due, at("2026-11-20T01:00:00Z"));
    assert_eq!((stands.runs, stands.tone), (true, Tone::Green));
    let tone = |now: &str| clock(&records, "process", now).unwrap().tone;
    assert_eq!(tone("2026-11-20T00:59:59.999Z"), Tone::Amber);
    assert_eq!(tone(NOW), Tone::Red);
    for state in ["approved", "refunded", "refused"] {
        let settled = one(json!({"actionable_at": "2026-11-19T01:00:00.000Z", "state": state}));
        let stands = clock(&settled, "process", "2026-11-25T00:00:00.000Z").unwrap();
        assert_eq!(
            (stands.runs, stands.tone),
            (false, Tone::Neutral),
            "{state}"
        );
        assert_eq!(
            settled.states("refund_overdue", "2026-11-25T00:00:00.000Z"),
            []
        );
    }
    let failed = one(json!({"actionable_at": "2026-11-19T01:00:00.000Z", "state": "failed"}));
    assert_eq!(
        failed.states("refund_overdue", "2026-11-25T00:00:00.000Z"),
        [Firing]
    );
}

#[test]
fn a_06_pending_are_those_asked_or_failed_whose_clock_runs() {
    let records = Records::of(&AMARISE);
    let add = |id: &str, fields: Value| records.add("refund", id, refund(id, fields));
    add("asked", json!({}));
    add("asked-uk", json!({"region": "uk"}));
    add("failed", json!({"state": "failed"}));
    add(
        "no-parcel",
        json!({"actionable_at": null, "return_number": "RT-1"}),
    );
    add("sent", json!({"state": "approved"}));
    add(
        "paid",
        json!({"state": "refunded", "refunded_at": "2026-11-19T00:00:00.000Z"}),
    );
    add("refused", json!({"state": "refused"}));
    let pending = records.metric("pending_refunds", NOW);
    assert_eq!(pending.value, Some(3.0));
    let parts: Vec<_> = pending
        .parts
        .iter()
        .map(|(n, v)| (n.as_str(), *v))
        .collect();
    assert_eq!(parts, [("eu", 2.0), ("uk", 1.0)]);
}

#[test]
fn x_04_the_clock_waits_for_the_parcel_and_does_not_wait_for_agreement() {
    let waits = one(json!({"actionable_at": null, "return_number": "RT-1"}));
    assert_eq!(clock(&waits, "process", NOW), None);
    assert_eq!(
        waits.states("refund_overdue", "2027-11-20T01:00:00.000Z"),
        []
    );

    let asked = json!({
        "actionable_at": "2026-11-19T01:00:00.000Z",
        "approval_asked_at": "2026-11-19T03:00:00.000Z",
    });
    let records = one(asked);
    let process = clock(&records, "process", "2026-11-19T12:00:00.000Z").unwrap();
    assert_eq!(
        process.due,
        at("2026-11-20T01:00:00Z"),
        "still in the total"
    );
    assert!(process.runs);
    let agreement = clock(&records, "agreement", "2026-11-19T12:00:00.000Z").unwrap();
    assert_eq!(agreement.start, at("2026-11-19T03:00:00Z"), "shown apart");
    assert!(agreement.runs);
    assert_eq!(clock(&one(json!({})), "agreement", NOW), None);
}

#[test]
fn x_04_the_time_of_an_approver_is_a_part_of_its_own_and_counts() {
    let asked = json!({
        "actionable_at": "2026-11-19T01:00:00.000Z",
        "approval_asked_at": "2026-11-19T03:00:00.000Z",
    });
    let parts = |records: &Records, now: &str| {
        let stands = clock(records, "process", now).unwrap();
        assert_eq!(stands.start, at("2026-11-19T01:00:00Z"));
        assert_eq!(stands.due, at("2026-11-20T01:00:00Z"), "nothing is moved");
        assert_eq!(stands.paused, None, "it never stands still");
        let tone = stands.tone;
        let parts = stands.segments.into_iter();
        let parts = parts.map(|part| {
            assert_eq!((part.row.as_str(), part.counts), ("X-04", true));
            (part.minutes, part.since)
        });
        (tone, parts.collect::<Vec<_>>())
    };
    let before = one(json!({"actionable_at": "2026-11-19T01:00:00.000Z"}));
    assert_eq!(
        parts(&before, "2026-11-19T02:00:00.000Z"),
        (Tone::Green, Vec::new())
    );
    let waits = one(asked.clone());
    let since = Some(at("2026-11-19T03:00:00Z"));
    for (now, minutes, tone) in [
        ("2026-11-19T03:00:00.000Z", 0.0, Tone::Green),
        ("2026-11-19T12:00:00.000Z", 540.0, Tone::Green),
        ("2026-11-20T00:59:00.000Z", 1_319.0, Tone::Amber),
        ("2026-11-20T01:00:00.000Z", 1_320.0, Tone::Red),
    ] {
        assert_eq!(parts(&waits, now), (tone, vec![(Some(minutes), since)]));
    }
    let mut answered = asked;
    answered["approval_answered_at"] = json!("2026-11-19T10:30:00.000Z");
    assert_eq!(
        parts(&one(answered), "2026-11-19T12:00:00.000Z"),
        (Tone::Green, vec![(Some(450.0), None)])
    );
    // An answer before the question: nobody can say how long that was, and no deadline is hidden.
    let odd = one(json!({
        "actionable_at": "2026-11-19T01:00:00.000Z",
        "approval_asked_at": "2026-11-19T03:00:00.000Z",
        "approval_answered_at": "2026-11-19T02:00:00.000Z",
    }));
    assert_eq!(
        parts(&odd, "2026-11-20T01:00:00.000Z"),
        (Tone::Red, vec![(None, None)])
    );
}

#[test]
fn x_12_after_twelve_hours_without_an_answer_the_founder_may_answer() {
    let asked = "2026-11-19T03:00:00.000Z";
    let waits = one(json!({"approval_asked_at": asked}));
    let fires = |records: &Records, now: &str| records.states("agreement_waits", now).len();
    assert_eq!(fires(&waits, "2026-11-19T14:59:59.999Z"), 0);
    assert_eq!(fires(&waits, "2026-11-19T15:00:00.000Z"), 1);
    let answered =
        json!({"approval_asked_at": asked, "approval_answered_at": "2026-11-19T10:00:00.000Z"});
    assert_eq!(fires(&one(answered), "2026-11-19T20:00:00.000Z"), 0);
    for (kind, action) in [
        ("refund", "pay"),
        ("price_change", "apply"),
        ("promotion", "start"),
        ("product", "launch"),
        ("content_change", "publish"),
    ] {
        for approval in &AMARISE.kind(kind).unwrap().actions[action].def.approvals {
            let fallback = approval.fallback.as_ref().unwrap();
            let said = (fallback.role.as_str(), fallback.after_minutes);
            assert_eq!(said, ("founder", 12 * 60), "{kind}.{action}");
        }
    }
}

/// What is said of paying refund `r`, with these others of the same order there.
fn pay(this: Value, total: Value, others: &[Value]) -> Refusal {
    let records = one(this);
    records.add("order", "o-1", order("A-1", json!({"total": total})));
    for (n, other) in others.iter().enumerate() {
        let id = format!("other-{n}");
        records.add("refund", &id, refund(&id, other.clone()));
    }
    records.refused(("refund", "r"), ("pay", json!({})), ROLES, NOW)
}

fn finance() -> Refusal {
    by("approval.needed", "A-41")
}

#[test]
fn a_41_below_and_at_five_hundred_euro_nobody_is_asked_and_above_finance_is() {
    let total = eur(200_000);
    for minor in [1, 49_999, 50_000] {
        assert_eq!(
            pay(json!({"amount": eur(minor)}), total.clone(), &[]),
            None,
            "{minor}"
        );
    }
    for minor in [50_001, 100_000] {
        let said = pay(json!({"amount": eur(minor)}), total.clone(), &[]);
        assert_eq!(said, finance(), "{minor}");
    }
    let approvals = &AMARISE.kind("refund").unwrap().actions["pay"].def.approvals;
    let roles: Vec<_> = approvals.iter().map(|a| a.role.as_str()).collect();
    assert_eq!(roles, ["finance_lead"]);
}

#[test]
fn a_41_and_x_03_all_refunds_of_one_order_count_together() {
    let total = eur(200_000);
    let said =
        |minor: i64, others: &[Value]| pay(json!({"amount": eur(minor)}), total.clone(), others);
    for state in ["approved", "refunded"] {
        let before = [json!({"amount": eur(30_000), "state": state})];
        assert_eq!(said(20_000, &before), None, "{state}");
        assert_eq!(said(20_001, &before), finance(), "{state}");
    }
    let parts = [
        json!({"amount": eur(25_000), "state": "refunded"}),
        json!({"amount": eur(24_999), "state": "refunded"}),
    ];
    assert_eq!(said(1, &parts), None);
    assert_eq!(said(2, &parts), finance());
    // What did not go back does not count, nor does another order.
    for other in [
        json!({"amount": eur(30_000), "state": "refused"}),
        json!({"amount": eur(30_000), "state": "requested"}),
        json!({"amount": eur(30_000), "state": "refunded", "order": "o-2"}),
    ] {
        assert_eq!(said(50_000, &[other]), None);
    }
}

#[test]
fn x_03_another_currency_is_measured_with_the_rate_of_the_request() {
    let total = money(200_000, "GBP");
    let said = |minor: i64, rate: Value, others: &[Value]| {
        let this =
            json!({"amount": money(minor, "GBP"), "asked": money(minor, "GBP"), "euro_rate": rate});
        pay(this, total.clone(), others)
    };
    // 1.20 euro for a pound: 416.66 are 499.99, 416.67 are 500.004.
    assert_eq!(said(41_666, json!(1_200_000), &[]), None);
    assert_eq!(said(41_667, json!(1_200_000), &[]), finance());
    // 1.25: 400.00 are 500.00 to the cent.
    assert_eq!(said(40_000, json!(1_250_000), &[]), None);
    assert_eq!(said(40_001, json!(1_250_000), &[]), finance());
    assert_eq!(
        said(100, Value::Null, &[]),
        finance(),
        "no rate, no knowledge"
    );
    let before = [json!({"amount": money(100, "GBP"), "state": "refunded"})];
    assert_eq!(
        said(100, json!(1_200_000), &before),
        finance(),
        "an earlier one has no rate"
    );
}

#[test]
fn data_of_a_22_never_more_than_was_paid_for_the_order() {
    let said = |minor: i64, before: i64| {
        let others = [json!({"amount": eur(before), "state": "refunded"})];
        pay(json!({"amount": eur(minor)}), eur(10_000), &others)
    };
    assert_eq!(said(4000, 6000), None);
    assert_eq!(said(4001, 6000), by("refund.above_order", "A-22"));
    assert_eq!(said(0, 0), by("refund.above_order", "A-22"));
    let pounds = pay(json!({"amount": eur(100)}), money(10_000, "GBP"), &[]);
    assert_eq!(pounds, by("refund.above_order", "A-22"));
    let unpaid = one(json!({}));
    unpaid.add("order", "o-1", order("A-1", json!({"paid": false})));
    let said = unpaid.refused(("refund", "r"), ("pay", json!({})), ROLES, NOW);
    assert_eq!(said, by("refund.above_order", "A-22"));
}

#[test]
fn data_of_a_22_a_part_lies_between_nothing_and_all() {
    let records = one(json!({"asked": eur(5000), "amount": eur(5000)}));
    let said = |amount: Value| {
        let params = json!({"amount": amount, "reason": "One of two."});
        records.refused(("refund", "r"), ("set_part", params), ROLES, NOW)
    };
    assert_eq!(said(eur(1)), None);
    assert_eq!(said(eur(4999)), None);
    for amount in [eur(0), eur(5000), eur(5001), eur(-1), money(100, "USD")] {
        assert_eq!(
            said(amount.clone()),
            by("refund.no_part", "A-22"),
            "{amount}"
        );
    }
    let params = json!({"amount": eur(1200), "reason": "One of two."});
    let plan = records
        .decide(("refund", "r"), ("set_part", params), ROLES, NOW)
        .plan
        .unwrap();
    assert_eq!(
        (&plan.sets["amount"], &plan.sets["scope"]),
        (&eur(1200), &json!("part"))
    );
    let full = records
        .decide(("refund", "r"), ("set_full", json!({})), ROLES, NOW)
        .plan
        .unwrap();
    assert_eq!(
        (&full.sets["amount"], &full.sets["scope"]),
        (&eur(5000), &json!("full"))
    );
}

#[test]
fn data_of_a_21_the_money_of_a_return_follows_its_parcel() {
    let missing = || by("refund.parcel_missing", "A-21");
    let here = json!("2026-11-20T00:00:00.000Z");
    for (state, received_at, expected) in [
        ("requested", json!(null), missing()),
        ("approved", json!(null), missing()),
        ("labelled", json!(null), missing()),
        ("rejected", json!(null), missing()),
        ("received", here.clone(), None),
        ("closed", here, None),
        // It ended without a parcel.
        ("closed", json!(null), missing()),
    ] {
        let records = one(json!({"return_number": "RT-1"}));
        records.add("order", "o-1", order("A-1", json!({})));
        records.add(
            "return_case",
            "rt",
            return_case("RT-1", json!({"state": state, "received_at": received_at})),
        );
        let said = records.refused(("refund", "r"), ("pay", json!({})), ROLES, NOW);
        assert_eq!(said, expected, "{state} {received_at}");
    }
}

#[test]
fn frozen_refunds_are_not_paid() {
    let records = one(json!({})).control("freeze_refunds", json!(true));
    records.add("order", "o-1", order("A-1", json!({})));
    let said = records.refused(("refund", "r"), ("pay", json!({})), ROLES, NOW);
    assert_eq!(said, by("refund.frozen", "A-17"));
    let refuse = ("refuse", json!({"reason": "Worn."}));
    assert_eq!(records.refused(("refund", "r"), refuse, ROLES, NOW), None);
}
