//! L-31 to L-34, L-40, L-42: stock, purchases, oversold products, returns.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;

use crate::live_world::{NOW, OP, by, live, order, product, return_case, show, starts_from, usd};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

fn shelf(fields: Value) -> Records {
    let records = live();
    records.add("product", "lamp", product("lamp", fields));
    records
}

fn line(records: &Records, state: &str) {
    let body = json!({
        "po_number": "PO-1", "sku": "lamp", "name": "Lamp", "quantity": 50,
        "unit_price": usd(2_000), "state": state,
    });
    records.add("purchase_line", state, body);
}

fn purchase(fields: Value) -> Value {
    let body = json!({
        "number": "PO-1", "supplier": "s-1", "supplier_email": "s@example.com",
        "origin": "manual", "pieces": 50, "goods": usd(100_000), "created_at": NOW,
        "state": "draft",
    });
    crate::live_world::with(body, fields)
}

#[test]
fn l_31_stock_is_low_below_its_reorder_point() {
    for (stock, rings) in [(11, 0), (10, 0), (9, 1)] {
        let records = shelf(json!({"stock": stock}));
        assert_eq!(
            records.states("stock_below_reorder", NOW).len(),
            rings,
            "{stock}"
        );
        let (_, computed) = records.record("product", "lamp");
        assert_eq!(computed["low"], rings == 1, "{stock}");
    }
}

#[test]
fn l_31_nothing_rings_that_is_on_order_or_has_no_reorder_point() {
    let ordered = shelf(json!({"stock": 9}));
    line(&ordered, "ordered");
    assert_eq!(ordered.states("stock_below_reorder", NOW), []);
    let received = shelf(json!({"stock": 9}));
    line(&received, "received");
    assert_eq!(received.states("stock_below_reorder", NOW), [Firing]);
    let unset = shelf(json!({"stock": 0, "reorder_point": Value::Null}));
    assert_eq!(unset.states("stock_below_reorder", NOW), []);
}

#[test]
fn l_31_the_mail_to_the_supplier_says_what_is_ordered() {
    let records = live();
    let supplier = json!({"code": "s-1", "name": "Lux", "email": "s@example.com"});
    records.add("supplier", "s-1", supplier);
    let costs = json!({"freight": usd(5_000), "duty": usd(1_000)});
    records.add("purchase_order", "po", purchase(costs));
    line(&records, "ordered");
    let asked = ("submit", json!({}));
    let decision = records.decide(("purchase_order", "po"), asked, &OP, NOW);
    let plan = decision.plan.unwrap();
    assert_eq!(plan.sets["state"], "sent");
    let mail = plan.calls[0].mail.as_ref().unwrap();
    assert_eq!(mail.to, "s@example.com");
    let wanted = "Hello Lux,\n\nplease deliver what purchase order PO-1 lists: 50 pieces in 1 lines, \
        goods worth $1000.00 USD.\n\nThe lines with their prices are attached by our system. Please \
        confirm the order and tell us the day on which the goods will arrive.\n\nKind regards\n\
        Live Shopping Network, Operations";
    assert_eq!(mail.body.trim_end(), wanted);
}

#[test]
fn l_32_an_order_by_hand_has_a_supplier_lines_and_a_landed_cost() {
    let more = |records: &Records| {
        let params = json!({"quantity": 50, "unit_price": usd(2_000)});
        records.refused(("product", "lamp"), ("order_more", params), &OP, NOW)
    };
    assert_eq!(more(&shelf(json!({}))), None);
    let nobody = shelf(json!({"supplier": Value::Null}));
    assert_eq!(more(&nobody), by("product.cannot_order", "L-32"));
    let ordered = shelf(json!({}));
    line(&ordered, "ordered");
    assert_eq!(more(&ordered), by("product.on_order", "L-31"));

    let submit = |costs: Value, lines: bool| {
        let records = live();
        let supplier = json!({"code": "s-1", "name": "Lux", "email": "s@example.com"});
        records.add("supplier", "s-1", supplier);
        records.add("purchase_order", "po", purchase(costs));
        if lines {
            line(&records, "ordered");
        }
        records.refused(("purchase_order", "po"), ("submit", json!({})), &OP, NOW)
    };
    let both = || json!({"freight": usd(5_000), "duty": usd(1_000)});
    let incomplete = by("purchase.incomplete", "L-32");
    assert_eq!(submit(both(), true), None);
    assert_eq!(submit(both(), false), incomplete);
    assert_eq!(submit(json!({"freight": usd(5_000)}), true), incomplete);
    assert_eq!(submit(json!({"duty": usd(1_000)}), true), incomplete);
}

#[test]
fn l_32_an_order_is_of_some_pieces_at_no_price_below_zero() {
    for (pieces, price, fits) in [
        (1, 0, true),
        (1, 2_000, true),
        (0, 2_000, false),
        (-5, 2_000, false),
        (5, -1, false),
    ] {
        let params = json!({"quantity": pieces, "unit_price": usd(price)});
        let asked = ("order_more", params);
        let said = shelf(json!({})).refused(("product", "lamp"), asked, &OP, NOW);
        let refusal = by("product.cannot_order", "L-32");
        assert_eq!(
            said,
            (!fits).then_some(refusal).flatten(),
            "{pieces} at {price}"
        );
    }
    // Without a supplier that is said before anything is filled in.
    let nobody = shelf(json!({"supplier_email": Value::Null}));
    let said = nobody.refused(("product", "lamp"), ("order_more", json!({})), &OP, NOW);
    assert_eq!(said, by("product.cannot_order", "L-32"));
}

#[test]
fn l_32_a_line_comes_into_stock_once_its_order_was_sent_and_goes_off_before() {
    for (state, here, off) in [
        ("draft", false, true),
        ("sent", true, false),
        ("confirmed", true, false),
        ("received", false, false),
        ("dropped", false, false),
    ] {
        let records = live();
        records.add("purchase_order", "po", purchase(json!({"state": state})));
        line(&records, "ordered");
        for (action, allowed, refusal) in [
            ("book_in", here, by("purchase.not_sent", "L-29")),
            ("take_off", off, by("purchase.sent", "L-32")),
        ] {
            let asked = (action, json!({}));
            let said = records.refused(("purchase_line", "ordered"), asked, &OP, NOW);
            let wanted = (!allowed).then_some(refusal).flatten();
            assert_eq!(said, wanted, "{action} while the order is {state}");
        }
    }
}

#[test]
fn l_32_the_landed_cost_is_goods_freight_and_duty() {
    let records = live();
    let costs = json!({"freight": usd(5_000), "duty": usd(1_000)});
    records.add("purchase_order", "po", purchase(costs));
    let (_, computed) = records.record("purchase_order", "po");
    assert_eq!(computed["landed"], usd(106_000));
    assert_eq!(computed["landed_piece"], usd(2_120));
    starts_from(
        "purchase_order",
        &purchase(json!({})),
        &[
            ("add_line", &["draft"]),
            ("set_costs", &["draft"]),
            ("submit", &["draft"]),
            ("receive", &["sent", "confirmed"]),
            ("drop", &["draft"]),
        ],
    );
}

#[test]
fn l_33_what_is_reserved_or_kept_back_cannot_be_sold() {
    for (reserved, buffer, available, oversold) in [
        (0, 0, 20, false),
        (5, 0, 15, false),
        (5, 3, 12, false),
        (20, 0, 0, false),
        (21, 0, -1, true),
    ] {
        let records = shelf(json!({"reserved": reserved, "buffer": buffer}));
        let (_, computed) = records.record("product", "lamp");
        assert_eq!(computed["available"], available, "{reserved} {buffer}");
        assert_eq!(computed["oversold"], oversold, "{reserved} {buffer}");
    }
    // A show wants pieces of its own.
    for (pieces, short) in [(11, false), (12, false), (13, true)] {
        let fields = json!({
            "reserved": 5, "buffer": 3, "next_show_pieces": pieces,
            "next_show_at": "2026-11-20T20:00:00.000Z",
        });
        let (_, computed) = shelf(fields).record("product", "lamp");
        assert_eq!(computed["short_for_show"], short, "{pieces}");
    }
    let sync = &LIVE_SHOPPING.controls["stock_sync"];
    assert_eq!(sync.default, true, "live stock is synced during shows");
}

#[test]
fn l_33_a_live_show_without_the_sync_of_its_stock_is_told() {
    for (state, sync, told) in [
        ("live", true, 0),
        ("live", false, 1),
        ("planned", false, 0),
        ("ended", false, 0),
    ] {
        let records = live().control("stock_sync", json!(sync));
        records.add("show", "s", show("S-1", json!({"state": state})));
        let found = records.states("stock_sync_off", NOW).len();
        assert_eq!(found, told, "{state}, sync {sync}");
    }
}

#[test]
fn data_of_l_27_a_backup_stream_that_was_forgotten_is_told_once_no_show_is_live() {
    for (state, on, told) in [
        ("live", true, 0),
        ("ended", true, 1),
        ("planned", true, 1),
        ("ended", false, 0),
    ] {
        let records = live().control("backup_stream", json!(on));
        records.add("show", "s", show("S-1", json!({"state": state})));
        let found = records.states("backup_stream_left_on", NOW).len();
        assert_eq!(found, told, "{state}, backup {on}");
    }
}

#[test]
fn l_31_who_reads_that_stock_is_low_reads_whether_an_order_comes_by_itself() {
    for (on, by_hand) in [(true, false), (false, true)] {
        let records = live().control("auto_reorder", json!(on));
        records.add("product", "lamp", product("LS-1", json!({"stock": 9})));
        let (_, _, words) = records.rule("stock_below_reorder", NOW).remove(0);
        assert_eq!(words.contains("order by hand"), by_hand, "{words}");
    }
}

#[test]
fn l_33_and_x_19_the_time_between_capture_and_reserve_is_measured() {
    let records = live();
    for (id, captured, reserved) in [
        (
            "o-1",
            "2026-11-20T14:00:00.000Z",
            json!("2026-11-20T14:00:30.000Z"),
        ),
        (
            "o-2",
            "2026-11-20T14:00:00.000Z",
            json!("2026-11-20T14:01:30.000Z"),
        ),
        ("o-3", "2026-11-20T14:00:00.000Z", Value::Null),
    ] {
        let fields = json!({"captured_at": captured, "reserved_at": reserved});
        records.add("order", id, order(id, fields));
    }
    let reading = records.metric("oversell_window", NOW);
    assert_eq!(reading.value, Some(60_000.0));
    assert_eq!(reading.count, 2);
}

pub fn oversell(state: &str) -> Value {
    json!({
        "number": "x-1", "product": "lamp", "sku": "lamp", "name": "Lamp", "found_at": NOW,
        "pieces": 2, "state": state,
    })
}

pub fn affected(state: &str) -> Value {
    json!({
        "oversell_number": "x-1", "order": "o-1", "order_number": "o-1",
        "email": "kim@example.com", "product_name": "Lamp", "amount": usd(5_000),
        "found_at": NOW, "state": state,
    })
}

#[test]
fn l_34_customers_are_told_before_the_count_and_settled_before_the_end() {
    for (state, counted, closed) in [
        (
            "waiting",
            by("oversell.untold", "L-34"),
            by("oversell.unsettled", "L-34"),
        ),
        ("told", None, by("oversell.unsettled", "L-34")),
        ("exchanged", None, None),
        ("refunded", None, None),
    ] {
        let asked = |stands: &str, action: &str, params: Value| {
            let records = shelf(json!({}));
            records.add("oversell", "x", oversell(stands));
            records.add("oversold_order", "a", affected(state));
            records.refused(("oversell", "x"), (action, params), &OP, NOW)
        };
        assert_eq!(
            asked("open", "counted", json!({"stock": 0})),
            counted,
            "{state}"
        );
        let why = json!({"cause": "The sync was off", "prevention": "A buffer of two"});
        assert_eq!(asked("counted", "close", why), closed, "{state}");
        let unsaid = asked("counted", "close", json!({"cause": "The sync was off"}));
        assert_ne!(unsaid, None, "the prevention is written down");
    }
    let alert = shelf(json!({}));
    alert.add("oversell", "x", oversell("open"));
    assert_eq!(alert.states("oversold_product", NOW), [Firing]);
}

#[test]
fn x_95_who_bought_too_much_of_a_product_is_offered_something_else_or_the_money() {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    records.add("oversold_order", "a", affected("waiting"));
    let ask = |action: &str, params: Value| {
        records
            .decide(("oversold_order", "a"), (action, params), &OP, NOW)
            .plan
    };
    let told = ask("tell", json!({"alternative": "the brass lamp"})).unwrap();
    let body = &told.calls[0].mail.as_ref().unwrap().body;
    for word in [
        "Lamp",
        "We send you the brass lamp instead.",
        "We return $50.00 USD to you.",
    ] {
        assert!(body.contains(word), "{word} in {body}");
    }
    let money = ask("wants_money", json!({})).unwrap();
    assert_eq!(money.creates[0].kind, "refund");
    assert_eq!(money.creates[0].body["amount"], usd(5_000));
    assert_eq!(money.creates[0].body["state"], "requested");
    assert!(
        ask("tell", json!({})).is_none(),
        "without an alternative no mail is sent"
    );
}

fn decided(fields: Value, action: &str) -> Option<(String, Option<String>)> {
    decided_of(&live(), fields, action)
}

fn decided_of(records: &Records, fields: Value, action: &str) -> Option<(String, Option<String>)> {
    records.add("order", "o-1", order("o-1", json!({})));
    records.add("return_case", "r", return_case(fields));
    records.refused(("return_case", "r"), (action, json!({})), &OP, NOW)
}

#[test]
fn x_24_a_return_is_possible_for_30_days_the_last_until_its_end() {
    // Delivered on 20 October 2026 in the afternoon; the clock goes back on 1 November, so the end
    // of 19 November in New York is 05:00 of the 20th in UTC.
    let late = by("return.too_late", "L-40");
    for (requested, said) in [
        ("2026-11-01T15:00:00.000Z", None),
        ("2026-11-20T04:59:59.000Z", None),
        ("2026-11-20T05:00:00.000Z", late.clone()),
        ("2026-11-21T15:00:00.000Z", late),
    ] {
        assert_eq!(
            decided(json!({"requested_at": requested}), "approve"),
            said,
            "{requested}"
        );
    }
    // The day ends at its end, whatever part of a second the delivery was booked with.
    for (requested, said) in [
        ("2026-11-20T04:59:59.999Z", None),
        ("2026-11-20T05:00:00.000Z", by("return.too_late", "L-40")),
    ] {
        let from = "2026-10-20T19:20:30.750Z";
        let fields = json!({"counts_from": from, "requested_at": requested});
        assert_eq!(decided(fields, "approve"), said, "{requested}");
    }
    // In spring the day ends an hour earlier by UTC: 20 February and thirty days is 22 March.
    let spring = |requested: &str| {
        let from = "2026-02-20T15:00:00.000Z";
        decided(
            json!({"counts_from": from, "requested_at": requested}),
            "approve",
        )
    };
    assert_eq!(spring("2026-03-23T03:59:59.000Z"), None);
    assert_eq!(
        spring("2026-03-23T04:00:00.000Z"),
        by("return.too_late", "L-40")
    );
}

#[test]
fn x_24_the_last_day_of_a_return_is_the_tenant_s_own() {
    // Delivered in the evening of 20 October in Warsaw and in the morning of the 21st in Auckland, where
    // the same thirty days end at another midnight. Who says no zone has that of the pack.
    for (zone, last, late) in [
        (
            Some("Europe/Warsaw"),
            "2026-11-19T22:59:59.999Z",
            "2026-11-19T23:00:00.000Z",
        ),
        (
            Some("Pacific/Auckland"),
            "2026-11-20T10:59:59.999Z",
            "2026-11-20T11:00:00.000Z",
        ),
        (
            Some("America/New_York"),
            "2026-11-20T04:59:59.999Z",
            "2026-11-20T05:00:00.000Z",
        ),
        (None, "2026-11-20T04:59:59.999Z", "2026-11-20T05:00:00.000Z"),
    ] {
        let refused = |requested: &str| {
            let records = match zone {
                Some(zone) => live().setting("tenant_zone", json!(zone)),
                None => live(),
            };
            decided_of(&records, json!({"requested_at": requested}), "approve")
        };
        assert_eq!(refused(last), None, "{zone:?}");
        let too_late = by("return.too_late", "L-40");
        assert_eq!(refused(late), too_late, "{zone:?}");
    }
}

#[test]
fn l_40_a_return_is_paid_when_the_goods_are_here() {
    let back = json!({"state": "received"});
    assert_eq!(decided(back, "pay_back"), by("return.not_received", "L-40"));
    let here = json!({"state": "received", "received_at": NOW});
    assert_eq!(decided(here, "pay_back"), by("approval.needed", "L-11"));
    starts_from(
        "return_case",
        &return_case(json!({})),
        &[
            ("approve", &["requested"]),
            ("ask_photos", &["requested"]),
            ("add_photos", &["requested"]),
            ("refuse", &["requested"]),
            ("send_label", &["approved"]),
            ("receive", &["label_sent"]),
            ("pay_back", &["received"]),
            ("replace", &["approved", "label_sent", "received"]),
            (
                "set_value",
                &["requested", "approved", "label_sent", "received"],
            ),
            ("not_come", &["approved", "label_sent"]),
            ("nothing_left", &["received"]),
            (
                "flag_quality",
                &[
                    "requested",
                    "approved",
                    "label_sent",
                    "received",
                    "refunded",
                    "replaced",
                ],
            ),
        ],
    );
}

#[test]
fn l_42_a_defect_wants_photos_and_knows_no_window() {
    let defect = |photos: Value| json!({"sort": "defect", "photos": photos, "requested_at": NOW});
    assert_eq!(decided(defect(json!(1)), "approve"), None);
    let wanted = by("return.no_photos", "L-42");
    assert_eq!(decided(defect(json!(0)), "approve"), wanted);
    assert_eq!(decided(defect(Value::Null), "approve"), wanted);
    let replace = json!({"state": "approved"});
    assert_eq!(decided(replace, "replace"), by("return.no_defect", "L-42"));
    let flag = json!({"state": "approved", "product": "lamp"});
    assert_eq!(decided(flag, "flag_quality"), None);
    assert_eq!(
        decided(json!({}), "flag_quality"),
        by("return.no_product", "L-42")
    );
}
