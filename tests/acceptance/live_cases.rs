//! L-32, L-34, L-39 to L-42: each case from its first step to its last, by actions alone.

use serde_json::{Map, Value, json};
use watchkeeper_model::Mail;
use watchkeeper_model::alert::State::Firing;

use crate::live_stock::{affected, oversell};
use crate::live_world::{NOW, OP, by, live, order, payment, product, usd, with};
use crate::records::Records;

type Named<'a> = (&'a str, &'a str);

const ORDER: Named<'static> = ("order", "o-1");

fn carry(records: &Records, record: Named<'_>, action: &str, params: Value) {
    records.carry_out(record, (action, params), &OP, NOW);
}

/// Carries it out as somebody who has the agreement of support.
fn agreed(records: &Records, record: Named<'_>, action: &str) {
    let row = records.agreed(record, (action, json!({})), &OP, NOW);
    assert_eq!(row, "L-11", "{action}");
}

fn refused(
    records: &Records,
    record: Named<'_>,
    action: &str,
    params: Value,
) -> Option<(String, Option<String>)> {
    records.refused(record, (action, params), &OP, NOW)
}

/// The state does not allow it.
fn too_early(records: &Records, record: Named<'_>, action: &str, params: Value) {
    let (code, _) = refused(records, record, action, params).unwrap();
    assert_eq!(code, "action.wrong_state", "{action}");
}

fn body(records: &Records, (kind, id): Named<'_>) -> Map<String, Value> {
    records.record(kind, id).0
}

/// The mail that an action would send now.
fn mail(records: &Records, record: Named<'_>, action: &str, params: Value) -> Mail {
    let decision = records.decide(record, (action, params), &OP, NOW);
    let calls = decision.plan.unwrap().calls;
    calls.into_iter().find_map(|call| call.mail).unwrap()
}

#[test]
fn l_32_an_order_by_hand_from_the_product_to_the_supplier() {
    let records = live();
    let supplier = json!({"code": "s-1", "name": "Lux", "email": "s@example.com"});
    records.add("supplier", "s-1", supplier);
    records.add("product", "lamp", product("lamp", json!({"stock": 9})));
    assert_eq!(records.in_section("stock_low", "low", NOW), ["lamp"]);

    // Created, with its supplier and the first product, its pieces and their price.
    let first = json!({"quantity": 50, "unit_price": usd(2_000)});
    carry(&records, ("product", "lamp"), "order_more", first.clone());
    let po = ("purchase_order", "order_more-0");
    let drafted = body(&records, po);
    for (field, value) in [
        ("supplier", json!("s-1")),
        ("origin", json!("manual")),
        ("pieces", json!(50)),
        ("goods", usd(100_000)),
        ("state", json!("draft")),
    ] {
        assert_eq!(drafted[field], value, "{field}");
    }
    let drafts = records.in_section("purchase_orders", "draft", NOW);
    assert_eq!(drafts, ["order_more-0"]);
    let again = refused(&records, ("product", "lamp"), "order_more", first);
    assert_eq!(again, by("product.on_order", "L-31"));

    // Another product of the same supplier.
    let line = |quantity: i64, price: Value| {
        let cup = json!({"sku": "cup", "name": "Cup"});
        with(cup, json!({"quantity": quantity, "unit_price": price}))
    };
    let euro = json!({"minor": 1_000, "currency": "EUR"});
    for wrong in [
        line(0, usd(1_000)),
        line(10, usd(-1)),
        line(10, euro.clone()),
    ] {
        let said = refused(&records, po, "add_line", wrong);
        assert_eq!(said, by("purchase.line", "L-32"));
    }
    carry(&records, po, "add_line", line(10, usd(1_000)));
    assert_eq!(body(&records, po)["pieces"], 60);
    assert_eq!(body(&records, po)["goods"], usd(110_000));

    // The landed cost is known before it is submitted.
    let incomplete = by("purchase.incomplete", "L-32");
    assert_eq!(refused(&records, po, "submit", json!({})), incomplete);
    for (freight, duty) in [
        (euro.clone(), usd(0)),
        (usd(0), euro),
        (usd(-1), usd(0)),
        (usd(0), usd(-1)),
    ] {
        let params = json!({"freight": freight, "duty": duty});
        let said = refused(&records, po, "set_costs", params);
        assert_eq!(said, by("purchase.costs", "L-32"));
    }
    let costs = json!({"freight": usd(7_000), "duty": usd(3_000)});
    carry(&records, po, "set_costs", costs);
    let (_, computed) = records.record("purchase_order", "order_more-0");
    assert_eq!(computed["landed"], usd(120_000));
    assert_eq!(computed["landed_piece"], usd(2_000));

    let sent = mail(&records, po, "submit", json!({}));
    assert_eq!(sent.to, "s@example.com");
    assert!(sent.body.contains("60 pieces in 2 lines"), "{}", sent.body);
    carry(&records, po, "submit", json!({}));
    assert_eq!(body(&records, po)["state"], "sent");
    too_early(&records, po, "add_line", line(1, usd(1_000)));
}

#[test]
fn l_32_a_draft_that_is_not_wanted_is_dropped_and_its_product_can_be_ordered_again() {
    let records = live();
    records.add("product", "lamp", product("lamp", json!({"stock": 9})));
    let lamp = ("product", "lamp");
    let fifty = || json!({"quantity": 50, "unit_price": usd(2_000)});
    carry(&records, lamp, "order_more", fifty());
    let (po, lamps) = (
        ("purchase_order", "order_more-0"),
        ("purchase_line", "order_more-1"),
    );
    let cups = json!({"sku": "cup", "name": "Cup", "quantity": 10, "unit_price": usd(1_000)});
    carry(&records, po, "add_line", cups);
    let costs = || json!({"freight": usd(7_000), "duty": usd(3_000)});
    carry(&records, po, "set_costs", costs());
    assert_eq!(body(&records, po)["goods"], usd(110_000));
    assert_eq!(records.states("stock_below_reorder", NOW), []);
    // Nothing of a draft comes into stock.
    let unsent = by("purchase.not_sent", "L-29");
    assert_eq!(refused(&records, lamps, "book_in", json!({})), unsent);

    // What is taken off is not sent, and not paid for.
    let cup = ("purchase_line", "add_line-0");
    carry(&records, cup, "take_off", json!({}));
    let incomplete = by("purchase.incomplete", "L-32");
    assert_eq!(refused(&records, po, "submit", json!({})), incomplete);
    carry(&records, po, "set_costs", costs());
    let counted = body(&records, po);
    assert_eq!(
        (&counted["pieces"], &counted["goods"]),
        (&json!(50), &usd(100_000))
    );

    let left = by("purchase.lines_left", "L-32");
    assert_eq!(refused(&records, po, "drop", json!({})), left);
    carry(&records, lamps, "take_off", json!({}));
    carry(&records, po, "drop", json!({}));
    assert_eq!(body(&records, po)["state"], "dropped");
    assert_eq!(records.in_section("purchase_orders", "draft", NOW), [""; 0]);
    assert_eq!(
        records.in_section("purchase_lines", "ordered", NOW),
        [""; 0]
    );
    too_early(&records, lamps, "book_in", json!({}));
    too_early(&records, po, "submit", json!({}));
    // It is low again, and on no order; a second order of the day has a number of its own.
    assert_eq!(records.states("stock_below_reorder", NOW), [Firing]);
    assert_eq!(refused(&records, lamp, "order_more", fifty()), None);
    let again = records.planned(lamp, ("order_more", fifty()), &OP, NOW);
    let first = body(&records, po)["number"].clone();
    for made in again.creates {
        let number = made.body.get("number").or(made.body.get("po_number"));
        assert_eq!(
            *number.unwrap(),
            json!(format!("{}-2", first.as_str().unwrap()))
        );
    }
}

#[test]
fn l_34_what_was_oversold_from_the_customers_to_what_prevents_it() {
    let records = live();
    records.add("product", "lamp", product("lamp", json!({})));
    records.add("oversell", "x", oversell("open"));
    let case = ("oversell", "x");
    let customers = [("oversold_order", "a"), ("oversold_order", "b")];
    for (id, number) in [("a", "o-1"), ("b", "o-2")] {
        records.add("order", number, order(number, json!({})));
        let of = json!({"order": number, "order_number": number});
        records.add("oversold_order", id, with(affected("waiting"), of));
    }
    assert_eq!(records.states("oversold_product", NOW), [Firing]);
    assert_eq!(records.in_section("oversold", "waiting", NOW), ["a", "b"]);

    // Everybody is told before anything is counted.
    let stock = json!({"stock": 12});
    let untold = by("oversell.untold", "L-34");
    for customer in customers {
        let said = refused(&records, case, "counted", stock.clone());
        assert_eq!(said, untold);
        let offer = json!({"alternative": "the brass lamp"});
        carry(&records, customer, "tell", offer);
    }
    assert!(records.in_section("oversold", "waiting", NOW).is_empty());

    // One takes what is offered instead, the other the money.
    carry(&records, customers[0], "exchange", json!({}));
    carry(&records, customers[1], "wants_money", json!({}));
    let refund = body(&records, ("refund", "wants_money-0"));
    for (field, value) in [
        ("order_number", json!("o-2")),
        ("amount", usd(5_000)),
        ("state", json!("requested")),
    ] {
        assert_eq!(refund[field], value, "{field}");
    }

    let negative = refused(&records, case, "counted", json!({"stock": -1}));
    assert_eq!(negative, by("oversell.negative", "L-29"));
    carry(&records, case, "counted", stock);
    assert_eq!(body(&records, ("product", "lamp"))["stock"], 12);
    assert_eq!(body(&records, ("product", "lamp"))["counted_at"], NOW);

    let why = json!({"cause": "The sync was off", "prevention": "A buffer of two"});
    carry(&records, case, "close", why);
    let closed = body(&records, case);
    assert_eq!(closed["cause"], "The sync was off");
    assert_eq!(closed["prevention"], "A buffer of two");
    assert_eq!(records.in_section("oversells", "closed", NOW), ["x"]);
}

#[test]
fn l_39_who_was_told_where_the_order_is_hears_of_the_next_change() {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({"state": "reserved"})));
    let words = json!({"expectation": "We pack it tomorrow."});
    assert!(records.shown("orders_told", NOW).is_empty());
    carry(&records, ORDER, "tell_where", words.clone());
    assert_eq!(body(&records, ORDER)["told_at"], NOW);
    assert!(records.shown("orders_told", NOW).is_empty(), "no news yet");
    carry(&records, ORDER, "fulfil", json!({}));
    assert_eq!(records.shown("orders_told", NOW), ["o-1"]);
    carry(&records, ORDER, "tell_where", words);
    assert!(records.shown("orders_told", NOW).is_empty());
    // Who never asked is in nobody's way.
    records.add("order", "o-2", order("o-2", json!({"state": "reserved"})));
    carry(&records, ("order", "o-2"), "fulfil", json!({}));
    assert!(records.shown("orders_told", NOW).is_empty());
}

const RETURN: Named<'static> = ("return_case", "open_return-0");

/// An order that was delivered then, and a return that is opened now.
fn opened(delivered: &str, sort: &str, wish: &str) -> Records {
    let records = live();
    records.add("product", "lamp", product("lamp", json!({})));
    let fields = json!({"state": "delivered", "delivered_at": delivered});
    records.add("order", "o-1", order("o-1", fields));
    let asked = json!({"sort": sort, "reason": "It hums.", "wish": wish, "product": "lamp"});
    carry(&records, ORDER, "open_return", asked.clone());
    let twice = refused(&records, ORDER, "open_return", asked);
    assert_eq!(twice, by("order.return_open", "L-40"));
    records
}

/// What an order of two items lists: a lamp of 60 dollars and two cups of 20 each.
fn two_items(records: &Records) {
    for (sku, quantity, minor) in [("lamp", 1, 6_000), ("cup", 2, 4_000)] {
        let line = json!({
            "line_number": format!("o-1-{sku}"), "order": "o-1", "order_number": "o-1",
            "product": sku, "sku": sku, "quantity": quantity, "amount": usd(minor),
            "sold_at": "2026-11-18T15:00:00.000Z", "reserved": true,
        });
        records.add("order_line", sku, line);
    }
}

/// What stands beside a row of a policy, for these parameters.
fn found(records: &Records, record: Named<'_>, action: &str, params: Value) -> String {
    let decision = records.decide(record, (action, params), &OP, NOW);
    decision.rows[0].found.clone()
}

/// A return of the order that is opened now, under an id of its own.
fn another(records: &Records, id: &str, asked: Value) -> Map<String, Value> {
    assert_eq!(refused(records, ORDER, "open_return", asked.clone()), None);
    let plan = records.planned(ORDER, ("open_return", asked), &OP, NOW);
    let body = plan.creates[0].body.clone();
    records.add("return_case", id, Value::Object(body.clone()));
    body
}

#[test]
fn l_40_a_return_inside_30_days_from_the_question_to_the_money() {
    let records = opened("2026-11-01T15:00:00.000Z", "return", "refund");
    two_items(&records);
    let rma = body(&records, RETURN);
    assert_eq!(rma["number"], "RMA-o-1");
    assert_eq!(rma["basis"], "delivery");
    assert_eq!(rma["amount"], usd(10_000), "all that is left");
    assert_eq!(records.in_section("returns", "requested", NOW).len(), 1);
    // Only the lamp comes back.
    let euro = json!({"minor": 6_000, "currency": "EUR"});
    for wrong in [usd(0), usd(-1), usd(10_001), euro] {
        let said = refused(&records, RETURN, "set_value", json!({"amount": wrong}));
        assert_eq!(said, by("return.value", "L-12"));
    }
    let lamp = json!({"amount": usd(6_000)});
    let beside = found(&records, RETURN, "set_value", lamp.clone());
    assert!(
        beside.contains("1 pieces of this product were sold for $60.00 USD"),
        "{beside}"
    );
    carry(&records, RETURN, "set_value", lamp);
    carry(&records, RETURN, "approve", json!({}));
    let sent = mail(&records, RETURN, "send_label", json!({}));
    for word in ["RMA-o-1", "Print the label", "we return $60.00 USD"] {
        assert!(sent.body.contains(word), "{word} in {}", sent.body);
    }
    carry(&records, RETURN, "send_label", json!({}));
    // The money goes back when the goods are here, and not before.
    too_early(&records, RETURN, "pay_back", json!({}));
    carry(&records, RETURN, "receive", json!({}));
    agreed(&records, RETURN, "pay_back");
    let paid = body(&records, RETURN);
    assert_eq!(paid["state"], "refunded");
    assert_eq!(paid["refund_reference"], "there-1");
    assert_eq!(body(&records, ORDER)["refunded"], usd(6_000));

    // The cups come back later: a number of their own, and not more than what is left.
    let cups = |amount: Value| {
        let asked = json!({"sort": "return", "reason": "The cups.", "wish": "refund"});
        with(asked, json!({"product": "cup", "amount": amount}))
    };
    for wrong in [usd(0), usd(4_001)] {
        let said = refused(&records, ORDER, "open_return", cups(wrong));
        assert_eq!(said, by("order.return_value", "L-12"));
    }
    let second = another(&records, "second", cups(usd(2_000)));
    assert_eq!(second["number"], "RMA-o-1-2");
    assert_eq!(second["amount"], usd(2_000), "one of the two");
    let cup = ("return_case", "second");
    for step in ["approve", "send_label", "receive"] {
        carry(&records, cup, step, json!({}));
    }
    agreed(&records, cup, "pay_back");
    assert_eq!(body(&records, ORDER)["refunded"], usd(8_000));
}

#[test]
fn l_40_a_return_that_never_comes_ends_without_money_and_another_is_possible() {
    for steps in [&["approve"][..], &["approve", "send_label"]] {
        let records = opened("2026-11-01T15:00:00.000Z", "return", "refund");
        for step in steps {
            carry(&records, RETURN, step, json!({}));
        }
        let asked = json!({"sort": "return", "reason": "Here it is.", "wish": "refund"});
        let open = by("order.return_open", "L-40");
        assert_eq!(refused(&records, ORDER, "open_return", asked.clone()), open);
        let (unsaid, _) = refused(&records, RETURN, "not_come", json!({})).unwrap();
        assert_eq!(unsaid, "params.invalid");
        let reason = json!({"reason": "The customer kept it."});
        carry(&records, RETURN, "not_come", reason);
        let closed = body(&records, RETURN);
        assert_eq!(closed["state"], "closed");
        assert_eq!(closed["close_reason"], "The customer kept it.");
        assert_eq!(body(&records, ORDER)["refunded"], usd(0));
        assert_eq!(records.in_section("returns", "ended", NOW).len(), 1);
        for step in ["receive", "pay_back", "not_come"] {
            too_early(&records, RETURN, step, json!({}));
        }
        assert_eq!(another(&records, "second", asked)["number"], "RMA-o-1-2");
    }
}

#[test]
fn l_40_and_l_12_a_return_is_paid_from_what_other_refunds_left() {
    // A partial refund was agreed to while the goods were on their way.
    let records = opened("2026-11-01T15:00:00.000Z", "return", "refund");
    for step in ["approve", "send_label", "receive"] {
        carry(&records, RETURN, step, json!({}));
    }
    let refunded = |minor: i64| {
        let delivered = json!({"state": "delivered", "refunded": usd(minor)});
        order("o-1", delivered)
    };
    let with_order = |minor: i64| {
        let other = live();
        other.add("order", "o-1", refunded(minor));
        let rma = Value::Object(body(&records, RETURN));
        other.add(RETURN.0, RETURN.1, rma);
        other
    };
    let part = with_order(3_000);
    let too_much = by("return.too_much", "L-12");
    assert_eq!(refused(&part, RETURN, "pay_back", json!({})), too_much);
    let unpaid = refused(&part, RETURN, "nothing_left", json!({}));
    assert_eq!(unpaid, by("return.something_left", "L-12"));
    carry(&part, RETURN, "set_value", json!({"amount": usd(7_000)}));
    agreed(&part, RETURN, "pay_back");
    assert_eq!(body(&part, ORDER)["refunded"], usd(10_000));

    // Where all went back, the return ends without money, and what is opened next is worth nothing.
    let all = with_order(10_000);
    assert_eq!(refused(&all, RETURN, "pay_back", json!({})), too_much);
    carry(&all, RETURN, "nothing_left", json!({}));
    assert_eq!(body(&all, RETURN)["state"], "closed");
    assert_eq!(body(&all, ORDER)["refunded"], usd(10_000));
    let asked = json!({"sort": "return", "reason": "The other one.", "wish": "refund"});
    assert_eq!(another(&all, "second", asked)["amount"], usd(0));
    let mut here = body(&all, ("return_case", "second"));
    here.insert("state".to_owned(), json!("received"));
    here.insert("received_at".to_owned(), json!(NOW));
    all.add("return_case", "third", Value::Object(here));
    let third = ("return_case", "third");
    assert_eq!(refused(&all, third, "pay_back", json!({})), too_much);
}

#[test]
fn l_40_a_return_after_30_days_is_refused_with_a_reason() {
    let records = opened("2026-10-10T15:00:00.000Z", "return", "refund");
    let said = refused(&records, RETURN, "approve", json!({}));
    assert_eq!(said, by("return.too_late", "L-40"));
    let reason = json!({"reason": "It was asked for after 41 days."});
    let sent = mail(&records, RETURN, "refuse", reason.clone());
    for word in ["after 41 days", "were possible until 9 November 2026"] {
        assert!(sent.body.contains(word), "{word} in {}", sent.body);
    }
    carry(&records, RETURN, "refuse", reason);
    assert_eq!(body(&records, RETURN)["state"], "refused");
    too_early(&records, RETURN, "send_label", json!({}));
}

#[test]
fn l_41_a_double_charge_from_the_payments_to_the_apology() {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    records.add("payment", "c-1", payment("c-1", json!({})));
    let second = json!({"at": "2026-11-20T14:05:00.000Z", "duplicate": true});
    records.add("payment", "c-2", payment("c-2", second));
    let (kept, back) = (("payment", "c-1"), ("payment", "c-2"));
    assert_eq!(records.shown("payments_all", NOW), ["c-1", "c-2"]);
    assert_eq!(records.in_section("payments", "twice", NOW), ["c-2"]);
    let stays = refused(&records, kept, "refund_duplicate", json!({}));
    assert_eq!(stays, by("payment.no_duplicate", "L-41"));
    let sent = mail(&records, back, "refund_duplicate", json!({}));
    for word in ["twice. We are sorry.", "the second charge, $100.00 USD"] {
        assert!(sent.body.contains(word), "{word} in {}", sent.body);
    }
    agreed(&records, back, "refund_duplicate");
    assert_eq!(body(&records, back)["refunded"], usd(10_000));
    assert_eq!(body(&records, kept)["refunded"], usd(0));
    assert!(records.in_section("payments", "twice", NOW).is_empty());
    let again = refused(&records, back, "refund_duplicate", json!({}));
    assert_eq!(again, by("payment.refunded", "L-11"));
}

/// Photos are asked for, come, and the RMA is valid.
fn shown_by_photos(wish: &str) -> Records {
    // Long after the 30 days of a return.
    let records = opened("2026-09-01T15:00:00.000Z", "defect", wish);
    let missing = refused(&records, RETURN, "approve", json!({}));
    assert_eq!(missing, by("return.no_photos", "L-42"));
    let sent = mail(&records, RETURN, "ask_photos", json!({}));
    assert!(sent.body.contains("one or two photos"), "{}", sent.body);
    carry(&records, RETURN, "ask_photos", json!({}));
    assert_eq!(body(&records, RETURN)["photos_asked_at"], NOW);
    carry(&records, RETURN, "add_photos", json!({"photos": 2}));
    let enough = refused(&records, RETURN, "ask_photos", json!({}));
    assert_eq!(enough, by("return.no_photos_needed", "L-42"));
    let day = body(&records, RETURN)["ordered_at"].clone();
    assert_eq!(day, body(&records, ORDER)["placed_at"], "of the purchase");
    carry(&records, RETURN, "approve", json!({}));
    carry(&records, RETURN, "send_label", json!({}));
    records
}

#[test]
fn l_42_a_defect_is_replaced_and_the_product_is_flagged() {
    let records = shown_by_photos("replacement");
    let sent = mail(&records, RETURN, "replace", json!({}));
    assert!(sent.body.contains("free of charge"), "{}", sent.body);
    carry(&records, RETURN, "replace", json!({}));
    assert_eq!(body(&records, RETURN)["state"], "replaced");
    assert_eq!(body(&records, ORDER)["replaced_at"], NOW);
    too_early(&records, RETURN, "pay_back", json!({}));
    assert!(records.shown("quality_review", NOW).is_empty());
    carry(&records, RETURN, "flag_quality", json!({}));
    assert_eq!(records.shown("quality_review", NOW), ["lamp"]);
    let flagged = body(&records, ("product", "lamp"));
    assert_eq!(flagged["quality_note"], "RMA-o-1: It hums.");
}

#[test]
fn l_42_a_defect_is_paid_back_and_a_mere_return_is_not_replaced() {
    let records = shown_by_photos("refund");
    carry(&records, RETURN, "receive", json!({}));
    agreed(&records, RETURN, "pay_back");
    assert_eq!(body(&records, RETURN)["state"], "refunded");
    carry(&records, RETURN, "flag_quality", json!({}));
    assert_eq!(records.shown("quality_review", NOW), ["lamp"]);

    let returned = opened("2026-11-01T15:00:00.000Z", "return", "replacement");
    let photos = refused(&returned, RETURN, "ask_photos", json!({}));
    assert_eq!(photos, by("return.no_photos_needed", "L-42"));
    carry(&returned, RETURN, "approve", json!({}));
    let said = refused(&returned, RETURN, "replace", json!({}));
    assert_eq!(said, by("return.no_defect", "L-42"));
}
