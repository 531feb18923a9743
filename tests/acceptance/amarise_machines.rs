//! A-20 and the states of returns, refunds and what waits for agreement: each step from each state.

use serde_json::{Value, json};

use crate::amarise_bodies::{
    NOW, ROLES, by, content_change, customer, eur, machine, order, price_change, product,
    promotion, refund, return_case, ticket,
};
use crate::packs::AMARISE;
use crate::records::Records;

fn nothing() -> Value {
    json!({})
}

/// The states of an order, in the pack's order.
pub(crate) const ORDER_STATES: [&str; 7] = [
    "pending",
    "confirmed",
    "processing",
    "shipped",
    "delivered",
    "on_hold",
    "cancelled",
];

/// What may be done to an order, from which states, and the state then; `-` where it stays.
pub(crate) const ORDER_WAYS: &[(&str, &[&str], &str)] = &[
    ("confirm", &["pending"], "confirmed"),
    ("begin", &["confirmed"], "processing"),
    ("ship", &["processing"], "shipped"),
    ("deliver", &["shipped"], "delivered"),
    ("hold", &["processing"], "on_hold"),
    ("resume", &["on_hold"], "processing"),
    ("cancel", &["pending", "confirmed", "on_hold"], "cancelled"),
    (
        "tell_of_pause",
        &["pending", "confirmed", "processing", "on_hold"],
        "-",
    ),
];

#[test]
fn a_20_and_x_06_an_order_goes_the_documents_way_and_no_other() {
    let records = Records::of(&AMARISE).control("sales_paused", json!({"eu": true}));
    for state in ORDER_STATES {
        records.add(
            "order",
            state,
            order(state, json!({"state": state, "paid": false})),
        );
    }
    let params = |action: &str| match action {
        "ship" => json!({"tracking": "1Z9"}),
        "hold" | "cancel" | "tell_of_pause" => json!({"reason": "Because."}),
        _ => json!({}),
    };
    machine(&records, "order", &ORDER_STATES, params, ORDER_WAYS);
}

#[test]
fn x_06_a_pending_order_is_cancelled_only_while_unpaid() {
    let records = Records::of(&AMARISE);
    for (id, state, paid) in [
        ("unpaid", "pending", false),
        ("paid", "pending", true),
        ("confirmed", "confirmed", true),
        ("held", "on_hold", true),
    ] {
        records.add(
            "order",
            id,
            order(id, json!({"state": state, "paid": paid})),
        );
    }
    let cancel = |id: &str| {
        let asked = ("cancel", json!({"reason": "Changed their mind."}));
        records.refused(("order", id), asked, ROLES, NOW)
    };
    assert_eq!(cancel("unpaid"), None);
    assert_eq!(cancel("paid"), by("order.pending_paid", "X-06"));
    assert_eq!(cancel("confirmed"), None);
    assert_eq!(cancel("held"), None);
}

fn returns() -> (Records, [&'static str; 6]) {
    let states = [
        "requested",
        "approved",
        "labelled",
        "received",
        "closed",
        "rejected",
    ];
    let records = Records::of(&AMARISE);
    records.add("order", "o-1", order("A-1", json!({})));
    for state in states {
        records.add(
            "return_case",
            state,
            return_case(state, json!({"state": state})),
        );
    }
    (records, states)
}

#[test]
fn data_of_a_21_a_return_is_decided_labelled_and_received_in_this_order() {
    let (records, states) = returns();
    let params = |action: &str| match action {
        "approve" | "reject" | "not_come" | "close" => json!({"reason": "Unworn."}),
        _ => json!({}),
    };
    machine(
        &records,
        "return_case",
        &states,
        params,
        &[
            ("approve", &["requested"], "approved"),
            ("reject", &["requested"], "rejected"),
            ("label", &["approved"], "labelled"),
            // A parcel may come without our label.
            ("receive", &["approved", "labelled"], "received"),
            ("not_come", &["approved", "labelled"], "closed"),
            ("close", &["received"], "closed"),
        ],
    );
}

#[test]
fn data_of_a_21_neither_yes_nor_no_without_a_reason() {
    let (records, _) = returns();
    for action in ["approve", "reject"] {
        for params in [nothing(), json!({"reason": "  "})] {
            let refused =
                records.refused(("return_case", "requested"), (action, params), ROLES, NOW);
            assert_eq!(
                refused,
                Some(("params.invalid".to_owned(), None)),
                "{action}"
            );
        }
    }
}

#[test]
fn data_of_a_21_the_label_goes_to_the_customer_and_the_parcel_starts_the_clock_of_the_refund() {
    let (records, _) = returns();
    let label = records.decide(
        ("return_case", "approved"),
        ("label", nothing()),
        ROLES,
        NOW,
    );
    let plan = label.plan.unwrap();
    assert_eq!(plan.sets["label_number"], "RL-approved");
    let mail = plan.calls[0].mail.clone().unwrap();
    assert_eq!(mail.to, "kim@shop.example");
    assert!(mail.body.contains("Label RL-approved"), "{}", mail.body);

    let body = return_case("RT-7", json!({"state": "labelled", "refund": "r-7"}));
    records.add("return_case", "with-refund", body);
    let asked = ("receive", nothing());
    let received = records.decide(("return_case", "with-refund"), asked, ROLES, NOW);
    let plan = received.plan.unwrap();
    assert_eq!(
        (plan.sets_on[0].kind.as_str(), plan.sets_on[0].id.as_str()),
        ("refund", "r-7")
    );
    assert_eq!(plan.sets_on[0].set["actionable_at"], NOW);
    assert!(plan.calls.is_empty(), "receipt moves no money by itself");
}

#[test]
fn data_of_a_22_a_refund_is_worked_on_only_while_it_is_asked_or_failed() {
    let states = ["requested", "approved", "refunded", "refused", "failed"];
    let records = Records::of(&AMARISE);
    for state in states {
        // Each of its own order, so that none counts for another.
        records.add("order", state, order(state, json!({})));
        let body = refund(state, json!({"state": state, "order": state}));
        records.add("refund", state, body);
    }
    let params = |action: &str| match action {
        "set_part" => json!({"amount": eur(1000), "reason": "One of two."}),
        "refuse" => json!({"reason": "Worn."}),
        _ => json!({}),
    };
    machine(
        &records,
        "refund",
        &states,
        params,
        &[
            ("set_part", &["requested", "failed"], "-"),
            ("set_full", &["requested", "failed"], "-"),
            ("pay", &["requested", "failed"], "approved"),
            ("refuse", &["requested", "failed"], "refused"),
        ],
    );
}

#[test]
fn what_waits_for_agreement_is_done_or_cancelled_and_nothing_else() {
    let records = Records::of(&AMARISE);
    let changes = ["requested", "applied", "cancelled"];
    for state in changes {
        records.add(
            "price_change",
            state,
            price_change(state, json!({"state": state})),
        );
    }
    let params = |action: &str| match action {
        "apply" => json!({}),
        _ => json!({"reason": "Not now."}),
    };
    machine(
        &records,
        "price_change",
        &changes,
        params,
        &[
            ("apply", &["requested"], "approval.needed"),
            ("cancel", &["requested"], "cancelled"),
        ],
    );
    let changes = ["requested", "published", "cancelled"];
    for state in changes {
        records.add(
            "content_change",
            state,
            content_change(state, json!({"state": state})),
        );
    }
    let params = |action: &str| match action {
        "publish" => json!({}),
        _ => json!({"reason": "Not now."}),
    };
    machine(
        &records,
        "content_change",
        &changes,
        params,
        &[
            ("publish", &["requested"], "approval.needed"),
            ("cancel", &["requested"], "cancelled"),
        ],
    );
    let promotions = ["requested", "running", "ended", "cancelled"];
    for state in promotions {
        records.add(
            "promotion",
            state,
            promotion(state, 20.0, json!({"state": state})),
        );
    }
    let params = |action: &str| match action {
        "start" => json!({}),
        _ => json!({"reason": "Not now."}),
    };
    machine(
        &records,
        "promotion",
        &promotions,
        params,
        &[
            ("start", &["requested"], "running"),
            ("end", &["running"], "ended"),
            ("cancel", &["requested"], "cancelled"),
        ],
    );
}

#[test]
fn a_product_is_launched_archived_and_ended() {
    let states = [
        "proposed",
        "active",
        "archived",
        "discontinued",
        "withdrawn",
    ];
    let records = Records::of(&AMARISE);
    for state in states {
        records.add("product", state, product(state, json!({"state": state})));
    }
    let params = |action: &str| match action {
        "launch" => json!({}),
        _ => json!({"reason": "Not now."}),
    };
    machine(
        &records,
        "product",
        &states,
        params,
        &[
            ("launch", &["proposed"], "approval.needed"),
            ("withdraw", &["proposed"], "withdrawn"),
            ("archive", &["active"], "archived"),
            ("discontinue", &["active", "archived"], "discontinued"),
        ],
    );
}

#[test]
fn tickets_and_customers_have_their_ways_too() {
    let tickets = ["open", "escalated", "closed"];
    let records = Records::of(&AMARISE);
    for state in tickets {
        records.add("ticket", state, ticket(state, json!({"state": state})));
    }
    let params = |action: &str| match action {
        "escalate" => json!({"summary": "The parcel is lost."}),
        "close" => json!({"answer": "It came."}),
        _ => json!({}),
    };
    machine(
        &records,
        "ticket",
        &tickets,
        params,
        &[
            ("escalate", &["open"], "escalated"),
            ("close", &["open", "escalated"], "closed"),
            ("reopen", &["closed"], "open"),
        ],
    );
    let customers = ["active", "erased"];
    for state in customers {
        let body = customer(state, json!({"state": state, "legal_hold": true}));
        records.add("customer", state, body);
    }
    let params = |action: &str| match action {
        "hold" => json!({"reason": "A claim."}),
        _ => json!({}),
    };
    machine(
        &records,
        "customer",
        &customers,
        params,
        &[("hold", &["active"], "-"), ("release", &["active"], "-")],
    );
}
