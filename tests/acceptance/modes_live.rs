//! L-15, L-17, L-35 to L-37, X-17, X-18, X-25: payouts and fraud, on a laptop and by the platform, without a
//! line and with one.

use serde_json::{Value, json};
use watchkeeper_core::features::queues::view::CellValue;

use crate::live_world::{self, OP, batch, by, creator, fraud, live, order, payout, usd};
use crate::modes::{World, case, wrong_state};
use crate::pos_world::with;
use crate::records::Records;

/// Friday, 20 November 2026, 14:00 in New York.
const FRIDAY: &str = "2026-11-20T19:00:00.000Z";

fn shopping<'a>(records: &'a Records, now: &'a str) -> World<'a> {
    World {
        pack: "live-shopping",
        records,
        roles: &OP,
        now,
        charges: Vec::new(),
    }
}

fn silent() -> Option<(String, Option<String>)> {
    Some(("params.invalid".to_owned(), None))
}

/// A week's batch, one creator, and tiers of 10 and of `high` percent.
fn week(confirmed: bool, high: i64) -> Records {
    let records = live().setting("tier_table_confirmed", json!(confirmed));
    records.add("payout_batch", "b-1", batch(json!({})));
    records.add("creator", "ada", creator("ada", json!({})));
    for (code, percent) in [("low", 10), ("high", high)] {
        let body = json!({"code": code, "name": code, "commission_percent": percent});
        records.add("creator_tier", code, body);
    }
    records
}

#[tokio::test]
async fn x_17_a_batch_is_made_from_friday_two_o_clock_and_once() {
    let b = ("payout_batch", "b-1");
    let generate = |said| case(b, "generate", json!({}), said);
    let records = week(true, 30);
    let early = by("batch.too_early", "X-17");
    let before = shopping(&records, live_world::NOW);
    for run in before.twice(&[generate(early)]).await {
        assert!(run.stand_ins().job.runs().unwrap().is_empty());
    }
    let cases = [
        generate(None).then("generated"),
        case(b, "generate", json!({}), wrong_state()),
    ];
    for run in shopping(&records, FRIDAY).twice(&cases).await {
        let runs = run.stand_ins().job.runs().unwrap();
        assert_eq!(runs.len(), 1, "{:?}: {runs:?}", run.mode);
    }
}

#[tokio::test]
async fn l_15_and_x_18_no_batch_without_a_confirmed_table_of_10_to_30_percent() {
    for (confirmed, high, said) in [
        (false, 30, by("batch.no_tiers", "X-18")),
        (true, 31, by("batch.odd_tier", "L-15")),
    ] {
        let records = week(confirmed, high);
        let cases = [case(("payout_batch", "b-1"), "generate", json!({}), said)];
        for run in shopping(&records, FRIDAY).twice(&cases).await {
            assert!(run.stand_ins().job.runs().unwrap().is_empty());
        }
    }
}

/// What Wise has, in cents.
fn transferred(run: &crate::modes::Run) -> Vec<i64> {
    let later = crate::world::at("2027-01-01T00:00:00.000Z");
    let transfers = run.stand_ins().wise.transfers(later).unwrap();
    let cents = |one: &Value| {
        let amount = one["targetValue"].as_f64().unwrap();
        format!("{:.0}", amount * 100.0).parse::<i64>().unwrap()
    };
    let mut all: Vec<i64> = transfers.iter().map(cents).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn l_15_and_x_17_and_x_18_what_is_paid_is_paid_once_and_never_below_zero() {
    let records = week(true, 30);
    for (id, state) in [("gone", "processing"), ("seen", "reviewed")] {
        let body = batch(json!({"number": id, "state": state}));
        records.add("payout_batch", id, body);
    }
    let mut cases = Vec::new();
    let mut add = |id: &'static str, fields: Value, action: &'static str, said| {
        let base = json!({"batch": "gone", "batch_number": "gone", "once_key": id});
        records.add("payout", id, payout(id, with(base, fields)));
        let paid = case(("payout", id), action, json!({}), said);
        cases.push(paid.then("paid"));
    };
    // 600 dollars after costs: a fifth of it, a tenth, three tenths.
    add("fifth", json!({}), "send", None);
    add("tenth", json!({"commission_percent": 10}), "send", None);
    add("thirty", json!({"commission_percent": 30}), "send", None);
    let odd = || by("payout.odd_tier", "L-15");
    add("nine", json!({"commission_percent": 9}), "send", odd());
    add("more", json!({"commission_percent": 31}), "send", odd());
    let nothing = || by("payout.nothing", "X-18");
    add("cent", json!({"clawback": usd(11_999)}), "send", None);
    add("zero", json!({"clawback": usd(12_000)}), "send", nothing());
    add("below", json!({"clawback": usd(12_001)}), "send", nothing());
    add("carried", json!({"carried_in": usd(-5_000)}), "send", None);
    let unseen = by("payout.batch_not_processed", "X-17");
    let seen = json!({"batch": "seen", "batch_number": "seen"});
    add("seen", seen, "send", unseen);
    add("retried", json!({"state": "failed"}), "retry", None);
    for (id, action, state, row) in [
        ("again", "send", "ready", "L-16"),
        ("retried again", "retry", "failed", "X-17"),
    ] {
        let paid = by("payout.paid_already", row);
        add(
            id,
            json!({"once_key": action, "state": state}),
            action,
            paid,
        );
    }
    for (action, state) in [("send", "sent"), ("retry", "paid")] {
        let other = json!({"batch": "gone", "batch_number": "gone", "once_key": action,
                           "state": state});
        let id = format!("before {action}");
        records.add("payout", &id, payout(&id, other));
    }
    for run in shopping(&records, FRIDAY).twice(&cases).await {
        let wanted = [1, 6_000, 7_000, 12_000, 12_000, 18_000];
        assert_eq!(transferred(&run), wanted, "{:?}", run.mode);
    }
}

#[tokio::test]
async fn l_17_a_wrong_amount_is_corrected_before_it_is_paid_or_once_afterwards() {
    let records = week(true, 30);
    let gone = batch(json!({"number": "gone", "state": "processing"}));
    records.add("payout_batch", "gone", gone);
    for (id, state) in [("early", "held"), ("seen", "ready"), ("done", "paid")] {
        let fields = json!({"batch": "gone", "batch_number": "gone", "once_key": id,
                            "state": state});
        records.add("payout", id, payout(id, fields));
    }
    let (early, seen, done) = (("payout", "early"), ("payout", "seen"), ("payout", "done"));
    let less = json!({"adjustment": usd(-500), "reason": "counted twice"});
    let euro = json!({"adjustment": {"minor": 500, "currency": "EUR"}, "reason": "x"});
    let currency = || by("payout.currency", "L-17");
    let missing = |minor: i64| json!({"amount": usd(minor), "reason": "an order was missing"});
    let cases = [
        case(early, "adjust", euro, currency()),
        case(early, "adjust", json!({"adjustment": usd(-500)}), silent()),
        case(seen, "adjust", less.clone(), by("payout.reviewed", "X-17")),
        case(early, "adjust", less, None),
        case(early, "release", json!({}), None),
        case(early, "send", json!({}), None).then("paid"),
        case(done, "pay_adjustment", missing(0), currency()),
        case(done, "pay_adjustment", missing(700), None).then("paid"),
    ];
    for run in shopping(&records, FRIDAY).twice(&cases).await {
        assert_eq!(transferred(&run), [11_500], "{:?}", run.mode);
        assert_eq!(run.count("payout").await, 4, "{:?}", run.mode);
        let again = by("payout.adjusted", "X-17");
        run.through(&[case(done, "pay_adjustment", missing(700), again)])
            .await;
    }
}

#[tokio::test]
async fn l_36_whoever_reviews_a_case_reads_what_each_of_the_five_checks_found() {
    let records = live();
    records.add("order", "o-1", order("o-1", json!({})));
    records.add("fraud_case", "clean", fraud("clean", json!({})));
    let found = json!({
        "ip_orders": 7, "device_known": false, "ip_reputation": "poor", "geo_mismatch": true,
        "payment_history": "trouble",
    });
    records.add("fraud_case", "odd", fraud("odd", found));
    let number = |number: f64| CellValue::Number { number };
    let flag = |on: bool| CellValue::Flag { on };
    let text = |text: &str| CellValue::Text { text: text.into() };
    let checks = [
        ("Orders from this IP in an hour", number(1.0), number(7.0)),
        ("Device known", flag(true), flag(false)),
        ("Reputation of the IP", text("good"), text("poor")),
        ("IP far from the address", flag(false), flag(true)),
        ("Payments before", text("good"), text("trouble")),
    ];
    for run in shopping(&records, live_world::NOW).twice(&[]).await {
        let clean = run.laptop.record(("fraud_case", "clean")).await;
        let odd = run.laptop.record(("fraud_case", "odd")).await;
        for (label, good, bad) in &checks {
            for (case, wanted) in [(&clean, good), (&odd, bad)] {
                let fact = case.facts.iter().find(|fact| fact.label == *label);
                let read = fact.map(|fact| &fact.value);
                assert_eq!(read, Some(wanted), "{:?}: {label}, {}", run.mode, case.id);
            }
        }
    }
}

#[tokio::test]
async fn l_35_and_l_37_and_x_25_an_order_under_suspicion_is_held_let_go_or_paid_back() {
    let records = live();
    let mut charges = Vec::new();
    let mut add = |id: &str, fields: Value, of_order: Value| {
        let capture = format!("CAP-{id}");
        let own = json!({"capture_id": capture});
        records.add("order", id, order(id, with(own, of_order)));
        let own = json!({"order": id, "order_number": id, "capture_id": capture,
                         "email": format!("{id}@example.com")});
        records.add("fraud_case", id, fraud(id, with(own, fields)));
        charges.push((capture, 10_000, "USD"));
    };
    let holding =
        |since: &str| json!({"state": "holding", "held_at": since, "hold_until": live_world::NOW});
    add("held", json!({}), json!({}));
    add("gone", json!({}), json!({"state": "shipped"}));
    add("back", json!({}), json!({"refunded": usd(1)}));
    add("bad", json!({}), json!({}));
    let on_hold = json!({"state": "on_hold", "held_from": "paid"});
    add("day", holding("2026-11-19T15:00:00.000Z"), on_hold.clone());
    add("two", holding("2026-11-18T15:00:00.000Z"), on_hold);
    let of = |id: &'static str| ("fraud_case", id);
    let hold = || json!({"reasoning": "A new device", "documents": "an invoice"});
    let unsaid = json!({"reasoning": "", "documents": "an invoice"});
    let alright = || json!({"reasoning": "It is the customer."});
    let decline = || json!({"reasoning": "A stolen card", "confirmed": true});
    let over = || by("fraud.extended", "X-25");
    let cases = [
        case(of("held"), "hold", unsaid, by("fraud.no_reasoning", "L-35")),
        case(of("held"), "approve", json!({}), silent()),
        case(of("held"), "extend", json!({}), wrong_state()),
        case(of("held"), "hold", hold(), None),
        case(of("held"), "approve", alright(), None).then("approved"),
        case(of("gone"), "hold", hold(), by("fraud.order_gone", "L-37")),
        case(of("day"), "extend", json!({}), None),
        case(of("day"), "extend", json!({}), over()),
        case(of("two"), "extend", json!({}), over()),
        case(
            of("back"),
            "decline",
            decline(),
            by("fraud.nothing_to_refund", "L-37"),
        ),
        case(of("bad"), "block", json!({}), wrong_state()),
        case(of("bad"), "decline", decline(), None),
        case(of("bad"), "block", json!({}), None).then("declined"),
    ];
    let world = World {
        charges,
        ..shopping(&records, live_world::NOW)
    };
    for run in world.twice(&cases).await {
        let mode = run.mode;
        assert_eq!(
            run.field(("order", "held"), "state").await,
            "paid",
            "{mode:?}"
        );
        let held_from = run.field(("order", "held"), "held_from").await;
        assert_eq!(held_from, Value::Null, "{mode:?}");
        let until = run.field(of("day"), "hold_until").await;
        assert_eq!(until, "2026-11-21T15:00:00.000Z", "{mode:?}");
        assert_eq!(run.field(("order", "bad"), "state").await, "cancelled");
        assert_eq!(run.field(("order", "bad"), "refunded").await, usd(10_000));
        assert_eq!(run.stand_ins().paypal.refunds().unwrap().len(), 1);
        assert_eq!(run.count("blocklist_entry").await, 1, "{mode:?}");
        assert_eq!(
            run.mails(2).await.len(),
            2,
            "{mode:?}: asked, and paid back"
        );
    }
}
