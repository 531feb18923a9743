//! L-08, L-10 to L-13, L-39, L-41, L-43, L-44: orders, money back, maintenance jobs.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;

use crate::live_world::{
    NOW, OP, by, fraud, live, order, passes, payment, refund, return_case, starts_from, states_of,
    usd, with,
};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

fn one(fields: Value) -> Records {
    let records = live();
    records.add("order", "o-1", order("o-1", fields));
    records
}

fn of_order(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("order", "o-1"), (action, params), &OP, NOW)
}

#[test]
fn l_08_an_order_goes_from_checkout_to_fulfilment_and_no_other_way() {
    let flow = ["placed", "captured", "paid", "reserved", "in_fulfilment"];
    assert_eq!(states_of("order")[..5], flow);
    let money = [
        "captured",
        "paid",
        "reserved",
        "in_fulfilment",
        "shipped",
        "delivered",
        "on_hold",
        "cancelled",
    ];
    let known = [
        "placed",
        "captured",
        "paid",
        "reserved",
        "in_fulfilment",
        "shipped",
        "delivered",
        "on_hold",
    ];
    let bought = ["paid", "reserved", "in_fulfilment", "shipped", "delivered"];
    starts_from(
        "order",
        &order("it", json!({})),
        &[
            (
                "sync_payment",
                &["placed", "captured", "paid", "payment_failed"],
            ),
            ("fulfil", &["reserved"]),
            ("refund_full", &money),
            ("refund_part", &money),
            ("tell_where", &known),
            ("open_return", &bought),
        ],
    );
    let reserved = one(json!({"state": "reserved"}));
    let asked = ("fulfil", json!({}));
    let plan = reserved
        .decide(("order", "o-1"), asked, &OP, NOW)
        .plan
        .unwrap();
    assert_eq!(plan.sets["state"], "in_fulfilment");
    assert_eq!(plan.sets["fulfilment_at"], NOW);
}

#[test]
fn l_08_without_a_capture_no_money_goes_back() {
    let full = json!({"reason": "Sold out"});
    for fields in [
        json!({"capture_id": Value::Null}),
        json!({"payment": Value::Null}),
    ] {
        let said = of_order(&one(fields), "refund_full", full.clone());
        assert_eq!(said, by("order.not_captured", "L-08"));
    }
}

#[test]
fn data_of_l_11_support_reviews_and_agrees_before_paypal_is_asked() {
    starts_from(
        "refund",
        &refund("r", json!({})),
        &[
            ("review", &["requested"]),
            ("approve", &["reviewed", "failed"]),
            ("decline", &["requested", "reviewed"]),
        ],
    );
    let records = one(json!({}));
    records.add("refund", "r", refund("r", json!({})));
    let said = records.refused(("refund", "r"), ("approve", json!({})), &OP, NOW);
    assert_eq!(said, by("approval.needed", "L-11"));
    let def = &LIVE_SHOPPING.kind("refund").unwrap().actions["approve"].def;
    assert_eq!(def.approvals[0].role, "support_lead");
}

#[test]
fn data_of_l_11_more_than_is_left_is_never_paid_back() {
    for (asked, refunded, said) in [
        (10_000, 0, by("approval.needed", "L-11")),
        (10_001, 0, by("refund.too_much", "L-12")),
        (6_000, 4_000, by("approval.needed", "L-11")),
        (6_001, 4_000, by("refund.too_much", "L-12")),
        (0, 0, by("refund.too_much", "L-12")),
    ] {
        let records = one(json!({"refunded": usd(refunded)}));
        records.add("refund", "r", refund("r", json!({"amount": usd(asked)})));
        let found = records.refused(("refund", "r"), ("approve", json!({})), &OP, NOW);
        assert_eq!(found, said, "{asked} after {refunded}");
    }
}

#[test]
fn data_of_l_11_one_refund_of_an_order_at_a_time() {
    let full = || json!({"reason": "Sold out"});
    let waits = by("order.refund_on_its_way", "L-11");
    assert_eq!(
        of_order(&one(json!({})), "refund_full", full()),
        by("approval.needed", "L-11")
    );
    let pending = one(json!({"refund_pending": usd(100)}));
    assert_eq!(of_order(&pending, "refund_full", full()), waits);
    for (kind, body) in [
        ("refund", refund("r", json!({"state": "approved"}))),
        ("return_case", return_case(json!({"state": "refunding"}))),
        ("fraud_case", fraud("f", json!({"state": "declined"}))),
    ] {
        let records = one(json!({}));
        records.add(kind, "it", body);
        assert_eq!(of_order(&records, "refund_full", full()), waits, "{kind}");
    }
}

#[test]
fn data_of_l_11_the_customer_is_told_why_a_refund_is_declined() {
    let records = one(json!({}));
    records.add("refund", "r", refund("R-7", json!({})));
    let asked = ("decline", json!({"reason": "The goods were used."}));
    let plan = records
        .decide(("refund", "r"), asked, &OP, NOW)
        .plan
        .unwrap();
    assert_eq!(plan.sets["state"], "declined");
    let mail = plan.calls[0].mail.as_ref().unwrap();
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("kim@example.com", "About your request R-7")
    );
    let begin = "Hello,\n\nyou asked us on 20 November 2026 to return $40.00 USD for order o-1. \
        We looked into it and cannot do that:\n\nThe goods were used.\n\n";
    assert!(mail.body.starts_with(begin), "{}", mail.body);
    let silent = records.decide(("refund", "r"), ("decline", json!({})), &OP, NOW);
    assert!(silent.plan.is_none(), "no mail with a hole in it");
}

#[test]
fn data_of_l_12_a_partial_refund_is_at_most_what_is_left() {
    let part = |minor: i64| json!({"amount": usd(minor), "reason": "A scratch"});
    for (asked, refunded, said) in [
        (1, 0, by("approval.needed", "L-11")),
        (10_000, 0, by("approval.needed", "L-11")),
        (10_001, 0, by("order.too_much", "L-12")),
        (7_000, 3_000, by("approval.needed", "L-11")),
        (7_001, 3_000, by("order.too_much", "L-12")),
        (0, 0, by("order.too_much", "L-12")),
    ] {
        let records = one(json!({"refunded": usd(refunded)}));
        let found = of_order(&records, "refund_part", part(asked));
        assert_eq!(found, said, "{asked} after {refunded}");
    }
    let other = json!({"amount": {"minor": 100, "currency": "EUR"}, "reason": "A scratch"});
    let said = of_order(&one(json!({})), "refund_part", other);
    assert_eq!(said, by("order.too_much", "L-12"));
    let params = &LIVE_SHOPPING.kind("order").unwrap().actions["refund_part"]
        .def
        .params;
    assert!(
        params.values().all(|param| !param.optional),
        "amount and reason"
    );
    assert_eq!(params.len(), 2);
}

#[test]
fn data_of_l_13_a_full_refund_has_a_reason_of_the_list_and_is_the_first() {
    for (refunded, said) in [
        (0, by("approval.needed", "L-11")),
        (1, by("order.partly_refunded", "L-13")),
        (10_000, by("order.partly_refunded", "L-13")),
    ] {
        let records = one(json!({"refunded": usd(refunded)}));
        let reason = json!({"reason": "Sold out"});
        assert_eq!(
            of_order(&records, "refund_full", reason),
            said,
            "{refunded}"
        );
    }
    let params = &LIVE_SHOPPING.kind("order").unwrap().actions["refund_full"]
        .def
        .params;
    assert!(params["reason"].one_of.len() > 1 && !params["reason"].optional);
}

#[test]
fn data_of_l_10_the_status_at_paypal_is_synced_by_hand() {
    for state in ["placed", "captured", "paid", "payment_failed"] {
        let said = of_order(&one(json!({"state": state})), "sync_payment", json!({}));
        assert_eq!(said, None, "{state}");
    }
    let event = |signature: Value| {
        let records = live();
        let body = json!({
            "event": "e", "provider": "paypal", "topic": "PAYMENT", "payment": true,
            "first_at": NOW, "tries": 1, "signature_ok": signature, "state": "failed",
        });
        records.add("webhook_event", "e", body);
        records.refused(("webhook_event", "e"), ("retry", json!({})), &OP, NOW)
    };
    assert_eq!(event(json!(true)), passes());
    assert_eq!(event(Value::Null), passes());
    assert_eq!(event(json!(false)), by("webhook.signature", "L-10"));
}

#[test]
fn l_39_the_customer_is_told_where_the_order_is() {
    let shipped = json!({
        "state": "shipped", "shipped_at": "2026-11-19T15:00:00.000Z",
        "tracking_link": "https://track.example/1Z", "expected_on": "2026-11-24",
    });
    let say = |fields: Value, words: &str| {
        let asked = ("tell_where", json!({"expectation": words}));
        let decision = one(fields).decide(("order", "o-1"), asked, &OP, NOW);
        decision
            .plan
            .map(|plan| plan.calls[0].mail.clone().unwrap())
    };
    let mail = say(shipped, "It is on its way.").unwrap();
    assert_eq!(mail.subject, "Where your order o-1 is");
    for line in [
        "thank you for asking about order o-1 of 18 November 2026.",
        "It left our warehouse on 19 November 2026.",
        "You can follow it here: https://track.example/1Z",
        "It should be with you on 24 November 2026.",
        "It is on its way.",
        "We will write to you by ourselves if anything changes.",
    ] {
        assert!(
            mail.body.lines().any(|found| found == line),
            "{line} in {}",
            mail.body
        );
    }
    let paid = say(json!({}), "We pack it.").unwrap();
    assert!(
        paid.body.contains("It has not left our warehouse yet."),
        "{}",
        paid.body
    );
    assert!(!paid.body.contains("follow it here"), "{}", paid.body);
    assert!(say(json!({}), "").is_none(), "an expectation is needed");
}

#[test]
fn l_41_the_second_charge_goes_back_and_the_first_stays() {
    let charged = |second: bool, refunded: i64| {
        let records = one(json!({}));
        records.add(
            "payment",
            "c-1",
            payment("c-1", json!({"refunded": usd(0)})),
        );
        if second {
            let fields = json!({
                "at": "2026-11-20T14:05:00.000Z", "duplicate": true, "refunded": usd(refunded),
            });
            records.add("payment", "c-2", payment("c-2", fields));
        }
        records
    };
    let back = |records: &Records, id: &str| {
        records.refused(("payment", id), ("refund_duplicate", json!({})), &OP, NOW)
    };
    let twice = charged(true, 0);
    assert_eq!(back(&twice, "c-2"), by("approval.needed", "L-11"));
    assert_eq!(back(&twice, "c-1"), by("payment.no_duplicate", "L-41"));
    let once = charged(false, 0);
    assert_eq!(back(&once, "c-1"), by("payment.no_duplicate", "L-41"));
    assert_eq!(
        back(&charged(true, 1), "c-2"),
        by("payment.refunded", "L-11")
    );
    assert_eq!(twice.states("double_charge", NOW), [Firing]);
    assert_eq!(once.states("double_charge", NOW), []);
}

/// A maintenance job, and a backup of this age.
fn job(name: &str, fields: Value, backup: &str) -> Records {
    let records = live();
    let body = |name: &str| {
        json!({
            "name": name, "purpose": "maintenance", "cadence": "weekly",
            "due_at": "2026-11-22T07:00:00.000Z", "state": "ok",
        })
    };
    records.add("maintenance_job", "j", with(body(name), fields));
    let done = json!({"last_success_at": backup});
    records.add("maintenance_job", "b", with(body("db:backup"), done));
    records
}

fn of_job(records: &Records, action: &str) -> Option<(String, Option<String>)> {
    records.refused(("maintenance_job", "j"), (action, json!({})), &OP, NOW)
}

#[test]
fn l_43_and_x_28_the_clean_up_leaves_audit_disputes_and_payments_alone() {
    for (keeps, said) in [
        (json!("audit, disputes, payments"), passes()),
        (json!("audit, disputes"), by("job.would_delete", "X-28")),
        (json!("audit, payments"), by("job.would_delete", "X-28")),
        (json!("disputes, payments"), by("job.would_delete", "X-28")),
        (Value::Null, by("job.would_delete", "X-28")),
    ] {
        let records = job("logs:cleanup", json!({"keeps": keeps}), NOW);
        assert_eq!(of_job(&records, "clean_up"), said, "{keeps}");
        assert_eq!(of_job(&records, "run"), by("job.own_action", "X-27"));
    }
    assert_eq!(of_job(&job("db:optimize", json!({}), NOW), "run"), passes());
}

#[test]
fn l_43_a_job_that_did_not_begin_is_told() {
    let records = job("db:optimize", json!({}), NOW);
    assert_eq!(records.states("job_missed", "2026-11-22T07:00:00.000Z"), []);
    assert_eq!(
        records.states("job_missed", "2026-11-22T07:00:00.001Z"),
        [Firing, Firing]
    );
    let failed = job("db:optimize", json!({"state": "failed"}), NOW);
    assert_eq!(failed.states("job_failed", NOW), [Firing]);
}

#[test]
fn l_44_and_x_27_dependencies_wait_for_staging_and_a_backup_younger_than_24_hours() {
    let young = "2026-11-19T15:00:00.001Z";
    let old = "2026-11-19T15:00:00.000Z";
    for (staging, backup, said) in [
        (json!(young), young, passes()),
        (json!(old), young, by("job.not_prepared", "X-27")),
        (json!(young), old, by("job.not_prepared", "X-27")),
        (Value::Null, young, by("job.not_prepared", "X-27")),
    ] {
        let records = job("deps:update", json!({"staging_green_at": staging}), backup);
        assert_eq!(of_job(&records, "update"), said, "{staging} {backup}");
    }
}
