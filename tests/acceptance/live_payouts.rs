//! L-14 to L-17: what creators earn, when a batch may be made and paid, and corrections.

use serde_json::{Value, json};

use crate::live_world::{
    NOW, OP, batch, by, creator, live, passes, payout, starts_from, usd, with,
};
use crate::packs::LIVE_SHOPPING;
use crate::records::Records;

/// Friday, 20 November 2026, 14:00 in New York.
const FRIDAY: &str = "2026-11-20T19:00:00.000Z";

fn tier(records: &Records, code: &str, percent: i64) {
    let body = json!({"code": code, "name": code, "commission_percent": percent});
    records.add("creator_tier", code, body);
}

/// A batch with a table of tiers that Finance has confirmed, and one creator.
fn week(fields: Value) -> Records {
    let records = live().setting("tier_table_confirmed", json!(true));
    records.add("payout_batch", "b-1", batch(fields));
    records.add("creator", "ada", creator("ada", json!({})));
    tier(&records, "low", 10);
    tier(&records, "high", 30);
    records
}

fn of_batch(records: &Records, action: &str, now: &str) -> Option<(String, Option<String>)> {
    records.refused(("payout_batch", "b-1"), (action, json!({})), &OP, now)
}

fn of_payout(records: &Records, action: &str, params: Value) -> Option<(String, Option<String>)> {
    records.refused(("payout", "p-1"), (action, params), &OP, FRIDAY)
}

#[test]
fn x_17_a_batch_is_made_from_friday_two_in_the_afternoon() {
    let records = week(json!({}));
    let early = by("batch.too_early", "X-17");
    assert_eq!(
        of_batch(&records, "generate", "2026-11-20T18:59:59.999Z"),
        early
    );
    assert_eq!(of_batch(&records, "generate", FRIDAY), passes());
    assert_eq!(
        of_batch(&records, "generate", "2026-11-21T19:00:00.000Z"),
        passes()
    );
}

#[test]
fn data_of_l_14_a_batch_goes_from_planned_to_closed() {
    starts_from(
        "payout_batch",
        &batch(json!({})),
        &[
            ("generate", &["planned"]),
            ("review", &["generated"]),
            ("process", &["reviewed"]),
            ("close", &["processing"]),
        ],
    );
}

#[test]
fn data_of_l_14_nobody_is_paid_before_the_bank_details_are_verified() {
    let records = week(json!({"state": "reviewed"}));
    records.add("payout", "p-1", payout("p-1", json!({})));
    assert_eq!(of_batch(&records, "process", FRIDAY), passes());
    let bad = week(json!({"state": "reviewed"}));
    bad.add("payout", "p-1", payout("p-1", json!({"bank_ok": false})));
    assert_eq!(
        of_batch(&bad, "process", FRIDAY),
        by("batch.bad_bank", "L-14")
    );
    // What is held stays behind and stops nobody else.
    let held = week(json!({"state": "reviewed"}));
    let fields = json!({"bank_ok": false, "state": "held"});
    held.add("payout", "p-1", payout("p-1", fields));
    assert_eq!(of_batch(&held, "process", FRIDAY), passes());
}

/// A creator with these bank details, and a payout in this state that was made when they were others.
fn other_details(details: Value, state: &str) -> Records {
    let records = week(json!({"state": "processing"}));
    records.add("creator", "bob", creator("bob", details));
    let fields = json!({"creator": "bob", "state": state});
    records.add("payout", "p-1", payout("p-1", fields));
    assert_eq!(records.record("payout", "p-1").0["bank_ok"], true);
    records
}

/// Details that are not current, and some to which Wise may send.
fn details() -> [(Value, bool); 5] {
    let bank = |word: &str| json!({"bank": word, "wise_recipient": "W-2"});
    [
        (bank("changed"), false),
        (bank("refused"), false),
        (bank("missing"), false),
        (json!({"wise_recipient": Value::Null}), false),
        (bank("good"), true),
    ]
}

#[test]
fn data_of_l_14_a_payout_goes_to_the_bank_details_that_the_creator_has_when_it_goes() {
    for (bank, current) in details() {
        for (action, state) in [("send", "ready"), ("retry", "failed")] {
            let records = other_details(bank.clone(), state);
            let asked = (action, json!({}));
            let decision = records.decide(("payout", "p-1"), asked, &OP, FRIDAY);
            if current {
                let plan = decision.plan.unwrap();
                assert_eq!(plan.calls[0].args["recipient"], "W-2", "{action}");
                assert_eq!(plan.sets["wise_recipient"], "W-2", "{action}");
            } else {
                let said = of_payout(&records, action, json!({}));
                assert_eq!(said, by("payout.bad_bank", "L-14"), "{action} {bank}");
            }
        }
    }
}

#[test]
fn data_of_l_14_an_adjustment_payout_has_the_bank_details_of_now() {
    for (bank, current) in details() {
        let records = other_details(bank.clone(), "paid");
        let params = json!({"amount": usd(700), "reason": "an order was missing"});
        let asked = ("pay_adjustment", params);
        records.carry_out(("payout", "p-1"), asked, &OP, FRIDAY);
        let made = ("payout", "pay_adjustment-0");
        let (body, _) = records.record(made.0, made.1);
        assert_eq!(body["bank_ok"], current, "{bank}");
        assert_ne!(body.get("wise_recipient"), Some(&json!("W-1")), "{bank}");
        let said = records.refused(made, ("send", json!({})), &OP, FRIDAY);
        let refusal = (!current).then(|| by("payout.bad_bank", "L-14")).flatten();
        assert_eq!(said, refusal, "{bank}");
    }
}

#[test]
fn data_of_l_14_who_is_looked_at_again_stops_the_batch_or_no_longer_does() {
    for (bank, current) in details() {
        let records = week(json!({"state": "reviewed"}));
        records.add("creator", "bob", creator("bob", bank.clone()));
        let fields = json!({"creator": "bob", "bank_ok": !current});
        records.add("payout", "p-1", payout("p-1", fields));
        let bad = by("batch.bad_bank", "L-14");
        let before = current.then(|| bad.clone()).flatten();
        assert_eq!(of_batch(&records, "process", FRIDAY), before, "{bank}");
        let asked = ("check_bank", json!({}));
        records.carry_out(("payout", "p-1"), asked, &OP, FRIDAY);
        let after = (!current).then_some(bad).flatten();
        assert_eq!(of_batch(&records, "process", FRIDAY), after, "{bank}");
    }
}

#[test]
fn data_of_l_14_bank_details_that_changed_since_the_batch_was_made_are_told() {
    for (bank, told) in [("good", 0), ("changed", 1), ("refused", 1), ("missing", 1)] {
        let records = other_details(json!({"bank": bank}), "ready");
        let found = records.states("payout_bank", FRIDAY).len();
        assert_eq!(found, told, "{bank}");
    }
}

#[test]
fn data_of_l_14_a_batch_is_reviewed_with_payouts_and_closed_without_open_ones() {
    let empty = week(json!({"state": "generated"}));
    assert_eq!(
        of_batch(&empty, "review", FRIDAY),
        by("batch.empty", "L-14")
    );
    empty.add("payout", "p-1", payout("p-1", json!({})));
    assert_eq!(of_batch(&empty, "review", FRIDAY), None);
    for (state, said) in [
        ("paid", None),
        ("held", None),
        ("carried", None),
        ("ready", by("batch.unfinished", "L-14")),
        ("sent", by("batch.unfinished", "L-14")),
        ("failed", by("batch.unfinished", "L-14")),
    ] {
        let records = week(json!({"state": "processing"}));
        records.add("payout", "p-1", payout("p-1", json!({"state": state})));
        assert_eq!(of_batch(&records, "close", FRIDAY), said, "{state}");
    }
}

#[test]
fn x_18_a_batch_with_a_payout_that_is_not_above_zero_closes_and_nothing_waits() {
    for (clawback, carried) in [(12_000, 0), (12_001, -1), (20_000, -8_000)] {
        let records = week(json!({"state": "generated"}));
        records.add("creator", "bob", creator("bob", json!({"bank": "changed"})));
        let fields = json!({"creator": "bob", "clawback": usd(clawback), "bank_ok": false});
        records.add("payout", "p-1", payout("p-1", fields));
        let (batch, of) = (("payout_batch", "b-1"), ("payout", "p-1"));
        let section = |name: &str| records.in_section("payouts", name, FRIDAY);
        let below = usize::from(carried < 0);
        assert_eq!(section("nothing"), ["p-1"]);
        assert_eq!(records.states("carry_forward", FRIDAY).len(), below);
        assert_eq!(records.states("payout_bank", FRIDAY), []);
        records.carry_out(batch, ("review", json!({})), &OP, FRIDAY);
        // Who is paid nothing needs no bank details, and is not counted among those who are paid.
        let asked = ("process", json!({}));
        let will = records.decide(batch, asked.clone(), &OP, FRIDAY).will;
        assert!(will[0].starts_with("send the 0 ready payouts"), "{will:?}");
        records.carry_out(batch, asked, &OP, FRIDAY);
        let nothing = by("payout.nothing", "X-18");
        records.carry_out(("creator", "bob"), ("confirm_bank", json!({})), &OP, FRIDAY);
        assert_eq!(of_payout(&records, "send", json!({})), nothing);
        let open = by("batch.not_carried", "X-18");
        assert_eq!(of_batch(&records, "close", FRIDAY), open);

        records.carry_out(of, ("carry_on", json!({})), &OP, FRIDAY);
        for name in ["failed", "held", "nothing", "bank", "ready"] {
            assert_eq!(section(name), [""; 0], "{name}");
        }
        for alert in ["carry_forward", "payout_bank"] {
            assert_eq!(records.states(alert, FRIDAY), [], "{alert}");
        }
        records.carry_out(batch, ("close", json!({})), &OP, FRIDAY);
        // What is carried on stands as it is, and is in no batch yet.
        let (body, computed) = records.record(of.0, of.1);
        assert_eq!(computed["carry_forward"], usd(carried));
        assert_eq!(
            (&body["state"], body.get("carried_into")),
            (&json!("carried"), None)
        );
        for action in [
            "send",
            "retry",
            "hold",
            "release",
            "adjust",
            "pay_adjustment",
            "carry_on",
        ] {
            let (code, _) = of_payout(&records, action, json!({})).unwrap();
            assert_eq!(code, "action.wrong_state", "{action}");
        }
    }
}

#[test]
fn x_18_what_is_to_be_paid_is_not_carried_on_and_what_was_held_may_be() {
    for (clawback, state, said) in [
        (11_999, "ready", by("payout.something", "X-18")),
        (11_999, "held", by("payout.something", "X-18")),
        (12_000, "ready", None),
        (12_001, "ready", None),
        (12_001, "held", None),
    ] {
        let records = week(json!({"state": "processing"}));
        let fields = json!({"clawback": usd(clawback), "state": state});
        records.add("payout", "p-1", payout("p-1", fields));
        let found = of_payout(&records, "carry_on", json!({}));
        assert_eq!(found, said, "{clawback} {state}");
        let held = records.in_section("payouts", "held", FRIDAY).len();
        assert_eq!(held, usize::from(state == "held" && clawback < 12_000));
    }
}

/// A payout's stored figures: base, commission, result, payable, carried on.
fn figures(fields: Value) -> [i64; 5] {
    let records = live();
    records.add("payout", "p-1", payout("p-1", fields));
    let (_, computed) = records.record("payout", "p-1");
    ["base", "commission", "result", "payable", "carry_forward"]
        .map(|name| computed[name]["minor"].as_i64().unwrap())
}

#[test]
fn l_15_earnings_are_orders_less_costs_times_the_commission() {
    // 1000 - (250 + 100 + 50) = 600 dollars; a fifth is 120.
    assert_eq!(figures(json!({})), [60_000, 12_000, 12_000, 12_000, 0]);
    let ten = figures(json!({"commission_percent": 10}));
    assert_eq!(ten, [60_000, 6_000, 6_000, 6_000, 0]);
    let thirty = figures(json!({"commission_percent": 30}));
    assert_eq!(thirty, [60_000, 18_000, 18_000, 18_000, 0]);
    // Each of the three costs counts.
    for cost in ["product_cost", "shipping_cost", "platform_fee"] {
        let more = figures(with(json!({}), json!({cost: usd(30_000)})));
        let before = match cost {
            "product_cost" => 25_000,
            "shipping_cost" => 10_000,
            _ => 5_000,
        };
        assert_eq!(more[0], 60_000 + before - 30_000, "{cost}");
    }
}

#[test]
fn l_15_and_x_18_refunds_are_taken_back_and_below_zero_nothing_is_paid() {
    let some = figures(json!({"clawback": usd(2_000)}));
    assert_eq!(some, [60_000, 12_000, 10_000, 10_000, 0]);
    let all = figures(json!({"clawback": usd(12_000)}));
    assert_eq!(all, [60_000, 12_000, 0, 0, 0]);
    let more = figures(json!({"clawback": usd(12_001)}));
    assert_eq!(more, [60_000, 12_000, -1, 0, -1]);
    let carried = figures(json!({"carried_in": usd(-5_000)}));
    assert_eq!(carried, [60_000, 12_000, 7_000, 7_000, 0]);
}

#[test]
fn l_15_and_x_18_no_batch_without_a_confirmed_table_of_10_to_30_percent() {
    let unconfirmed = week(json!({})).setting("tier_table_confirmed", json!(false));
    let no_tiers = by("batch.no_tiers", "X-18");
    assert_eq!(of_batch(&unconfirmed, "generate", FRIDAY), no_tiers);
    // Before the tenant has said anything it is refused as well.
    let unsaid = week(json!({})).setting("tier_table_confirmed", Value::Null);
    let (_, row) = of_batch(&unsaid, "generate", FRIDAY).unwrap();
    assert_eq!(row.as_deref(), Some("X-18"));
    for (percent, said) in [
        (9, by("batch.odd_tier", "L-15")),
        (10, passes()),
        (30, passes()),
        (31, by("batch.odd_tier", "L-15")),
    ] {
        let records = week(json!({}));
        tier(&records, "mid", percent);
        assert_eq!(of_batch(&records, "generate", FRIDAY), said, "{percent}");
    }
}

#[test]
fn l_15_no_payout_outside_10_to_30_percent() {
    for (percent, said) in [
        (9, by("payout.odd_tier", "L-15")),
        (10, None),
        (30, None),
        (31, by("payout.odd_tier", "L-15")),
    ] {
        let records = week(json!({"state": "processing"}));
        let fields = json!({"commission_percent": percent});
        records.add("payout", "p-1", payout("p-1", fields));
        assert_eq!(of_payout(&records, "send", json!({})), said, "{percent}");
    }
}

#[test]
fn x_17_a_failed_payout_is_retried_and_never_paid_twice() {
    let failed = |extra: Value| {
        let records = week(json!({"state": "processing"}));
        let body = payout("p-1", json!({"state": "failed"}));
        records.add("payout", "p-1", with(body, extra));
        records
    };
    assert_eq!(of_payout(&failed(json!({})), "retry", json!({})), None);
    let nothing = failed(json!({"clawback": usd(12_000)}));
    assert_eq!(
        of_payout(&nothing, "retry", json!({})),
        by("payout.nothing", "X-18")
    );
    for state in ["sent", "paid"] {
        let records = failed(json!({}));
        records.add("payout", "p-2", payout("p-2", json!({"state": state})));
        let said = of_payout(&records, "retry", json!({}));
        assert_eq!(said, by("payout.paid_already", "X-17"), "{state}");
    }
    let bank = week(json!({"state": "processing"}));
    bank.add("creator", "bob", creator("bob", json!({"bank": "refused"})));
    let fields = json!({"state": "failed", "creator": "bob"});
    bank.add("payout", "p-1", payout("p-1", fields));
    assert_eq!(
        of_payout(&bank, "retry", json!({})),
        by("payout.bad_bank", "L-14")
    );
}

#[test]
fn x_17_what_was_held_is_paid_from_a_batch_that_has_gone() {
    for (state, said) in [
        ("planned", by("payout.batch_not_processed", "X-17")),
        ("reviewed", by("payout.batch_not_processed", "X-17")),
        ("processing", None),
        ("closed", None),
    ] {
        let records = week(json!({"state": state}));
        records.add("payout", "p-1", payout("p-1", json!({})));
        assert_eq!(of_payout(&records, "send", json!({})), said, "{state}");
    }
}

#[test]
fn data_of_l_17_a_wrong_amount_is_adjusted_before_it_is_paid() {
    let records = week(json!({}));
    records.add("payout", "p-1", payout("p-1", json!({})));
    let params = json!({"adjustment": usd(-500), "reason": "counted twice"});
    assert_eq!(of_payout(&records, "adjust", params), None);
    let other = json!({"adjustment": {"minor": 500, "currency": "EUR"}, "reason": "x"});
    assert_eq!(
        of_payout(&records, "adjust", other),
        by("payout.currency", "L-17")
    );
    assert_eq!(figures(json!({"adjustment": usd(-500)}))[3], 11_500);
    assert_eq!(figures(json!({"adjustment": usd(500)}))[3], 12_500);
}

#[test]
fn data_of_l_17_what_was_reviewed_is_what_the_batch_sends() {
    let late = || by("payout.reviewed", "X-17");
    for (batch, ready, held) in [
        ("planned", None, None),
        ("generated", None, None),
        ("reviewed", late(), late()),
        ("processing", late(), None),
        ("closed", late(), None),
    ] {
        for (state, said) in [("ready", ready), ("held", held)] {
            let records = week(json!({"state": batch}));
            records.add("payout", "p-1", payout("p-1", json!({"state": state})));
            let params = json!({"adjustment": usd(50_000), "reason": "a show was missing"});
            let found = of_payout(&records, "adjust", params);
            assert_eq!(found, said, "{state} in a batch that is {batch}");
        }
    }
}

#[test]
fn data_of_l_14_and_l_17_what_moves_money_to_creators_is_for_those_who_pay_them() {
    let payers = ["operations_team", "operations_manager", "finance_manager"];
    let of_payouts = [
        "release",
        "send",
        "retry",
        "check_bank",
        "carry_on",
        "adjust",
        "pay_adjustment",
    ];
    let of_batches = ["generate", "review", "process", "close"];
    let of_payouts = of_payouts.map(|action| (("payout", "p-1"), action));
    let of_batches = of_batches.map(|action| (("payout_batch", "b-1"), action));
    for (record, action) in of_payouts.into_iter().chain(of_batches) {
        let refused = |role: &str| {
            let records = week(json!({}));
            records.add("payout", "p-1", payout("p-1", json!({})));
            let said = records.refused(record, (action, json!({})), &[role], FRIDAY);
            said.is_some_and(|(code, _)| code == "rights.missing_role")
        };
        for role in LIVE_SHOPPING.people.roles.keys() {
            let pays = payers.contains(&role.as_str());
            assert_eq!(refused(role), !pays, "{action} as {role}");
        }
    }
}

#[test]
fn data_of_l_17_once_paid_one_adjustment_payout_is_made_from_the_same_batch() {
    let records = week(json!({"state": "closed"}));
    records.add("payout", "p-1", payout("p-1", json!({"state": "paid"})));
    let params = || json!({"amount": usd(700), "reason": "an order was missing"});
    let asked = ("pay_adjustment", params());
    let decision = records.decide(("payout", "p-1"), asked, &OP, FRIDAY);
    let plan = decision.plan.unwrap();
    assert_eq!(plan.creates.len(), 1);
    let made = &plan.creates[0].body;
    assert_eq!(made["sort"], "adjustment");
    assert_eq!(made["adjustment"], usd(700));
    assert_eq!(made["order_total"], usd(0));
    assert_eq!(made["batch_number"], "b-1");
    assert_eq!(made["state"], "ready");
    assert_ne!(
        made["once_key"], "b-1/ada",
        "it is no second payout of the week"
    );
    let zero = json!({"amount": usd(0), "reason": "x"});
    assert_eq!(
        of_payout(&records, "pay_adjustment", zero),
        by("payout.currency", "L-17")
    );
    let fields = json!({"sort": "adjustment", "once_key": "b-1/ada/adjustment"});
    records.add("payout", "p-2", payout("p-2", fields));
    let again = of_payout(&records, "pay_adjustment", params());
    assert_eq!(again, by("payout.adjusted", "X-17"));
}

#[test]
fn data_of_l_17_a_creators_question_is_answered_once() {
    let body = json!({
        "number": "q-1", "payout": "p-1", "payout_number": "p-1", "creator": "ada",
        "email": "ada@example.com", "raised_at": NOW, "text": "Too little", "state": "open",
    });
    starts_from(
        "payout_query",
        &body,
        &[("explain", &["open"]), ("corrected", &["open"])],
    );
}
