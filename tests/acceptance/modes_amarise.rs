//! A-20, A-23 to A-30, X-01, X-06, X-08, X-90: orders, stock and what customers ask of their data, on a laptop
//! and by the platform, without a line and with one.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::amarise_bodies::{
    by, customer, order, privacy, product, refund, return_case, stock, ticket,
};
use crate::amarise_machines::{ORDER_STATES, ORDER_WAYS};
use crate::modes::{World, case, wrong_state};
use crate::modes_money::{shop, world};
use crate::packs::AMARISE;

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

#[tokio::test]
async fn a_27_nothing_is_ordered_of_what_was_ended_in_the_same_sitting() {
    let records = shop();
    for id in ["ended", "archived", "sold"] {
        let body = product(id, json!({"state": "active"}));
        records.add("product", id, body);
        records.add("stock", id, stock(id, 3, json!({"product": id})));
    }
    let over = || json!({"reason": "The season is over."});
    let more = || json!({"units": 20, "urgency": "immediate"});
    let nothing = || by("stock.nothing_to_order", "A-27");
    let cases = [
        case(("product", "ended"), "discontinue", over(), None).then("discontinued"),
        case(("product", "archived"), "archive", over(), None).then("archived"),
        case(("stock", "ended"), "restock", more(), nothing()),
        case(("stock", "archived"), "restock", more(), nothing()),
        case(("stock", "sold"), "restock", more(), None),
    ];
    for run in world(&records).twice(&cases).await {
        assert_eq!(run.count("stock_move").await, 1, "{:?}", run.mode);
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
    let (parcel, lost) = (("return_case", "rt"), json!({"reason": "Nothing came."}));
    let cases = [
        case(of("held"), "erase", json!({}), hold),
        case(of("refund"), "erase", json!({}), open()),
        case(of("return"), "erase", json!({}), open()),
        case(of("gone"), "erase", json!({}), None).then("done"),
        case(parcel, "not_come", lost, None).then("closed"),
    ];
    // What was in the way has ended.
    let after = [case(of("return"), "erase", json!({}), None).then("done")];
    for run in world(&records).twice(&cases).await {
        let gone = ("customer", "gone");
        for (field, is) in [("state", "erased"), ("name", "erased"), ("email", "erased")] {
            assert_eq!(run.field(gone, field).await, is, "{:?}", run.mode);
        }
        assert_eq!(run.field(gone, "code").await, "gone", "the pseudonym stays");
        let shown = serde_json::to_string(&run.laptop.record(gone).await).unwrap();
        assert!(!shown.contains("kim@shop.example"), "{shown}");
        assert_eq!(run.field(("customer", "held"), "name").await, "Kim");
        run.through(&after).await;
        assert_eq!(run.mails(3).await.len(), 3);
    }
}

#[tokio::test]
async fn a_29_and_x_90_nothing_of_who_is_erased_is_left_on_platform_and_laptop() {
    const SAID: &str = "zyxkimcanary";
    let records = shop();
    let mail = format!("{SAID}@shop.example");
    let note = format!("{SAID} says so.");
    let person = json!({"name": SAID, "email": mail, "legal_hold_reason": note});
    records.add("customer", "gone", customer("C-9", person));
    let fields = json!({"customer": "gone", "email": mail, "state": "delivered"});
    records.add("order", "theirs", order("A-9", fields));
    let fields = json!({"customer": "gone", "order": "theirs", "email": mail, "reason": note,
                        "state": "refunded"});
    records.add("refund", "theirs", refund("R-9", fields));
    let fields = json!({"customer": "gone", "order": "theirs", "email": mail, "reason": note,
                        "state": "closed", "end_reason": note});
    records.add("return_case", "theirs", return_case("RT-9", fields));
    let fields = json!({"customer": "gone", "subject": note, "text": note});
    records.add("ticket", "theirs", ticket("T-9", fields));
    let fields = json!({"customer": "gone", "email": mail, "identity_checked": false});
    let body = privacy("P-9", "deletion", RECEIVED, fields);
    records.add("privacy_request", "p", body);
    let p = ("privacy_request", "p");
    let before = [case(p, "check_identity", json!({"how": note}), None)];
    let erase = [case(p, "erase", json!({}), None).then("done")];
    let emptied = [
        ("customer", "gone"),
        ("order", "theirs"),
        ("refund", "theirs"),
        ("return_case", "theirs"),
    ];
    for run in world(&records).twice(&before).await {
        run.laptop.ask_history(p).await;
        let said = run.left(SAID).await;
        assert!(said.len() > 3, "{:?}: it is looked for", run.mode);
        let kept = "cache: history_entry.entry".to_owned();
        assert!(said.contains(&kept), "{:?}: {said:?}", run.mode);
        run.through(&erase).await;
        for (kind, id) in emptied {
            let said = run.field((kind, id), "email").await;
            assert_eq!(said, "erased", "{:?}: {kind}", run.mode);
        }
        let total = run.field(("order", "theirs"), "total").await;
        assert_eq!(total["minor"], 200_000, "the books are whole");
        assert_eq!(run.left(SAID).await, [""; 0], "{:?}", run.mode);
        // What the platform tells of it now brings nothing back.
        for on in [p].into_iter().chain(emptied) {
            run.laptop.ask_history(on).await;
        }
        assert_eq!(run.left(SAID).await, [""; 0], "{:?}", run.mode);
        // Somebody else's is as it was.
        assert_eq!(run.field(("customer", "c-1"), "name").await, "Kim");
        let mails = run.mails(1).await;
        assert_eq!(mails[0]["to"], mail.as_str(), "they were told");
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
