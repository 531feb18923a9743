//! L-35 to L-37: orders that the score finds risky.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::Severity;

use crate::live_world::{NOW, OP, by, fraud, live, order, passes, refund, starts_from, usd, with};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

fn case(fields: Value) -> Records {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    records.add("fraud_case", "f", fraud("f", fields));
    records
}

fn refused(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("fraud_case", "f"), (action, params), &OP, NOW)
}

#[test]
fn l_35_a_score_above_70_is_reviewed() {
    for (score, rings) in [(69, 0), (70, 0), (71, 1)] {
        let records = case(json!({"score": score}));
        assert_eq!(records.states("fraud_high", NOW).len(), rings, "{score}");
    }
    // A tenant may say another line; a decided case rings no more.
    let stricter = case(json!({"score": 61})).setting("fraud_score", json!(60));
    assert_eq!(stricter.states("fraud_high", NOW), [Firing]);
    let decided = case(json!({"score": 99, "state": "approved"}));
    assert_eq!(decided.states("fraud_high", NOW), []);
    let rule = &LIVE_SHOPPING.alerts["fraud_high"].def;
    assert_eq!(rule.severity, Severity::Yellow);
    assert_eq!(rule.playbook.as_deref(), Some("fraud_review"));
}

#[test]
fn l_35_the_reasoning_is_documented_with_each_decision() {
    for (action, params) in [
        ("approve", json!({})),
        ("hold", json!({"documents": "an invoice"})),
        ("decline", json!({"confirmed": true})),
    ] {
        let action = &LIVE_SHOPPING.kind("fraud_case").unwrap().actions[action].def;
        let reasoning = &action.params["reasoning"];
        assert!(!reasoning.optional, "{} {params}", action.label);
    }
    let hold = json!({"documents": "an invoice", "reasoning": ""});
    assert_eq!(
        refused(&case(json!({})), "hold", hold),
        by("fraud.no_reasoning", "L-35")
    );
    let hold = json!({"documents": "an invoice"});
    let (code, _) = refused(&case(json!({})), "hold", hold).unwrap();
    assert_eq!(code, "params.invalid");
    // Blank is no reasoning, and what was written stands on the case.
    for (action, more) in [
        ("approve", json!({})),
        ("decline", json!({"confirmed": true})),
    ] {
        let blank = with(more.clone(), json!({"reasoning": " "}));
        let (code, _) = refused(&case(json!({})), action, blank).unwrap();
        assert_eq!(code, "params.invalid", "{action}");
        let said = with(more, json!({"reasoning": "The card was stolen."}));
        let plan = case(json!({})).planned(("fraud_case", "f"), (action, said), &OP, NOW);
        assert_eq!(plan.sets["reasoning"], "The card was stolen.", "{action}");
    }
}

#[test]
fn l_36_six_signs_are_counted_and_a_number_begins_above_one() {
    let signs = |fields: Value| {
        let records = case(fields);
        records.record("fraud_case", "f").1["signs"].clone()
    };
    assert_eq!(signs(json!({})), 0);
    for (fields, count) in [
        (json!({"ip_orders": 1}), 0),
        (json!({"ip_orders": 2}), 1),
        (json!({"address_mismatch": true}), 1),
        (json!({"high_first": true}), 1),
        (json!({"vpn": true}), 1),
        (json!({"odd_email": true}), 1),
        (json!({"failed_payments": 1}), 0),
        (json!({"failed_payments": 2}), 1),
    ] {
        assert_eq!(signs(fields.clone()), count, "{fields}");
    }
    let all = json!({
        "ip_orders": 5, "address_mismatch": true, "high_first": true, "vpn": true,
        "odd_email": true, "failed_payments": 3,
    });
    assert_eq!(signs(all), 6);
}

#[test]
fn l_37_every_outcome_starts_from_its_states_and_from_no_other() {
    starts_from(
        "fraud_case",
        &fraud("f", json!({})),
        &[
            ("approve", &["flagged", "holding"]),
            ("hold", &["flagged"]),
            ("extend", &["holding"]),
            ("decline", &["flagged", "holding"]),
            ("pay_again", &["declined"]),
            ("block", &["declined"]),
            ("report", &["declined"]),
        ],
    );
}

#[test]
fn l_37_a_hold_lasts_24_hours_and_asks_for_documents() {
    let params = json!({"reasoning": "A new device", "documents": "an invoice"});
    let records = case(json!({}));
    let decision = records.decide(("fraud_case", "f"), ("hold", params.clone()), &OP, NOW);
    let plan = decision.plan.unwrap();
    assert_eq!(plan.sets["state"], "holding");
    assert_eq!(plan.sets["hold_until"], "2026-11-21T15:00:00.000Z");
    assert_eq!(plan.sets_on[0].set["state"], "on_hold");
    let mail = plan.calls[0].mail.as_ref().unwrap();
    assert_eq!(mail.to, "kim@example.com");
    assert!(
        mail.body.contains("We hold it for 24 hours."),
        "{}",
        mail.body
    );
    assert!(
        mail.body.contains("Please reply with: an invoice"),
        "{}",
        mail.body
    );
    let longer = case(json!({})).setting("fraud_hold_hours", json!(48));
    let decision = longer.decide(("fraud_case", "f"), ("hold", params), &OP, NOW);
    assert_eq!(
        decision.plan.unwrap().sets["hold_until"],
        "2026-11-22T15:00:00.000Z"
    );
}

/// What becomes of the order of a case. What goes to the score is not carried out yet.
fn order_after(records: &Records, action: &str) -> Value {
    let params = match action {
        "hold" => json!({"reasoning": "A new device", "documents": "an invoice"}),
        _ => json!({"reasoning": "It is the customer."}),
    };
    let plan = records.planned(("fraud_case", "f"), (action, params), &OP, NOW);
    assert_eq!(plan.sets_on[0].kind, "order");
    plan.sets_on[0].set.clone().into()
}

fn of_order(fields: Value, case: Value) -> Records {
    let records = live();
    records.add("order", "o-1", order("o-1", fields));
    records.add("fraud_case", "f", fraud("f", case));
    records
}

#[test]
fn l_37_an_approved_order_goes_on_from_where_it_was_held() {
    let reasoning = || json!({"reasoning": "It is the customer."});
    for from in ["placed", "captured", "paid", "reserved", "in_fulfilment"] {
        let records = of_order(json!({"state": from}), json!({}));
        let held = order_after(&records, "hold");
        assert_eq!(held, json!({"state": "on_hold", "held_from": from}));
        let records = of_order(held, json!({"state": "holding"}));
        let goes_on = json!({"state": from, "held_from": Value::Null});
        assert_eq!(order_after(&records, "approve"), goes_on);
        assert_eq!(refused(&records, "approve", reasoning()), passes());
    }
    // Held by the platform, before anybody looked at the case.
    let held = json!({"state": "on_hold", "held_from": "reserved"});
    let records = of_order(held.clone(), json!({}));
    assert_eq!(order_after(&records, "approve")["state"], "reserved");
    // Held once more: what it was before is not forgotten.
    assert_eq!(order_after(&records, "hold"), held);
}

#[test]
fn l_37_an_order_that_is_not_held_is_left_where_it_is() {
    for state in ["placed", "reserved", "shipped", "delivered", "cancelled"] {
        let records = of_order(json!({"state": state}), json!({}));
        assert_eq!(order_after(&records, "approve")["state"], state);
        let params = json!({"reasoning": "It is the customer."});
        assert_eq!(refused(&records, "approve", params), passes());
    }
    // The platform holds it and does not say since when.
    let unknown = of_order(json!({"state": "on_hold"}), json!({}));
    let params = json!({"reasoning": "It is the customer."});
    assert_eq!(
        refused(&unknown, "approve", params),
        by("fraud.held_from_unknown", "L-37")
    );
}

#[test]
fn l_37_what_has_left_is_not_held() {
    let params = || json!({"reasoning": "A new device", "documents": "an invoice"});
    for state in ["shipped", "delivered", "cancelled", "payment_failed"] {
        let records = of_order(json!({"state": state}), json!({}));
        assert_eq!(
            refused(&records, "hold", params()),
            by("fraud.order_gone", "L-37"),
            "{state}"
        );
    }
}

#[test]
fn l_37_and_x_25_a_hold_is_extended_once_to_48_hours() {
    let held = |held: &str, extended: bool| {
        case(json!({
            "state": "holding", "held_at": held, "hold_until": NOW, "extended": extended,
        }))
    };
    let records = held("2026-11-19T15:00:00.000Z", false);
    let decision = records.decide(("fraud_case", "f"), ("extend", json!({})), &OP, NOW);
    assert_eq!(
        decision.plan.unwrap().sets["hold_until"],
        "2026-11-21T15:00:00.000Z"
    );
    let over = by("fraud.extended", "X-25");
    for (since, extended, said) in [
        ("2026-11-18T15:00:00.001Z", false, None),
        ("2026-11-18T15:00:00.000Z", false, over.clone()),
        ("2026-11-19T15:00:00.000Z", true, over),
    ] {
        let records = held(since, extended);
        assert_eq!(
            refused(&records, "extend", json!({})),
            said,
            "{since} {extended}"
        );
    }
    for (until, red) in [
        ("2026-11-20T15:00:00.001Z", 0),
        ("2026-11-20T15:00:00.000Z", 1),
    ] {
        let fields = json!({"state": "holding", "hold_until": until});
        let found = case(fields).states("fraud_hold_over", NOW).len();
        assert_eq!(found, red, "{until}");
    }
}

#[test]
fn l_37_declined_is_paid_back_at_once_without_a_second_person() {
    let params = || json!({"reasoning": "A stolen card", "confirmed": true});
    assert_eq!(refused(&case(json!({})), "decline", params()), None);
    let def = &LIVE_SHOPPING.kind("fraud_case").unwrap().actions["decline"].def;
    assert!(def.approvals.is_empty());
    let nothing = by("fraud.nothing_to_refund", "L-37");
    let uncaptured = case(json!({"capture_id": Value::Null}));
    assert_eq!(refused(&uncaptured, "decline", params()), nothing);
    let back = live();
    back.add("order", "o-1", order("o-1", json!({"refunded": usd(1)})));
    back.add("fraud_case", "f", fraud("f", json!({})));
    assert_eq!(refused(&back, "decline", params()), nothing);
    let on_its_way = case(json!({}));
    on_its_way.add("refund", "r", refund("r", json!({"state": "approved"})));
    assert_eq!(refused(&on_its_way, "decline", params()), nothing);
}

#[test]
fn l_37_the_blocklist_is_for_confirmed_fraud_and_once() {
    let declined = |confirmed: Value| case(json!({"state": "declined", "confirmed": confirmed}));
    let yes = declined(json!(true));
    assert_eq!(refused(&yes, "block", json!({})), None);
    for confirmed in [json!(false), Value::Null] {
        let said = refused(&declined(confirmed), "block", json!({}));
        assert_eq!(said, by("fraud.not_confirmed", "L-37"));
    }
    let entry = json!({"email": "kim@example.com", "case_number": "f-0", "since": NOW});
    yes.add("blocklist_entry", "b", entry);
    assert_eq!(
        refused(&yes, "block", json!({})),
        by("fraud.blocked", "L-36")
    );
}

#[test]
fn l_37_what_is_reported_to_paypal_is_noted() {
    let declined = case(json!({"state": "declined"}));
    let asked = ("report", json!({"reference": "R-1"}));
    declined.carry_out(("fraud_case", "f"), asked, &OP, NOW);
    let (body, _) = declined.record("fraud_case", "f");
    assert_eq!(
        (&body["reported_at"], &body["report_reference"]),
        (&json!(NOW), &json!("R-1"))
    );
}
