//! A-17, A-21, A-22, A-41, X-03: money that goes back, on a laptop and by the platform, without a line and
//! with one.

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::OperationWord;

use crate::amarise_bodies::{NOW, ROLES, by, customer, eur, money, order, refund, return_case};
use crate::modes::{Case, World, asks, case, wrong_state};
use crate::packs::AMARISE;
use crate::pos_world::Refusal;
use crate::records::Records;

/// A shop with the customer that all is of.
pub(crate) fn shop() -> Records {
    let records = Records::of(&AMARISE);
    records.add("customer", "c-1", customer("C-1", json!({})));
    records
}

pub(crate) fn world(records: &Records) -> World<'_> {
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

/// Three parts of one order: with any two of them the line is not passed, with all three it is.
fn parts() -> (Records, [(&'static str, i64); 3]) {
    let parts = [("r-1", 30_000), ("r-2", 20_000), ("r-3", 1)];
    let records = shop();
    records.add("order", "o-1", order("A-1", json!({})));
    for (id, minor) in parts {
        let fields = json!({"amount": eur(minor), "asked": eur(minor),
                            "charge_id": format!("ch_{id}")});
        records.add("refund", id, refund(id, fields));
    }
    (records, parts)
}

#[tokio::test]
async fn a_41_and_x_03_parts_of_one_order_count_together_also_while_they_wait_for_a_line() {
    let (records, parts) = parts();
    let world = World {
        charges: parts
            .map(|(id, _)| (format!("ch_{id}"), 200_000, "eur"))
            .into(),
        ..world(&records)
    };
    let pay = |id: &str, said| case(("refund", id), "pay", json!({}), said);
    let [cut_off, connected] = world.twice(&[]).await;
    connected
        .through(&[
            pay("r-1", None).then("refunded"),
            pay("r-2", None).then("refunded"),
            pay("r-3", asks("A-41")).then("requested"),
        ])
        .await;
    // Without a line the laptop says of each what it knows: the third needs Finance.
    let mut queued: Vec<(&str, String)> = Vec::new();
    for (id, said) in [("r-1", None), ("r-2", None), ("r-3", Some("A-41"))] {
        let seen = cut_off.laptop.record(("refund", id)).await;
        let offered = seen.actions.iter().find(|each| each.action == "pay");
        let row = offered.unwrap().asks.first().map(|ask| ask.row.as_str());
        assert_eq!(row, said, "{id}");
        let pay = pay(id, None);
        let paid = cut_off.act_on(&cut_off.laptop, &pay).await;
        let after = paid.waits_for.map(|on| on.id);
        assert_eq!(after.as_ref(), queued.first().map(|(_, id)| id), "{id}");
        queued.push((id, paid.id));
    }
    // Each counts those before it, so it goes after them: it is the third that passes the line, as said.
    let mut waits = Vec::new();
    for (id, operation) in queued {
        let on = ("refund", id);
        let ended = cut_off.ends_on(&cut_off.laptop, &operation, on).await;
        if ended.word != OperationWord::Confirmed {
            let why = ended.reason.unwrap();
            waits.push((id, why.code, why.row));
        }
    }
    let agreement = ("r-3", "approval.waits".to_owned(), Some("A-41".to_owned()));
    assert_eq!(waits, [agreement]);
    for run in [&cut_off, &connected] {
        let refunds = run.stand_ins().stripe.refunds().unwrap();
        let went = refunds.iter().map(|one| one["amount"].as_i64().unwrap());
        assert_eq!(refunds.len(), 2, "{:?}", run.mode);
        assert!(went.sum::<i64>() <= 50_000, "{:?}", run.mode);
    }
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
        // Its refund has ended with it.
        case(of_no, "pay", json!({}), wrong_state()),
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
        assert_eq!(run.field(of_no, "state").await, "refused");
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

#[tokio::test]
async fn a_21_a_parcel_is_received_and_paid_for_in_one_sitting_without_a_line() {
    let records = shop();
    records.add("order", "o-1", order("A-1", json!({})));
    let fields = json!({"return_case": "yes", "return_number": "yes", "actionable_at": null,
                        "charge_id": "ch_yes"});
    records.add("refund", "r-yes", refund("yes", fields));
    let fields = json!({"refund": "r-yes", "state": "labelled"});
    records.add("return_case", "yes", return_case("yes", fields));
    let world = World {
        charges: vec![("ch_yes".to_owned(), 200_000, "eur")],
        ..world(&records)
    };
    let (parcel, money) = (("return_case", "yes"), ("refund", "r-yes"));
    let cases = [
        case(money, "pay", json!({}), by("refund.parcel_missing", "A-21")),
        case(parcel, "receive", json!({}), None),
        case(money, "pay", json!({}), None).then("refunded"),
    ];
    for run in world.twice(&cases).await {
        assert_eq!(run.field(parcel, "state").await, "closed", "{:?}", run.mode);
        let refunds = run.stand_ins().stripe.refunds().unwrap();
        assert_eq!(refunds.len(), 1, "{:?}", run.mode);
    }
}
