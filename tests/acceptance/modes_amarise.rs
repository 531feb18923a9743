//! A-17, A-20 to A-23, A-26 to A-30, A-41, X-01, X-03, X-06, X-08, X-90: on a laptop and by the platform,
//! without a line and with one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::amarise_bodies::{
    NOW, ROLES, by, customer, eur, money, order, privacy, product, refund, return_case, stock,
};
use crate::amarise_machines::{ORDER_STATES, ORDER_WAYS};
use crate::modes::{Case, World, asks, case, wrong_state};
use crate::packs::AMARISE;
use crate::pos_world::Refusal;
use crate::records::Records;

/// A shop with the customer that all is of.
fn shop() -> Records {
    let records = Records::of(&AMARISE);
    records.add("customer", "c-1", customer("C-1", json!({})));
    records
}

fn world(records: &Records) -> World<'_> {
    World {
        pack: "amarise",
        records,
        roles: ROLES,
        now: NOW,
        charges: Vec::new(),
    }
}

/// Refunds to be paid, each of an order and a payment of its own.
struct Till {
    records: Records,
    charges: Vec<(String, i64, &'static str)>,
    cases: Vec<Case>,
    /// What goes back: payment and minor units.
    back: Vec<(String, i64)>,
}

impl Till {
    fn new(records: Records) -> Self {
        Self {
            records,
            charges: Vec::new(),
            cases: Vec::new(),
            back: Vec::new(),
        }
    }

    /// An order of 2000.00 with what went back of it before.
    fn order(&mut self, id: &str, currency: &'static str, fields: Value, before: &[Value]) {
        let mut body = order(id, json!({"total": money(200_000, currency)}));
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        self.records.add("order", id, body);
        for (n, fields) in before.iter().enumerate() {
            let number = format!("{id}-before-{n}");
            let mut body = refund(&number, json!({"order": id}));
            body.as_object_mut()
                .unwrap()
                .extend(fields.as_object().unwrap().clone());
            self.records.add("refund", &number, body);
        }
    }

    /// A refund of an order, and what is said of paying it.
    fn pay(&mut self, of: &str, id: &str, amount: Value, fields: Value, said: Refusal) {
        let minor = amount["minor"].as_i64().unwrap();
        let currency = match amount["currency"].as_str().unwrap() {
            "GBP" => "gbp",
            _ => "eur",
        };
        let charge = format!("ch_{id}");
        let mut body = refund(
            id,
            json!({"order": of, "amount": amount, "asked": amount, "charge_id": charge}),
        );
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        self.records.add("refund", id, body);
        self.charges.push((charge.clone(), 200_000, currency));
        let done = said.is_none();
        let case = case(("refund", id), "pay", json!({}), said);
        self.cases.push(case.then(match done {
            true => "refunded",
            false => "requested",
        }));
        if done {
            self.back.push((charge, minor));
        }
    }

    /// Works them in both modes: what is allowed went back at the provider once, and nothing else did.
    async fn works(self) {
        let world = World {
            charges: self.charges,
            ..world(&self.records)
        };
        for run in world.twice(&self.cases).await {
            let refunds = run.stand_ins().stripe.refunds().unwrap();
            let mut went: Vec<(String, i64)> = refunds
                .iter()
                .map(|one| {
                    let charge = one["charge"].as_str().unwrap().to_owned();
                    (charge, one["amount"].as_i64().unwrap())
                })
                .collect();
            let mut wanted = self.back.clone();
            went.sort();
            wanted.sort();
            assert_eq!(went, wanted, "{:?}", run.mode);
        }
    }
}

#[tokio::test]
async fn a_41_and_x_03_the_line_of_500_euro_is_held_on_the_laptop_and_by_the_platform() {
    let mut till = Till::new(shop());
    for (minor, said) in [
        (1, None),
        (49_999, None),
        (50_000, None),
        (50_001, asks("A-41")),
        (100_000, asks("A-41")),
    ] {
        let of = format!("o-{minor}");
        till.order(&of, "EUR", json!({}), &[]);
        till.pay(&of, &format!("r-{minor}"), eur(minor), json!({}), said);
    }
    // With what went back for the same order before, or is on its way.
    for (state, minor, said) in [
        ("approved", 20_000, None),
        ("approved", 20_001, asks("A-41")),
        ("refunded", 20_000, None),
        ("refunded", 20_001, asks("A-41")),
        ("refused", 50_000, None),
        ("requested", 50_000, None),
    ] {
        let of = format!("o-{state}-{minor}");
        let before = json!({"amount": eur(30_000), "state": state});
        till.order(&of, "EUR", json!({}), &[before]);
        let id = format!("r-{state}-{minor}");
        till.pay(&of, &id, eur(minor), json!({}), said);
    }
    till.works().await;
}

#[tokio::test]
async fn x_03_another_currency_is_measured_with_its_stored_rate_and_without_one_somebody_is_asked()
{
    let mut till = Till::new(shop());
    for (id, minor, rate, said) in [
        ("below", 41_666, json!(1_200_000), None),
        ("above", 41_667, json!(1_200_000), asks("A-41")),
        ("at", 40_000, json!(1_250_000), None),
        ("past", 40_001, json!(1_250_000), asks("A-41")),
        ("unknown", 100, Value::Null, asks("A-41")),
    ] {
        till.order(&format!("o-{id}"), "GBP", json!({}), &[]);
        let rate = match rate {
            Value::Null => json!({}),
            rate => json!({"euro_rate": rate}),
        };
        let amount = money(minor, "GBP");
        till.pay(&format!("o-{id}"), &format!("r-{id}"), amount, rate, said);
    }
    let before = json!({"amount": money(100, "GBP"), "state": "refunded"});
    till.order("o-before", "GBP", json!({}), &[before]);
    let rate = json!({"euro_rate": 1_200_000});
    let amount = money(100, "GBP");
    till.pay("o-before", "r-before", amount, rate, asks("A-41"));
    till.works().await;
}

#[tokio::test]
async fn a_41_and_x_03_parts_of_one_order_count_while_they_still_wait_for_a_line() {
    let mut till = Till::new(shop());
    till.order("o-1", "EUR", json!({}), &[]);
    till.pay("o-1", "r-1", eur(30_000), json!({}), None);
    till.pay("o-1", "r-2", eur(20_000), json!({}), None);
    till.pay("o-1", "r-3", eur(1), json!({}), asks("A-41"));
    till.works().await;
}

#[tokio::test]
async fn a_41_and_x_03_what_two_laptops_allow_apart_is_asked_for_where_it_meets() {
    let records = shop();
    records.add("order", "o-1", order("A-1", json!({})));
    for id in ["r-1", "r-2"] {
        let fields = json!({"amount": eur(30_000), "asked": eur(30_000),
                            "charge_id": format!("ch_{id}")});
        records.add("refund", id, refund(id, fields));
    }
    let world = World {
        charges: ["r-1", "r-2"]
            .map(|id| (format!("ch_{id}"), 200_000, "eur"))
            .into(),
        ..world(&records)
    };
    let pay = |id: &str| case(("refund", id), "pay", json!({}), None).then("refunded");
    let [run, _] = world.twice(&[]).await;
    // Lee allows the second before anybody has heard of the first.
    let lee = run.another("lee", ROLES).await;
    let second = run.act_on(&lee, &pay("r-2")).await;
    run.through(&[pay("r-1")]).await;
    let ended = run.ends_on(&lee, &second.id, ("refund", "r-2")).await;
    let why = ended.reason.unwrap();
    assert_eq!(
        (why.code.as_str(), why.row.as_deref()),
        ("approval.waits", Some("A-41"))
    );
    assert_eq!(run.field(("refund", "r-2"), "state").await, "requested");
    let refunds = run.stand_ins().stripe.refunds().unwrap();
    assert_eq!(
        (refunds.len(), &refunds[0]["charge"]),
        (1, &json!("ch_r-1"))
    );
}

#[tokio::test]
async fn a_22_no_more_than_was_paid_goes_back_and_none_of_what_was_not() {
    let mut till = Till::new(shop());
    let above = || by("refund.above_order", "A-22");
    let of_a_hundred = json!({"total": eur(10_000)});
    for (id, before, minor, said) in [
        ("all", 6_000, 4_000, None),
        ("more", 6_000, 4_001, above()),
        ("nothing", 0, 0, above()),
    ] {
        let before = json!({"amount": eur(before), "state": "refunded"});
        till.order(id, "EUR", of_a_hundred.clone(), &[before]);
        till.pay(id, &format!("r-{id}"), eur(minor), json!({}), said);
    }
    till.order("pounds", "GBP", json!({}), &[]);
    till.pay("pounds", "r-pounds", eur(100), json!({}), above());
    till.order("unpaid", "EUR", json!({"paid": false}), &[]);
    till.pay("unpaid", "r-unpaid", eur(100), json!({}), above());
    till.works().await;
}

#[tokio::test]
async fn a_22_a_part_is_chosen_and_then_goes_back_and_a_refusal_moves_no_money() {
    let records = shop();
    for id in ["part", "full", "no"] {
        records.add("order", id, order(id, json!({})));
        let fields = json!({"order": id, "amount": eur(5_000), "asked": eur(5_000),
                            "charge_id": format!("ch_{id}")});
        records.add("refund", id, refund(id, fields));
    }
    let part = |minor: i64| json!({"amount": eur(minor), "reason": "One of two."});
    let no_part = || by("refund.no_part", "A-22");
    let of = |id: &'static str| ("refund", id);
    let pounds = json!({"amount": money(100, "GBP"), "reason": "One of two."});
    let cases = [
        case(of("part"), "set_part", part(0), no_part()),
        case(of("part"), "set_part", part(5_000), no_part()),
        case(of("part"), "set_part", pounds, no_part()),
        case(of("part"), "set_part", part(4_999), None),
        case(of("part"), "pay", json!({}), None).then("refunded"),
        case(of("full"), "set_full", json!({}), None),
        case(of("full"), "pay", json!({}), None).then("refunded"),
        case(of("no"), "refuse", json!({"reason": "Worn."}), None).then("refused"),
        case(of("no"), "pay", json!({}), wrong_state()),
    ];
    let world = World {
        charges: ["part", "full", "no"]
            .map(|id| (format!("ch_{id}"), 5_000, "eur"))
            .into(),
        ..world(&records)
    };
    for run in world.twice(&cases).await {
        let refunds = run.stand_ins().stripe.refunds().unwrap();
        let mut went: Vec<_> = refunds.iter().map(|one| one["amount"].clone()).collect();
        went.sort_by_key(Value::as_i64);
        assert_eq!(went, [json!(4_999), json!(5_000)], "{:?}", run.mode);
        assert_eq!(run.field(("refund", "part"), "scope").await, "part");
        assert_eq!(run.mails(3).await.len(), 3, "each buyer once");
    }
}

#[tokio::test]
async fn a_17_and_a_22_frozen_refunds_are_not_paid_and_may_still_be_refused() {
    let records = shop().control("freeze_refunds", json!(true));
    records.add("order", "o-1", order("A-1", json!({})));
    records.add("refund", "r", refund("R-1", json!({})));
    let frozen = by("refund.frozen", "A-17");
    let cases = [
        case(("refund", "r"), "pay", json!({}), frozen),
        case(("refund", "r"), "refuse", json!({"reason": "Worn."}), None).then("refused"),
    ];
    for run in world(&records).twice(&cases).await {
        assert!(run.stand_ins().stripe.refunds().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_21_a_return_is_answered_with_a_reason_labelled_received_and_only_then_paid() {
    let records = shop();
    records.add("order", "o-1", order("A-1", json!({})));
    for id in ["yes", "no"] {
        let fields = json!({"return_case": id, "return_number": id, "actionable_at": null,
                            "charge_id": format!("ch_{id}")});
        records.add("refund", &format!("r-{id}"), refund(id, fields));
        let fields = json!({"refund": format!("r-{id}")});
        records.add("return_case", id, return_case(id, fields));
    }
    let missing = || by("refund.parcel_missing", "A-21");
    let silent = || Some(("params.invalid".to_owned(), None));
    let unworn = || json!({"reason": "Unworn."});
    let (yes, no) = (("return_case", "yes"), ("return_case", "no"));
    let (of_yes, of_no) = (("refund", "r-yes"), ("refund", "r-no"));
    let cases = [
        case(of_yes, "pay", json!({}), missing()),
        case(yes, "approve", json!({}), silent()),
        case(yes, "reject", json!({}), silent()),
        case(yes, "label", json!({}), wrong_state()),
        case(yes, "approve", unworn(), None),
        case(of_yes, "pay", json!({}), missing()),
        case(yes, "label", json!({}), None),
        case(of_yes, "pay", json!({}), missing()),
        case(yes, "receive", json!({}), None).then("received"),
        case(no, "reject", unworn(), None).then("rejected"),
        case(no, "receive", json!({}), wrong_state()),
        case(of_no, "pay", json!({}), missing()),
    ];
    let world = World {
        charges: ["yes", "no"]
            .map(|id| (format!("ch_{id}"), 200_000, "eur"))
            .into(),
        ..world(&records)
    };
    for run in world.twice(&cases).await {
        let label = run.field(yes, "label_number").await;
        assert_eq!(label, "RL-yes", "{:?}", run.mode);
        assert_ne!(run.field(of_yes, "actionable_at").await, Value::Null);
        assert_eq!(run.field(of_no, "actionable_at").await, Value::Null);
        assert!(run.stand_ins().stripe.refunds().unwrap().is_empty());
        // The parcel is here: the money may go, and the return is closed with it.
        run.through(&[case(of_yes, "pay", json!({}), None).then("refunded")])
            .await;
        assert_eq!(run.field(yes, "state").await, "closed");
        assert_eq!(run.stand_ins().stripe.refunds().unwrap().len(), 1);
        run.through(&[case(of_yes, "pay", json!({}), wrong_state())])
            .await;
    }
}

/// Each action from each state of an order, on an order of its own.
#[tokio::test]
async fn a_20_and_x_06_every_step_of_an_order_from_every_state() {
    let records = shop().control("sales_paused", json!({"eu": true}));
    let mut cases = Vec::new();
    let mut actions: Vec<&'static str> = ORDER_WAYS.iter().map(|way| way.0).collect();
    actions.sort_unstable();
    let known = AMARISE.kind("order").unwrap().actions.keys();
    assert_eq!(known.collect::<Vec<_>>(), actions);
    for &(action, from, becomes) in ORDER_WAYS {
        for state in ORDER_STATES {
            let id = format!("{action}-{state}");
            let body = order(&id, json!({"state": state, "paid": false}));
            records.add("order", &id, body);
            let params = match action {
                "ship" => json!({"tracking": "1Z9"}),
                "hold" | "cancel" | "tell_of_pause" => json!({"reason": "Because."}),
                _ => json!({}),
            };
            let legal = from.contains(&state);
            let said = if legal { None } else { wrong_state() };
            let then = if legal && becomes != "-" {
                becomes
            } else {
                state
            };
            cases.push(case(("order", &id), action, params, said).then(then));
        }
    }
    let paid = order("paid", json!({"state": "pending", "paid": true}));
    records.add("order", "paid", paid);
    let held = order("held", json!({"state": "on_hold", "paid": true}));
    records.add("order", "held", held);
    let reason = || json!({"reason": "Changed their mind."});
    let pending_paid = by("order.pending_paid", "X-06");
    cases.push(case(("order", "paid"), "cancel", reason(), pending_paid));
    cases.push(case(("order", "held"), "cancel", reason(), None).then("cancelled"));
    for run in world(&records).twice(&cases).await {
        let told = run.mails(4).await;
        assert_eq!(told.len(), 4, "{:?}: each is told once", run.mode);
    }
}

#[tokio::test]
async fn a_20_an_order_walks_from_its_confirmation_to_the_door() {
    let records = shop();
    records.add("order", "o", order("O-1", json!({"state": "pending"})));
    let o = ("order", "o");
    let cases = [
        case(o, "confirm", json!({}), None),
        case(o, "ship", json!({"tracking": "1Z9"}), wrong_state()),
        case(o, "begin", json!({}), None),
        case(o, "hold", json!({"reason": "The address."}), None),
        case(o, "ship", json!({"tracking": "1Z9"}), wrong_state()),
        case(o, "resume", json!({}), None),
        case(o, "ship", json!({"tracking": "1Z9"}), None),
        case(o, "cancel", json!({"reason": "Late."}), wrong_state()),
        case(o, "deliver", json!({}), None).then("delivered"),
    ];
    for run in world(&records).twice(&cases).await {
        assert_eq!(run.field(o, "tracking").await, "1Z9");
    }
}

#[tokio::test]
async fn a_23_and_a_24_and_a_25_and_a_26_and_x_01_each_count_stands_in_one_section() {
    let records = shop();
    for units in [0, 4, 5, 10, 11, 50, 51, 1_000] {
        let sku = format!("SKU-{units}");
        records.add("stock", &sku, stock(&sku, units, json!({})));
    }
    for run in world(&records).twice(&[]).await {
        let shown = run.sections("stock_levels").await;
        let wanted = ["critical", "low", "normal", "high"].map(|each| (each.to_owned(), 2));
        assert_eq!(shown, BTreeMap::from(wanted), "{:?}", run.mode);
    }
}

#[tokio::test]
async fn a_27_what_is_moved_without_a_line_is_gone_from_the_shelf_for_the_next() {
    let records = shop();
    for id in ["s", "unsold"] {
        let body = stock(id, 10, json!({"sold": id == "s"}));
        records.add("stock", id, body);
    }
    let body = product("SKU-1", json!({"state": "active"}));
    records.add("product", "p", body);
    let (s, p) = (("stock", "s"), ("product", "p"));
    let to_uk =
        |units: i64| json!({"units": units, "to_region": "uk", "reason": "Sold out there."});
    let to_eu = json!({"units": 1, "to_region": "eu", "reason": "Here."});
    let cannot = || by("stock.cannot_transfer", "A-27");
    let more = |units: i64| json!({"units": units, "urgency": "scheduled"});
    let nothing = || by("stock.nothing_to_order", "A-27");
    let over = || json!({"reason": "The season is over."});
    let silent = || Some(("params.invalid".to_owned(), None));
    let cases = [
        case(s, "transfer", to_uk(11), cannot()),
        case(s, "transfer", to_uk(0), cannot()),
        case(s, "transfer", to_eu, cannot()),
        case(s, "transfer", to_uk(7), None),
        case(s, "transfer", to_uk(4), cannot()),
        case(s, "restock", more(0), nothing()),
        case(s, "restock", more(20), None),
        case(("stock", "unsold"), "restock", more(20), nothing()),
        case(p, "archive", json!({}), silent()),
        case(p, "archive", over(), None),
        case(p, "archive", over(), wrong_state()),
        case(p, "discontinue", over(), None).then("discontinued"),
    ];
    for run in world(&records).twice(&cases).await {
        assert_eq!(run.field(s, "units").await, 3, "{:?}", run.mode);
        assert_eq!(run.count("stock_move").await, 2, "{:?}", run.mode);
        let moves = run.sections("stock_moves").await;
        let wanted = ["restock", "transfer"].map(|each| (each.to_owned(), 1));
        assert_eq!(moves, BTreeMap::from(wanted), "{:?}", run.mode);
    }
}

const RECEIVED: &str = "2026-11-10T10:00:00.000Z";

#[tokio::test]
async fn a_28_and_x_08_an_export_goes_to_nobody_unchecked_and_is_put_off_once() {
    let records = shop();
    for (id, received, fields) in [
        ("e", RECEIVED, json!({})),
        ("unchecked", RECEIVED, json!({"identity_checked": false})),
        // Thirty days ended a millisecond ago.
        ("late", "2026-10-21T00:59:59.999Z", json!({})),
    ] {
        let body = privacy(id, "export", received, fields);
        records.add("privacy_request", id, body);
    }
    let of = |id: &'static str| ("privacy_request", id);
    let address = || json!({"address": "https://shop.example/export/1"});
    let reason = || json!({"reason": "It is a lot."});
    let no_export = || by("privacy.no_export", "A-28");
    let too_late = || by("privacy.too_late_to_extend", "X-08");
    let silent = Some(("params.invalid".to_owned(), None));
    let cases = [
        case(of("unchecked"), "start_export", json!({}), no_export()),
        case(
            of("unchecked"),
            "erase",
            json!({}),
            by("privacy.no_deletion", "A-29"),
        ),
        case(
            of("unchecked"),
            "check_identity",
            json!({"how": "By mail"}),
            None,
        ),
        case(of("unchecked"), "start_export", json!({}), None).then("in_work"),
        case(of("late"), "extend", reason(), too_late()),
        case(of("e"), "extend", json!({}), silent),
        case(of("e"), "extend", reason(), None),
        case(of("e"), "send_export", address(), wrong_state()),
        case(of("e"), "start_export", json!({}), None),
        case(of("e"), "send_export", address(), None).then("done"),
    ];
    for run in world(&records).twice(&cases).await {
        let until = run.field(of("e"), "extended_until").await;
        assert_eq!(until, "2027-02-10T10:00:00.000Z", "{:?}", run.mode);
        let mails = run.mails(2).await;
        assert_eq!(mails.len(), 2, "{:?}: put off, and where it is", run.mode);
        let customer = run.field(("customer", "c-1"), "exported_at").await;
        assert_ne!(customer, Value::Null);
    }
}

#[tokio::test]
async fn a_29_and_x_90_who_is_erased_has_no_name_left_and_a_hold_or_an_open_case_stops_it() {
    let records = shop();
    for (id, fields) in [
        ("held", json!({"legal_hold": true})),
        ("refund", json!({})),
        ("return", json!({})),
        ("gone", json!({})),
    ] {
        records.add("customer", id, customer(id, fields));
        let body = privacy(id, "deletion", RECEIVED, json!({"customer": id}));
        records.add("privacy_request", id, body);
    }
    records.add("order", "o-1", order("A-1", json!({})));
    let fields = json!({"customer": "refund", "state": "failed"});
    records.add("refund", "r", refund("R-1", fields));
    let fields = json!({"customer": "return", "state": "labelled"});
    records.add("return_case", "rt", return_case("RT-1", fields));
    let of = |id: &'static str| ("privacy_request", id);
    let open = || by("privacy.case_open", "A-22");
    let hold = by("privacy.legal_hold", "X-90");
    let cases = [
        case(of("held"), "erase", json!({}), hold),
        case(of("refund"), "erase", json!({}), open()),
        case(of("return"), "erase", json!({}), open()),
        case(of("gone"), "erase", json!({}), None).then("done"),
    ];
    for run in world(&records).twice(&cases).await {
        let gone = ("customer", "gone");
        for (field, is) in [("state", "erased"), ("name", "Erased"), ("email", "erased")] {
            assert_eq!(run.field(gone, field).await, is, "{:?}", run.mode);
        }
        assert_eq!(run.field(gone, "code").await, "gone", "the pseudonym stays");
        let shown = serde_json::to_string(&run.laptop.record(gone).await).unwrap();
        assert!(!shown.contains("kim@shop.example"), "{shown}");
        assert_eq!(run.field(("customer", "held"), "name").await, "Kim");
        assert_eq!(run.mails(1).await.len(), 1);
    }
}

#[tokio::test]
async fn x_90_a_hold_that_is_placed_without_a_line_stops_an_erasure_there_too() {
    let records = shop();
    let body = privacy("p", "deletion", RECEIVED, json!({}));
    records.add("privacy_request", "p", body);
    let (who, p) = (("customer", "c-1"), ("privacy_request", "p"));
    let claim = json!({"reason": "A claim."});
    let hold = by("privacy.legal_hold", "X-90");
    let cases = [
        case(who, "release", json!({}), by("customer.no_hold", "X-90")),
        case(who, "hold", claim.clone(), None),
        case(p, "erase", json!({}), hold),
    ];
    for run in world(&records).twice(&cases).await {
        assert_eq!(run.field(who, "name").await, "Kim", "{:?}", run.mode);
    }
    // It is for Legal and the founder to say.
    let denied = Some(("rights.missing_role".to_owned(), None));
    let world = World {
        roles: &["operator"],
        ..world(&records)
    };
    world.twice(&[case(who, "hold", claim, denied)]).await;
}

#[tokio::test]
async fn a_30_a_consent_holds_as_it_was_chosen_and_is_not_put_off() {
    let records = shop();
    for (id, consent) in [("yes", json!(true)), ("no", json!(false))] {
        let fields = json!({"marketing_consent": id == "no"});
        records.add("customer", id, customer(id, fields));
        let fields = json!({"customer": id, "consent": consent});
        let body = privacy(id, "consent", "2026-11-20T00:59:00.000Z", fields);
        records.add("privacy_request", id, body);
    }
    let unsaid = privacy("unsaid", "consent", RECEIVED, json!({}));
    records.add("privacy_request", "unsaid", unsaid);
    let of = |id: &'static str| ("privacy_request", id);
    let reason = json!({"reason": "It is a lot."});
    let no_consent = by("privacy.no_consent", "A-30");
    let at_once = by("privacy.too_late_to_extend", "X-08");
    let cases = [
        case(of("unsaid"), "apply_consent", json!({}), no_consent),
        case(of("yes"), "extend", reason, at_once),
        case(of("yes"), "apply_consent", json!({}), None).then("done"),
        case(of("no"), "apply_consent", json!({}), None).then("done"),
    ];
    for run in world(&records).twice(&cases).await {
        for (id, chosen) in [("yes", true), ("no", false)] {
            let now = run.field(("customer", id), "marketing_consent").await;
            assert_eq!(now, chosen, "{:?}: {id}", run.mode);
        }
        assert_eq!(run.mails(2).await.len(), 2);
    }
}
