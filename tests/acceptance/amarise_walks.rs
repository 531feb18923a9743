//! A-21, A-22, A-27: returns, refunds and stock from their first step to their last, each action
//! decided and carried out on what the one before has left.

use serde_json::{Value, json};

use crate::amarise_bodies::{
    NOW, ROLES, by, customer, eur, order, privacy, product, refund, return_case, stock,
};
use crate::packs::AMARISE;
use crate::records::Records;

fn params(action: &str) -> Value {
    match action {
        "approve" | "reject" | "refuse" | "not_come" => json!({"reason": "Unworn."}),
        "set_part" => json!({"amount": eur(1200), "reason": "One of two."}),
        _ => json!({}),
    }
}

/// A run in which these ways are taken: its steps, with all that they do done.
fn walk(records: &Records, id: &str, on: &str, ways: &[&str]) -> Vec<&'static str> {
    let book = &AMARISE.playbooks[id];
    let kind = book.def.kind.as_deref().unwrap();
    let mut ways = ways.iter();
    let mut taken = Vec::new();
    let mut place = Some(0);
    while let Some(here) = place {
        assert!(taken.len() < 50, "{id} does not end: {taken:?}");
        let step = &book.steps[here].def;
        taken.push(step.id.as_str());
        if let Some(act) = &step.act {
            let asked = (act.action.as_str(), params(&act.action));
            records.carry_out((kind, on), asked, ROLES, NOW);
        }
        let next = match &step.decide {
            Some(decide) => {
                let way = ways.next().unwrap();
                let mut known = decide.ways.iter();
                let way = known.find(|known| known.id == *way).unwrap();
                Some(way.next.as_str())
            }
            None => step.next.as_deref(),
        };
        place = match next {
            Some("end") => None,
            Some(next) => book.steps.iter().position(|step| step.def.id == next),
            None => Some(here + 1).filter(|next| *next < book.steps.len()),
        };
    }
    assert_eq!(ways.next(), None, "{id}");
    taken
}

fn field(records: &Records, (kind, id): (&str, &str), name: &str) -> Value {
    let (body, _) = records.record(kind, id);
    body.get(name).cloned().unwrap_or_default()
}

fn pay(records: &Records) -> Option<(String, Option<String>)> {
    records.refused(("refund", "r"), ("pay", json!({})), ROLES, NOW)
}

/// A return that was asked for, and the refund that waits for its parcel.
fn asked() -> Records {
    let records = Records::of(&AMARISE);
    records.add("order", "o-1", order("A-1", json!({})));
    let fields =
        json!({"return_case": "rt", "return_number": "RT-1", "actionable_at": Value::Null});
    records.add("refund", "r", refund("R-1", fields));
    let fields = json!({"refund": "r"});
    records.add("return_case", "rt", return_case("RT-1", fields));
    records
}

#[test]
fn a_21_an_accepted_return_is_paid_once_its_parcel_is_here() {
    let records = asked();
    assert_eq!(pay(&records), by("refund.parcel_missing", "A-21"));
    let steps = walk(&records, "returns", "rt", &["approve", "here"]);
    assert_eq!(
        steps,
        [
            "request", "review", "decide", "approve", "label", "parcel", "receive", "money"
        ]
    );
    let of_return = |name: &str| field(&records, ("return_case", "rt"), name);
    assert_eq!(of_return("state"), "received");
    assert_eq!(of_return("decision_reason"), "Unworn.");
    assert_eq!(of_return("label_number"), "RL-RT-1");
    // Its clock has begun, and the money may go; it has not gone by itself.
    let of_refund = |name: &str| field(&records, ("refund", "r"), name);
    assert_eq!(of_refund("actionable_at"), NOW);
    assert_eq!(of_refund("state"), "requested");
    assert_eq!(pay(&records), None);
    records.carry_out(("refund", "r"), ("pay", json!({})), ROLES, NOW);
    assert_eq!(of_refund("state"), "refunded");
    assert_eq!(of_return("state"), "closed");
    // Once.
    assert_eq!(pay(&records), Some(("action.wrong_state".to_owned(), None)));
}

#[test]
fn a_21_a_return_that_is_refused_or_never_comes_is_not_paid() {
    let over = Some(("action.wrong_state".to_owned(), None));
    let missing = by("refund.parcel_missing", "A-21");
    let runs: [(&[&str], &str, &str, _); 3] = [
        (&["reject"], "rejected", "refused", &over),
        (&["approve", "lost", "given_up"], "closed", "refused", &over),
        (
            &["approve", "lost", "wait_on"],
            "labelled",
            "requested",
            &missing,
        ),
    ];
    for (ways, state, money, said) in runs {
        let records = asked();
        walk(&records, "returns", "rt", ways);
        let of_return = |name: &str| field(&records, ("return_case", "rt"), name);
        assert_eq!(of_return("state"), state);
        assert_eq!(of_return("decision_reason"), "Unworn.");
        assert_eq!(of_return("received_at"), Value::Null);
        let of_refund = |name: &str| field(&records, ("refund", "r"), name);
        assert_eq!(of_refund("state"), money, "{ways:?}");
        assert_eq!(of_refund("actionable_at"), Value::Null);
        assert_eq!(&pay(&records), said, "{ways:?}");
        // Who ended it, and why, stands with the refund as if it had been refused by hand.
        let ended = money == "refused";
        assert_eq!(of_refund("refusal_reason") == "Unworn.", ended);
        assert_eq!(of_refund("decided_by") == "op-1", ended);
        assert_eq!(of_refund("decided_at") == NOW, ended);
        // Another refund for the same parcel is not paid either.
        let again = json!({"return_case": "rt", "return_number": "RT-1"});
        records.add("refund", "again", refund("R-2", again));
        let again = records.refused(("refund", "again"), ("pay", json!({})), ROLES, NOW);
        assert_eq!(again, missing, "{ways:?}");
    }
}

#[test]
fn a_21_a_refund_that_has_ended_stays_as_it_ended_whatever_becomes_of_its_return() {
    for (action, from) in [("reject", "requested"), ("not_come", "labelled")] {
        let records = Records::of(&AMARISE);
        records.add("order", "o-1", order("A-1", json!({})));
        let ended = json!({
            "return_case": "rt", "return_number": "RT-1", "state": "refused", "decided_by": "op-2",
            "decided_at": "2026-11-19T21:00:00.000Z", "refusal_reason": "Worn.",
        });
        records.add("refund", "r", refund("R-1", ended));
        let fields = json!({"refund": "r", "state": from});
        records.add("return_case", "rt", return_case("RT-1", fields));
        let before = records.record("refund", "r").0;
        let asked = (action, json!({"reason": "Too late."}));
        records.carry_out(("return_case", "rt"), asked, ROLES, NOW);
        assert_eq!(records.record("refund", "r").0, before, "{action}");
    }
}

/// What is said of erasing whose return this is.
fn erase(records: &Records) -> Option<(String, Option<String>)> {
    records.refused(("privacy_request", "p"), ("erase", json!({})), ROLES, NOW)
}

#[test]
fn a_29_and_a_21_however_a_return_ends_it_stands_in_the_way_of_no_erasure() {
    let reason = || json!({"reason": "Nothing came."});
    let (parcel, money) = (("return_case", "rt"), ("refund", "r"));
    let approve = (parcel, "approve");
    let receive = (parcel, "receive");
    let ends: [&[((&str, &str), &str)]; 6] = [
        &[(parcel, "reject")],
        &[approve, (parcel, "not_come")],
        &[approve, (parcel, "label"), (parcel, "not_come")],
        &[approve, receive, (money, "pay")],
        &[approve, receive, (money, "refuse")],
        // Before there is a parcel, or even an answer.
        &[(money, "refuse")],
    ];
    for steps in ends {
        let records = asked();
        records.add("customer", "c-1", customer("C-1", json!({})));
        let body = privacy("P-1", "deletion", "2026-11-10T10:00:00.000Z", json!({}));
        records.add("privacy_request", "p", body);
        assert_eq!(erase(&records), by("privacy.case_open", "A-22"));
        for (on, action) in steps {
            let params = match *action {
                "label" | "receive" | "pay" => json!({}),
                _ => reason(),
            };
            records.carry_out(*on, (*action, params), ROLES, NOW);
        }
        assert_eq!(erase(&records), None, "{steps:?}");
    }
}

#[test]
fn a_21_a_parcel_that_no_refund_belongs_to_is_closed_by_hand_and_none_whose_refund_is_open() {
    let parcel = ("return_case", "rt");
    let close = || ("close", json!({"reason": "Exchanged in the shop."}));
    let open = by("return.refund_open", "A-21");
    for (state, said) in [
        (None, None),
        (Some("requested"), open.clone()),
        (Some("approved"), open.clone()),
        (Some("failed"), open),
        (Some("refunded"), None),
        (Some("refused"), None),
    ] {
        let records = Records::of(&AMARISE);
        records.add("order", "o-1", order("A-1", json!({})));
        let here = json!({"state": "received", "received_at": NOW});
        records.add("return_case", "rt", return_case("RT-1", here));
        if let Some(state) = state {
            let fields = json!({"return_number": "RT-1", "state": state});
            records.add("refund", "r", refund("R-1", fields));
        }
        let found = records.refused(parcel, close(), ROLES, NOW);
        assert_eq!(found, said, "{state:?}");
        if said.is_none() {
            records.carry_out(parcel, close(), ROLES, NOW);
            assert_eq!(field(&records, parcel, "state"), "closed");
            let why = field(&records, parcel, "end_reason");
            assert_eq!(why, "Exchanged in the shop.");
        }
    }
}

#[test]
fn a_21_no_answer_without_its_reason() {
    let records = asked();
    for action in ["approve", "reject"] {
        let silent = (action, json!({}));
        let said = records.refused(("return_case", "rt"), silent, ROLES, NOW);
        assert_eq!(said, Some(("params.invalid".to_owned(), None)), "{action}");
    }
}

#[test]
fn a_22_a_refund_is_looked_at_from_three_sides_and_goes_back_whole_in_part_or_not() {
    let looked = ["review", "order", "parcel", "history", "decide"];
    let runs: [(&str, &[&str], &str, i64); 5] = [
        ("full", &["full", "pay", "logged"], "refunded", 5000),
        ("part", &["part", "pay", "logged"], "refunded", 1200),
        ("nothing", &["refuse", "logged"], "refused", 5000),
        ("parcel", &[], "requested", 5000),
        ("fraud", &["fraud", "fraud_call"], "requested", 5000),
    ];
    for (way, rest, state, amount) in runs {
        let records = Records::of(&AMARISE);
        records.add("order", "o-1", order("A-1", json!({})));
        let body = refund("R-1", json!({"asked": eur(5000), "amount": eur(5000)}));
        records.add("refund", "r", body);
        let steps = walk(&records, "refund", "r", &[way]);
        assert_eq!(steps, [&looked[..], rest].concat(), "{way}");
        let of_refund = |name: &str| field(&records, ("refund", "r"), name);
        assert_eq!(of_refund("state"), state, "{way}");
        assert_eq!(of_refund("amount"), eur(amount), "{way}");
        let again = pay(&records);
        let open = state == "requested";
        assert_eq!(again.is_none(), open, "{way}: paid and refused are ends");
    }
}

#[test]
fn a_22_order_return_and_history_decide_whether_it_may_go() {
    let with = |order_fields: Value, refund_fields: Value| {
        let records = Records::of(&AMARISE);
        records.add("order", "o-1", order("A-1", order_fields));
        records.add("refund", "r", refund("R-1", refund_fields));
        records
    };
    assert_eq!(pay(&with(json!({}), json!({}))), None);
    let unpaid = with(json!({"paid": false}), json!({}));
    assert_eq!(pay(&unpaid), by("refund.above_order", "A-22"));
    let missing = with(json!({}), json!({"return_number": "RT-9"}));
    assert_eq!(pay(&missing), by("refund.parcel_missing", "A-21"));
    let before = with(json!({"total": eur(3000)}), json!({}));
    let paid = json!({"amount": eur(801), "state": "refunded"});
    before.add("refund", "earlier", refund("R-0", paid));
    assert_eq!(pay(&before), by("refund.above_order", "A-22"));
    let fraud = with(json!({}), json!({})).control("freeze_refunds", json!(true));
    assert_eq!(pay(&fraud), by("refund.frozen", "A-17"));
    // Of the customer's other refunds of a year whoever decides is told how many there are.
    let pattern = with(json!({}), json!({}));
    let told = |words: &str| {
        let decision = pattern.decide(("refund", "r"), ("pay", json!({})), ROLES, NOW);
        let row = decision.rows.iter().find(|row| row.id == "A-22").unwrap();
        assert!(row.found.contains(words), "{}", row.found);
    };
    pattern.add("refund", "one", refund("one", json!({"order": "o-8"})));
    told("; 1 other refund asked for by this customer in a year");
    for (id, fields) in [
        ("two", json!({"order": "o-9", "state": "refused"})),
        ("old", json!({"requested_at": "2025-11-20T00:59:59.999Z"})),
        ("of another", json!({"customer": "c-9"})),
    ] {
        pattern.add("refund", id, refund(id, fields));
    }
    told("; 2 other refunds asked for by this customer in a year");
    // The same where the customer is known.
    pattern.add("customer", "c-1", customer("C-1", json!({})));
    told("; 2 other refunds asked for by this customer in a year");
}

/// A shelf with ten coats in Lyon.
fn shelf(fields: Value) -> Records {
    let records = Records::of(&AMARISE);
    records.add("stock", "s", stock("SKU-1", 10, fields));
    records
}

#[test]
fn a_27_a_restock_is_ordered_for_what_is_sold() {
    let none = by("stock.nothing_to_order", "A-27");
    for (sold, units, said) in [
        (true, 1, None),
        (true, 0, none.clone()),
        (true, -1, none.clone()),
        (false, 1, none),
    ] {
        let asked = json!({"units": units, "urgency": "immediate"});
        let records = shelf(json!({"sold": sold}));
        let found = records.refused(("stock", "s"), ("restock", asked), ROLES, NOW);
        assert_eq!(found, said, "{sold} {units}");
    }
    let records = shelf(json!({}));
    let asked = json!({"units": 20, "urgency": "scheduled"});
    records.carry_out(("stock", "s"), ("restock", asked), ROLES, NOW);
    let of_move = |name: &str| field(&records, ("stock_move", "restock-0"), name);
    assert_eq!(of_move("sort"), "restock");
    assert_eq!(
        (of_move("units"), of_move("to_region")),
        (json!(20), json!("eu"))
    );
    assert_eq!(of_move("state"), "ordered");
    // What is ordered is not on the shelf yet.
    assert_eq!(field(&records, ("stock", "s"), "units"), 10);
}

#[test]
fn a_27_a_transfer_takes_what_is_there_to_another_region() {
    let cannot = by("stock.cannot_transfer", "A-27");
    for (to, units, said) in [
        ("uk", 1, None),
        ("uk", 10, None),
        ("uk", 11, cannot.clone()),
        ("uk", 0, cannot.clone()),
        ("eu", 1, cannot),
    ] {
        let asked = json!({"units": units, "to_region": to, "reason": "Sold out there."});
        let found = shelf(json!({})).refused(("stock", "s"), ("transfer", asked), ROLES, NOW);
        assert_eq!(found, said, "{to} {units}");
    }
    let records = shelf(json!({}));
    let asked = json!({"units": 3, "to_region": "uae", "reason": "Sold out there."});
    records.carry_out(("stock", "s"), ("transfer", asked), ROLES, NOW);
    assert_eq!(field(&records, ("stock", "s"), "units"), 7);
    let of_move = |name: &str| field(&records, ("stock_move", "transfer-0"), name);
    assert_eq!(of_move("sort"), "transfer");
    assert_eq!(of_move("units"), 3);
    let regions = (of_move("from_region"), of_move("to_region"));
    assert_eq!(regions, (json!("eu"), json!("uae")));
}

#[test]
fn a_27_a_product_is_archived_and_discontinued_with_a_reason_and_once() {
    let reason = || json!({"reason": "The season is over."});
    let records = Records::of(&AMARISE);
    records.add("product", "p", product("SKU-1", json!({"state": "active"})));
    let refused = |action: &str, params: Value| {
        records.refused(("product", "p"), (action, params), ROLES, NOW)
    };
    let silent = Some(("params.invalid".to_owned(), None));
    let over = Some(("action.wrong_state".to_owned(), None));
    assert_eq!(refused("archive", json!({})), silent);
    assert_eq!(refused("discontinue", json!({})), silent);
    records.carry_out(("product", "p"), ("archive", reason()), ROLES, NOW);
    assert_eq!(field(&records, ("product", "p"), "state"), "archived");
    assert_eq!(refused("archive", reason()), over);
    records.carry_out(("product", "p"), ("discontinue", reason()), ROLES, NOW);
    assert_eq!(field(&records, ("product", "p"), "state"), "discontinued");
    for action in ["archive", "discontinue"] {
        assert_eq!(refused(action, reason()), over, "{action}");
    }
}
