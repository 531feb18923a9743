//! figures that have to add up, and what is said before a charge is processed
//! again.

use serde_json::{Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Confirm, Severity};

use crate::dog_world::{NOW, OPERATOR, business, charge, placement, refused};
use crate::pos_world::{by, map, passes, proposed, ways};
use crate::records::Records;
use crate::world::PACK;

fn aud(minor: i64) -> Value {
    json!({"minor": minor, "currency": "AUD"})
}

#[test]
fn x_55_sales_of_a_week_that_are_no_whole_placements_are_questioned() {
    let rule = "sales_do_not_add_up";
    assert_eq!(PACK.alerts[rule].def.severity, Severity::Yellow);
    let asked: [(&[i64], usize); 7] = [
        (&[], 0),
        (&[2_200], 0),
        (&[2_199], 1),
        (&[2_201], 1),
        (&[2_200, 2_200, 2_200], 0),
        (&[2_200, 2_200, 2_201], 1),
        // The document's four sales of 420 dollars.
        (&[10_500, 10_500, 10_500, 10_500], 1),
    ];
    for (sales, tells) in asked {
        let records = Records::new();
        for (n, minor) in sales.iter().enumerate() {
            let status = if n == 0 { "refunded" } else { "succeeded" };
            let fields = json!({"amount": aud(*minor), "status": status});
            charge(&records, &format!("ch_{n}"), fields);
        }
        let failed = json!({"amount": aud(1), "status": "failed"});
        charge(&records, "failed", failed);
        let old = json!({"amount": aud(1), "charged_at": "2026-11-13T02:59:59.999Z"});
        charge(&records, "old", old);
        let found = records.rule(rule, NOW);
        assert_eq!(found.len(), tells, "{sales:?}");
        for (_, _, words) in found {
            let count = sales.len();
            let expected = format!("{count} sales of 7 days do not add up to {count} placements");
            assert_eq!(words, expected);
        }
    }
}

#[test]
fn x_55_the_price_is_the_tenant_s() {
    for (price, tells) in [(2_200, 0), (3_300, 1)] {
        let records = Records::new().setting("price_cents", json!(price));
        charge(&records, "ch_1", json!({}));
        let found = records.states("sales_do_not_add_up", NOW);
        assert_eq!(found.len(), tells, "{price}");
    }
}

#[test]
fn x_58_the_groups_by_age_leave_no_gap_and_have_to_add_up_before_a_cause_is_named() {
    let ages = PACK.playbooks["refund_rate"].step("ages").unwrap();
    let label = |note: &str| ages.def.notes[note].label.as_str();
    let labels = ["up_to_7", "up_to_30", "more"].map(label);
    assert_eq!(
        labels,
        ["Up to 7 days", "8 to 30 days", "More than 30 days"]
    );
    let next = [("they_do", "causes"), ("they_do_not", "ages")];
    assert_eq!(ways(&PACK, "refund_rate", "adds_up"), next);
    for (groups, refunds, way) in [
        ([0, 0, 0], 0, "they_do"),
        ([3, 2, 4], 9, "they_do"),
        ([3, 2, 3], 9, "they_do_not"),
        // The document's own groups.
        ([3, 2, 5], 9, "they_do_not"),
    ] {
        let answers = json!({"up_to_7": groups[0], "up_to_30": groups[1], "more": groups[2],
                             "refunds": refunds});
        let scope = Scope {
            answers: map(answers),
            ..Scope::default()
        };
        let found = proposed(&PACK, "refund_rate", "adds_up", &scope);
        assert_eq!(found, [way], "{groups:?} of {refunds}");
    }
}

#[test]
fn x_61_that_another_try_may_come_is_said_before_and_finds_the_work_done() {
    let records = Records::new();
    business(&records, "b", json!({}));
    charge(&records, "ch_p", json!({}));
    let deliver = |id: &str, outcome: &str, of: &str| {
        let body = json!({"event": "e", "at": NOW, "outcome": outcome, "attempt": 1,
                          "charge_id": of});
        records.add("webhook_delivery", id, body);
    };
    deliver("1", "failed", "ch_p");
    deliver("2", "failed", "ch_p");
    deliver("3", "delivered", "ch_p");
    deliver("4", "failed", "ch_other");
    let it = ("charge", "ch_p");
    let decision = records.decide(it, ("reprocess", json!({})), OPERATOR, NOW);
    assert_eq!(decision.confirm, Confirm::Click, "so it is read before");
    let says = "2 deliveries failed so far; a later try of the provider may still come and finds \
                the work done";
    assert!(
        decision.will.iter().any(|line| line == says),
        "{:?}",
        decision.will
    );
    let again = |records: &Records| refused(records, it, "reprocess", json!({}));
    assert_eq!(again(&records), passes());
    // Whoever came first: there is one placement for a charge, be it in the queue.
    for state in ["queued", "active", "ended"] {
        let records = Records::new();
        charge(&records, "ch_p", json!({}));
        placement(&records, "p", state, json!({}));
        assert_eq!(again(&records), by("charge.fulfilled", "X-60"), "{state}");
    }
    for status in ["failed", "refunded"] {
        let records = Records::new();
        charge(&records, "ch_p", json!({ "status": status }));
        let expected = by("charge.not_succeeded", "D-40");
        assert_eq!(again(&records), expected, "{status}");
    }
}
