//! Money back through PayPal and payouts through Wise: one effect for one intent, whatever is lost, late,
//! refused, forgotten or killed.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::StandIns;
use watchkeeper_platform::clock::Clock;
use watchkeeper_platform::connectors::stand_in::{Charge, PastRefund};
use watchkeeper_platform::connectors::{paypal, wise};
use watchkeeper_platform::store::Question;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World, issue, pack_folder};

fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

/// The live shopping pack, operated by `kim`.
async fn shop() -> World {
    let folder = pack_folder().join("../live-shopping");
    let mut world = World::of_pack(Bundle::from_dir(&folder).unwrap()).await;
    world.token = issue(world.platform(), TENANT, "kim", &["operations_team"], &[]).await;
    world
}

async fn bring(world: &World, kind: &str, id: &str, body: Value) {
    let record = json!([{"kind": kind, "id": id, "body": body}]);
    let answer = world.ingest(record).await;
    assert_eq!(answer["rejected"], json!([]), "{kind}/{id}");
}

/// A captured order of 100 dollars with its payment; the provider would give back three times as much.
async fn bought(world: &World, number: &str, capture: &str) {
    let payment = json!({
        "capture_id": capture, "order": number, "order_number": number,
        "email": "pat@mail.example", "amount": usd(10_000), "at": "2026-11-18T15:01:00.000Z",
        "refunded": usd(0), "state": "succeeded",
    });
    let order = json!({
        "number": number, "email": "pat@mail.example", "total": usd(10_000), "refunded": usd(0),
        "placed_at": "2026-11-18T15:00:00.000Z", "captured_at": "2026-11-18T15:01:00.000Z",
        "payment": capture, "capture_id": capture, "state": "captured",
    });
    bring(world, "order", number, order).await;
    bring(world, "payment", capture, payment).await;
    charge(world, capture, 30_000, 2);
}

fn stand_ins(world: &World) -> &StandIns {
    world.platform().stand_ins.as_ref().unwrap()
}

fn charge(world: &World, capture: &str, amount: i64, days_ago: i64) {
    let paid = paid(world, capture, amount, days_ago);
    stand_ins(world).ledger.charge(&[paid]).unwrap();
}

fn paid(world: &World, capture: &str, amount: i64, days_ago: i64) -> Charge {
    Charge {
        id: capture.into(),
        amount,
        currency: "usd".into(),
        created: (world.clock.now() - TimeDelta::days(days_ago)).timestamp(),
    }
}

/// A risky order, which is declined and paid back without a second person.
async fn risky(world: &World, capture: &str) -> String {
    let (order, id) = (format!("o-{capture}"), format!("f-{capture}"));
    bought(world, &order, capture).await;
    let body = json!({
        "number": id, "order": order, "order_number": order, "email": "pat@mail.example",
        "amount": usd(10_000), "capture_id": capture, "score": 91,
        "flagged_at": "2026-11-20T10:00:00.000Z", "ip_orders": 1, "device_known": true,
        "ip_reputation": "good", "geo_mismatch": false, "payment_history": "good",
        "address_mismatch": false, "high_first": false, "vpn": false, "odd_email": false,
        "failed_payments": 0, "state": "flagged",
    });
    bring(world, "fraud_case", &id, body).await;
    id
}

/// A payout of 120 dollars, of a batch that has gone.
async fn payout(world: &World, fields: Value) {
    let creator = json!({
        "handle": "ada", "name": "Ada", "email": "ada@creators.example", "wise_recipient": "7100",
        "bank": "good", "followers": 1, "shows": 1, "mean_viewers": 1, "sales_90_days": usd(0),
    });
    let batch = json!({
        "number": "b-1", "scheduled_for": "2026-11-13T19:00:00.000Z", "state": "processing",
    });
    let mut body = json!({
        "number": "p-1", "sort": "weekly", "batch": "b-1", "batch_number": "b-1",
        "once_key": "b-1/ada", "creator": "ada", "email": "ada@creators.example",
        "order_total": usd(100_000), "product_cost": usd(25_000), "shipping_cost": usd(10_000),
        "platform_fee": usd(5_000), "commission_percent": 20, "clawback": usd(0),
        "carried_in": usd(0), "adjustment": usd(0), "wise_recipient": "7100", "bank_ok": true,
        "created_at": "2026-11-13T19:05:00.000Z", "tries": 0, "state": "ready",
    });
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    bring(world, "creator", "ada", creator).await;
    bring(world, "payout_batch", "b-1", batch).await;
    bring(world, "payout", "p-1", body).await;
}

/// An operation of `kim` on a record as it is now.
async fn operation(world: &World, of: (&str, &str), action: &str, params: Value) -> Operation {
    let (kind, id) = of;
    let row = world.platform().store.record(TENANT, kind, id).await;
    Operation {
        kind: kind.into(),
        params: params.as_object().unwrap().clone(),
        base_revision: Some(row.unwrap().unwrap().revision),
        ..world.operation(id, action)
    }
}

async fn done(world: &World, of: (&str, &str), action: &str, params: Value) -> Verdict {
    let operation = operation(world, of, action, params).await;
    world.submit(&operation).await;
    ended(world, operation.id).await
}

/// Moves the clock on until the operation has ended.
async fn ended(world: &World, id: Uuid) -> Verdict {
    for _ in 0..600 {
        let verdict = world.verdict(id).await;
        if verdict.word.is_final() {
            return verdict;
        }
        world.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never ended: {:?}", world.verdict(id).await);
}

/// Asks for it; the lead of Support agrees; how it ended.
async fn agreed(world: &World, asked: &Operation) -> Verdict {
    let waits = world.submit(asked).await;
    assert_eq!(waits.reason.unwrap().code, "approval.waits");
    assert_eq!(back(world).len(), 0, "nothing goes before somebody agreed");
    let token = issue(world.platform(), TENANT, "sue", &["support_lead"], &[]).await;
    let comment = json!({"comment": "Seen."});
    let yes = Operation {
        kind: "approval".into(),
        author: "sue".into(),
        params: comment.as_object().unwrap().clone(),
        base_revision: None,
        ..world.operation(&format!("{}-1", asked.id), "approve")
    };
    let said = world.submit_as(&token, std::slice::from_ref(&yes)).await;
    assert_eq!(said[0].word, VerdictWord::Confirmed, "{said:?}");
    ended(world, asked.id).await
}

/// Refunds at PayPal.
fn back(world: &World) -> Vec<Value> {
    stand_ins(world).paypal.refunds().unwrap()
}

/// Transfers at Wise as they stand now.
fn transfers(world: &World) -> Vec<Value> {
    let now = world.clock.now();
    stand_ins(world).wise.transfers(now).unwrap()
}

/// Transfers that were sent.
fn sent(world: &World) -> usize {
    let sent = |transfer: &Value| transfer["status"] == "outgoing_payment_sent";
    transfers(world).into_iter().filter(sent).count()
}

fn code(verdict: &Verdict) -> &str {
    verdict.reason.as_ref().map_or("", |why| why.code.as_str())
}

#[tokio::test]
async fn l_11_a_refund_goes_from_the_request_to_paypal_the_order_and_the_customer() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let request = json!({
        "number": "RQ-1", "order": "o-1", "order_number": "o-1", "email": "pat@mail.example",
        "amount": usd(4_000), "capture_id": "CAP1", "requested_at": "2026-11-20T09:00:00.000Z",
        "state": "requested",
    });
    bring(&world, "refund", "RQ-1", request).await;
    let found = json!({"found": "One cup is broken."});
    let reviewed = done(&world, ("refund", "RQ-1"), "review", found).await;
    assert_eq!(reviewed.word, VerdictWord::Confirmed);
    let approve = operation(&world, ("refund", "RQ-1"), "approve", json!({})).await;
    let verdict = agreed(&world, &approve).await;
    assert_eq!(
        (verdict.word, verdict.reason.clone()),
        (VerdictWord::Confirmed, None)
    );
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["status"], "COMPLETED");
    assert_eq!(
        refunds[0]["amount"],
        json!({"value": "40.00", "currency_code": "USD"})
    );
    assert_eq!(refunds[0]["custom_id"], format!("{}:1", approve.id));
    assert_eq!(refunds[0]["note_to_payer"], "refund RQ-1");
    let refund = world.body("refund", "RQ-1").await;
    assert_eq!(refund["state"], "refunded");
    assert_eq!(refund["provider_refund"], refunds[0]["id"]);
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], usd(4_000));
    assert_eq!(order["refund_reference"], refunds[0]["id"]);
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["to"], "pat@mail.example");
    assert!(mails[0]["body"].as_str().unwrap().contains("40.00"));
    // Its id is honoured for ever.
    assert_eq!(world.submit(&approve).await.word, VerdictWord::Confirmed);
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn l_12_a_part_goes_back_and_never_more_than_is_left() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let part = |minor: i64| json!({"amount": usd(minor), "reason": "A scratch"});
    let asked = operation(&world, ("order", "o-1"), "refund_part", part(2_500)).await;
    let verdict = agreed(&world, &asked).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"]["value"], "25.00");
    assert_eq!(refunds[0]["note_to_payer"], "A scratch");
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], usd(2_500));
    assert_eq!(order.get("refund_pending"), None);
    assert_eq!(world.body("payment", "CAP1").await["refunded"], usd(2_500));
    assert_eq!(world.mails().len(), 1);
    let more = operation(&world, ("order", "o-1"), "refund_part", part(7_501)).await;
    assert_eq!(code(&world.submit(&more).await), "order.too_much");
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn l_13_all_of_an_order_goes_back_once() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let reason = || json!({"reason": "Sold out"});
    let asked = operation(&world, ("order", "o-1"), "refund_full", reason()).await;
    let verdict = agreed(&world, &asked).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["amount"]["value"], "100.00");
    let order = world.body("order", "o-1").await;
    assert_eq!(order["refunded"], order["total"]);
    assert_eq!(order["refund_reason"], "Sold out");
    assert_eq!(world.body("payment", "CAP1").await["refunded"], usd(10_000));
    assert_eq!(world.mails().len(), 1);
    let again = operation(&world, ("order", "o-1"), "refund_full", reason()).await;
    assert_eq!(code(&world.submit(&again).await), "order.partly_refunded");
}

#[tokio::test]
async fn l_16_what_wise_did_not_take_is_retried_and_paid_once() {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world).wise.misbehave(wise::Mode::Refuse, 1);
    let refused = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(refused.word, VerdictWord::Refused);
    assert_eq!(code(&refused), "provider.refused");
    let failed = world.body("payout", "p-1").await;
    assert_eq!(failed["state"], "failed");
    assert!(
        failed["failure"]
            .as_str()
            .unwrap()
            .contains("insufficient_funds")
    );
    // Nobody can pay later for what was given up.
    assert_eq!(transfers(&world)[0]["status"], "cancelled");
    let verdict = done(&world, ("payout", "p-1"), "retry", json!({})).await;
    assert_eq!(
        (verdict.word, verdict.reason),
        (VerdictWord::Confirmed, None)
    );
    assert_eq!(sent(&world), 1);
    let last = transfers(&world).pop().unwrap();
    assert_eq!(last["reference"], "b-1/ada");
    assert_eq!(last["targetAccount"], 7100);
    assert_eq!(last["targetValue"], 120.0);
    let paid = world.body("payout", "p-1").await;
    assert_eq!(paid["state"], "paid");
    assert_eq!(paid["wise_transfer"], last["id"].to_string());
    assert_eq!(paid["tries"], 2);
}

#[tokio::test]
async fn l_17_a_wrong_amount_is_corrected_before_and_after_it_was_paid() {
    let world = shop().await;
    payout(&world, json!({})).await;
    let more = json!({"adjustment": usd(500), "reason": "An order was missing."});
    let adjusted = done(&world, ("payout", "p-1"), "adjust", more).await;
    assert_eq!(adjusted.word, VerdictWord::Confirmed);
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(transfers(&world)[0]["targetValue"], 125.0);
    let missing = json!({"amount": usd(700), "reason": "Another one was."});
    let made = done(&world, ("payout", "p-1"), "pay_adjustment", missing.clone()).await;
    assert_eq!(made.word, VerdictWord::Confirmed, "{made:?}");
    let question = Question {
        text: "json_extract(body, '$.sort') = 'adjustment'".into(),
        params: Vec::new(),
    };
    let store = &world.platform().store;
    let beside = store.records(TENANT, "payout", &question).await.unwrap();
    assert_eq!(beside.len(), 1);
    let verdict = done(&world, ("payout", &beside[0].id), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(sent(&world), 2);
    let last = transfers(&world).pop().unwrap();
    assert_eq!(last["targetValue"], 7.0);
    assert_eq!(last["reference"], "b-1/ada/adjustment");
    // One for a payout.
    let again = done(&world, ("payout", "p-1"), "pay_adjustment", missing).await;
    assert_eq!(code(&again), "payout.adjusted");
    let body = json!({
        "number": "q-1", "payout": "p-1", "payout_number": "p-1", "creator": "ada",
        "email": "ada@creators.example", "raised_at": "2026-11-20T09:00:00.000Z",
        "text": "Too little", "state": "open",
    });
    bring(&world, "payout_query", "q-1", body).await;
    let answer = json!({"answer": "Two orders were missing; the money is on its way."});
    let told = done(&world, ("payout_query", "q-1"), "corrected", answer).await;
    assert_eq!(told.word, VerdictWord::Confirmed);
    assert_eq!(world.mails().pop().unwrap()["to"], "ada@creators.example");
}

fn declining() -> Value {
    json!({"reasoning": "A stolen card", "confirmed": true})
}

/// Declines a risky order while PayPal is in a mood; it must be paid back once.
async fn paid_back_once_despite(modes: &[(paypal::Mode, u32)]) {
    let world = shop().await;
    for (number, (mode, times)) in modes.iter().enumerate() {
        let id = risky(&world, &format!("CAP{number}")).await;
        stand_ins(&world).paypal.misbehave(*mode, *times);
        let verdict = done(&world, ("fraud_case", &id), "decline", declining()).await;
        assert_eq!(
            verdict.word,
            VerdictWord::Confirmed,
            "{mode:?}: {verdict:?}"
        );
        let refunds = back(&world);
        assert_eq!(refunds.len(), number + 1, "{mode:?}");
        let case = world.body("fraud_case", &id).await;
        assert_eq!(case["refund_reference"], refunds[number]["id"], "{mode:?}");
        assert_eq!(world.mails().len(), number + 1, "{mode:?}");
    }
}

#[tokio::test]
async fn paypal_that_does_not_answer_refunds_once() {
    use paypal::Mode::{Late, TimeoutAfter, TimeoutBefore};
    paid_back_once_despite(&[(TimeoutBefore, 2), (TimeoutAfter, 1), (Late, 1)]).await;
}

#[tokio::test]
async fn paypal_that_breaks_or_is_busy_refunds_once() {
    use paypal::Mode::{Down, Error500, Error500After, RateLimit};
    let modes = [(Error500, 2), (Error500After, 1), (RateLimit, 2), (Down, 3)];
    paid_back_once_despite(&modes).await;
}

#[tokio::test]
async fn fault_45_paypal_that_forgets_its_keys_refunds_once_all_the_same() {
    let world = shop().await;
    let id = risky(&world, "CAP1").await;
    stand_ins(&world)
        .paypal
        .misbehave(paypal::Mode::TimeoutAfter, 1);
    let asked = operation(&world, ("fraud_case", &id), "decline", declining()).await;
    world.submit(&asked).await;
    while back(&world).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The platform is down for longer than PayPal remembers.
    let world = world.crash().await;
    stand_ins(&world)
        .paypal
        .misbehave(paypal::Mode::ForgetKeys, 1_000_000);
    world.clock.advance(TimeDelta::hours(25));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn a_refund_that_is_pending_at_paypal_is_not_done_before_it_is_completed() {
    for (status, word) in [
        ("succeeded", VerdictWord::Confirmed),
        ("failed", VerdictWord::Refused),
    ] {
        let world = shop().await;
        let id = risky(&world, "CAP1").await;
        stand_ins(&world).paypal.misbehave(paypal::Mode::Pending, 1);
        let asked = operation(&world, ("fraud_case", &id), "decline", declining()).await;
        world.submit(&asked).await;
        while back(&world).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for _ in 0..5 {
            world.clock.advance(TimeDelta::minutes(1));
            tokio::time::sleep(Duration::from_millis(100)).await;
            let verdict = world.verdict(asked.id).await;
            assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
        }
        assert!(world.mails().is_empty());
        let ledger = &stand_ins(&world).ledger;
        let changed = ledger.transact(|tx| tx.execute("UPDATE refund SET status = ?", [status]));
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(ended(&world, asked.id).await.word, word);
        assert_eq!(back(&world).len(), 1);
    }
}

#[tokio::test]
async fn what_paypal_refuses_for_good_is_refused_and_says_why() {
    let world = shop().await;
    for (number, (amount, days_ago, refunded, why)) in [
        (10_000, 2, true, "CAPTURE_FULLY_REFUNDED"),
        (9_999, 2, false, "REFUND_AMOUNT_EXCEEDED"),
        (10_000, 181, false, "REFUND_TIME_LIMIT_EXCEEDED"),
        (0, 2, false, "INVALID_RESOURCE_ID"),
    ]
    .into_iter()
    .enumerate()
    {
        let capture = format!("CAP{number}");
        let id = risky(&world, &capture).await;
        let ledger = &stand_ins(&world).ledger;
        let before = paid(&world, &capture, amount, days_ago);
        ledger.forget(std::slice::from_ref(&before)).unwrap();
        if amount > 0 {
            ledger.charge(std::slice::from_ref(&before)).unwrap();
        }
        if refunded {
            let refund = PastRefund {
                id: "R-BEFORE".into(),
                created: before.created,
                of: before,
            };
            ledger.refund(&[refund]).unwrap();
        }
        let verdict = done(&world, ("fraud_case", &id), "decline", declining()).await;
        assert_eq!(verdict.word, VerdictWord::Refused, "{why}");
        assert_eq!(code(&verdict), "provider.refused");
        let case = world.body("fraud_case", &id).await;
        assert!(
            case["refund_error"].as_str().unwrap().contains(why),
            "{why}"
        );
        assert_eq!(case.get("refund_reference"), None);
    }
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn the_status_at_paypal_is_booked_and_what_it_does_not_know_is_said() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let synced = done(&world, ("order", "o-1"), "sync_payment", json!({})).await;
    assert_eq!((synced.word, synced.reason), (VerdictWord::Confirmed, None));
    let order = world.body("order", "o-1").await;
    assert_eq!(order["paypal_status"], "COMPLETED");
    assert_eq!(order["state"], "paid", "its webhook never came");
    assert_eq!(order["refunded"], usd(0));
    let unknown = json!({
        "number": "o-2", "email": "pat@mail.example", "total": usd(100), "refunded": usd(0),
        "placed_at": "2026-11-18T15:00:00.000Z", "state": "placed",
    });
    bring(&world, "order", "o-2", unknown).await;
    let refused = done(&world, ("order", "o-2"), "sync_payment", json!({})).await;
    assert_eq!(code(&refused), "provider.refused");
    let order = world.body("order", "o-2").await;
    assert_eq!(order["state"], "placed");
    assert!(
        order["sync_error"]
            .as_str()
            .unwrap()
            .contains("no such payment")
    );
}

/// Pays out while Wise is in a mood; the money must go once.
async fn paid_out_once_despite(mode: wise::Mode, times: u32) {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world).wise.misbehave(mode, times);
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(
        verdict.word,
        VerdictWord::Confirmed,
        "{mode:?}: {verdict:?}"
    );
    assert_eq!(world.body("payout", "p-1").await["state"], "paid");
    // Whatever else was paid for would have gone by then.
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!((sent(&world), transfers(&world).len()), (1, 1), "{mode:?}");
}

#[tokio::test]
async fn wise_that_does_not_answer_pays_once() {
    use wise::Mode::{Late, MadeTimeout, TimeoutAfter, TimeoutBefore};
    for (mode, times) in [
        (MadeTimeout, 2),
        (TimeoutBefore, 2),
        (TimeoutAfter, 1),
        (Late, 1),
    ] {
        paid_out_once_despite(mode, times).await;
    }
}

#[tokio::test]
async fn wise_that_breaks_or_is_busy_pays_once() {
    use wise::Mode::{Down, Error500After, RateLimit};
    for (mode, times) in [(Error500After, 1), (RateLimit, 2), (Down, 3)] {
        paid_out_once_despite(mode, times).await;
    }
}

#[tokio::test]
async fn fault_45_wise_that_forgets_whom_it_paid_pays_once_all_the_same() {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world)
        .wise
        .misbehave(wise::Mode::TimeoutAfter, 1);
    let asked = operation(&world, ("payout", "p-1"), "send", json!({})).await;
    world.submit(&asked).await;
    let waits = |transfer: &Value| transfer["status"] == "incoming_payment_waiting";
    while transfers(&world).iter().all(waits) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let world = world.crash().await;
    stand_ins(&world)
        .wise
        .misbehave(wise::Mode::ForgetKeys, 1_000_000);
    world.clock.advance(TimeDelta::hours(25));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!((sent(&world), transfers(&world).len()), (1, 1));
}

#[tokio::test]
async fn what_bounced_back_is_paid_or_failed_only_once_wise_says_which() {
    for (end, word, state) in [
        (Value::Null, VerdictWord::Confirmed, "paid"),
        (json!("cancelled"), VerdictWord::Refused, "failed"),
    ] {
        let world = shop().await;
        payout(&world, json!({})).await;
        stand_ins(&world).wise.misbehave(wise::Mode::Bounces, 1);
        let asked = operation(&world, ("payout", "p-1"), "send", json!({})).await;
        world.submit(&asked).await;
        while transfers(&world).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            world.clock.advance(TimeDelta::minutes(1));
            let verdict = world.verdict(asked.id).await;
            assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
        }
        assert_eq!(world.body("payout", "p-1").await["state"], "sent");
        let end = end.as_str();
        let ledger = &stand_ins(&world).ledger;
        let changed = ledger.transact(|tx| tx.execute("UPDATE transfer SET ended = ?", [end]));
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(ended(&world, asked.id).await.word, word);
        assert_eq!(world.body("payout", "p-1").await["state"], state);
        assert_eq!(transfers(&world).len(), 1);
    }
}

/// Asks the stand-in itself for 5 dollars back.
async fn refund(world: &World, request_id: &str, value: &str) -> (StatusCode, Value) {
    let path = "/provider/paypal/v2/payments/captures/CAP1/refund";
    let secret = stand_ins(world).ledger.secret().to_owned();
    let amount = json!({"amount": {"value": value, "currency_code": "USD"}});
    let answer = world
        .request(Method::POST, path, &secret)
        .header("PayPal-Request-Id", request_id)
        .json(&amount)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_stand_in_replays_a_request_id_and_forgets_it_after_a_day() {
    let world = World::without_a_pack().await;
    charge(&world, "CAP1", 30_000, 2);
    let (status, first) = refund(&world, "k", "5.00").await;
    assert_eq!(status, StatusCode::CREATED);
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(refund(&world, "k", "5.00").await.1, first);
    world.clock.advance(TimeDelta::seconds(1));
    assert_ne!(refund(&world, "k", "5.00").await.1["id"], first["id"]);
    assert_eq!(back(&world).len(), 2);
    let (status, over) = refund(&world, "l", "290.01").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(over["details"][0]["issue"], "REFUND_AMOUNT_EXCEEDED");
    let stranger = world
        .get("/provider/paypal/v2/payments/captures/CAP1")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

/// Makes a transfer at the stand-in itself.
async fn transfer(world: &World, ours: &str) -> Value {
    let secret = stand_ins(world).ledger.secret().to_owned();
    let post = async |path: &str, body: Value| -> Value {
        let request = world.request(Method::POST, path, &secret).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let wanted = json!({"targetAmount": 5.5, "targetCurrency": "USD"});
    let quote = post("/provider/wise/v3/profiles/1/quotes", wanted).await;
    let wanted = json!({
        "targetAccount": 7100, "quoteUuid": quote["id"], "customerTransactionId": ours,
        "details": {"reference": "r"},
    });
    post("/provider/wise/v1/transfers", wanted).await
}

#[tokio::test]
async fn the_stand_in_makes_one_transfer_of_an_id_until_it_has_forgotten_it() {
    let world = World::without_a_pack().await;
    let first = transfer(&world, "a").await;
    assert_eq!(first["status"], "incoming_payment_waiting");
    assert_eq!(transfer(&world, "a").await, first);
    assert_ne!(transfer(&world, "b").await["id"], first["id"]);
    world.clock.advance(TimeDelta::hours(25));
    assert_ne!(transfer(&world, "a").await["id"], first["id"]);
    assert_eq!(transfers(&world).len(), 3);
    assert_eq!(sent(&world), 0, "nobody paid for them");
}
